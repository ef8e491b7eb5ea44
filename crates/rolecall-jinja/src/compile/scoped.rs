//! Statements with scopes of their own.

use std::ops::ControlFlow;

use super::entries::Entries;
use super::{Compiler, Enclosing, Escape, Exports, Job, OF_MAIN, Place, Result};
use crate::ErrorKind;
use crate::builtins::filters;
use crate::program::{BlockDecl, Constant, Op, Routine};
use crate::syntax::{Body, Expr, ExprKind, Stmt, StmtKind};
use crate::text::repr;
use crate::walk::{Part, each_statement};

/// How many scoped blocks may be inside one another: a name may be looked up in what is around each of them.
const MOST_SCOPED: usize = 16;

/// How many instructions there may be besides two for each byte of the source, before another block is compiled: those
/// inside of scoped blocks are compiled for each way of getting there.
const MOST_OPS: usize = 4_000_000;

impl<'t, 's> Compiler<'t, 's> {
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

    pub(super) fn for_loop(&mut self, statement: &'t Stmt<'s>) -> Result<()> {
        let StmtKind::For { target, iter, test, recursive, .. } = &statement.kind else { return Ok(()) };
        if !recursive {
            let filter = self.loop_filter(target, test.as_ref(), statement.at)?;
            self.check_loop(statement)?;
            self.expression(iter)?;
            return self.for_body(statement, filter, false);
        }
        let function = self.symbols.add_function(Some(self.place.function));
        let reader = self.symbols.hidden(function);
        let over = self.emit(Op::Jump(0), statement.at);
        let entry = self.here();
        // What is inside of the loop belongs to a frame of its own, but sees the scope around it.
        let place = Place { function, soft: false, toplevel: false, ..self.place };
        self.inside(place, |compiler| {
            let filter = compiler.loop_filter(target, test.as_ref(), statement.at)?;
            compiler.check_loop(statement)?;
            compiler.emit(Op::Load { slot: reader.slot, name: 0 }, target.at);
            compiler.for_body(statement, filter, true)?;
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

    /// Jinja2 looks for assignments to `loop` before it looks at what is gone through.
    fn check_loop(&self, statement: &Stmt<'s>) -> Result<()> {
        let Some(target) = assigns_loop(statement) else { return Ok(()) };
        let message = "Can't assign to special loop variable in for-loop target";
        self.fail(target, ErrorKind::TemplateAssertion, message)
    }

    /// A loop over what is on the stack.
    fn for_body(&mut self, statement: &'t Stmt<'s>, filter: Option<Op>, is_recursive: bool) -> Result<()> {
        let StmtKind::For { target, body, otherwise, .. } = &statement.kind else { return Ok(()) };
        let at = statement.at;
        let scope = self.add_scope();
        let is_extended =
            is_recursive || self.reads(body, "loop") || has_scoped_block(body) || has_scoped_block(otherwise);
        let loop_variable = is_extended.then(|| self.symbols.parameter(scope, "loop"));
        self.symbols.loop_target(scope, target);
        self.symbols.body(scope, body);
        if let Some(filter) = filter {
            self.emit(filter, at);
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
    /// Gives the instruction that uses it.
    fn loop_filter(&mut self, target: &Expr<'s>, test: Option<&Expr<'s>>, at: usize) -> Result<Option<Op>> {
        let Some(test) = test else { return Ok(None) };
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
        Ok(Some(Op::LoopFilter { routine: entry, slots }))
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
        assignments: &'t [(Expr<'s>, Expr<'s>)],
        body: &'t Body<'s>,
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

    pub(super) fn autoescape(&mut self, enabled: &Expr<'s>, body: &'t Body<'s>, at: usize) -> Result<()> {
        let scope = self.add_scope();
        self.symbols.expression(scope, enabled);
        self.symbols.body(scope, body);
        self.enter(scope);
        let constant = self.folder.fold(enabled, Escape::Never);
        self.scoped(scope, |compiler| {
            compiler.expression(enabled)?;
            compiler.emit(Op::EscapeStart, at);
            compiler.enclosing.push(Enclosing::Escape);
            let enabled = constant.map(|constant| constant.is_true());
            compiler.place.escape = match (compiler.place.escape, enabled) {
                (Escape::Volatile(outer), enabled) => Escape::Volatile(enabled.unwrap_or(outer)),
                (outer, None) => Escape::Volatile(outer == Escape::Always),
                (_, Some(true)) => Escape::Always,
                (_, Some(false)) => Escape::Never,
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
        body: &'t Body<'s>,
        at: usize,
    ) -> Result<()> {
        let scope = self.add_scope();
        self.symbols.body(scope, body);
        self.enter(scope);
        let is_replaced = std::mem::replace(&mut self.place.is_replaced, false);
        self.captured(scope, body, filter, at)?;
        self.place.is_replaced = is_replaced;
        self.emit(Op::MarkupIfEscaping, at);
        self.store(target)
    }

    pub(super) fn filter_block(&mut self, filter: &Expr<'s>, body: &'t Body<'s>, at: usize) -> Result<()> {
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
        body: &'t Body<'s>,
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
        // The outermost of several that do not exist is the one that is told.
        if !self.place.soft && filters::find(name).is_none() {
            return self.filter(name, arguments, filter.at);
        }
        if let Some(inner) = inner {
            self.filters(inner)?;
        }
        self.filter(name, arguments, filter.at)
    }

    pub(super) fn generation(&mut self, body: &'t Body<'s>, at: usize) -> Result<()> {
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

    /// Checks that no two blocks have the same name, which is the first that Jinja2 does.
    pub(super) fn check_blocks(&self, body: &Body<'s>) -> Result<()> {
        let mut names = Entries::default();
        let twice = each_statement(body, &mut |statement| {
            let StmtKind::Block { name, .. } = &statement.kind else { return ControlFlow::Continue(()) };
            if names.get(*name).is_some() {
                return ControlFlow::Break((*name, statement.at));
            }
            names.set(*name, ());
            ControlFlow::Continue(())
        });
        let Some((name, at)) = twice.break_value() else { return Ok(()) };
        self.fail(at, ErrorKind::TemplateAssertion, format!("block {} defined twice", repr(name)))
    }

    pub(super) fn block(
        &mut self,
        name: &'s str,
        is_scoped: bool,
        is_required: bool,
        body: &'t Body<'s>,
        at: usize,
    ) -> Result<()> {
        if is_required {
            let message = format!("Required block {} not found", repr(name));
            let number = self.constant(Constant::Error(ErrorKind::Runtime, message));
            self.emit(Op::Raise(number), at);
        }
        // A block that is not scoped sees what the block around it sees.
        let around = self.place.exports.unwrap_or(OF_MAIN);
        let exports = if is_scoped {
            let (scope, function) = (self.place.scope, self.place.function);
            let depth = self.exports.get(around).map_or(0, |around| around.depth) + 1;
            if depth > MOST_SCOPED {
                let message = format!("scoped blocks are more than {MOST_SCOPED} deep inside one another");
                return self.fail(at, ErrorKind::Limit, message);
            }
            self.exports.push(Exports { scope, function, outer: Some(around), depth });
            self.exports.len() - 1
        } else {
            around
        };
        // Called by its name it sees only what the main part has set.
        if exports != OF_MAIN && self.source.contains("self") {
            self.job(name, body, OF_MAIN, at);
        }
        let number = self.job(name, body, exports, at);
        let function = self.exports.get(exports).map_or(0, |exports| exports.function);
        let up = self.symbols.distance(self.place.function, function);
        self.emit(Op::CallBlock { number, up }, at);
        Ok(())
    }

    /// The number of a block with what it sees. What is not known yet is compiled later.
    fn job(&mut self, name: &'s str, body: &'t Body<'s>, exports: usize, at: usize) -> u32 {
        let number = self.blocks.get((name, exports)).unwrap_or_else(|| {
            let number = self.program.blocks.len();
            let by_name = exports == OF_MAIN;
            let unfinished = BlockDecl { name: name.to_owned(), routine: Routine::default(), by_name };
            self.program.blocks.push(unfinished);
            self.blocks.set((name, exports), number);
            self.jobs.insert((at, number), Job { name, body, exports });
            number
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// Compiles the blocks that were met, and those that are met in them.
    pub(super) fn blocks(&mut self) -> Result<()> {
        while let Some(((at, number), Job { name, body, exports })) = self.jobs.pop_first() {
            if self.program.ops.len() > MOST_OPS + 2 * self.source.len() {
                let message = "blocks inside one another make too much code".to_owned();
                return self.fail(at, ErrorKind::Limit, message);
            }
            let routine = self.block_body(name, body, exports, at)?;
            if let Some(decl) = self.program.blocks.get_mut(number) {
                decl.routine = routine;
            }
        }
        Ok(())
    }

    fn block_body(
        &mut self,
        name: &'s str,
        body: &'t Body<'s>,
        exports: usize,
        at: usize,
    ) -> Result<Routine> {
        let parent = self.exports.get(exports).map_or(0, |exports| exports.function);
        let function = self.symbols.add_function(Some(parent));
        let scope = self.symbols.add_scope(None, function);
        let entry = self.here();
        self.landed = entry;
        // Blocks are compiled by themselves: whether printing escapes around them does not count.
        let escape = Escape::Never;
        let exports = Some(exports);
        let place =
            Place { scope, function, soft: false, toplevel: false, is_replaced: false, exports, escape };
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
        Ok(Routine { entry, slots: self.symbols.slots(function), length: self.here() - entry })
    }
}

/// Where a loop, or anything inside of it, assigns to `loop`.
fn assigns_loop(statement: &Stmt<'_>) -> Option<usize> {
    fn assigned(target: &Expr<'_>) -> Option<usize> {
        match &target.kind {
            ExprKind::Name("loop") => Some(target.at),
            ExprKind::Tuple(items) => items.iter().find_map(assigned),
            _ => None,
        }
    }
    let found = statement.kind.parts(|part| {
        let found = match part {
            // Those of a `with` are parameters to Jinja2, not assignments.
            Part::Target(target) if !matches!(statement.kind, StmtKind::With { .. }) => assigned(target),
            Part::Body(body) => body.iter().find_map(assigns_loop),
            _ => None,
        };
        found.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    });
    found.break_value()
}

/// Whether a block that sees the variables around it stands in a body.
fn has_scoped_block(body: &Body<'_>) -> bool {
    let scoped = each_statement(body, &mut |statement| match &statement.kind {
        StmtKind::Block { scoped: true, .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    scoped.is_break()
}
