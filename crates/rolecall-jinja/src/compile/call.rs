//! Calls, macros and the bodies of call blocks.

use std::collections::HashSet;

use super::{Compiler, Enclosing, Place, Result};
use crate::ErrorKind;
use crate::builtins::methods::Method;
use crate::program::{CallShape, Constant, MacroDecl, Op, Routine};
use crate::syntax::{Arguments, Body, Const, Expr, ExprKind, Signature};
use crate::text::repr;

/// The names that mean something in Python.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

impl<'t, 's> Compiler<'t, 's> {
    /// Code that leaves all arguments on the stack. `caller` is the number of a macro that is handed over under that
    /// name.
    pub(super) fn arguments(&mut self, arguments: &Arguments<'s>, caller: Option<u32>) -> Result<CallShape> {
        let mut shape =
            CallShape { positional: self.expressions(&arguments.positional)?, ..CallShape::default() };
        // Python has no arguments with such names, so Jinja2 writes a dict of all that are named, behind `*`.
        shape.merges = arguments.named.iter().any(|(name, _)| KEYWORDS.contains(name));
        if shape.merges
            && let Some(star) = &arguments.star
        {
            self.expression(star)?;
            self.emit(Op::Spread, star.at);
        }
        // Python goes through `*` before it evaluates what is named, though it stands behind; Jinja2 looks at it after
        // that, which shows in which of two mistakes is found. So the code is in one order and runs in the other.
        let is_first = !arguments.named.is_empty() || arguments.double_star.is_some();
        let star = arguments.star.as_ref().filter(|_| is_first && !shape.merges);
        let first = star.map(|_| self.emit(Op::Jump(0), 0));
        let named = self.here();
        let mut names: HashSet<&str> = caller.map(|_| "caller").into_iter().collect();
        for (name, value) in &arguments.named {
            if !names.insert(name) && !shape.merges {
                self.fail_in_python(value.at, format!("keyword argument repeated: {name}"));
            }
            self.expression(value)?;
            shape.named.push((*name).to_owned());
        }
        if let (Some(first), Some(star)) = (first, star) {
            let on = self.emit(Op::Jump(0), 0);
            self.land(first);
            self.expression(star)?;
            self.emit(Op::Spread, star.at);
            self.emit(Op::Jump(named), 0);
            self.land(on);
        } else if let Some(star) = arguments.star.as_ref().filter(|_| !shape.merges) {
            self.expression(star)?;
        }
        shape.star = arguments.star.is_some();
        if let Some(caller) = caller {
            self.emit(Op::MakeMacro(caller), 0);
            shape.named.push("caller".to_owned());
        }
        if let Some(double_star) = &arguments.double_star {
            self.expression(double_star)?;
            shape.double_star = true;
        }
        Ok(shape)
    }

    pub(super) fn call(
        &mut self,
        callee: &Expr<'s>,
        arguments: &Arguments<'s>,
        caller: Option<u32>,
        prints: bool,
        at: usize,
    ) -> Result<()> {
        // A method is called without being made a value first, where nothing can go wrong in between.
        if let ExprKind::Attribute(inner, name) = &callee.kind
            && caller.is_none()
            && Method::from_name(name).is_some()
            && arguments.star.is_none()
            && arguments.double_star.is_none()
            && arguments
                .positional
                .iter()
                .chain(arguments.named.iter().map(|(_, value)| value))
                .all(is_harmless)
        {
            self.expression(inner)?;
            let shape = self.arguments(arguments, None)?;
            let shape = self.shape(shape);
            let name = self.name(name);
            self.emit(Op::CallMethod { name, shape }, at);
            if prints {
                self.emit(Op::Print, at);
            }
            return Ok(());
        }
        self.expression(callee)?;
        let shape = self.arguments(arguments, caller)?;
        let shape = self.shape(shape);
        self.emit(if prints { Op::CallPrint(shape) } else { Op::Call(shape) }, at);
        Ok(())
    }

