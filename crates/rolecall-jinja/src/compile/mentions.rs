//! Whether a body reads a special name, such as `loop` or `caller`, before it sets it.

use crate::syntax::{Body, Emit, Expr, ExprKind, Signature, StmtKind};

#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Nothing,
    /// It is read before anything sets it.
    Read,
    /// It is set: what reads it afterwards means something else.
    Set,
}

struct Search<'n> {
    name: &'n str,
    seen: Seen,
}

/// Whether `name` is read in `body`, in the order that Jinja2 looks at it, before it is set; blocks are not looked
/// into.
pub(super) fn reads(body: &Body<'_>, name: &str) -> bool {
    let mut search = Search { name, seen: Seen::Nothing };
    search.body(body);
    search.seen == Seen::Read
}

impl Search<'_> {
    fn expression(&mut self, expression: &Expr<'_>) {
        if self.seen != Seen::Nothing {
            return;
        }
        let mut found = false;
        expression.for_each_name(&mut |name| found |= name == self.name);
        if found {
            self.seen = Seen::Read;
        }
    }

    fn set(&mut self, name: &str) {
        if name == self.name && self.seen == Seen::Nothing {
            self.seen = Seen::Set;
        }
    }

    fn target(&mut self, target: &Expr<'_>) {
        match &target.kind {
            ExprKind::Name(name) => self.set(name),
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.target(item)),
            _ => {}
        }
    }

    fn signature(&mut self, signature: &Signature<'_>) {
        signature.names.iter().for_each(|name| self.set(name));
        signature.defaults.iter().for_each(|default| self.expression(default));
    }

    fn body(&mut self, body: &Body<'_>) {
        for statement in body {
            if self.seen != Seen::Nothing {
                return;
            }
            self.statement(&statement.kind);
        }
    }

    fn statement(&mut self, statement: &StmtKind<'_>) {
        match statement {
            StmtKind::Output(parts) => {
                for part in parts {
                    if let Emit::Value(value) = part {
                        self.expression(value);
                    }
                }
            }
            StmtKind::For { target, iter, test, body, otherwise, .. } => {
                self.target(target);
                self.expression(iter);
                self.body(body);
                self.body(otherwise);
                if let Some(test) = test {
                    self.expression(test);
                }
            }
            StmtKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    self.expression(test);
                    self.body(body);
                }
                self.body(otherwise);
            }
            StmtKind::With { assignments, body } => {
                for (target, _) in assignments {
                    self.target(target);
                }
                for (_, value) in assignments {
                    self.expression(value);
                }
                self.body(body);
            }
            StmtKind::Autoescape { enabled, body } => {
                self.expression(enabled);
                self.body(body);
            }
            StmtKind::Block { .. } | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Extends(template)
            | StmtKind::Include { template, .. }
            | StmtKind::Import { template, .. }
            | StmtKind::FromImport { template, .. } => self.expression(template),
            StmtKind::Set { target, value } => {
                self.target(target);
                self.expression(value);
            }
            StmtKind::SetBlock { target, filter, body } => {
                self.target(target);
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
            StmtKind::FilterBlock { filter, body } => {
                self.body(body);
                self.expression(filter);
            }
            StmtKind::Generation(body) => self.body(body),
        }
    }
}
