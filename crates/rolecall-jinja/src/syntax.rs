//! The syntax of templates: Jinja2's with the extensions of chat templates (`break`, `continue`, `generation`).
//!
//! ```
//! use rolecall_jinja::syntax::{Source, StmtKind};
//!
//! let source = Source::new("{% if x %}yes{% endif %}\n");
//! let body = source.parse()?;
//! assert!(matches!(body[0].kind, StmtKind::If { .. }));
//!
//! let error = Source::new("{% if x %}yes").parse().unwrap_err();
//! assert!(error.message().starts_with("Unexpected end of template."));
//! # Ok::<(), rolecall_jinja::Error>(())
//! ```

use std::borrow::Cow;

pub use crate::walk::literals;
use crate::{Error, parse, source};

/// A template's source as the language reads it, the *normalised source*: every kind of line end is `\n`, and one at
/// the very end is dropped. Positions in the tree are bytes of this text.
///
/// ```
/// use rolecall_jinja::syntax::Source;
///
/// let source = Source::new("Hi\r\n{{ name }}\n");
/// assert_eq!(source.text(), "Hi\n{{ name }}");
/// assert_eq!(source.parse()?.len(), 1);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Source<'a>(Cow<'a, str>);

impl<'a> Source<'a> {
    /// Takes a template's text.
    ///
    /// ```
    /// use rolecall_jinja::syntax::Source;
    ///
    /// let source = Source::new("Hi\r");
    /// assert_eq!(source.text(), "Hi");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn new(text: &'a str) -> Self {
        Self(source::normalised(text))
    }

    /// The text.
    ///
    /// ```
    /// assert_eq!(rolecall_jinja::syntax::Source::new("a\r\nb\n").text(), "a\nb");
    /// ```
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The syntax tree, by the grammar of jinja2 3.1.6.
    ///
    /// # Errors
    ///
    /// What Jinja2's parser raises, with its message and line; [`ErrorKind::Limit`](crate::ErrorKind::Limit) for
    /// nesting that is too deep; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for string escapes that
    /// have no value here: halves of surrogate pairs.
    ///
    /// ```
    /// use rolecall_jinja::syntax::{Emit, Source, StmtKind};
    ///
    /// let source = Source::new("Hi {{ name }}");
    /// let body = source.parse()?;
    /// let StmtKind::Output(parts) = &body[0].kind else { panic!() };
    /// assert_eq!(parts[0], Emit::Data("Hi ", 0));
    /// assert!(Source::new("{{ }}").parse().is_err());
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn parse(&self) -> Result<Body<'_>, Error> {
        parse::parse(&self.0)
    }
}

/// An expression and where it begins.
///
/// ```
/// use rolecall_jinja::syntax::{Source, StmtKind};
///
/// let source = Source::new("{% set x = a + b %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// assert_eq!(&source.text()[value.at..], "a + b %}");
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expr<'s> {
    /// What it is.
    pub kind: ExprKind<'s>,
    /// The byte of the normalised source that messages point to.
    pub at: usize,
    /// How many levels of expressions it has.
    pub(crate) height: u16,
}

