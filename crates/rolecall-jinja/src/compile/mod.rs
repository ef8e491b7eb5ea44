//! The compiler: a syntax tree into a program. Names become slots, constants are computed, text that follows text is
//! joined.

mod call;
mod entries;
mod expression;
mod fold;
mod mentions;
mod printing;
mod scoped;
mod statement;
mod symbols;

use std::collections::BTreeMap;

use entries::Entries;
use symbols::{Begin, Symbols, Variable};

use crate::builtins::globals::Function;
use crate::builtins::methods::Method;
use crate::program::{CallShape, Constant, ContextName, Name, Op, Pc, Program};
use crate::source::error_at;
use crate::syntax::Body;
use crate::value::access::LoopField;
use crate::{Error, ErrorKind};

type Result<T> = std::result::Result<T, Error>;

/// Whether printing escapes, as far as that is known when a template is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Never,
    Always,
    /// It is told by a value. Constants are still escaped where they were around the block.
    Volatile(bool),
}

/// What a `break` or `continue` has to leave on its way out.
#[derive(Clone, Copy)]
enum Enclosing {
    /// A loop: where its next turn begins.
    Loop(Pc),
    Capture,
    Escape,
    /// Something that cannot be left by jumping.
    Wall,
}

/// The part of the compiler's state that a scope changes and gives back.
#[derive(Clone, Copy)]
struct Place {
    scope: usize,
    function: usize,
    /// Inside of an `if`, where an unknown filter is an error only if it is reached.
    soft: bool,
    /// In the main part of the template, outside of all scopes.
    toplevel: bool,
    /// Where nothing is printed, nor looked at, once the main part certainly extends another template.
    is_replaced: bool,
    escape: Escape,
    /// In a block: the number of what its names are looked up in.
    exports: Option<usize>,
}

/// What a block looks names up in: the variables of a scope, then what that scope's own block does.
#[derive(Clone, Copy, PartialEq)]
struct Exports {
    scope: usize,
    /// The function of the scope, whose frame is around the block's.
    function: usize,
    outer: Option<usize>,
    /// How many scoped blocks are inside one another.
    depth: usize,
}

/// The main part's variables.
const OF_MAIN: usize = 0;

/// A block that is still to be compiled, and what it sees.
struct Job<'t, 's> {
    name: &'s str,
    body: &'t Body<'s>,
    exports: usize,
}

