//! Statements.

use super::{Compiler, Enclosing, Escape, Result};
use crate::ErrorKind;
use crate::program::{Constant, Op};
use crate::syntax::{Body, Emit, Expr, ExprKind, Stmt, StmtKind};

impl<'t, 's> Compiler<'t, 's> {
    pub(super) fn statements(&mut self, body: &'t Body<'s>) -> Result<()> {
        for statement in body {
            if self.extends && matches!(statement.kind, StmtKind::Extends(_)) {
                // A second one fails before Jinja2 looks at what follows it.
                return Ok(());
            }
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'t Stmt<'s>) -> Result<()> {
        let at = statement.at;
        if let StmtKind::Output(parts) = &statement.kind {
            return self.output(parts);
        }
        self.flush();
        match &statement.kind {
            StmtKind::Output(_) => Ok(()),
            StmtKind::For { .. } => self.for_loop(statement),
            StmtKind::If { branches, otherwise } => self.if_statement(branches, otherwise, at),
            StmtKind::With { assignments, body } => self.with(assignments, body, at),
            StmtKind::Autoescape { enabled, body } => self.autoescape(enabled, body, at),
            StmtKind::Block { name, scoped, required, body } => {
                self.block(name, *scoped, *required, body, at)
            }
            StmtKind::Extends(template) => {
                if !self.place.toplevel {
                    let message = "cannot use extend from a non top-level scope";
                    return self.fail(at, ErrorKind::TemplateAssertion, message);
                }
                self.load_template(template, at)?;
                self.extends |= !self.place.soft;
                Ok(())
            }
            StmtKind::Include { template, ignore_missing, .. } => {
                self.expression(template)?;
                self.emit(Op::Include { ignore_missing: *ignore_missing }, at);
                Ok(())
            }
            StmtKind::Import { template, .. } | StmtKind::FromImport { template, .. } => {
                self.load_template(template, at)
            }
            StmtKind::Set { target, value } => self.set(target, value, at),
            StmtKind::SetBlock { target, filter, body } => self.set_block(target, filter.as_ref(), body, at),
            StmtKind::Macro { name, signature, body } => {
                let number = self.macro_body(Some(name), signature, body, at)?;
                self.emit(Op::MakeMacro(number), at);
                self.store_name(name, at)
            }
            StmtKind::CallBlock { signature, call, body } => {
                let number = self.macro_body(None, signature, body, at)?;
                let ExprKind::Call(callee, arguments) = &call.kind else { return Ok(()) };
                self.call(callee, arguments, Some(number), false, at)?;
                self.emit(Op::PrintRaw, at);
                Ok(())
            }
            StmtKind::FilterBlock { filter, body } => self.filter_block(filter, body, at),
            StmtKind::Generation(body) => self.generation(body, at),
            StmtKind::Break => {
                self.leave_loop(true, at);
                Ok(())
            }
            StmtKind::Continue => {
                self.leave_loop(false, at);
                Ok(())
            }
        }
    }

    /// Prints what is on the stack.
    pub(super) fn print(&mut self, at: usize) {
        let op = match self.place.escape {
            Escape::Never => Op::Print,
            Escape::Always => Op::PrintEscaped,
            Escape::Volatile(_) => Op::PrintVolatile,
        };
        self.emit(op, at);
    }

    fn output(&mut self, parts: &[Emit<'s>]) -> Result<()> {
        if self.extends && self.place.is_replaced {
            return Ok(());
        }
        for part in parts {
            let value = match part {
                Emit::Data(text, at) => {
                    self.data(text, *at);
                    continue;
                }
                Emit::Value(value) => value,
            };
            if let Some(text) = self.folder.print(value, self.place.escape) {
                self.data(&text, value.at);
                continue;
            }
            self.flush();
            self.print_expression(value)?;
        }
        Ok(())
    }

    fn if_statement(
        &mut self,
        branches: &'t [(Expr<'s>, Body<'s>)],
        otherwise: &'t Body<'s>,
        at: usize,
    ) -> Result<()> {
        let soft = std::mem::replace(&mut self.place.soft, true);
        let mut ends = Vec::new();
        for (n, (test, body)) in branches.iter().enumerate() {
            self.expression(test)?;
            let no = self.jump_if(false, test.at);
            self.statements(body)?;
            self.flush();
            if n + 1 < branches.len() || !otherwise.is_empty() {
                ends.push(self.emit(Op::Jump(0), at));
            }
            self.land(no);
        }
        self.statements(otherwise)?;
        self.flush();
        for end in ends {
            self.land(end);
        }
        self.place.soft = soft;
        Ok(())
    }

    /// Gives a name of this scope the value on the stack.
    fn store_name(&mut self, name: &str, at: usize) -> Result<()> {
        let variable = self.variable(name, at)?;
        self.emit(Op::Store(variable.slot), at);
        Ok(())
    }

    /// Gives a target the value on the stack.
    pub(super) fn store(&mut self, target: &Expr<'s>) -> Result<()> {
        match &target.kind {
            ExprKind::Name(name) => self.store_name(name, target.at),
            ExprKind::NamespaceRef(namespace, name) => {
                self.load(namespace, target.at)?;
                let variable = self.name(namespace);
                self.emit(Op::UndefinedAsMissing { name: variable }, target.at);
                let name = self.name(name);
                self.emit(Op::StoreNamespace { name }, target.at);
                Ok(())
            }
            ExprKind::Tuple(items) => {
                let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
                self.emit(Op::Unpack(count), target.at);
                items.iter().try_for_each(|item| self.store(item))
            }
            _ => self.fail(target.at, ErrorKind::Syntax, "can't assign to this"),
        }
    }

    /// Checks the namespaces that a target sets something in, before anything is evaluated.
    fn check_namespaces(&mut self, target: &Expr<'s>) -> Result<()> {
        match &target.kind {
            ExprKind::NamespaceRef(namespace, _) => {
                self.load(namespace, target.at)?;
                self.emit(Op::CheckNamespace, target.at);
                Ok(())
            }
            ExprKind::Tuple(items) => items.iter().try_for_each(|item| self.check_namespaces(item)),
            _ => Ok(()),
        }
    }

    fn set(&mut self, target: &Expr<'s>, value: &Expr<'s>, _at: usize) -> Result<()> {
        self.check_namespaces(target)?;
        self.expression(value)?;
        self.store(target)
    }

    fn load_template(&mut self, template: &Expr<'s>, at: usize) -> Result<()> {
        self.expression(template)?;
        let message = "no loader for this environment specified".to_owned();
        let number = self.constant(Constant::Error(ErrorKind::Type, message));
        self.emit(Op::Raise(number), at);
        Ok(())
    }

    fn leave_loop(&mut self, breaks: bool, at: usize) {
        let mut leaving = Vec::new();
        let mut next = None;
        for (depth, enclosing) in self.enclosing.iter().enumerate().rev() {
            match enclosing {
                Enclosing::Loop(pc) => {
                    next = Some((depth, *pc));
                    break;
                }
                Enclosing::Capture => leaving.push(Op::CaptureDrop),
                Enclosing::Escape => leaving.push(Op::EscapeEnd),
                Enclosing::Wall => break,
            }
        }
        let Some((depth, pc)) = next else {
            let message = if breaks { "'break' outside loop" } else { "'continue' not properly in loop" };
            self.fail_in_python(at, message);
            return;
        };
        for op in leaving {
            self.emit(op, at);
        }
        if breaks {
            let jump = self.emit(Op::Jump(0), at);
            self.breaks.push((depth, jump));
        } else {
            self.emit(Op::Jump(pc), at);
        }
    }
}
