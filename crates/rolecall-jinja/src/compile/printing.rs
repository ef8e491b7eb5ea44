//! Printing expressions: what is a string in parts is printed part by part, and never put together.

use std::borrow::Cow;

use super::{Compiler, Escape, Result};
use crate::program::{Op, Pc};
use crate::syntax::{BinaryOperator, Const, Expr, ExprKind};

impl<'s> Compiler<'_, 's> {
    /// Code that prints the value of an expression.
    pub(super) fn print_expression(&mut self, value: &Expr<'s>) -> Result<()> {
        let at = value.at;
        if self.place.escape != Escape::Never {
            self.expression(value)?;
            self.print(at);
            return Ok(());
        }
        match &value.kind {
            ExprKind::Call(callee, arguments) => self.call(callee, arguments, None, true, at),
            ExprKind::Binary(BinaryOperator::Add, _) => self.print_sum(value),
            ExprKind::Concat(items) => {
                for item in items {
                    match self.written(item) {
                        Some(text) if text.is_empty() => {}
                        Some(text) => {
                            let text = self.text(text);
                            self.emit(Op::ChainData(text), item.at);
                        }
                        None => {
                            self.expression(item)?;
                            self.emit(Op::PrintPart, item.at);
                        }
                    }
                }
                self.emit(Op::PartsEnd, at);
                Ok(())
            }
            ExprKind::Conditional(conditional) => {
                let soft = std::mem::replace(&mut self.place.soft, true);
                self.expression(&conditional.test)?;
                let no = self.jump_if(false, at);
                self.print_value(&conditional.then)?;
                let done = self.emit(Op::Jump(0), at);
                self.land(no);
                match &conditional.otherwise {
                    Some(otherwise) => self.print_value(otherwise)?,
                    // What is undefined prints nothing.
                    None => {
                        self.emit(Op::PartsEnd, at);
                    }
                }
                self.land(done);
                self.place.soft = soft;
                Ok(())
            }
            ExprKind::Attribute(inner, name) => {
                let Some((slot, variable)) = self.own_slot(inner)? else { return self.print_plain(value) };
                let name = self.name(name);
                self.emit(Op::PrintAttributeOf { slot, variable, name }, at);
                Ok(())
            }
            _ => self.print_plain(value),
        }
    }

    fn print_plain(&mut self, value: &Expr<'s>) -> Result<()> {
        self.expression(value)?;
        let last = if self.here() > self.landed { self.program.ops.last().copied() } else { None };
        let fused = match last {
            Some(Op::ItemNameOf { slot, variable, name }) => Op::PrintItemNameOf { slot, variable, name },
            Some(Op::Load { slot, name }) => Op::PrintVariable { slot, name },
            _ => {
                self.print(value.at);
                return Ok(());
            }
        };
        self.remove_last();
        self.emit(fused, value.at);
        Ok(())
    }

    /// The text of a part that is a constant. What Python cannot write down can be printed only where all of the
    /// expression is one.
    fn written<'e>(&self, part: &'e Expr<'s>) -> Option<Cow<'e, str>> {
        let is_text = matches!(part.kind, ExprKind::Const(Const::Text(_)));
        if !is_text && self.folder.fold(part, Escape::Never)?.not_finite().is_some() {
            return None;
        }
        self.folder.print(part, Escape::Never)
    }

    /// The same for an expression that may be a constant.
    fn print_value(&mut self, value: &Expr<'s>) -> Result<()> {
        match self.written(value) {
            Some(text) => {
                let text = self.text(text);
                self.emit(Op::Data(text), value.at);
                Ok(())
            }
            None => self.print_expression(value),
        }
    }

    /// A sum. If it begins with a string it can only be one of strings, and each is printed at once. For what else
    /// there may be - numbers, lists, Markup - the sum is there a second time, and printed when it is made.
    fn print_sum(&mut self, sum: &Expr<'s>) -> Result<()> {
        let end = self.sum(sum, Sum::Printed)?;
        self.print(sum.at);
        self.land(end);
        Ok(())
    }

    /// A sum of three and more that is a value: strings are put together at once.
    pub(super) fn build_sum(&mut self, sum: &Expr<'s>) -> Result<()> {
        let end = self.sum(sum, Sum::Value)?;
        self.land(end);
        Ok(())
    }

    /// Code for a sum of strings, which jumps from the place that is given back, and for any other sum behind it.
    fn sum(&mut self, sum: &Expr<'s>, what: Sum) -> Result<Pc> {
        let mut operands = Vec::new();
        let mut left = sum;
        while let ExprKind::Binary(BinaryOperator::Add, both) = &left.kind
            && self.folder.fold(left, self.place.escape).is_none()
        {
            operands.push((&both.1, left.at));
            left = &both.0;
        }
        operands.reverse();
        self.emit(if what == Sum::Printed { Op::ChainBegin } else { Op::BuildBegin }, sum.at);
        let first = if let Some(text) = self.own_text(left) {
            self.emit(Op::ChainData(text), left.at);
            None
        } else {
            self.expression(left)?;
            let op = if what == Sum::Printed { Op::ChainFirst(0) } else { Op::BuildFirst(0) };
            Some(self.emit(op, left.at))
        };
        let mut elsewhere = Vec::new();
        for (operand, at) in &operands {
            if let Some(text) = self.own_text(operand) {
                self.emit(Op::ChainData(text), *at);
                elsewhere.push(Elsewhere::Text(text));
                continue;
            }
            self.expression(operand)?;
            let last = if self.here() > self.landed { self.program.ops.last().copied() } else { None };
            let fused = match last {
                Some(Op::AttributeOf { slot, variable, name }) => {
                    Some(Op::ChainNextAttributeOf { slot, variable, name })
                }
                Some(Op::ItemNameOf { slot, variable, name }) => {
                    Some(Op::ChainNextItemNameOf { slot, variable, name })
                }
                _ => None,
            };
            if let Some(fused) = fused {
                self.remove_last();
                self.emit(fused, operand.at);
            }
            let op = if what == Sum::Printed { Op::ChainNext(0) } else { Op::BuildNext(0) };
            elsewhere.push(Elsewhere::From(self.emit(op, *at)));
        }
        let op = if what == Sum::Printed { Op::ChainEnd(0) } else { Op::BuildEnd(0) };
        let end = self.emit(op, sum.at);
        if let Some(first) = first {
            self.land(first);
        }
        for ((operand, at), elsewhere) in operands.iter().zip(elsewhere) {
            match elsewhere {
                Elsewhere::Text(text) => {
                    self.emit(Op::AddText(text), *at);
                }
                Elsewhere::From(jump) => {
                    self.expression(operand)?;
                    self.emit(Op::Add, *at);
                    self.land(jump);
                }
            }
        }
        Ok(end)
    }
}

/// How a sum that is not only of strings takes an operand.
enum Elsewhere {
    /// A text of the template.
    Text(u32),
    /// It is computed, and jumped over from there.
    From(Pc),
}

/// What becomes of a sum.
#[derive(Clone, Copy, PartialEq)]
enum Sum {
    Printed,
    Value,
}
