//! Statements with scopes of their own.

use super::{Compiler, Enclosing, Escape, Place, Result};
use crate::ErrorKind;
use crate::program::{BlockDecl, Constant, Op, Routine};
use crate::syntax::{Body, Expr, ExprKind, Stmt, StmtKind};
use crate::text::repr;

impl<'s> Compiler<'s> {
    /// A scope inside of this one, in the same frame.
    fn add_scope(&mut self) -> usize {
        self.symbols.add_scope(Some(self.place.scope), self.place.function)
    }

    fn within(&self, scope: usize) -> Place {
        Place { scope, soft: false, toplevel: false, ..self.place }
    }

    /// Compiles in a scope inside of this one.
    fn scoped(&mut self, scope: usize, compile: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let place = self.within(scope);
        let outer = std::mem::replace(&mut self.place, place);
        let result = compile(self);
        self.place = outer;
        result
    }

    pub(super) fn for_loop(&mut self, statement: &Stmt<'s>) -> Result<()> {
        let StmtKind::For { target, iter, recursive, .. } = &statement.kind else { return Ok(()) };
        if !recursive {
            self.expression(iter)?;
            return self.for_body(statement, false);
        }
        let function = self.symbols.add_function(Some(self.place.function));
        let reader = self.symbols.hidden(function);
        let over = self.emit(Op::Jump(0), statement.at);
        let entry = self.here();
        // What is inside of the loop belongs to a frame of its own, but sees the scope around it.
        let place = Place { function, soft: false, toplevel: false, ..self.place };
        self.inside(place, |compiler| {
            compiler.emit(Op::Load { slot: reader.slot, name: 0 }, target.at);
            compiler.for_body(statement, true)?;
            compiler.emit(Op::Return, statement.at);
            Ok(())
        })?;
        self.land(over);
        self.expression(iter)?;
        let slots = self.symbols.slots(function);
        self.emit(Op::CallLoop { routine: entry, slots }, statement.at);
        self.emit(Op::PrintRaw, statement.at);
        Ok(())
    }

    /// A loop over what is on the stack.
    fn for_body(&mut self, statement: &Stmt<'s>, is_recursive: bool) -> Result<()> {
        let StmtKind::For { target, test, body, otherwise, .. } = &statement.kind else { return Ok(()) };
        let at = statement.at;
        if let Some(loop_target) = assigns_loop(statement) {
            let message = "Can't assign to special loop variable in for-loop target";
            return self.fail(loop_target, ErrorKind::TemplateAssertion, message);
        }
        let scope = self.add_scope();
        let is_extended = is_recursive || self.reads(body, "loop") || has_scoped_block(body);
        let loop_variable = is_extended.then(|| self.symbols.parameter(scope, "loop"));
        self.symbols.loop_target(scope, target);
        self.symbols.body(scope, body);
        if let Some(test) = test {
            self.loop_filter(target, test, at)?;
        }
        let start = match loop_variable {
            Some(variable) if is_recursive => Op::LoopStartRecursive { slot: variable.slot },
            Some(variable) => Op::LoopStartExtended { slot: variable.slot },
            None => Op::LoopStart,
        };
        self.emit(start, target.at);
        // A single variable is set at once.
        let single = match &target.kind {
            ExprKind::Name(name) => self.symbols.find(scope, name),
            _ => None,
        };
        let next = match single {
            Some(variable) => self.emit(Op::LoopNextStore { slot: variable.slot, end: 0 }, target.at),
            None => self.emit(Op::LoopNext(0), target.at),
        };
        self.enclosing.push(Enclosing::Loop(next));
        let depth = self.enclosing.len() - 1;
        self.scoped(scope, |compiler| {
            if single.is_none() {
                compiler.store(target)?;
            }
            compiler.enter(scope);
            compiler.statements(body)?;
            compiler.flush();
            compiler.emit(Op::LoopTurned(next), at);
            Ok(())
        })?;
        self.enclosing.pop();
        self.land(next);
        while let Some((loop_depth, jump)) = self.breaks.last().copied()
            && loop_depth >= depth
        {
            self.breaks.pop();
            self.land(jump);
        }
        if otherwise.is_empty() {
            self.emit(Op::LoopEnd, at);
            return Ok(());
        }
        let skip = self.emit(Op::LoopEndElse(0), at);
        let scope = self.add_scope();
        self.symbols.body(scope, otherwise);
        self.scoped(scope, |compiler| {
            compiler.enter(scope);
            compiler.statements(otherwise)?;
            compiler.flush();
            Ok(())
        })?;
        self.land(skip);
        Ok(())
    }