/// The kinds of expressions.
///
/// ```
/// use rolecall_jinja::syntax::{ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = messages[0].role %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// let ExprKind::Attribute(of, name) = &value.kind else { panic!() };
/// assert_eq!(*name, "role");
/// assert!(matches!(of.kind, ExprKind::Item(_)));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind<'s> {
    /// A variable.
    Name(&'s str),
    /// An attribute of a namespace, as the target of an assignment.
    NamespaceRef(&'s str, &'s str),
    /// A constant.
    Const(Const<'s>),
    /// `(a, b)`, with or without parentheses.
    Tuple(Vec<Expr<'s>>),
    /// `[a, b]`.
    List(Vec<Expr<'s>>),
    /// `{a: b}`.
    Dict(Vec<(Expr<'s>, Expr<'s>)>),
    /// `then if test else otherwise`.
    Conditional(Box<Conditional<'s>>),
    /// Two operands and what is done with them; chains lean to the left.
    Binary(BinaryOperator, Box<(Expr<'s>, Expr<'s>)>),
    /// `a ~ b ~ c`.
    Concat(Vec<Expr<'s>>),
    /// `not a`, `-a`, `+a`.
    Unary(UnaryOperator, Box<Expr<'s>>),
    /// `a < b <= c`.
    Compare(Box<Expr<'s>>, Vec<(Comparison, Expr<'s>)>),
    /// `a.b`.
    Attribute(Box<Expr<'s>>, &'s str),
    /// `a[b]`, `a.0`.
    Item(Box<(Expr<'s>, Expr<'s>)>),
    /// `start:stop:step`, inside of `[]` only.
    Slice(Box<[Option<Expr<'s>>; 3]>),
    /// `a(…)`.
    Call(Box<Expr<'s>>, Box<Arguments<'s>>),
    /// `a|name(…)`; without a value in a filter block.
    Filter(Option<Box<Expr<'s>>>, Cow<'s, str>, Box<Arguments<'s>>),
    /// `a is name(…)`.
    Test(Box<Expr<'s>>, Cow<'s, str>, Box<Arguments<'s>>),
}

/// A constant.
///
/// ```
/// use rolecall_jinja::syntax::{Const, ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = 0x_ff %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// assert_eq!(value.kind, ExprKind::Const(Const::Integer("0xff".into())));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Const<'s> {
    /// `none`.
    None,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of any size: its digits without underscores, with the prefix of their base.
    Integer(Cow<'s, str>),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A string.
    Text(Cow<'s, str>),
}

/// `then if test else otherwise`.
///
/// ```
/// use rolecall_jinja::syntax::{ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = a if b %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// let ExprKind::Conditional(conditional) = &value.kind else { panic!() };
/// assert_eq!(conditional.test.kind, ExprKind::Name("b"));
/// assert_eq!(conditional.otherwise, None);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Conditional<'s> {
    /// The condition.
    pub test: Expr<'s>,
    /// The value if it holds.
    pub then: Expr<'s>,
    /// The value if it does not; undefined if left out.
    pub otherwise: Option<Expr<'s>>,
}

/// Operators with two operands.
///
/// ```
/// use rolecall_jinja::syntax::{BinaryOperator, ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = a - b - c %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// let ExprKind::Binary(BinaryOperator::Sub, both) = &value.kind else { panic!() };
/// assert_eq!(both.1.kind, ExprKind::Name("c"));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `a and b`.
    And,
    /// `a or b`.
    Or,
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a * b`.
    Mul,
    /// `a / b`.
    Div,
    /// `a // b`.
    FloorDiv,
    /// `a % b`.
    Mod,
    /// `a ** b`.
    Pow,
}

/// Operators with one operand.
///
/// ```
/// use rolecall_jinja::syntax::{ExprKind, Source, StmtKind, UnaryOperator};
///
/// let source = Source::new("{% set x = not a %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// assert!(matches!(value.kind, ExprKind::Unary(UnaryOperator::Not, _)));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `not a`.
    Not,
    /// `-a`.
    Neg,
    /// `+a`.
    Pos,
}

/// The operators of comparisons.
///
/// ```
/// use rolecall_jinja::syntax::{Comparison, ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = a < b not in c %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// let ExprKind::Compare(_, others) = &value.kind else { panic!() };
/// let operators: Vec<Comparison> = others.iter().map(|other| other.0).collect();
/// assert_eq!(operators, [Comparison::Lt, Comparison::NotIn]);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `a == b`.
    Eq,
    /// `a != b`.
    Ne,
    /// `a < b`.
    Lt,
    /// `a <= b`.
    LtEq,
    /// `a > b`.
    Gt,
    /// `a >= b`.
    GtEq,
    /// `a in b`.
    In,
    /// `a not in b`.
    NotIn,
}

/// What a call, filter or test is given.
///
/// ```
/// use rolecall_jinja::syntax::{ExprKind, Source, StmtKind};
///
/// let source = Source::new("{% set x = f(a, b=c, *d) %}");
/// let body = source.parse()?;
/// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
/// let ExprKind::Call(_, arguments) = &value.kind else { panic!() };
/// assert_eq!(arguments.positional[0].kind, ExprKind::Name("a"));
/// assert_eq!(arguments.named[0].0, "b");
/// assert!(arguments.star.is_some() && arguments.double_star.is_none());
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments<'s> {
    /// By position.
    pub positional: Vec<Expr<'s>>,
    /// By name.
    pub named: Vec<(&'s str, Expr<'s>)>,
    /// `*args`.
    pub star: Option<Box<Expr<'s>>>,
    /// `**kwargs`.
    pub double_star: Option<Box<Expr<'s>>>,
}

impl Arguments<'_> {
    /// Whether nothing is given.
    ///
    /// ```
    /// use rolecall_jinja::syntax::{ExprKind, Source, StmtKind};
    ///
    /// let source = Source::new("{% set x = a|trim %}");
    /// let body = source.parse()?;
    /// let StmtKind::Set { value, .. } = &body[0].kind else { panic!() };
    /// let ExprKind::Filter(_, name, arguments) = &value.kind else { panic!() };
    /// assert_eq!(name, "trim");
    /// assert!(arguments.is_empty());
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.positional.is_empty()
            && self.named.is_empty()
            && self.star.is_none()
            && self.double_star.is_none()
    }
}

/// Statements in order.
pub type Body<'s> = Vec<Stmt<'s>>;

/// A statement and where it begins.
///
/// ```
/// use rolecall_jinja::syntax::{Source, StmtKind};
///
/// let source = Source::new("{% for a in b %}Hi{% break %}{% endfor %}");
/// let body = source.parse()?;
/// let StmtKind::For { body, .. } = &body[0].kind else { panic!() };
/// assert_eq!(body[1].kind, StmtKind::Break);
/// assert_eq!(&source.text()[body[1].at..], "break %}{% endfor %}");
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt<'s> {
    /// What it is.
    pub kind: StmtKind<'s>,
    /// The byte of the normalised source that messages point to.
    pub at: usize,
}

/// What is printed.
///
/// ```
/// use rolecall_jinja::syntax::{Emit, ExprKind, Source, StmtKind};
///
/// let source = Source::new("Hi {{ name }}");
/// let body = source.parse()?;
/// let StmtKind::Output(parts) = &body[0].kind else { panic!() };
/// assert!(matches!(&parts[1], Emit::Value(value) if value.kind == ExprKind::Name("name")));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Emit<'s> {
    /// Text of the template, and the byte of the normalised source where it begins.
    Data(&'s str, usize),
    /// The value of an expression.
    Value(Expr<'s>),
}

/// The kinds of statements.
///
/// ```
/// use rolecall_jinja::syntax::{Source, StmtKind};
///
/// let source = Source::new("{% if a %}1{% elif b %}2{% else %}3{% endif %}");
/// let body = source.parse()?;
/// let StmtKind::If { branches, otherwise } = &body[0].kind else { panic!() };
/// assert_eq!((branches.len(), otherwise.len()), (2, 1));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind<'s> {
    /// Text and `{{ … }}`, and `{% print … %}`.
    Output(Vec<Emit<'s>>),
    /// `{% for target in iter if test recursive %}body{% else %}otherwise{% endfor %}`.
    For {
        /// What each item is assigned to.
        target: Expr<'s>,
        /// What is gone through.
        iter: Expr<'s>,
        /// The condition that an item has to fulfil.
        test: Option<Expr<'s>>,
        /// Whether the body may call `loop(…)`.
        recursive: bool,
        /// What is done for each item.
        body: Body<'s>,
        /// What is done if there was no item.
        otherwise: Body<'s>,
    },
    /// `{% if … %}`, `{% elif … %}`, `{% else %}`.
    If {
        /// The conditions with what follows from each, `elif`s included.
        branches: Vec<(Expr<'s>, Body<'s>)>,
        /// What is done if none holds.
        otherwise: Body<'s>,
    },
    /// `{% with a = 1, b = 2 %}…{% endwith %}`.
    With {
        /// The targets with their values.
        assignments: Vec<(Expr<'s>, Expr<'s>)>,
        /// Where they hold.
        body: Body<'s>,
    },
    /// `{% autoescape enabled %}…{% endautoescape %}`.
    Autoescape {
        /// Whether printing escapes inside.
        enabled: Expr<'s>,
        /// What is inside.
        body: Body<'s>,
    },
    /// `{% block name scoped required %}…{% endblock %}`.
    Block {
        /// Its name.
        name: &'s str,
        /// Whether it sees the variables around it.
        scoped: bool,
        /// Whether it has to be overridden.
        required: bool,
        /// What is inside.
        body: Body<'s>,
    },
    /// `{% extends template %}`.
    Extends(Expr<'s>),
    /// `{% include template ignore missing without context %}`.
    Include {
        /// Its name, or a list of names.
        template: Expr<'s>,
        /// Whether it is no error if there is none.
        ignore_missing: bool,
        /// Whether it sees the variables.
        with_context: bool,
    },
    /// `{% import template as target with context %}`.
    Import {
        /// Its name.
        template: Expr<'s>,
        /// The variable for what it exports.
        target: &'s str,
        /// Whether it sees the variables.
        with_context: bool,
    },
    /// `{% from template import a, b as c with context %}`.
    FromImport {
        /// Its name.
        template: Expr<'s>,
        /// What is imported, with the names after `as`.
        names: Vec<(&'s str, Option<&'s str>)>,
        /// Whether it sees the variables.
        with_context: bool,
    },
    /// `{% set target = value %}`.
    Set {
        /// What is assigned to.
        target: Expr<'s>,
        /// The value.
        value: Expr<'s>,
    },
    /// `{% set target | filter %}…{% endset %}`.
    SetBlock {
        /// What the text is assigned to.
        target: Expr<'s>,
        /// The filters that it goes through first; the innermost has no value.
        filter: Option<Expr<'s>>,
        /// What makes the text.
        body: Body<'s>,
    },
    /// `{% macro name(a, b=1) %}…{% endmacro %}`.
    Macro {
        /// Its name.
        name: &'s str,
        /// Its parameters.
        signature: Signature<'s>,
        /// What it prints.
        body: Body<'s>,
    },
    /// `{% call(a) name(…) %}…{% endcall %}`.
    CallBlock {
        /// The parameters of the body, which is called as `caller(…)`.
        signature: Signature<'s>,
        /// The call.
        call: Expr<'s>,
        /// What `caller(…)` prints.
        body: Body<'s>,
    },
    /// `{% filter … %}…{% endfilter %}`.
    FilterBlock {
        /// The filters; the innermost has no value.
        filter: Expr<'s>,
        /// What makes the text.
        body: Body<'s>,
    },
    /// `{% generation %}…{% endgeneration %}`: text of the assistant.
    Generation(Body<'s>),
    /// `{% break %}`.
    Break,
    /// `{% continue %}`.
    Continue,
}

/// The parameters of a macro; the last ones have the defaults.
///
/// ```
/// use rolecall_jinja::syntax::{Source, StmtKind};
///
/// let source = Source::new("{% macro turn(role, end=1) %}{% endmacro %}");
/// let body = source.parse()?;
/// let StmtKind::Macro { signature, .. } = &body[0].kind else { panic!() };
/// assert_eq!(signature.names, ["role", "end"]);
/// assert_eq!(signature.defaults.len(), 1);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signature<'s> {
    /// Their names.
    pub names: Vec<&'s str>,
    /// The values that are used where none is given, for the last of them.
    pub defaults: Vec<Expr<'s>>,
}

impl ExprKind<'_> {
    /// The name that Jinja2's messages have for it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::NamespaceRef(..) => "nsref",
            Self::Const(_) => "const",
            Self::Tuple(_) => "tuple",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
            Self::Conditional(_) => "condexpr",
            Self::Binary(operator, _) => match operator {
                BinaryOperator::And => "and",
                BinaryOperator::Or => "or",
                BinaryOperator::Add => "add",
                BinaryOperator::Sub => "sub",
                BinaryOperator::Mul => "mul",
                BinaryOperator::Div => "div",
                BinaryOperator::FloorDiv => "floordiv",
                BinaryOperator::Mod => "mod",
                BinaryOperator::Pow => "pow",
            },
            Self::Concat(_) => "concat",
            Self::Unary(operator, _) => match operator {
                UnaryOperator::Not => "not",
                UnaryOperator::Neg => "neg",
                UnaryOperator::Pos => "pos",
            },
            Self::Compare(..) => "compare",
            Self::Attribute(..) => "getattr",
            Self::Item(_) => "getitem",
            Self::Slice(_) => "slice",
            Self::Call(..) => "call",
            Self::Filter(..) => "filter",
            Self::Test(..) => "test",
        }
    }

    /// Whether something can be assigned to it.
    pub(crate) fn can_assign(&self) -> bool {
        match self {
            Self::Name(name) => !matches!(*name, "true" | "false" | "none" | "True" | "False" | "None"),
            Self::NamespaceRef(..) => true,
            Self::Tuple(items) => items.iter().all(|item| item.kind.can_assign()),
            _ => false,
        }
    }
}
