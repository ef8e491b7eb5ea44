//! Ways through a syntax tree that look at every part of it.

use crate::syntax::{Arguments, Body, Const, Emit, Expr, ExprKind, Signature, StmtKind};

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
    let mut found = Literals(Vec::new());
    found.body(body);
    found.0
}

struct Literals<'t>(Vec<&'t str>);

impl<'t> Literals<'t> {
    fn expression(&mut self, expression: &'t Expr<'_>) {
        expression.for_each(&mut |part| {
            if let ExprKind::Const(Const::Text(text)) = &part.kind {
                self.0.push(text);
            }
        });
    }

    fn signature(&mut self, signature: &'t Signature<'_>) {
        for default in &signature.defaults {
            self.expression(default);
        }
    }

    fn body(&mut self, body: &'t Body<'_>) {
        for statement in body {
            self.statement(&statement.kind);
        }
    }

    fn statement(&mut self, statement: &'t StmtKind<'_>) {
        match statement {
            StmtKind::Output(parts) => {
                for part in parts {
                    match part {
                        Emit::Data(text, _) => self.0.push(text),
                        Emit::Value(value) => self.expression(value),
                    }
                }
            }
            StmtKind::For { target, iter, test, body, otherwise, .. } => {
                self.expression(target);
                self.expression(iter);
                if let Some(test) = test {
                    self.expression(test);
                }
                self.body(body);
                self.body(otherwise);
            }
            StmtKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    self.expression(test);
                    self.body(body);
                }
                self.body(otherwise);
            }
            StmtKind::With { assignments, body } => {
                for (_, value) in assignments {
                    self.expression(value);
                }
                self.body(body);
            }
            StmtKind::Autoescape { enabled: value, body } | StmtKind::FilterBlock { filter: value, body } => {
                self.expression(value);
                self.body(body);
            }
            StmtKind::Block { body, .. } | StmtKind::Generation(body) => self.body(body),
            StmtKind::Extends(value)
            | StmtKind::Include { template: value, .. }
            | StmtKind::Import { template: value, .. }
            | StmtKind::FromImport { template: value, .. }
            | StmtKind::Set { value, .. } => self.expression(value),
            StmtKind::SetBlock { filter, body, .. } => {
                if let Some(filter) = filter {
                    self.expression(filter);
                }
                self.body(body);
            }
            StmtKind::Macro { signature, body, .. } => {
                self.signature(signature);
                self.body(body);
            }
            StmtKind::CallBlock { signature, call, body } => {
                self.expression(call);
                self.signature(signature);
                self.body(body);
            }
            StmtKind::Break | StmtKind::Continue => {}
        }
    }
}