    /// Code of a macro or of the body of a call block; gives its number.
    pub(super) fn macro_body(
        &mut self,
        name: Option<&'s str>,
        signature: &Signature<'s>,
        body: &'t Body<'s>,
        at: usize,
    ) -> Result<u32> {
        let function = self.symbols.add_function(Some(self.place.function));
        let scope = self.symbols.add_scope(Some(self.place.scope), function);
        // Defaults belong to the last parameters.
        let without_default = signature.names.len().saturating_sub(signature.defaults.len());
        for (n, name) in signature.names.iter().enumerate() {
            if signature.names.iter().take(n).any(|other| other == name) {
                let message = format!("duplicate argument 'l_1_{name}' in function definition");
                self.fail_in_python(at, message);
            }
        }
        self.symbols.signature(scope, signature);
        let slot_of = |compiler: &Self, name: &str| compiler.symbols.find(scope, name).map_or(0, |v| v.slot);
        let parameters: Vec<(String, u32)> =
            signature.names.iter().map(|name| ((*name).to_owned(), slot_of(self, name))).collect();
        let mut decl = MacroDecl::new(name.map(str::to_owned), parameters);
        let explicit = |name: &str| signature.names.iter().position(|parameter| *parameter == name);
        if self.reads(body, "caller") {
            decl.accesses_caller = true;
            match explicit("caller") {
                Some(at_parameter) if at_parameter < without_default => {
                    let message = "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.";
                    return self.fail(at, ErrorKind::TemplateAssertion, message);
                }
                Some(_) => {}
                None => decl.caller = Some(self.symbols.parameter(scope, "caller").slot),
            }
        }
        if self.reads(body, "kwargs") && explicit("kwargs").is_none() {
            decl.kwargs = Some(self.symbols.parameter(scope, "kwargs").slot);
        }
        if self.reads(body, "varargs") && explicit("varargs").is_none() {
            decl.varargs = Some(self.symbols.parameter(scope, "varargs").slot);
        }
        self.symbols.body(scope, body);

        let over = self.emit(Op::Jump(0), at);
        let entry = self.here();
        self.inside(
            Place { scope, function, soft: false, toplevel: false, is_replaced: false, ..self.place },
            |compiler| {
                compiler.enter(scope);
                for (n, name) in signature.names.iter().enumerate() {
                    let slot = slot_of(compiler, name);
                    let given = compiler.emit(Op::JumpIfSet { slot, to: 0 }, at);
                    if let Some(default) =
                        n.checked_sub(without_default).and_then(|n| signature.defaults.get(n))
                    {
                        compiler.expression(default)?;
                    } else {
                        let hint = format!("parameter {} was not provided", repr(name));
                        let number = compiler.constant(Constant::Text(hint));
                        compiler.emit(Op::UndefinedHint(number), at);
                    }
                    compiler.emit(Op::Store(slot), at);
                    compiler.land(given);
                }
                compiler.statements(body)?;
                compiler.flush();
                compiler.emit(Op::Return, at);
                Ok(())
            },
        )?;
        self.land(over);
        decl.routine = Routine { entry, slots: self.symbols.slots(function), length: self.here() - entry };
        let number = u32::try_from(self.program.macros.len()).unwrap_or(u32::MAX);
        self.program.macros.push(decl);
        Ok(number)
    }

    /// Compiles something with a frame of its own, which cannot be left by jumping.
    pub(super) fn inside(
        &mut self,
        place: Place,
        compile: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let outer = std::mem::replace(&mut self.place, place);
        self.enclosing.push(Enclosing::Wall);
        let result = compile(self);
        self.enclosing.pop();
        self.place = outer;
        result
    }
}

/// Whether evaluating an expression cannot fail.
fn is_harmless(expression: &Expr<'_>) -> bool {
    match &expression.kind {
        // Python writes numbers that are not finite as names, and there are none.
        ExprKind::Const(Const::Float(value)) => value.is_finite(),
        ExprKind::Const(_) | ExprKind::Name(_) => true,
        _ => false,
    }
}
