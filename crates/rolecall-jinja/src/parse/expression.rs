//! Expressions, from the weakest operator to the strongest.

use std::borrow::Cow;

use super::{MAX_HEIGHT, Parser, Result, Wanted};
use crate::ErrorKind;
use crate::lex::Kind;
use crate::source::error_at;
use crate::syntax::{
    Arguments, BinaryOperator, Comparison, Conditional, Const, Expr, ExprKind, UnaryOperator,
};
use crate::text::repr;

impl<'s> Parser<'s> {
    /// An expression node over others; refuses to build higher than can be walked.
    fn node(&self, kind: ExprKind<'s>, at: usize, below: u16) -> Result<Expr<'s>> {
        if below >= MAX_HEIGHT {
            let message = format!("an expression has more than {MAX_HEIGHT} levels");
            return Err(error_at(self.source, at, ErrorKind::Limit, message));
        }
        Ok(Expr { kind, at, height: below + 1 })
    }

    fn binary(
        &self,
        operator: BinaryOperator,
        left: Expr<'s>,
        right: Expr<'s>,
        at: usize,
    ) -> Result<Expr<'s>> {
        let below = left.height.max(right.height);
        self.node(ExprKind::Binary(operator, Box::new((left, right))), at, below)
    }

    pub(super) fn expression(&mut self) -> Result<Expr<'s>> {
        self.conditional()
    }

    fn conditional(&mut self) -> Result<Expr<'s>> {
        self.deeper(|parser| {
            let mut at = parser.position();
            let mut expr = parser.or()?;
            while parser.skip_if(Wanted::Name("if"))? {
                let test = parser.or()?;
                let otherwise =
                    if parser.skip_if(Wanted::Name("else"))? { Some(parser.conditional()?) } else { None };
                let below =
                    expr.height.max(test.height).max(otherwise.as_ref().map_or(0, |expr| expr.height));
                let conditional = Conditional { test, then: expr, otherwise };
                expr = parser.node(ExprKind::Conditional(Box::new(conditional)), at, below)?;
                at = parser.position();
            }
            Ok(expr)
        })
    }

    fn or(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut left = self.and()?;
        while self.skip_if(Wanted::Name("or"))? {
            let right = self.and()?;
            left = self.binary(BinaryOperator::Or, left, right, at)?;
            at = self.position();
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut left = self.not()?;
        while self.skip_if(Wanted::Name("and"))? {
            let right = self.not()?;
            left = self.binary(BinaryOperator::And, left, right, at)?;
            at = self.position();
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        if !self.skip_if(Wanted::Name("not"))? {
            return self.compare();
        }
        let operand = self.deeper(Self::not)?;
        let below = operand.height;
        self.node(ExprKind::Unary(UnaryOperator::Not, Box::new(operand)), at, below)
    }

    fn compare(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let first = self.sum()?;
        let mut below = first.height;
        let mut operands = Vec::new();
        loop {
            let comparison = match self.current().kind {
                Kind::Operator("==") => Comparison::Eq,
                Kind::Operator("!=") => Comparison::Ne,
                Kind::Operator("<") => Comparison::Lt,
                Kind::Operator("<=") => Comparison::LtEq,
                Kind::Operator(">") => Comparison::Gt,
                Kind::Operator(">=") => Comparison::GtEq,
                Kind::Name("in") => Comparison::In,
                Kind::Name("not") if self.following_is(Wanted::Name("in"))? => {
                    self.advance()?;
                    Comparison::NotIn
                }
                _ => break,
            };
            self.advance()?;
            let operand = self.sum()?;
            below = below.max(operand.height);
            operands.push((comparison, operand));
            at = self.position();
        }
        if operands.is_empty() {
            return Ok(first);
        }
        self.node(ExprKind::Compare(Box::new(first), operands), at, below)
    }

    fn sum(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut left = self.concat()?;
        loop {
            let operator = match self.current().kind {
                Kind::Operator("+") => BinaryOperator::Add,
                Kind::Operator("-") => BinaryOperator::Sub,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.concat()?;
            left = self.binary(operator, left, right, at)?;
            at = self.position();
        }
    }

    fn concat(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        let first = self.product()?;
        if !self.is_operator("~") {
            return Ok(first);
        }
        let mut below = first.height;
        let mut parts = vec![first];
        while self.skip_if(Wanted::Operator("~"))? {
            let part = self.product()?;
            below = below.max(part.height);
            parts.push(part);
        }
        self.node(ExprKind::Concat(parts), at, below)
    }

    fn product(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut left = self.power()?;
        loop {
            let operator = match self.current().kind {
                Kind::Operator("*") => BinaryOperator::Mul,
                Kind::Operator("/") => BinaryOperator::Div,
                Kind::Operator("//") => BinaryOperator::FloorDiv,
                Kind::Operator("%") => BinaryOperator::Mod,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.power()?;
            left = self.binary(operator, left, right, at)?;
            at = self.position();
        }
    }

    fn power(&mut self) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut left = self.unary(true)?;
        while self.skip_if(Wanted::Operator("**"))? {
            let right = self.unary(true)?;
            left = self.binary(BinaryOperator::Pow, left, right, at)?;
            at = self.position();
        }
        Ok(left)
    }

    fn unary(&mut self, with_filter: bool) -> Result<Expr<'s>> {
        let at = self.position();
        let operator = match self.current().kind {
            Kind::Operator("-") => Some(UnaryOperator::Neg),
            Kind::Operator("+") => Some(UnaryOperator::Pos),
            _ => None,
        };
        let node = match operator {
            Some(operator) => {
                self.advance()?;
                let operand = self.deeper(|parser| parser.unary(false))?;
                let below = operand.height;
                self.node(ExprKind::Unary(operator, Box::new(operand)), at, below)?
            }
            None => self.primary(false)?,
        };
        let node = self.postfix(node)?;
        if with_filter { self.filters_and_tests(node) } else { Ok(node) }
    }

    fn primary(&mut self, with_namespace: bool) -> Result<Expr<'s>> {
        let at = self.position();
        let kind = match self.current().kind.clone() {
            Kind::Name(name) => {
                self.advance()?;
                match name {
                    "true" | "True" => ExprKind::Const(Const::Bool(true)),
                    "false" | "False" => ExprKind::Const(Const::Bool(false)),
                    "none" | "None" => ExprKind::Const(Const::None),
                    _ if with_namespace && self.skip_if(Wanted::Operator("."))? => {
                        ExprKind::NamespaceRef(name, self.expect_name()?)
                    }
                    _ => ExprKind::Name(name),
                }
            }
            Kind::Text(text) => {
                self.advance()?;
                ExprKind::Const(Const::Text(self.adjacent(text)?))
            }
            Kind::Integer(digits) => {
                self.advance()?;
                ExprKind::Const(Const::Integer(digits))
            }
            Kind::Float(value) => {
                self.advance()?;
                ExprKind::Const(Const::Float(value))
            }
            Kind::Operator("(") => {
                self.advance()?;
                let inside = self.tuple(true, true)?;
                self.expect(Wanted::Operator(")"))?;
                return Ok(inside);
            }
            Kind::Operator("[") => return self.list(),
            Kind::Operator("{") => return self.dict(),
            other => return self.fail(format!("unexpected {}", repr(other.describe()))),
        };
        self.node(kind, at, 0)
    }

    /// Literals that stand side by side are one.
    fn adjacent(&mut self, first: Cow<'s, str>) -> Result<Cow<'s, str>> {
        let mut text = first;
        while let Kind::Text(more) = self.current().kind.clone() {
            text.to_mut().push_str(&more);
            self.advance()?;
        }
        Ok(text)
    }

    /// An expression, or several with commas between them. With `parentheses` there may be none.
    pub(super) fn tuple(&mut self, with_conditional: bool, parentheses: bool) -> Result<Expr<'s>> {
        let parse = |parser: &mut Self| if with_conditional { parser.conditional() } else { parser.or() };
        self.tuple_of(parse, parentheses)
    }

    /// The left side of an assignment: names and literals only.
    pub(super) fn target_tuple(&mut self, with_namespace: bool) -> Result<Expr<'s>> {
        self.tuple_of(|parser| parser.primary(with_namespace), false)
    }

    fn tuple_of(
        &mut self,
        mut parse: impl FnMut(&mut Self) -> Result<Expr<'s>>,
        parentheses: bool,
    ) -> Result<Expr<'s>> {
        let mut at = self.position();
        let mut items: Vec<Expr<'s>> = Vec::new();
        let mut is_tuple = false;
        loop {
            if !items.is_empty() {
                self.expect(Wanted::Operator(","))?;
            }
            if matches!(self.current().kind, Kind::VariableEnd | Kind::BlockEnd | Kind::Operator(")")) {
                break;
            }
            items.push(parse(self)?);
            if !self.is_operator(",") {
                break;
            }
            is_tuple = true;
            at = self.position();
        }
        if !is_tuple {
            match items.pop() {
                Some(item) => return Ok(item),
                None if !parentheses => {
                    let found = repr(self.current().kind.describe());
                    return self.fail(format!("Expected an expression, got {found}"));
                }
                None => {}
            }
        }
        let below = highest(&items);
        self.node(ExprKind::Tuple(items), at, below)
    }

    fn list(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        self.expect(Wanted::Operator("["))?;
        let mut items = Vec::new();
        while !self.is_operator("]") {
            if !items.is_empty() {
                self.expect(Wanted::Operator(","))?;
            }
            if self.is_operator("]") {
                break;
            }
            items.push(self.expression()?);
        }
        self.expect(Wanted::Operator("]"))?;
        let below = highest(&items);
        self.node(ExprKind::List(items), at, below)
    }

    fn dict(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        self.expect(Wanted::Operator("{"))?;
        let mut entries = Vec::new();
        let mut below = 0;
        while !self.is_operator("}") {
            if !entries.is_empty() {
                self.expect(Wanted::Operator(","))?;
            }
            if self.is_operator("}") {
                break;
            }
            let key = self.expression()?;
            self.expect(Wanted::Operator(":"))?;
            let value = self.expression()?;
            below = below.max(key.height).max(value.height);
            entries.push((key, value));
        }
        self.expect(Wanted::Operator("}"))?;
        self.node(ExprKind::Dict(entries), at, below)
    }

    fn postfix(&mut self, mut node: Expr<'s>) -> Result<Expr<'s>> {
        loop {
            node = match self.current().kind {
                Kind::Operator(".") => self.attribute(node)?,
                Kind::Operator("[") => self.subscript(node)?,
                Kind::Operator("(") => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn filters_and_tests(&mut self, mut node: Expr<'s>) -> Result<Expr<'s>> {
        loop {
            node = match self.current().kind {
                Kind::Operator("|") => match self.filters(Some(node), false)? {
                    Some(node) => node,
                    None => return self.fail("expected a filter"),
                },
                Kind::Name("is") => self.test(node)?,
                Kind::Operator("(") => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn attribute(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        self.advance()?;
        let (found, found_at) = (self.current().kind.clone(), self.position());
        self.advance()?;
        let below = node.height;
        match found {
            Kind::Name(name) => self.node(ExprKind::Attribute(Box::new(node), name), at, below),
            Kind::Integer(digits) => {
                let index = self.node(ExprKind::Const(Const::Integer(digits)), found_at, 0)?;
                self.node(ExprKind::Item(Box::new((node, index))), at, below)
            }
            _ => self.fail_at(found_at, "expected name or number"),
        }
    }

    fn subscript(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        self.advance()?;
        let mut items = Vec::new();
        while !self.is_operator("]") {
            if !items.is_empty() {
                self.expect(Wanted::Operator(","))?;
            }
            items.push(self.subscribed()?);
        }
        self.expect(Wanted::Operator("]"))?;
        let index = match (items.pop(), items.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                items.extend(last);
                let below = highest(&items);
                self.node(ExprKind::Tuple(items), at, below)?
            }
        };
        let below = node.height.max(index.height);
        self.node(ExprKind::Item(Box::new((node, index))), at, below)
    }

    /// What stands in `[]`: an expression or a slice.
    fn subscribed(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        let start = if self.is_operator(":") {
            None
        } else {
            let start = self.expression()?;
            if !self.is_operator(":") {
                return Ok(start);
            }
            Some(start)
        };
        self.advance()?;
        let stop = if self.is_operator(":") { None } else { self.bound()? };
        let step = if self.skip_if(Wanted::Operator(":"))? { self.bound()? } else { None };
        let bounds = [start, stop, step];
        let below = bounds.iter().flatten().map(|bound| bound.height).max().unwrap_or_default();
        self.node(ExprKind::Slice(Box::new(bounds)), at, below)
    }

    fn bound(&mut self) -> Result<Option<Expr<'s>>> {
        if self.is_operator("]") || self.is_operator(",") { Ok(None) } else { self.expression().map(Some) }
    }

    fn call(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        let arguments = self.arguments()?;
        let below = node.height.max(arguments_height(&arguments));
        self.node(ExprKind::Call(Box::new(node), arguments), at, below)
    }

    fn arguments(&mut self) -> Result<Box<Arguments<'s>>> {
        let at = self.position();
        self.expect(Wanted::Operator("("))?;
        let mut arguments = Box::<Arguments<'s>>::default();
        let mut more = false;
        let ensure = |parser: &Self, holds: bool| {
            if holds { Ok(()) } else { parser.fail_at(at, "invalid syntax for function call expression") }
        };
        while !self.is_operator(")") {
            if more {
                self.expect(Wanted::Operator(","))?;
                if self.is_operator(")") {
                    break;
                }
            }
            if self.is_operator("*") {
                ensure(self, arguments.star.is_none() && arguments.double_star.is_none())?;
                self.advance()?;
                arguments.star = Some(Box::new(self.expression()?));
            } else if self.is_operator("**") {
                ensure(self, arguments.double_star.is_none())?;
                self.advance()?;
                arguments.double_star = Some(Box::new(self.expression()?));
            } else {
                match self.current().kind {
                    Kind::Name(name) if self.following_is(Wanted::Operator("="))? => {
                        ensure(self, arguments.double_star.is_none())?;
                        self.advance()?;
                        self.advance()?;
                        arguments.named.push((name, self.expression()?));
                    }
                    _ => {
                        let first = arguments.star.is_none() && arguments.double_star.is_none();
                        ensure(self, first && arguments.named.is_empty())?;
                        arguments.positional.push(self.expression()?);
                    }
                }
            }
            more = true;
        }
        self.expect(Wanted::Operator(")"))?;
        Ok(arguments)
    }

    /// `|name(…)`, as many as there are. Inline, the first one has no bar before it.
    pub(super) fn filters(
        &mut self,
        mut node: Option<Expr<'s>>,
        mut inline: bool,
    ) -> Result<Option<Expr<'s>>> {
        while inline || self.is_operator("|") {
            if !inline {
                self.advance()?;
            }
            inline = false;
            let at = self.position();
            let name = self.dotted_name()?;
            let arguments = if self.is_operator("(") { self.arguments()? } else { Box::default() };
            let below = node.as_ref().map_or(0, |node| node.height).max(arguments_height(&arguments));
            node = Some(self.node(ExprKind::Filter(node.map(Box::new), name, arguments), at, below)?);
        }
        Ok(node)
    }

    fn dotted_name(&mut self) -> Result<Cow<'s, str>> {
        let mut name = Cow::Borrowed(self.expect_name()?);
        while self.skip_if(Wanted::Operator("."))? {
            let part = self.expect_name()?;
            let whole = name.to_mut();
            whole.push('.');
            whole.push_str(part);
        }
        Ok(name)
    }

    fn test(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        self.advance()?;
        let negated = self.skip_if(Wanted::Name("not"))?;
        let name = self.dotted_name()?;
        let arguments = match &self.current().kind {
            Kind::Operator("(") => self.arguments()?,
            Kind::Name("else" | "or" | "and") => Box::default(),
            Kind::Name("is") => return self.fail("You cannot chain multiple tests with is"),
            Kind::Name(_) | Kind::Text(_) | Kind::Integer(_) | Kind::Float(_) | Kind::Operator("[" | "{") => {
                let argument = self.primary(false)?;
                let argument = self.postfix(argument)?;
                Box::new(Arguments { positional: vec![argument], ..Arguments::default() })
            }
            _ => Box::default(),
        };
        let below = node.height.max(arguments_height(&arguments));
        let test = self.node(ExprKind::Test(Box::new(node), name, arguments), at, below)?;
        if !negated {
            return Ok(test);
        }
        let below = test.height;
        self.node(ExprKind::Unary(UnaryOperator::Not, Box::new(test)), at, below)
    }
}

fn highest(items: &[Expr<'_>]) -> u16 {
    items.iter().map(|item| item.height).max().unwrap_or_default()
}

fn arguments_height(arguments: &Arguments<'_>) -> u16 {
    let named = arguments.named.iter().map(|(_, value)| value.height);
    let stars = [&arguments.star, &arguments.double_star].into_iter().flatten().map(|value| value.height);
    let positional = arguments.positional.iter().map(|value| value.height);
    positional.chain(named).chain(stars).max().unwrap_or_default()
}