    /// Code that tells which items a loop goes through. It runs by itself, when an item is asked for.
    fn loop_filter(&mut self, target: &Expr<'s>, test: &Expr<'s>, at: usize) -> Result<()> {
        let function = self.symbols.add_function(Some(self.place.function));
        let reader = self.symbols.hidden(function);
        let scope = self.symbols.add_scope(Some(self.place.scope), function);
        self.symbols.loop_target(scope, target);
        self.symbols.expression(scope, test);
        let over = self.emit(Op::Jump(0), at);
        let entry = self.here();
        let place = Place { scope, function, soft: false, toplevel: false, ..self.place };
        self.inside(place, |compiler| {
            compiler.emit(Op::Load { slot: reader.slot, name: 0 }, target.at);
            compiler.store(target)?;
            compiler.enter(scope);
            // The item is given on as it was taken apart.
            compiler.target_value(target)?;
            compiler.expression(test)?;
            compiler.emit(Op::Finish, at);
            Ok(())
        })?;
        self.land(over);
        let slots = self.symbols.slots(function);
        self.emit(Op::LoopFilter { routine: entry, slots }, at);
        Ok(())
    }

    /// The value of a target that was just set.
    fn target_value(&mut self, target: &Expr<'s>) -> Result<()> {
        match &target.kind {
            ExprKind::Name(name) => self.load(name, target.at),
            ExprKind::Tuple(items) => {
                for item in items {
                    self.target_value(item)?;
                }
                let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
                self.emit(Op::MakeTuple(count), target.at);
                Ok(())
            }
            ExprKind::NamespaceRef(namespace, name) => {
                self.load(namespace, target.at)?;
                let name = self.name(name);
                self.emit(Op::ItemName(name), target.at);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn with(
        &mut self,
        assignments: &[(Expr<'s>, Expr<'s>)],
        body: &Body<'s>,
        _at: usize,
    ) -> Result<()> {
        let scope = self.add_scope();
        for (target, _) in assignments {
            self.symbols.loop_target(scope, target);
        }
        self.symbols.body(scope, body);
        self.enter(scope);
        for (target, value) in assignments {
            // The value is what it is outside.
            self.expression(value)?;
            self.scoped(scope, |compiler| compiler.store(target))?;
        }
        self.scoped(scope, |compiler| {
            compiler.statements(body)?;
            compiler.flush();
            Ok(())
        })
    }

    pub(super) fn autoescape(&mut self, enabled: &Expr<'s>, body: &Body<'s>, at: usize) -> Result<()> {
        let scope = self.add_scope();
        self.symbols.expression(scope, enabled);
        self.symbols.body(scope, body);
        self.enter(scope);
        let constant = self.folder.fold(enabled, Escape::Never);
        self.scoped(scope, |compiler| {
            compiler.expression(enabled)?;
            compiler.emit(Op::EscapeStart, at);
            compiler.enclosing.push(Enclosing::Escape);
            compiler.place.escape = match constant {
                _ if compiler.place.escape == Escape::Volatile => Escape::Volatile,
                None => Escape::Volatile,
                Some(constant) if constant.is_true() => Escape::Always,
                Some(_) => Escape::Never,
            };
            compiler.statements(body)?;
            compiler.flush();
            compiler.enclosing.pop();
            compiler.emit(Op::EscapeEnd, at);
            Ok(())
        })
    }

    pub(super) fn set_block(
        &mut self,
        target: &Expr<'s>,
        filter: Option<&Expr<'s>>,
        body: &Body<'s>,
        at: usize,
    ) -> Result<()> {
        let scope = self.add_scope();
        self.symbols.body(scope, body);
        self.enter(scope);
        self.captured(scope, body, filter, at)?;
        self.emit(Op::MarkupIfEscaping, at);
        self.store(target)
    }

    pub(super) fn filter_block(&mut self, filter: &Expr<'s>, body: &Body<'s>, at: usize) -> Result<()> {
        let scope = self.add_scope();
        self.symbols.body(scope, body);
        self.symbols.expression(scope, filter);
        self.enter(scope);
        self.captured(scope, body, Some(filter), at)?;
        self.emit(Op::PrintRaw, at);
        Ok(())
    }

    /// Code that leaves on the stack what a body prints, after a filter.
    fn captured(
        &mut self,
        scope: usize,
        body: &Body<'s>,
        filter: Option<&Expr<'s>>,
        at: usize,
    ) -> Result<()> {
        self.scoped(scope, |compiler| {
            compiler.emit(Op::CaptureStart, at);
            compiler.enclosing.push(Enclosing::Capture);
            compiler.statements(body)?;
            compiler.flush();
            compiler.enclosing.pop();
            compiler.emit(Op::CaptureEnd, at);
            match filter {
                Some(filter) => {
                    if compiler.place.escape != Escape::Never {
                        compiler.emit(Op::MarkupIfEscaping, at);
                    }
                    compiler.filters(filter)
                }
                None => Ok(()),
            }
        })
    }

    /// Applies the filters of a block, innermost first, to what is on the stack.
    fn filters(&mut self, filter: &Expr<'s>) -> Result<()> {
        let ExprKind::Filter(inner, name, arguments) = &filter.kind else { return Ok(()) };
        if let Some(inner) = inner {
            self.filters(inner)?;
        }
        self.filter(name, arguments, filter.at)
    }

    pub(super) fn generation(&mut self, body: &Body<'s>, at: usize) -> Result<()> {
        let scope = self.add_scope();
        // To Jinja2 it is the body of a call block, which has these names, but nobody who calls it gives them.
        for name in ["caller", "kwargs", "varargs"] {
            if !self.reads(body, name) {
                continue;
            }
            let variable = self.symbols.parameter(scope, name);
            let op = match name {
                "caller" => {
                    let hint = Constant::Text("No caller defined".to_owned());
                    Op::UndefinedHint(self.constant(hint))
                }
                "kwargs" => Op::MakeDict(0),
                _ => Op::MakeTuple(0),
            };
            self.emit(op, at);
            self.emit(Op::Store(variable.slot), at);
        }
        self.symbols.body(scope, body);
        self.enter(scope);
        self.emit(Op::GenerationStart, at);
        self.enclosing.push(Enclosing::Wall);
        self.scoped(scope, |compiler| {
            compiler.statements(body)?;
            compiler.flush();
            Ok(())
        })?;
        self.enclosing.pop();
        self.emit(Op::GenerationEnd, at);
        Ok(())
    }

    pub(super) fn block(
        &mut self,
        name: &'s str,
        is_scoped: bool,
        is_required: bool,
        body: &Body<'s>,
        at: usize,
    ) -> Result<()> {
        if self.blocks.contains(&name) {
            let message = format!("block {} defined twice", repr(name));
            return self.fail(at, ErrorKind::TemplateAssertion, message);
        }
        self.blocks.push(name);
        if is_required {
            let message = format!("Required block {} not found", repr(name));
            let number = self.constant(Constant::Error(ErrorKind::Runtime, message));
            self.emit(Op::Raise(number), at);
        }
        let number = self.program.blocks.len();
        let unfinished = BlockDecl { name: name.to_owned(), routine: Routine::default(), by_name: None };
        self.program.blocks.push(unfinished);
        // Called by its name it sees only what the main part has set.
        let by_name = if is_scoped && !self.source.contains("self") {
            None
        } else {
            Some(self.block_body(name, body, 0, Some(0), at)?)
        };
        let routine = match by_name {
            Some(routine) if !is_scoped && self.place.function == 0 => routine,
            _ => {
                let exports = if is_scoped { self.place.scope } else { 0 };
                self.block_body(name, body, self.place.function, Some(exports), at)?
            }
        };
        if let Some(decl) = self.program.blocks.get_mut(number) {
            decl.routine = routine;
            decl.by_name = by_name;
        }
        self.emit(Op::CallBlock(u32::try_from(number).unwrap_or(u32::MAX)), at);
        Ok(())
    }

    fn block_body(
        &mut self,
        name: &'s str,
        body: &Body<'s>,
        parent: usize,
        exports: Option<usize>,
        at: usize,
    ) -> Result<Routine> {
        let function = self.symbols.add_function(Some(parent));
        let scope = self.symbols.add_scope(None, function);
        let over = self.emit(Op::Jump(0), at);
        let entry = self.here();
        // Blocks are compiled by themselves: whether printing escapes around them does not count.
        let escape = Escape::Never;
        let place = Place { scope, function, soft: false, toplevel: false, exports, escape };
        self.inside(place, |compiler| {
            if compiler.reads(body, "self") {
                let this = compiler.symbols.parameter(scope, "self");
                compiler.emit(Op::LoadTemplates, at);
                compiler.emit(Op::Store(this.slot), at);
            }
            if compiler.reads(body, "super") {
                let variable = compiler.symbols.parameter(scope, "super");
                let hint = format!("there is no parent block called {}.", repr(name));
                let number = compiler.constant(Constant::Text(hint));
                compiler.emit(Op::UndefinedHint(number), at);
                compiler.emit(Op::Store(variable.slot), at);
            }
            compiler.symbols.body(scope, body);
            compiler.enter(scope);
            compiler.statements(body)?;
            compiler.flush();
            compiler.emit(Op::Return, at);
            Ok(())
        })?;
        self.land(over);
        Ok(Routine { entry, slots: self.symbols.slots(function), length: self.here() - entry })
    }
}

/// Where a loop, or anything inside of it, assigns to `loop`.
fn assigns_loop(statement: &Stmt<'_>) -> Option<usize> {
    fn target(expression: &Expr<'_>) -> Option<usize> {
        match &expression.kind {
            ExprKind::Name("loop") => Some(expression.at),
            ExprKind::Tuple(items) => items.iter().find_map(target),
            _ => None,
        }
    }
    fn in_body(body: &Body<'_>) -> Option<usize> {
        body.iter().find_map(assigns_loop)
    }
    match &statement.kind {
        StmtKind::For { target: to, body, otherwise, .. } => {
            target(to).or_else(|| in_body(body)).or_else(|| in_body(otherwise))
        }
        StmtKind::Set { target: to, .. } => target(to),
        StmtKind::SetBlock { target: to, body, .. } => target(to).or_else(|| in_body(body)),
        StmtKind::With { assignments, body } => {
            // These are parameters to Jinja2, not assignments.
            let _ = assignments;
            in_body(body)
        }
        StmtKind::If { branches, otherwise } => {
            branches.iter().find_map(|(_, body)| in_body(body)).or_else(|| in_body(otherwise))
        }
        StmtKind::Autoescape { body, .. }
        | StmtKind::Block { body, .. }
        | StmtKind::Macro { body, .. }
        | StmtKind::CallBlock { body, .. }
        | StmtKind::FilterBlock { body, .. }
        | StmtKind::Generation(body) => in_body(body),
        _ => None,
    }
}

/// Whether a block that sees the variables around it stands in a body.
fn has_scoped_block(body: &Body<'_>) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StmtKind::Block { scoped, body, .. } => *scoped || has_scoped_block(body),
        StmtKind::If { branches, otherwise } => {
            branches.iter().any(|(_, body)| has_scoped_block(body)) || has_scoped_block(otherwise)
        }
        StmtKind::For { body, otherwise, .. } => has_scoped_block(body) || has_scoped_block(otherwise),
        StmtKind::With { body, .. }
        | StmtKind::Autoescape { body, .. }
        | StmtKind::SetBlock { body, .. }
        | StmtKind::Macro { body, .. }
        | StmtKind::CallBlock { body, .. }
        | StmtKind::FilterBlock { body, .. }
        | StmtKind::Generation(body) => has_scoped_block(body),
        _ => false,
    })
}
