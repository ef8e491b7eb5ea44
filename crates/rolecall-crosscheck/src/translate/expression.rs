//! Expressions: every operator becomes a filter of ours.

use minijinja::Value;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, CompareOpKind, Expr, Filter, Test, UnaryOpKind};
use minijinja::value::ValueKind;
use rolecall_jinja::{Error, ErrorKind};

use super::{Around, PREFIX, Translator};
use crate::error::place;
use crate::{filters, tests};

impl Translator<'_> {
    /// Writes an expression that a filter can be applied to.
    pub(super) fn expression(&mut self, expr: &Expr<'_>) -> Result<(), Error> {
        let span = expr.span();
        match expr {
            Expr::Var(var) if var.id == "loop" && self.in_loop_filter => Err(self.error(
                ErrorKind::Unsupported,
                "minijinja has another loop in the condition of a loop than the one around it",
                span,
            )),
            Expr::Var(var) => {
                self.out.place(span.start_offset);
                self.out.write(var.id);
                self.names.insert(var.id.to_owned());
                Ok(())
            }
            Expr::Const(constant) => self.constant(&constant.value, span),
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => {
                    self.out.write("(not ");
                    self.expression(&unary.expr)?;
                    self.out.write(")");
                    Ok(())
                }
                UnaryOpKind::Neg => match &unary.expr {
                    // Two minus signs that stand for a plus.
                    Expr::UnaryOp(inner)
                        if self.original.get(self.origin(span)..).is_some_and(|at| at.starts_with('+')) =>
                    {
                        self.applied(&inner.expr, "pos", &[], span)
                    }
                    operand => self.applied(operand, "neg", &[], span),
                },
            },
            Expr::BinOp(binary) => self.binary(expr, binary.op, span),
            Expr::Compare(chain) => {
                self.expression(&chain.expr)?;
                self.open("chain", span);
                for (n, op) in chain.ops.iter().enumerate() {
                    if n > 0 {
                        self.out.write(",");
                    }
                    self.out.literal(compare_name(op.op));
                    self.out.write(",");
                    self.expression(&op.expr)?;
                }
                self.out.write(")");
                Ok(())
            }
            Expr::IfExpr(_) => {
                let before = std::mem::replace(&mut self.lenient, true);
                self.out.write("(");
                let done = self.conditional(expr);
                self.out.write(")");
                self.lenient = before;
                done
            }
            Expr::Filter(filter) => self.filter(filter, span),
            Expr::Test(test) => self.test(test, span),
            Expr::GetAttr(attr) => {
                self.expression(&attr.expr)?;
                self.open("attr", span);
                self.out.literal(attr.name);
                self.out.write(")");
                Ok(())
            }
            Expr::GetItem(item) => self.applied(&item.expr, "item", &[Some(&item.subscript_expr)], span),
            Expr::Slice(slice) => {
                let bounds = [slice.start.as_ref(), slice.stop.as_ref(), slice.step.as_ref()];
                self.applied(&slice.expr, "slice", &bounds, span)
            }
            Expr::Call(call) => self.call(call, span),
            Expr::List(list) => {
                self.items("[", &list.items, "]")?;
                self.close("list", span);
                Ok(())
            }
            Expr::Tuple(tuple) => {
                self.items("(", &tuple.items, if tuple.items.len() == 1 { ",)" } else { ")" })?;
                self.close("tuple", span);
                Ok(())
            }
            Expr::Map(map) => {
                // Not as a map of minijinja's, which would take any key, however long it takes to hash.
                self.out.write("[");
                for (n, (key, value)) in map.keys.iter().zip(&map.values).enumerate() {
                    if n > 0 {
                        self.out.write(",");
                    }
                    self.expression(key)?;
                    self.out.write(",");
                    self.expression(value)?;
                }
                self.out.write("]");
                self.close("dict", span);
                Ok(())
            }
        }
    }

    /// `|__name(`, the beginning of a call of ours.
    pub(super) fn open(&mut self, name: &str, span: Span) {
        self.out.write("|");
        self.out.place(span.start_offset);
        self.out.write(PREFIX);
        self.out.write(name);
        self.out.write("(");
    }

    fn close(&mut self, name: &str, span: Span) {
        self.open(name, span);
        self.out.write(")");
    }

    /// One of our functions, applied to `first` and `others`; none stands for `None`.
    fn applied(
        &mut self,
        first: &Expr<'_>,
        name: &str,
        others: &[Option<&Expr<'_>>],
        span: Span,
    ) -> Result<(), Error> {
        self.expression(first)?;
        self.open(name, span);
        for (n, other) in others.iter().enumerate() {
            if n > 0 {
                self.out.write(",");
            }
            match other {
                Some(other) => self.expression(other)?,
                None => self.out.write("none"),
            }
        }
        self.out.write(")");
        Ok(())
    }

    fn items(&mut self, open: &str, items: &[Expr<'_>], close: &str) -> Result<(), Error> {
        self.out.write(open);
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.out.write(",");
            }
            self.expression(item)?;
        }
        self.out.write(close);
        Ok(())
    }

    fn constant(&mut self, value: &Value, span: Span) -> Result<(), Error> {
        match value.kind() {
            ValueKind::String => self.out.literal(value.as_str().unwrap_or_default()),
            ValueKind::Bool => self.out.write(if value.is_true() { "true" } else { "false" }),
            ValueKind::None => self.out.write("none"),
            ValueKind::Number if value.is_integer() => self.out.write(&value.to_string()),
            ValueKind::Number => {
                let number = f64::try_from(value.clone()).unwrap_or(f64::NAN);
                // A literal that is too large for a double is infinite; none is negative or not a number.
                self.out.write(&if number.is_finite() { format!("{number:?}") } else { "1e999".to_owned() });
            }
            _ => return Err(self.error(ErrorKind::Unsupported, "a constant of an unknown kind", span)),
        }
        Ok(())
    }

    fn binary(&mut self, expr: &Expr<'_>, op: BinOpKind, span: Span) -> Result<(), Error> {
        let name = match op {
            BinOpKind::ScAnd => return self.boolean(expr, op, " and "),
            BinOpKind::ScOr => return self.boolean(expr, op, " or "),
            BinOpKind::Concat => return self.concatenated(expr, span),
            BinOpKind::Eq => "eq",
            BinOpKind::Ne => "ne",
            BinOpKind::Lt => "lt",
            BinOpKind::Lte => "le",
            BinOpKind::Gt => "gt",
            BinOpKind::Gte => "ge",
            BinOpKind::In => "in",
            BinOpKind::Add => "add",
            BinOpKind::Sub => "sub",
            BinOpKind::Mul => "mul",
            BinOpKind::Div => "div",
            BinOpKind::FloorDiv => "floordiv",
            BinOpKind::Rem => "mod",
            BinOpKind::Pow => "pow",
        };
        match expr {
            Expr::BinOp(binary) => self.applied(&binary.left, name, &[Some(&binary.right)], span),
            _ => Ok(()),
        }
    }

    /// `and` and `or`, which minijinja does as Python.
    fn boolean(&mut self, expr: &Expr<'_>, op: BinOpKind, sign: &str) -> Result<(), Error> {
        self.out.write("(");
        for (n, operand) in operands(expr, op).into_iter().enumerate() {
            if n > 0 {
                self.out.write(sign);
            }
            self.expression(operand)?;
        }
        self.out.write(")");
        Ok(())
    }

    /// `~`, with all operands of a chain at once.
    fn concatenated(&mut self, expr: &Expr<'_>, span: Span) -> Result<(), Error> {
        let operands = operands(expr, BinOpKind::Concat);
        let Some((first, others)) = operands.split_first() else { return Ok(()) };
        let others: Vec<Option<&Expr<'_>>> = others.iter().map(|other| Some(*other)).collect();
        self.applied(first, "concat", &others, span)
    }

    /// A conditional expression without its parentheses; in a chain each `else` follows the one before.
    fn conditional(&mut self, expr: &Expr<'_>) -> Result<(), Error> {
        let mut next = expr;
        while let Expr::IfExpr(conditional) = next {
            self.expression(&conditional.true_expr)?;
            self.out.write(" if ");
            self.expression(&conditional.test_expr)?;
            self.out.write(" else ");
            let Some(other) = &conditional.false_expr else {
                let (line, _) = place(self.original, self.origin(next.span()));
                self.out.write(&line.to_string());
                self.close("noelse", next.span());
                return Ok(());
            };
            next = other;
        }
        self.expression(next)
    }

    fn filter(&mut self, filter: &Filter<'_>, span: Span) -> Result<(), Error> {
        if let Some(expr) = &filter.expr {
            self.expression(expr)?;
            self.out.write("|");
        }
        self.out.place(span.start_offset);
        let name = filter.name;
        if filters::find(name).is_some() {
            self.out.write(PREFIX);
            self.out.write("f_");
            self.out.write(name);
            return self.arguments(&filter.args);
        }
        self.unknown("filter", name, span)
    }

    fn test(&mut self, test: &Test<'_>, span: Span) -> Result<(), Error> {
        self.expression(&test.expr)?;
        self.out.write("|");
        self.out.place(span.start_offset);
        let name = test.name;
        if tests::find(name).is_some() {
            self.out.write(PREFIX);
            self.out.write("t_");
            self.out.write(name);
            return self.arguments(&test.args);
        }
        self.unknown("test", name, span)
    }

    /// A filter or test that does not exist.
    fn unknown(&mut self, what: &str, name: &str, span: Span) -> Result<(), Error> {
        if !self.lenient {
            let message = format!("No {what} named '{name}'.");
            return Err(self.error(ErrorKind::TemplateAssertion, message, span));
        }
        self.out.write(PREFIX);
        self.out.write("unknown(");
        self.out.literal(what);
        self.out.write(",");
        self.out.literal(name);
        self.out.write(")");
        Ok(())
    }

    pub(super) fn call(&mut self, call: &Call<'_>, span: Span) -> Result<(), Error> {
        match &call.expr {
            Expr::Var(var) if var.id == "loop" => self.recursion(call, span),
            Expr::GetAttr(attr) => {
                // minijinja divides by the number of these.
                let items = |arg: &CallArg<'_>| matches!(arg, CallArg::Pos(_));
                if attr.name == "cycle" && !call.args.iter().any(items) {
                    return Err(self.error(ErrorKind::Type, "no items for cycling given", span));
                }
                self.base(&attr.expr)?;
                self.out.place(span.start_offset);
                self.out.write(".");
                self.out.write(attr.name);
                // A loop remembers what it is asked about, and must not remember itself.
                let kept = if attr.name == "changed" { "kept" } else { "" };
                self.arguments_with(&call.args, kept)
            }
            other => {
                self.expression(other)?;
                self.out.write("|");
                self.out.place(span.start_offset);
                self.out.write(PREFIX);
                self.out.write("call");
                self.arguments(&call.args)
            }
        }
    }

    /// A call for a `call` block, which minijinja wants to see as one.
    pub(super) fn plain_call(&mut self, call: &Call<'_>, span: Span) -> Result<(), Error> {
        let Expr::Var(var) = &call.expr else { return self.call(call, span) };
        self.out.place(span.start_offset);
        self.out.write(var.id);
        self.names.insert(var.id.to_owned());
        self.arguments(&call.args)
    }

    /// What a method is called on: filters need parentheses there.
    fn base(&mut self, expr: &Expr<'_>) -> Result<(), Error> {
        let plain = match expr {
            Expr::Var(_) => true,
            Expr::Call(call) => matches!(&call.expr, Expr::GetAttr(_)),
            _ => false,
        };
        if plain {
            return self.expression(expr);
        }
        self.out.write("(");
        self.expression(expr)?;
        self.out.write(")");
        Ok(())
    }

    /// `loop(items)`: what is gone through is unpacked as the loop does it.
    fn recursion(&mut self, call: &Call<'_>, span: Span) -> Result<(), Error> {
        let shape = self.around.iter().rev().find_map(|around| match around {
            Around::Loop { recursive: true, shape } => Some(shape.clone()),
            _ => None,
        });
        let ([CallArg::Pos(items)], Some(shape)) = (call.args.as_slice(), shape) else {
            return Err(self.error(
                ErrorKind::Unsupported,
                "loop(...) is called outside of a recursive loop",
                span,
            ));
        };
        self.out.place(span.start_offset);
        self.out.write("loop(");
        self.iterated(items, shape.as_deref(), span)?;
        self.out.write(")");
        Ok(())
    }

    /// What a loop goes through.
    pub(super) fn iterated(
        &mut self,
        items: &Expr<'_>,
        shape: Option<&str>,
        span: Span,
    ) -> Result<(), Error> {
        self.expression(items)?;
        self.open("for", span);
        if let Some(shape) = shape {
            self.out.literal(shape);
        }
        self.out.write(")");
        Ok(())
    }

    fn arguments(&mut self, args: &[CallArg<'_>]) -> Result<(), Error> {
        self.arguments_with(args, "")
    }

    /// Arguments, to each of which a function of ours is applied if it has a name.
    fn arguments_with(&mut self, args: &[CallArg<'_>], function: &str) -> Result<(), Error> {
        self.out.write("(");
        for (n, arg) in args.iter().enumerate() {
            if n > 0 {
                self.out.write(",");
            }
            match arg {
                CallArg::Pos(expr) if function.is_empty() => self.expression(expr)?,
                CallArg::Pos(expr) => {
                    self.expression(expr)?;
                    self.close(function, expr.span());
                }
                CallArg::Kwarg(name, expr) => {
                    self.out.write(name);
                    self.out.write("=");
                    self.expression(expr)?;
                }
                CallArg::PosSplat(expr) => {
                    self.out.write("*");
                    self.iterated(expr, None, expr.span())?;
                }
                CallArg::KwargSplat(expr) => {
                    self.out.write("**");
                    self.expression(expr)?;
                }
            }
        }
        self.out.write(")");
        Ok(())
    }

    /// An error at the place of a node.
    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>, span: Span) -> Error {
        let (line, column) = place(self.original, self.origin(span));
        Error::new(kind, message).at(self.original, line, Some(column))
    }

    /// Where in the original a node begins.
    pub(super) fn origin(&self, span: Span) -> usize {
        self.rewritten.origin(usize::try_from(span.start_offset).unwrap_or(usize::MAX))
    }
}

/// The operands of a chain of one operator that groups to the left.
fn operands<'e, 's>(expr: &'e Expr<'s>, op: BinOpKind) -> Vec<&'e Expr<'s>> {
    let mut operands = Vec::new();
    let mut left = expr;
    while let Expr::BinOp(binary) = left
        && std::mem::discriminant(&binary.op) == std::mem::discriminant(&op)
    {
        operands.push(&binary.right);
        left = &binary.left;
    }
    operands.push(left);
    operands.reverse();
    operands
}

fn compare_name(op: CompareOpKind) -> &'static str {
    match op {
        CompareOpKind::Eq => "==",
        CompareOpKind::Ne => "!=",
        CompareOpKind::Lt => "<",
        CompareOpKind::Lte => "<=",
        CompareOpKind::Gt => ">",
        CompareOpKind::Gte => ">=",
        CompareOpKind::In => "in",
        CompareOpKind::NotIn => "not in",
    }
}
