//! Expressions.

use super::{Compiler, Escape, Result};
use crate::ErrorKind;
use crate::builtins::{filters, tests};
use crate::number::TOO_LONG_FOR_TEXT;
use crate::program::{Constant, Op};
use crate::source::line_and_column;
use crate::syntax::{
    Arguments, BinaryOperator, Comparison, Conditional, Const, Expr, ExprKind, UnaryOperator,
};
use crate::text::repr;
use crate::value::compare::Order;

impl<'s> Compiler<'_, 's> {
    /// Code that leaves the value of an expression on the stack.
    pub(super) fn expression(&mut self, expression: &Expr<'s>) -> Result<()> {
        let at = expression.at;
        if let ExprKind::Name(name) = &expression.kind {
            return self.load(name, at);
        }
        if let ExprKind::Const(Const::Text(text)) = &expression.kind {
            let number = self.text(text.as_ref());
            self.emit(Op::Text(number), at);
            return Ok(());
        }
        if let ExprKind::Const(constant) = &expression.kind {
            return self.load_constant(super::fold::literal(constant), at);
        }
        if let Some(constant) = self.folder.fold(expression, self.place.escape) {
            return self.load_constant(constant, at);
        }
        match &expression.kind {
            ExprKind::Name(_) | ExprKind::Const(_) | ExprKind::NamespaceRef(..) | ExprKind::Slice(_) => {
                Ok(())
            }
            ExprKind::Tuple(items) => {
                let count = self.expressions(items)?;
                self.emit(Op::MakeTuple(count), at);
                Ok(())
            }
            ExprKind::List(items) => {
                let count = self.expressions(items)?;
                self.emit(Op::MakeList(count), at);
                Ok(())
            }
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    self.expression(key)?;
                    self.expression(value)?;
                }
                self.emit(Op::MakeDict(count(items.len())), at);
                Ok(())
            }
            ExprKind::Conditional(conditional) => self.conditional(conditional, at),
            ExprKind::Binary(BinaryOperator::Add, both) if is_sum(&both.0) => self.build_sum(expression),
            ExprKind::Binary(operator, both) => self.binary(*operator, &both.0, &both.1, at),
            ExprKind::Concat(items) => {
                let count = self.expressions(items)?;
                let op = match self.place.escape {
                    Escape::Always => Op::ConcatMarkup(count),
                    // Jinja2 forgets about a volatile block here.
                    Escape::Never | Escape::Volatile(_) => Op::Concat(count),
                };
                self.emit(op, at);
                Ok(())
            }
            ExprKind::Unary(operator, inner) => {
                self.expression(inner)?;
                let op = match operator {
                    UnaryOperator::Not => Op::Not,
                    UnaryOperator::Neg => Op::Negate,
                    UnaryOperator::Pos => Op::Plus,
                };
                self.emit(op, at);
                Ok(())
            }
            ExprKind::Compare(first, others) => self.compare(first, others, at),
            ExprKind::Attribute(inner, name) => self.attribute(inner, name, at),
            ExprKind::Item(both) => self.item(&both.0, &both.1, at),
            ExprKind::Call(callee, arguments) => self.call(callee, arguments, None, false, at),
            ExprKind::Filter(value, name, arguments) => {
                // The outermost of several filters that do not exist is the one that is told.
                if !self.place.soft && filters::find(name).is_none() {
                    return self.unknown("filter", name, at);
                }
                if let Some(value) = value {
                    self.expression(value)?;
                }
                self.filter(name, arguments, at)
            }
            ExprKind::Test(value, name, arguments) => {
                if !self.place.soft && tests::find(name).is_none() {
                    return self.unknown("test", name, at);
                }
                self.expression(value)?;
                self.test(name, arguments, at)
            }
        }
    }

    pub(super) fn expressions(&mut self, items: &[Expr<'s>]) -> Result<u32> {
        for item in items {
            self.expression(item)?;
        }
        Ok(count(items.len()))
    }

    fn load_constant(&mut self, constant: Constant, at: usize) -> Result<()> {
        // Jinja2 writes constants down, and Python does not write such integers.
        if constant.is_too_long() {
            return self.fail(at, ErrorKind::Value, TOO_LONG_FOR_TEXT);
        }
        // What Python writes for it is a name, and there is none.
        let constant = match constant.not_finite() {
            Some(name) => Constant::Error(ErrorKind::Name, format!("name {} is not defined", repr(name))),
            None => constant,
        };
        let op = match constant {
            Constant::Text(text) => Op::Text(self.text(text)),
            Constant::Error(..) => Op::Raise(self.constant(constant)),
            Constant::Tuple(_) | Constant::List(_) | Constant::Dict(_) => {
                self.program.compounds += 1;
                let cell = self.program.compounds - 1;
                Op::Compound { constant: self.constant(constant), cell }
            }
            constant => Op::Constant(self.constant(constant)),
        };
        self.emit(op, at);
        Ok(())
    }

    fn conditional(&mut self, conditional: &Conditional<'s>, at: usize) -> Result<()> {
        let soft = std::mem::replace(&mut self.place.soft, true);
        self.expression(&conditional.test)?;
        let no = self.jump_if(false, at);
        self.expression(&conditional.then)?;
        let done = self.emit(Op::Jump(0), at);
        self.land(no);
        if let Some(otherwise) = &conditional.otherwise {
            self.expression(otherwise)?;
        } else {
            let (line, _) = line_and_column(self.source, at);
            let hint = format!(
                "the inline if-expression on line {line} evaluated to false and no else section was defined."
            );
            let number = self.constant(Constant::Text(hint));
            self.emit(Op::UndefinedHint(number), at);
        }
        self.land(done);
        self.place.soft = soft;
        Ok(())
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Expr<'s>,
        right: &Expr<'s>,
        at: usize,
    ) -> Result<()> {
        if operator == BinaryOperator::Pow
            && let Some(positive) = self.folder.fold(left, self.place.escape).and_then(Constant::unsigned)
            && self.folder.fold(right, self.place.escape).is_none()
        {
            // Jinja2 writes the constant -2 as it is, and Python takes `-2 ** x` for `-(2 ** x)`.
            self.load_constant(positive, left.at)?;
            self.expression(right)?;
            self.emit(Op::Binary(operator), at);
            self.emit(Op::Negate, at);
            return Ok(());
        }
        self.expression(left)?;
        let op = match operator {
            BinaryOperator::And => {
                let jump = self.emit(Op::JumpIfFalseKeep(0), at);
                self.expression(right)?;
                self.land(jump);
                return Ok(());
            }
            BinaryOperator::Or => {
                let jump = self.emit(Op::JumpIfTrueKeep(0), at);
                self.expression(right)?;
                self.land(jump);
                return Ok(());
            }
            BinaryOperator::Add => {
                if let Some(text) = self.own_text(right) {
                    self.emit(Op::AddText(text), at);
                    return Ok(());
                }
                Op::Add
            }
            other => Op::Binary(other),
        };
        self.expression(right)?;
        self.emit(op, at);
        Ok(())
    }

    /// The number of the text that an expression is, if it is a text of the template.
    pub(super) fn own_text(&mut self, expression: &Expr<'s>) -> Option<u32> {
        if let ExprKind::Const(Const::Text(text)) = &expression.kind {
            return Some(self.text(text.as_ref()));
        }
        if matches!(expression.kind, ExprKind::Name(_)) {
            return None;
        }
        match self.folder.fold(expression, self.place.escape) {
            Some(Constant::Text(text)) => Some(self.text(text)),
            _ => None,
        }
    }

    fn compare(&mut self, first: &Expr<'s>, others: &[(Comparison, Expr<'s>)], at: usize) -> Result<()> {
        self.expression(first)?;
        if let [(comparison @ (Comparison::Eq | Comparison::Ne), other)] = others
            && let Some(text) = self.own_text(other)
        {
            let is_equal = *comparison == Comparison::Eq;
            self.emit(if is_equal { Op::EqualText(text) } else { Op::NotEqualText(text) }, at);
            return Ok(());
        }
        if let [(comparison @ (Comparison::Eq | Comparison::Ne), other)] = others
            && let Some(value) = own_int(other)
        {
            let is_equal = *comparison == Comparison::Eq;
            self.emit(if is_equal { Op::EqualInt(value) } else { Op::NotEqualInt(value) }, at);
            return Ok(());
        }
        let mut jumps = Vec::new();
        let last = others.len().saturating_sub(1);
        for (n, (comparison, other)) in others.iter().enumerate() {
            self.expression(other)?;
            if n < last {
                // The operand in the middle is needed once more.
                self.emit(Op::DuplicateBelow, at);
            }
            let op = match comparison {
                Comparison::Eq => Op::Equal,
                Comparison::Ne => Op::NotEqual,
                Comparison::Lt => Op::Order(Order::Lt),
                Comparison::LtEq => Op::Order(Order::LtEq),
                Comparison::Gt => Op::Order(Order::Gt),
                Comparison::GtEq => Op::Order(Order::GtEq),
                Comparison::In => Op::In,
                Comparison::NotIn => Op::NotIn,
            };
            self.emit(op, at);
            if n < last {
                jumps.push(self.emit(Op::JumpIfFalseKeep(0), at));
            }
        }
        if !jumps.is_empty() {
            let done = self.emit(Op::Jump(0), at);
            for jump in jumps {
                self.land(jump);
            }
            // The operand that was kept is not needed.
            self.emit(Op::Swap, at);
            self.emit(Op::Pop, at);
            self.land(done);
        }
        Ok(())
    }

    fn attribute(&mut self, inner: &Expr<'s>, name: &'s str, at: usize) -> Result<()> {
        let number = self.name(name);
        if let Some((slot, variable)) = self.own_slot(inner)? {
            self.emit(Op::AttributeOf { slot, variable, name: number }, at);
            return Ok(());
        }
        self.expression(inner)?;
        self.emit(Op::Attribute(number), at);
        Ok(())
    }

    /// The slot of an expression that is a variable of this frame, and the number of its name.
    pub(super) fn own_slot(&mut self, expression: &Expr<'s>) -> Result<Option<(u32, u32)>> {
        let ExprKind::Name(name) = &expression.kind else { return Ok(None) };
        let variable = self.variable(name, expression.at)?;
        let is_own = variable.function == self.place.function
            && self.from_context.get((variable.function, variable.slot)).is_none();
        Ok(if is_own { Some((variable.slot, self.name(name))) } else { None })
    }

    fn item(&mut self, inner: &Expr<'s>, key: &Expr<'s>, at: usize) -> Result<()> {
        if let ExprKind::Const(Const::Text(std::borrow::Cow::Borrowed(key))) = &key.kind {
            let number = self.name(key);
            if let Some((slot, variable)) = self.own_slot(inner)? {
                self.emit(Op::ItemNameOf { slot, variable, name: number }, at);
                return Ok(());
            }
            self.expression(inner)?;
            self.emit(Op::ItemName(number), at);
            return Ok(());
        }
        self.expression(inner)?;
        if let ExprKind::Slice(bounds) = &key.kind {
            for bound in bounds.iter() {
                match bound {
                    Some(bound) => self.expression(bound)?,
                    None => self.load_constant(Constant::None, at)?,
                }
            }
            self.emit(Op::Slice, at);
            return Ok(());
        }
        if let ExprKind::Tuple(keys) = &key.kind
            && keys.iter().any(|key| matches!(key.kind, ExprKind::Slice(_)))
        {
            // Jinja2 writes it in a way that Python does not read.
            self.fail_in_python(at, "invalid syntax");
            for key in keys {
                match &key.kind {
                    ExprKind::Slice(bounds) => {
                        bounds.iter().flatten().try_for_each(|at| self.expression(at))?;
                    }
                    _ => self.expression(key)?,
                }
            }
            return Ok(());
        }
        self.expression(key)?;
        self.emit(Op::Item, at);
        Ok(())
    }

    pub(super) fn filter(&mut self, name: &str, arguments: &Arguments<'s>, at: usize) -> Result<()> {
        let Some(filter) = filters::find(name) else {
            self.arguments(arguments, None)?;
            return self.unknown("filter", name, at);
        };
        if arguments.is_empty() {
            self.emit(Op::FilterPlain(filter), at);
            return Ok(());
        }
        let shape = self.arguments(arguments, None)?;
        let shape = self.shape(shape);
        self.emit(Op::Filter { filter, shape }, at);
        Ok(())
    }

    fn test(&mut self, name: &str, arguments: &Arguments<'s>, at: usize) -> Result<()> {
        let Some(test) = tests::find(name) else {
            self.arguments(arguments, None)?;
            return self.unknown("test", name, at);
        };
        if arguments.is_empty() {
            self.emit(Op::TestPlain(test), at);
            return Ok(());
        }
        let shape = self.arguments(arguments, None)?;
        let shape = self.shape(shape);
        self.emit(Op::Test { test, shape }, at);
        Ok(())
    }

    /// A filter or test that does not exist: an error, in some places only when it is reached.
    fn unknown(&mut self, what: &str, name: &str, at: usize) -> Result<()> {
        if !self.place.soft {
            return self.fail(at, ErrorKind::TemplateAssertion, format!("No {what} named {}.", repr(name)));
        }
        let message = format!("No {what} named {} found.", repr(name));
        let number = self.constant(Constant::Error(ErrorKind::Runtime, message));
        self.emit(Op::Raise(number), at);
        Ok(())
    }
}

fn is_sum(expression: &Expr<'_>) -> bool {
    matches!(expression.kind, ExprKind::Binary(BinaryOperator::Add, _))
}

/// The small integer that an expression is.
fn own_int(expression: &Expr<'_>) -> Option<i32> {
    match &expression.kind {
        ExprKind::Const(Const::Integer(digits)) => digits.parse().ok(),
        _ => None,
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