struct Compiler<'t, 's> {
    source: &'s str,
    program: Program,
    symbols: Symbols<'s>,
    place: Place,
    enclosing: Vec<Enclosing>,
    /// Jumps out of loops that wait for the place where their loop ends, by the depth of `enclosing`.
    breaks: Vec<(usize, Pc)>,
    names: Entries<&'s str, u32>,
    context: Entries<&'s str, u32>,
    /// Variables that are nothing but the context's.
    from_context: Entries<(usize, u32), &'s str>,
    exports: Vec<Exports>,
    /// The blocks that were met, by what they see, with their numbers.
    blocks: Entries<(&'s str, usize), usize>,
    /// Those of them that are still to be compiled: after the main part, in the order of the source, as in Jinja2.
    jobs: BTreeMap<(usize, usize), Job<'t, 's>>,
    /// The first mistake that Python finds in what Jinja2 writes, which is after all that Jinja2 finds.
    python: Option<Error>,
    /// Whether the main part certainly extends another template.
    extends: bool,
    /// Special names, and whether they are in the source at all.
    mentioned: Vec<(&'static str, bool)>,
    /// The last instruction that a jump goes to: nothing before it may be changed.
    landed: Pc,
    /// Text that is to be printed next.
    pending: String,
    pending_at: usize,
    folder: fold::Folder,
}

/// Compiles the statements of a template. `source` is what they were parsed from.
pub(crate) fn compile<'s>(source: &'s str, body: &Body<'s>) -> Result<Program> {
    let mut symbols = Symbols::default();
    let function = symbols.add_function(None);
    let scope = symbols.add_scope(None, function);
    let place = Place {
        scope,
        function,
        soft: false,
        toplevel: true,
        is_replaced: true,
        escape: Escape::Never,
        exports: None,
    };
    let mut compiler = Compiler {
        source,
        program: Program::for_source(source.len()),
        symbols,
        place,
        enclosing: Vec::new(),
        breaks: Vec::new(),
        names: Entries::default(),
        context: Entries::default(),
        from_context: Entries::default(),
        blocks: Entries::default(),
        exports: vec![Exports { scope, function, outer: None, depth: 0 }],
        jobs: BTreeMap::new(),
        python: None,
        extends: false,
        mentioned: Vec::new(),
        landed: 0,
        pending: String::new(),
        pending_at: 0,
        folder: fold::Folder::new(),
    };
    compiler.main(body)?;
    Ok(compiler.program)
}

impl<'t, 's> Compiler<'t, 's> {
    fn main(&mut self, body: &'t Body<'s>) -> Result<()> {
        let scope = self.place.scope;
        if self.source.contains("block") {
            self.check_blocks(body)?;
        }
        if self.reads(body, "self") {
            let this = self.symbols.parameter(scope, "self");
            self.emit(Op::LoadTemplates, 0);
            self.emit(Op::Store(this.slot), 0);
        }
        self.symbols.body(scope, body);
        self.enter(scope);
        self.statements(body)?;
        self.flush();
        self.emit(Op::End, 0);
        self.program.slots = self.symbols.slots(0);
        self.blocks()?;
        match self.python.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Notes what Python does not compile.
    fn fail_in_python(&mut self, at: usize, message: impl Into<String>) {
        if self.python.is_none() {
            self.python = Some(error_at(self.source, at, ErrorKind::PythonSyntax, message));
        }
    }

    fn fail<T>(&self, at: usize, kind: ErrorKind, message: impl Into<String>) -> Result<T> {
        Err(error_at(self.source, at, kind, message))
    }

    /// Whether a body reads a special name before it sets it.
    fn reads(&mut self, body: &Body<'_>, name: &'static str) -> bool {
        let known = self.mentioned.iter().find(|(known, _)| *known == name);
        let is_mentioned = if let Some((_, is_mentioned)) = known {
            *is_mentioned
        } else {
            let is_mentioned = self.source.contains(name);
            self.mentioned.push((name, is_mentioned));
            is_mentioned
        };
        is_mentioned && mentions::reads(body, name)
    }

    /// The place of the next instruction.
    fn here(&self) -> Pc {
        Pc::try_from(self.program.ops.len()).unwrap_or(Pc::MAX)
    }

    fn emit(&mut self, op: Op, at: usize) -> Pc {
        let pc = self.here();
        self.program.ops.push(op);
        self.program.places.push(u32::try_from(at).unwrap_or(u32::MAX));
        pc
    }

    /// Lets a jump go to the next instruction.
    #[allow(clippy::collapsible_match, reason = "the instruction first, then whether it jumps")]
    fn land(&mut self, jump: Pc) {
        let here = self.here();
        self.landed = here;
        if let Some(op) = self.program.ops.get_mut(jump as usize) {
            match op {
                Op::Jump(to)
                | Op::JumpIfFalse(to)
                | Op::JumpIfTrue(to)
                | Op::JumpIfFalseKeep(to)
                | Op::JumpIfTrueKeep(to)
                | Op::JumpIfSet { to, .. }
                | Op::LoadIfSet { to, .. }
                | Op::JumpIfEqualText { to, .. }
                | Op::JumpUnlessEqualText { to, .. }
                | Op::JumpIfEqualInt { to, .. }
                | Op::JumpUnlessEqualInt { to, .. }
                | Op::JumpIfTest { to, .. }
                | Op::JumpUnlessTest { to, .. }
                | Op::LoopNext(to)
                | Op::LoopNextStore { end: to, .. }
                | Op::LoopEndElse(to)
                | Op::ChainFirst(to)
                | Op::ChainNext(to)
                | Op::ChainEnd(to)
                | Op::BuildFirst(to)
                | Op::BuildNext(to)
                | Op::BuildEnd(to) => *to = here,
                _ => {}
            }
        }
    }

    fn constant(&mut self, constant: Constant) -> u32 {
        let number = u32::try_from(self.program.constants.len()).unwrap_or(u32::MAX);
        self.program.constants.push(constant);
        number
    }

    /// The number of a name of attributes.
    fn name(&mut self, name: &'s str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return number;
        }
        let number = u32::try_from(self.program.names.len()).unwrap_or(u32::MAX);
        let method = Method::from_name(name);
        let hides_key = name.starts_with("__") || method.is_some_and(Method::is_of_dicts);
        let of_loop = LoopField::from_name(name);
        self.program.names.push(Name { text: name.to_owned(), method, hides_key, of_loop });
        self.names.set(name, number);
        number
    }

    /// The number of a variable of the context.
    fn context_name(&mut self, name: &'s str) -> u32 {
        if let Some(number) = self.context.get(name) {
            return number;
        }
        let number = u32::try_from(self.program.context.len()).unwrap_or(u32::MAX);
        let function = Function::from_name(name);
        self.program.context.push(ContextName { name: name.to_owned(), function });
        self.context.set(name, number);
        number
    }

