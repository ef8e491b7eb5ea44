//! Ways through a syntax tree that look at every part of it.

use std::ops::ControlFlow;

use crate::syntax::{Arguments, Body, Const, Emit, Expr, ExprKind, Signature, Stmt, StmtKind};

impl<'s> Expr<'s> {
    /// Calls `each` with every name that is read, in the order of the source.
    pub(crate) fn for_each_name(&self, each: &mut impl FnMut(&'s str)) {
        self.for_each(&mut |expression| {
            if let ExprKind::Name(name) = expression.kind {
                each(name);
            }
        });
    }

    /// Calls `each` with the expression and every one inside of it, in the order of the source.
    fn for_each<'t>(&'t self, each: &mut impl FnMut(&'t Self)) {
        each(self);
        match &self.kind {
            ExprKind::Name(_) | ExprKind::Const(_) | ExprKind::NamespaceRef(..) => {}
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Concat(items) => {
                for item in items {
                    item.for_each(each);
                }
            }
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    key.for_each(each);
                    value.for_each(each);
                }
            }
            ExprKind::Conditional(conditional) => {
                conditional.test.for_each(each);
                conditional.then.for_each(each);
                if let Some(otherwise) = &conditional.otherwise {
                    otherwise.for_each(each);
                }
            }
            ExprKind::Binary(_, both) | ExprKind::Item(both) => {
                both.0.for_each(each);
                both.1.for_each(each);
            }
            ExprKind::Unary(_, inner) | ExprKind::Attribute(inner, _) => inner.for_each(each),
            ExprKind::Compare(first, others) => {
                first.for_each(each);
                for (_, other) in others {
                    other.for_each(each);
                }
            }
            ExprKind::Slice(bounds) => bounds.iter().flatten().for_each(|bound| bound.for_each(each)),
            ExprKind::Call(callee, arguments) => {
                callee.for_each(each);
                arguments.for_each(each);
            }
            ExprKind::Filter(value, _, arguments) => {
                if let Some(value) = value {
                    value.for_each(each);
                }
                arguments.for_each(each);
            }
            ExprKind::Test(value, _, arguments) => {
                value.for_each(each);
                arguments.for_each(each);
            }
        }
    }
}

impl<'s> Arguments<'s> {
    fn for_each<'t>(&'t self, each: &mut impl FnMut(&'t Expr<'s>)) {
        for value in self.positional.iter().chain(self.named.iter().map(|(_, value)| value)) {
            value.for_each(each);
        }
        if let Some(value) = &self.star {
            value.for_each(each);
        }
        if let Some(value) = &self.double_star {
            value.for_each(each);
        }
    }
}

/// A part of a statement.
pub(crate) enum Part<'t, 's> {
    /// A piece of template data.
    Data(&'t str),
    /// An expression whose value is used.
    Value(&'t Expr<'s>),
    /// What is assigned to.
    Target(&'t Expr<'s>),
    /// The parameters of a macro or of a call block.
    Signature(&'t Signature<'s>),
    Body(&'t Body<'s>),
}

impl<'s> StmtKind<'s> {
    /// Calls `each` with the parts of the statement, in the order in which Jinja2 looks for names in them, until it
    /// breaks off.
    pub(crate) fn parts<'t, B>(
        &'t self,
        mut each: impl FnMut(Part<'t, 's>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self {
            Self::Output(parts) => {
                for part in parts {
                    each(match part {
                        Emit::Data(text, _) => Part::Data(text),
                        Emit::Value(value) => Part::Value(value),
                    })?;
                }
            }
            Self::For { target, iter, test, body, otherwise, .. } => {
                each(Part::Target(target))?;
                each(Part::Value(iter))?;
                each(Part::Body(body))?;
                each(Part::Body(otherwise))?;
                if let Some(test) = test {
                    each(Part::Value(test))?;
                }
            }
            Self::If { branches, otherwise } => {
                for (test, body) in branches {
                    each(Part::Value(test))?;
                    each(Part::Body(body))?;
                }
                each(Part::Body(otherwise))?;
            }
            Self::With { assignments, body } => {
                for (target, _) in assignments {
                    each(Part::Target(target))?;
                }
                for (_, value) in assignments {
                    each(Part::Value(value))?;
                }
                each(Part::Body(body))?;
            }
            Self::Autoescape { enabled, body } => {
                each(Part::Value(enabled))?;
                each(Part::Body(body))?;
            }
            Self::Block { body, .. } | Self::Generation(body) => each(Part::Body(body))?,
            Self::Extends(template)
            | Self::Include { template, .. }
            | Self::Import { template, .. }
            | Self::FromImport { template, .. } => each(Part::Value(template))?,
            Self::Set { target, value } => {
                each(Part::Target(target))?;
                each(Part::Value(value))?;
            }
            Self::SetBlock { target, filter, body } => {
                each(Part::Target(target))?;
                if let Some(filter) = filter {
                    each(Part::Value(filter))?;
                }
                each(Part::Body(body))?;
            }
            Self::Macro { signature, body, .. } => {
                each(Part::Signature(signature))?;
                each(Part::Body(body))?;
            }
            Self::CallBlock { signature, call, body } => {
                each(Part::Value(call))?;
                each(Part::Signature(signature))?;
                each(Part::Body(body))?;
            }
            Self::FilterBlock { filter, body } => {
                each(Part::Body(body))?;
                each(Part::Value(filter))?;
            }
            Self::Break | Self::Continue => {}
        }
        ControlFlow::Continue(())
    }
}

/// Calls `each` with every statement of a body, however deep, until it breaks off.
pub(crate) fn each_statement<'t, 's, B>(
    body: &'t Body<'s>,
    each: &mut impl FnMut(&'t Stmt<'s>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for statement in body {
        each(statement)?;
        statement.kind.parts(|part| match part {
            Part::Body(body) => each_statement(body, each),
            _ => ControlFlow::Continue(()),
        })?;
    }
    ControlFlow::Continue(())
}

/// The texts that a template holds: each piece of template data, and each string constant of its expressions.
///
/// ```
/// use rolecall_jinja::syntax::{Source, literals};
///
/// let source = Source::new("<s>{% for m in messages %}{{ m['role'] + '</s>' }}{% endfor %}");
/// assert_eq!(literals(&source.parse()?), ["<s>", "role", "</s>"]);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
pub fn literals<'t>(body: &'t Body<'_>) -> Vec<&'t str> {
    let mut found = Vec::new();
    add_literals(body, &mut found);
    found
}

fn add_literals<'t>(body: &'t Body<'_>, found: &mut Vec<&'t str>) {
    for statement in body {
        let _ = statement.kind.parts(|part| {
            let mut constants = |value: &'t Expr<'_>| {
                value.for_each(&mut |part| {
                    if let ExprKind::Const(Const::Text(text)) = &part.kind {
                        found.push(text);
                    }
                });
            };
            match part {
                Part::Data(text) => found.push(text),
                Part::Value(value) => constants(value),
                Part::Signature(signature) => signature.defaults.iter().for_each(constants),
                Part::Target(_) => {}
                Part::Body(body) => add_literals(body, found),
            }
            ControlFlow::<()>::Continue(())
        });
    }
}
