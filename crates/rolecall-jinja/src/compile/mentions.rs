//! Whether a body reads a special name, such as `loop` or `caller`, before it sets it.

use std::ops::ControlFlow;

use crate::syntax::{Body, Expr, ExprKind, Signature, StmtKind};
use crate::walk::Part;

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
            if matches!(statement.kind, StmtKind::Block { .. }) {
                continue;
            }
            let done = statement.kind.parts(|part| {
                match part {
                    Part::Data(_) => {}
                    Part::Value(value) => self.expression(value),
                    Part::Target(target) => self.target(target),
                    Part::Signature(signature) => self.signature(signature),
                    Part::Body(body) => self.body(body),
                }
                if self.seen == Seen::Nothing { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            if done.is_break() {
                return;
            }
        }
    }
}