    fn shape(&mut self, shape: CallShape) -> u32 {
        // Templates have a handful; only hostile ones have thousands, which are not all looked at.
        if let Some(at) = self.program.calls.iter().take(64).position(|known| *known == shape) {
            return u32::try_from(at).unwrap_or(u32::MAX);
        }
        self.program.calls.push(shape);
        u32::try_from(self.program.calls.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds text to what is printed next.
    fn data(&mut self, text: &str, at: usize) {
        if self.pending.is_empty() {
            self.pending_at = at;
        }
        self.pending.push_str(text);
    }

    /// Prints the text that is due.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        self.program.literal_bytes += text.len();
        let number = self.text(text);
        self.emit(Op::Data(number), self.pending_at);
    }

    /// The number of a text.
    fn text(&mut self, text: impl Into<Box<str>>) -> u32 {
        let number = u32::try_from(self.program.texts.len()).unwrap_or(u32::MAX);
        self.program.texts.push(text.into());
        number
    }

    /// A jump that is taken if what is on the stack is false, or if it is true. A test before it becomes part of it.
    fn jump_if(&mut self, wanted: bool, at: usize) -> Pc {
        let last = if self.here() > self.landed { self.program.ops.last().copied() } else { None };
        let op = match last {
            Some(Op::Not) => {
                self.remove_last();
                return self.jump_if(!wanted, at);
            }
            Some(Op::TestPlain(test)) if wanted => Op::JumpIfTest { test, to: 0 },
            Some(Op::TestPlain(test)) => Op::JumpUnlessTest { test, to: 0 },
            Some(Op::EqualText(text)) if wanted => Op::JumpIfEqualText { text, to: 0 },
            Some(Op::EqualText(text)) => Op::JumpUnlessEqualText { text, to: 0 },
            Some(Op::EqualInt(value)) if wanted => Op::JumpIfEqualInt { value, to: 0 },
            Some(Op::EqualInt(value)) => Op::JumpUnlessEqualInt { value, to: 0 },
            Some(Op::NotEqualInt(value)) if wanted => Op::JumpUnlessEqualInt { value, to: 0 },
            Some(Op::NotEqualInt(value)) => Op::JumpIfEqualInt { value, to: 0 },
            Some(Op::NotEqualText(text)) if wanted => Op::JumpUnlessEqualText { text, to: 0 },
            Some(Op::NotEqualText(text)) => Op::JumpIfEqualText { text, to: 0 },
            _ => {
                let op = if wanted { Op::JumpIfTrue(0) } else { Op::JumpIfFalse(0) };
                return self.emit(op, at);
            }
        };
        let at = self.program.places.last().map_or(at, |at| *at as usize);
        self.remove_last();
        self.emit(op, at)
    }

    fn remove_last(&mut self) {
        self.program.ops.pop();
        self.program.places.pop();
    }

    /// Sets the variables of a scope to what they begin with.
    fn enter(&mut self, scope: usize) {
        for (variable, begin) in self.symbols.begins(scope) {
            let key = (variable.function, variable.slot);
            match begin {
                Begin::Parameter => {}
                Begin::Context(name) if !self.symbols.is_stored(scope, name) => {
                    self.from_context.set(key, name);
                }
                Begin::Context(name) => {
                    self.load_context(name, 0);
                    self.emit(Op::Store(variable.slot), 0);
                }
                Begin::Alias(outer) => {
                    if let Some(name) = self.from_context.get((outer.function, outer.slot)) {
                        self.load_context(name, 0);
                        self.emit(Op::Store(variable.slot), 0);
                    } else {
                        let up = self.symbols.distance(self.place.function, outer.function);
                        self.emit(Op::Alias { up, from: outer.slot, to: variable.slot }, 0);
                    }
                }
                Begin::Undefined => {
                    self.emit(Op::Clear(variable.slot), 0);
                }
            }
        }
    }

    fn load_context(&mut self, name: &'s str, at: usize) {
        let number = self.context_name(name);
        let mut variables = Vec::new();
        let mut exports = self.place.exports;
        while let Some(from) = exports.and_then(|exports| self.exports.get(exports)) {
            variables.extend(self.symbols.stored(from.scope, name));
            exports = from.outer;
        }
        let Some(last) = variables.pop() else {
            self.emit(Op::LoadContext(number), at);
            return;
        };
        let up = |compiler: &Self, variable: Variable| {
            compiler.symbols.distance(compiler.place.function, variable.function)
        };
        let mut jumps = Vec::new();
        for variable in variables {
            let op = Op::LoadIfSet { up: up(self, variable), slot: variable.slot, to: 0 };
            jumps.push(self.emit(op, at));
        }
        self.emit(Op::LoadExported { up: up(self, last), slot: last.slot, name: number }, at);
        for jump in jumps {
            self.land(jump);
        }
    }

    fn load_variable(&mut self, variable: Variable, name: &'s str, at: usize) {
        if let Some(name) = self.from_context.get((variable.function, variable.slot)) {
            return self.load_context(name, at);
        }
        let up = self.symbols.distance(self.place.function, variable.function);
        let (slot, name) = (variable.slot, self.name(name));
        self.emit(if up == 0 { Op::Load { slot, name } } else { Op::LoadOuter { up, slot, name } }, at);
    }

    /// The variable that a name means here. Jinja2 fails where it did not look at the name beforehand.
    fn variable(&mut self, name: &str, at: usize) -> Result<Variable> {
        match self.symbols.find(self.place.scope, name) {
            Some(variable) => Ok(variable),
            None => self.fail(
                at,
                ErrorKind::Assertion,
                format!(
                    "Tried to resolve a name to a reference that was unknown to the frame ({})",
                    crate::text::repr(name)
                ),
            ),
        }
    }

    /// Reads a name.
    fn load(&mut self, name: &'s str, at: usize) -> Result<()> {
        let variable = self.variable(name, at)?;
        self.load_variable(variable, name, at);
        Ok(())
    }
}
