//! Calls: of macros, which run here, and of everything else.

use super::{Caller, Machine, Prints};
use crate::builtins::args::merged;
use crate::builtins::{Args, Filter, Signature, Test, methods};
use crate::program::{MacroDecl, Pc, Routine};
use crate::raised::{Raised, Result};
use crate::text::repr;
use crate::value::object::{self, Frame, Recurse};
use crate::value::undefined::Undefined;
use crate::value::{Object, Value, access, dict, iter, names, operators, unknown};

/// What a call comes to.
pub(super) enum Called<'a> {
    /// It is done.
    Value(Value<'a>),
    /// It runs in this machine from here on, and leaves its value when it returns.
    Running(Pc),
}

/// What arguments are for, which Python's messages about `**` name.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    /// Anything that is called by `(…)`: it is a function of the sandbox that calls it.
    Sandbox,
    Filter(Filter),
    Test(Test),
}

impl Callee {
    /// The module and the name of the function, as Python writes them.
    fn path(self) -> String {
        match self {
            Self::Sandbox => "jinja2.sandbox.SandboxedEnvironment.call()".to_owned(),
            Self::Filter(filter) => filter.path(),
            Self::Test(test) => test.path(),
        }
    }
}

impl<'a> Machine<'_, 'a> {
    /// Takes the arguments of a call from the stack and hands them over.
    pub(super) fn with_arguments<T>(
        &mut self,
        shape: u32,
        callee: Callee,
        call: impl FnOnce(&mut Self, &Args<'_, 'a>) -> Result<T>,
    ) -> Result<T> {
        let Some(shape) = self.program.calls.get(shape as usize) else { return call(self, &Args::none()) };
        let from = self.stack.len().saturating_sub(shape.values());
        if shape.named.is_empty() && !shape.star && !shape.double_star {
            // A handful of arguments is moved aside without a place of its own.
            let mut few = [Value::Missing; 4];
            if let Some(few) = few.get_mut(..shape.positional as usize) {
                few.copy_from_slice(self.stack.get(from..).unwrap_or_default());
                self.stack.truncate(from);
                return call(self, &Args { positional: few, named: &[] });
            }
        }
        let mut values = self.stack.get(from..).unwrap_or_default().to_vec();
        self.stack.truncate(from);
        let double_star = if shape.double_star { values.pop() } else { None };
        let mut named: Vec<(&'a str, Value<'a>)> = Vec::new();
        let named_values = values.split_off(values.len().saturating_sub(shape.named.len()));
        for (name, value) in shape.named.iter().zip(named_values) {
            named.push((name, value));
        }
        let star = if shape.star { values.pop() } else { None };
        if let Some(star) = star {
            values.extend_from_slice(self.spread(star)?);
        }
        if let Some(more) = double_star {
            let Some(more) = more.as_dict() else {
                if let Value::Undefined(undefined) = more {
                    return Err(undefined.error(self.rt));
                }
                unknown::check(more)?;
                let message = format!(
                    "{} argument after ** must be a mapping, not {}",
                    if shape.merges { "dict()".to_owned() } else { callee.path() },
                    names::type_name(more)
                );
                return Err(Raised::type_error(message));
            };
            // Its own keys are all different.
            let explicit = named.len();
            self.rt.step(more.len().saturating_mul(explicit) / 8)?;
            for (name, value) in more.entries(self.rt)? {
                let Some((origin, name)) = self.rt.flat(name)? else {
                    return Err(Raised::type_error("keywords must be strings"));
                };
                self.rt.note_name(origin, name);
                if !shape.merges && named.iter().take(explicit).any(|(known, _)| *known == name) {
                    let message =
                        format!("{} got multiple values for keyword argument {}", callee.path(), repr(name));
                    return Err(Raised::type_error(message));
                }
                named.push((name, value));
            }
        }
        if shape.merges {
            named = merged(named);
        }
        if matches!(callee, Callee::Sandbox) {
            // Jinja2 hands its own over by these names, and takes them away.
            named.retain(|(name, _)| !matches!(*name, "_loop_vars" | "_block_vars"));
        }
        call(self, &Args { positional: &values, named: &named })
    }

    /// The items of what is given as `*`.
    pub(super) fn spread(&self, star: Value<'a>) -> Result<&'a [Value<'a>]> {
        if !is_iterable(star) {
            let message = format!("Value after * must be an iterable, not {}", names::type_name(star));
            return Err(Raised::type_error(message));
        }
        iter::collect(self.rt, star)
    }

    /// Calls what is below the arguments on the stack. What comes back is left there, or printed.
    pub(super) fn call(&mut self, shape: u32, captured: bool, pc: Pc) -> Result<Pc> {
        let result = self.with_arguments(shape, Callee::Sandbox, |machine, args| {
            let callee = machine.pop();
            machine.call_value(callee, args, captured, pc)
        })?;
        match result {
            Called::Value(value) if captured => self.push(value),
            Called::Value(value) => self.print(value)?,
            Called::Running(pc) => return Ok(pc),
        }
        Ok(pc)
    }

    /// Calls `value.name(…)`. A method that is known is called without making a value of it first.
    pub(super) fn call_method(&mut self, name: u32, shape: u32, pc: Pc) -> Result<Pc> {
        let Some(name) = self.program.names.get(name as usize) else { return Ok(pc) };
        let result = self.with_arguments(shape, Callee::Sandbox, |machine, args| {
            let of = machine.pop();
            if let Some(method) = name.method
                && method.is_of(of)
                && !method.modifies(of)
            {
                return methods::call(machine.rt, method, of, args).map(Called::Value);
            }
            let callee = access::attribute(machine.rt, of, &name.text)?;
            machine.call_value(callee, args, true, pc)
        })?;
        match result {
            Called::Value(value) => {
                self.push(value);
                Ok(pc)
            }
            Called::Running(pc) => Ok(pc),
        }
    }

    /// Calls anything. What runs in this machine gives nothing yet: it runs from now on.
    pub(super) fn call_value(
        &mut self,
        callee: Value<'a>,
        args: &Args<'_, 'a>,
        captured: bool,
        pc: Pc,
    ) -> Result<Called<'a>> {
        let Value::Object(object) = callee else {
            if let Value::Undefined(undefined) = callee {
                return Err(undefined.error(self.rt));
            }
            let message = format!("'{}' object is not callable", names::type_name(callee));
            return Err(Raised::type_error(message));
        };
        match object {
            Object::Macro(this) => self.call_macro(this, args, captured, pc).map(Called::Running),
            Object::Loop(this) => self.recurse(this, args, captured, pc).map(Called::Running),
            Object::Block(number) => {
                self.call_block_by_name(*number, args, captured, pc).map(Called::Running)
            }
            Object::Function(function) => function.call(self.rt, args).map(Called::Value),
            Object::Method(bound) => methods::call(self.rt, bound.method, bound.of, args).map(Called::Value),
            Object::Joiner(joiner) => joiner_call(joiner, args).map(Called::Value),
            Object::Unknown(unknown) => Err(unknown.error()),
            Object::Namespace(_)
            | Object::Cycler(_)
            | Object::Templates
            | Object::Group(_)
            | Object::Bytes(_) => {
                let message = format!("'{}' object is not callable", object.type_name());
                Err(Raised::type_error(message))
            }
        }
    }

    /// Begins a routine in a frame of its own.
    fn enter(&mut self, routine: Routine, frame: &'a Frame<'a>, prints: Prints, pc: Pc) -> Result<Pc> {
        if self.callers.len() >= self.rt.limits.recursion {
            return Err(Raised::limit(format!(
                "macros and recursive loops are more than {} deep inside one another (limit `recursion`)",
                self.rt.limits.recursion
            )));
        }
        self.rt.step(routine.length as usize)?;
        let printed = self.out.text.len();
        self.callers.push(Caller { pc, frame: self.frame, loops: self.loops.len(), prints, printed });
        if prints == Prints::Captured {
            self.out.start_capture(self.rt);
        }
        if prints != Prints::Parts {
            self.start_parts();
        }
        self.frame = frame;
        Ok(routine.entry)
    }

    pub(super) fn return_to_caller(&mut self, pc: Pc) -> Result<Pc> {
        let Some(caller) = self.callers.pop() else { return Ok(pc) };
        if caller.prints != Prints::Parts {
            self.end_parts()?;
        }
        self.frame = caller.frame;
        self.loops.truncate(caller.loops);
        match caller.prints {
            Prints::Captured => {
                let text = self.out.end_capture(self.rt)?;
                let text = if self.rt.autoescape.get() { operators::markup(self.rt, text)? } else { text };
                self.push(text);
            }
            Prints::Whole => self.parts.count += 1,
            Prints::Parts => {}
        }
        Ok(caller.pc)
    }

    pub(super) fn make_macro(&mut self, number: u32) -> Result<()> {
        if let Some(decl) = self.program.macros.get(number as usize) {
            let object = self.rt.alloc(Object::Macro(object::Macro { decl, frame: self.frame }))?;
            self.push(Value::Object(object));
        }
        Ok(())
    }

    fn call_macro(
        &mut self,
        this: &'a object::Macro<'a>,
        args: &Args<'_, 'a>,
        captured: bool,
        pc: Pc,
    ) -> Result<Pc> {
        let decl = this.decl;
        let frame = self.rt.frame(decl.routine.slots, Some(this.frame))?;
        self.bind_macro(decl, frame, args)?;
        self.enter(decl.routine, frame, whole(captured), pc)
    }

    /// Fills the parameters of a macro, with Jinja2's rules.
    fn bind_macro(&mut self, decl: &'a MacroDecl, frame: &'a Frame<'a>, args: &Args<'_, 'a>) -> Result<()> {
        let name = || match decl.name() {
            Some(name) => repr(name),
            None => "None".to_owned(),
        };
        let set = |slot: u32, value: Value<'a>| {
            if let Some(cell) = frame.slots.get(slot as usize) {
                cell.set(value);
            }
        };
        if args.named("self").is_some() {
            return Err(Raised::type_error("Macro.__call__() got multiple values for argument 'self'"));
        }
        let count = decl.parameters().len();
        self.rt.step((count + 1).saturating_mul(args.named.len()) / 4)?;
        let mut used = 0_usize;
        let mut found_caller =
            args.positional.len() >= count && decl.parameters().any(|name| name == "caller");
        let mut taken: Vec<&str> = Vec::new();
        for (at, (parameter, slot)) in decl.parameter_slots().enumerate() {
            if let Some(value) = args.positional.get(at) {
                used += 1;
                set(slot, *value);
                continue;
            }
            found_caller |= parameter == "caller";
            if let Some(value) = args.named(parameter) {
                set(slot, value);
                taken.push(parameter);
            }
        }
        if decl.accesses_caller && !found_caller {
            let caller = match args.named("caller") {
                Some(caller) if !caller.is_none() => caller,
                _ => Value::Undefined(self.rt.alloc(Undefined::Hint("No caller defined"))?),
            };
            taken.push("caller");
            if let Some(slot) = decl.caller {
                set(slot, caller);
            }
        }
        let mut left = args.named.iter().filter(|(name, _)| !taken.contains(name)).peekable();
        if let Some(slot) = decl.kwargs {
            let mut entries = dict::DictBuilder::new();
            for (name, value) in left {
                entries.insert(self.rt, self.rt.name_value(name), *value)?;
            }
            set(slot, entries.finish(self.rt)?);
        } else if let Some((first, _)) = left.peek() {
            if args.named.iter().any(|(name, _)| *name == "caller" && !taken.contains(&"caller")) {
                return Err(Raised::type_error(format!(
                    "macro {} was invoked with two values for the special caller argument. This is most likely a bug.",
                    name()
                )));
            }
            return Err(Raised::type_error(format!(
                "macro {} takes no keyword argument {}",
                name(),
                repr(first)
            )));
        }
        let rest = args.positional.get(used..).unwrap_or_default();
        if let Some(slot) = decl.varargs {
            set(slot, Value::tuple(self.rt.alloc_slice(rest)?));
        } else if !rest.is_empty() {
            return Err(Raised::type_error(format!(
                "macro {} takes not more than {count} argument(s)",
                name()
            )));
        }
        Ok(())
    }

    /// Runs a block where it stands.
    pub(super) fn call_block(&mut self, number: u32, up: u32, pc: Pc) -> Result<Pc> {
        let Some(decl) = self.program.blocks.get(number as usize) else { return Ok(pc) };
        let frame = self.rt.frame(decl.routine.slots, Some(self.frame_up(up)))?;
        self.enter(decl.routine, frame, Prints::Parts, pc)
    }

    /// `self.name()`.
    fn call_block_by_name(&mut self, number: u32, args: &Args<'_, 'a>, captured: bool, pc: Pc) -> Result<Pc> {
        without_arguments("BlockReference.__call__").bind(&[], args)?;
        let decl = self.program.blocks.get(number as usize).filter(|decl| decl.by_name);
        let Some(routine) = decl.map(|decl| decl.routine) else {
            return Err(Raised::unsupported("a block cannot be called by its name here"));
        };
        let frame = self.rt.frame(routine.slots, Some(self.main_frame()))?;
        self.enter(routine, frame, whole(captured), pc)
    }

    /// The frame of the main part.
    fn main_frame(&self) -> &'a Frame<'a> {
        let mut frame = self.frame;
        while let Some(parent) = frame.parent {
            frame = parent;
        }
        frame
    }

    /// Runs a recursive loop for the first time.
    pub(super) fn call_loop(&mut self, entry: Pc, slots: u32, pc: Pc) -> Result<Pc> {
        let items = self.pop();
        self.run_loop(Recurse { entry, slots, frame: self.frame }, items, 0, true, pc)
    }

    /// `loop(items)`.
    fn recurse(
        &mut self,
        this: &'a object::Loop<'a>,
        args: &Args<'_, 'a>,
        captured: bool,
        pc: Pc,
    ) -> Result<Pc> {
        let signature = Signature {
            function: "LoopContext.__call__",
            hidden: "self",
            parameters: &["iterable"],
            required: 1,
        };
        let [items, ..] = signature.bind(&[], args)?;
        let Some(recurse) = this.recurse else {
            return Err(Raised::type_error(
                "The loop must have the 'recursive' marker to be called recursively.",
            ));
        };
        self.run_loop(recurse, items, this.depth0 + 1, captured, pc)
    }

    fn run_loop(
        &mut self,
        recurse: Recurse<'a>,
        items: Value<'a>,
        depth: usize,
        captured: bool,
        pc: Pc,
    ) -> Result<Pc> {
        let frame = self.rt.frame(recurse.slots, Some(recurse.frame))?;
        if let Some(slot) = frame.slots.first() {
            slot.set(items);
        }
        let routine = Routine { entry: recurse.entry, slots: recurse.slots, length: 8 };
        let pc = self.enter(routine, frame, whole(captured), pc)?;
        // The loop that begins now takes these.
        self.loop_depth = depth;
        self.recursing = Some(recurse);
        Ok(pc)
    }
}

/// What becomes of what is printed as a string of its own.
fn whole(captured: bool) -> Prints {
    if captured { Prints::Captured } else { Prints::Whole }
}

fn is_iterable(value: Value<'_>) -> bool {
    !matches!(
        value,
        Value::None(_)
            | Value::Bool(..)
            | Value::Int(..)
            | Value::Big(..)
            | Value::Float(..)
            | Value::Object(
                Object::Namespace(_)
                    | Object::Macro(_)
                    | Object::Cycler(_)
                    | Object::Joiner(_)
                    | Object::Method(_)
                    | Object::Function(_)
                    | Object::Templates
                    | Object::Block(_)
            )
    )
}

/// A method that takes nothing.
fn without_arguments(function: &'static str) -> Signature {
    Signature { function, hidden: "self", parameters: &[], required: 0 }
}

fn joiner_call<'a>(joiner: &object::Joiner<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    without_arguments("Joiner.__call__").bind(&[], args)?;
    if joiner.used.replace(true) { Ok(joiner.separator) } else { Ok(Value::EMPTY) }
}
