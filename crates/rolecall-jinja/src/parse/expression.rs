//! Expressions, from the weakest operator to the strongest.

use std::borrow::Cow;

use super::{MAX_HEIGHT, Parser, Result, Wanted};
use crate::ErrorKind;
use crate::lex::Kind;
use crate::operator::Operator;
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

    /// The comparison that the current token is.
    fn comparison(&self) -> Result<Option<Comparison>> {
        Ok(Some(match self.current().kind {
            Kind::Operator(Operator::Eq) => Comparison::Eq,
            Kind::Operator(Operator::Ne) => Comparison::Ne,
            Kind::Operator(Operator::Lt) => Comparison::Lt,
            Kind::Operator(Operator::LtEq) => Comparison::LtEq,
            Kind::Operator(Operator::Gt) => Comparison::Gt,
            Kind::Operator(Operator::GtEq) => Comparison::GtEq,
            Kind::Name("in") => Comparison::In,
            Kind::Name("not") if self.following_is(Wanted::Name("in"))? => Comparison::NotIn,
            _ => return Ok(None),
        }))
    }

    fn compare(&mut self) -> Result<Expr<'s>> {
        let first = self.sum()?;
        let Some(mut comparison) = self.comparison()? else { return Ok(first) };
        let mut below = first.height;
        let mut operands = Vec::with_capacity(1);
        loop {
            if comparison == Comparison::NotIn {
                self.advance()?;
            }
            self.advance()?;
            let operand = self.sum()?;
            below = below.max(operand.height);
            operands.push((comparison, operand));
            match self.comparison()? {
                Some(next) => comparison = next,
                None => break,
            }
        }
        // As in Jinja2, it stands where it ends.
        let at = self.position();
        self.node(ExprKind::Compare(Box::new(first), operands), at, below)
    }

    /// An operand of a comparison. Most have no operators: then the levels in between are not gone through.
    fn sum(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        let first = self.unary(true)?;
        if !self.is_arithmetic() {
            return Ok(first);
        }
        let first = self.power(first, at)?;
        let first = self.product(first, at)?;
        let first = self.concat(first, at)?;
        self.added(first, at)
    }

    /// Whether the current token is an operator that binds more than comparisons do.
    fn is_arithmetic(&self) -> bool {
        matches!(
            self.current().kind,
            Kind::Operator(
                Operator::Plus
                    | Operator::Minus
                    | Operator::Tilde
                    | Operator::Star
                    | Operator::Slash
                    | Operator::FloorDiv
                    | Operator::Percent
                    | Operator::Pow
            )
        )
    }

    /// What is added to `left`, which begins at `at`.
    fn added(&mut self, mut left: Expr<'s>, mut at: usize) -> Result<Expr<'s>> {
        loop {
            let operator = match self.current().kind {
                Kind::Operator(Operator::Plus) => BinaryOperator::Add,
                Kind::Operator(Operator::Minus) => BinaryOperator::Sub,
                _ => return Ok(left),
            };
            self.advance()?;
            let right_at = self.position();
            let right = self.factors()?;
            let right = self.concat(right, right_at)?;
            left = self.binary(operator, left, right, at)?;
            at = self.position();
        }
    }

    /// What is put behind `first`.
    fn concat(&mut self, first: Expr<'s>, at: usize) -> Result<Expr<'s>> {
        if !self.is_operator(Operator::Tilde) {
            return Ok(first);
        }
        let mut below = first.height;
        let mut parts = vec![first];
        while self.skip_if(Wanted::Operator(Operator::Tilde))? {
            let part = self.factors()?;
            below = below.max(part.height);
            parts.push(part);
        }
        self.node(ExprKind::Concat(parts), at, below)
    }

    /// A product, or what stands for one.
    fn factors(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        let first = self.unary(true)?;
        if !self.is_arithmetic() {
            return Ok(first);
        }
        let first = self.power(first, at)?;
        self.product(first, at)
    }

    /// What `left` is multiplied with.
    fn product(&mut self, mut left: Expr<'s>, mut at: usize) -> Result<Expr<'s>> {
        loop {
            let operator = match self.current().kind {
                Kind::Operator(Operator::Star) => BinaryOperator::Mul,
                Kind::Operator(Operator::Slash) => BinaryOperator::Div,
                Kind::Operator(Operator::FloorDiv) => BinaryOperator::FloorDiv,
                Kind::Operator(Operator::Percent) => BinaryOperator::Mod,
                _ => return Ok(left),
            };
            self.advance()?;
            let right_at = self.position();
            let right = self.unary(true)?;
            let right = self.power(right, right_at)?;
            left = self.binary(operator, left, right, at)?;
            at = self.position();
        }
    }

    /// What `left` is raised to.
    fn power(&mut self, mut left: Expr<'s>, mut at: usize) -> Result<Expr<'s>> {
        while self.skip_if(Wanted::Operator(Operator::Pow))? {
            let right = self.unary(true)?;
            left = self.binary(BinaryOperator::Pow, left, right, at)?;
            at = self.position();
        }
        Ok(left)
    }

    fn unary(&mut self, with_filter: bool) -> Result<Expr<'s>> {
        let at = self.position();
        let operator = match self.current().kind {
            Kind::Operator(Operator::Minus) => Some(UnaryOperator::Neg),
            Kind::Operator(Operator::Plus) => Some(UnaryOperator::Pos),
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
        let kind = match &self.current().kind {
            Kind::Name(name) => {
                let name = *name;
                self.advance()?;
                match name {
                    "true" | "True" => ExprKind::Const(Const::Bool(true)),
                    "false" | "False" => ExprKind::Const(Const::Bool(false)),
                    "none" | "None" => ExprKind::Const(Const::None),
                    _ if with_namespace && self.skip_if(Wanted::Operator(Operator::Dot))? => {
                        ExprKind::NamespaceRef(name, self.expect_name()?)
                    }
                    _ => ExprKind::Name(name),
                }
            }
            Kind::Text(text) => {
                let text = text.clone();
                self.advance()?;
                ExprKind::Const(Const::Text(self.adjacent(text)?))
            }
            Kind::Integer(digits) => {
                let digits = digits.clone();
                self.advance()?;
                ExprKind::Const(Const::Integer(digits))
            }
            Kind::Float(value) => {
                let value = *value;
                self.advance()?;
                ExprKind::Const(Const::Float(value))
            }
            Kind::Operator(Operator::OpenParenthesis) => {
                self.advance()?;
                let inside = self.tuple(true, true)?;
                self.expect(Wanted::Operator(Operator::CloseParenthesis))?;
                return Ok(inside);
            }
            Kind::Operator(Operator::OpenBracket) => return self.list(),
            Kind::Operator(Operator::OpenBrace) => return self.dict(),
            other => return self.fail(format!("unexpected {}", repr(other.describe()))),
        };
        self.node(kind, at, 0)
    }

    /// Literals that stand side by side are one.
    fn adjacent(&mut self, first: Cow<'s, str>) -> Result<Cow<'s, str>> {
        let mut text = first;
        while let Kind::Text(more) = &self.current().kind {
            text.to_mut().push_str(more);
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
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            if matches!(
                self.current().kind,
                Kind::VariableEnd | Kind::BlockEnd | Kind::Operator(Operator::CloseParenthesis)
            ) {
                break;
            }
            items.push(parse(self)?);
            if !self.is_operator(Operator::Comma) {
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
        self.expect(Wanted::Operator(Operator::OpenBracket))?;
        let mut items = Vec::new();
        while !self.is_operator(Operator::CloseBracket) {
            if !items.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            if self.is_operator(Operator::CloseBracket) {
                break;
            }
            items.push(self.expression()?);
        }
        self.expect(Wanted::Operator(Operator::CloseBracket))?;
        let below = highest(&items);
        self.node(ExprKind::List(items), at, below)
    }

    fn dict(&mut self) -> Result<Expr<'s>> {
        let at = self.position();
        self.expect(Wanted::Operator(Operator::OpenBrace))?;
        let mut entries = Vec::new();
        let mut below = 0;
        while !self.is_operator(Operator::CloseBrace) {
            if !entries.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            if self.is_operator(Operator::CloseBrace) {
                break;
            }
            let key = self.expression()?;
            self.expect(Wanted::Operator(Operator::Colon))?;
            let value = self.expression()?;
            below = below.max(key.height).max(value.height);
            entries.push((key, value));
        }
        self.expect(Wanted::Operator(Operator::CloseBrace))?;
        self.node(ExprKind::Dict(entries), at, below)
    }

    fn postfix(&mut self, mut node: Expr<'s>) -> Result<Expr<'s>> {
        loop {
            node = match self.current().kind {
                Kind::Operator(Operator::Dot) => self.attribute(node)?,
                Kind::Operator(Operator::OpenBracket) => self.subscript(node)?,
                Kind::Operator(Operator::OpenParenthesis) => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn filters_and_tests(&mut self, mut node: Expr<'s>) -> Result<Expr<'s>> {
        loop {
            node = match self.current().kind {
                Kind::Operator(Operator::Bar) => match self.filters(Some(node), false)? {
                    Some(node) => node,
                    None => return self.fail("expected a filter"),
                },
                Kind::Name("is") => self.test(node)?,
                Kind::Operator(Operator::OpenParenthesis) => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn attribute(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        self.advance()?;
        let below = node.height;
        if let Kind::Name(name) = self.current().kind {
            self.advance()?;
            return self.node(ExprKind::Attribute(Box::new(node), name), at, below);
        }
        let (found, found_at) = (self.current().kind.clone(), self.position());
        self.advance()?;
        match found {
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
        while !self.is_operator(Operator::CloseBracket) {
            if !items.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            items.push(self.subscribed()?);
        }
        self.expect(Wanted::Operator(Operator::CloseBracket))?;
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
        let start = if self.is_operator(Operator::Colon) {
            None
        } else {
            let start = self.expression()?;
            if !self.is_operator(Operator::Colon) {
                return Ok(start);
            }
            Some(start)
        };
        self.advance()?;
        let stop = if self.is_operator(Operator::Colon) { None } else { self.bound()? };
        let step = if self.skip_if(Wanted::Operator(Operator::Colon))? { self.bound()? } else { None };
        let bounds = [start, stop, step];
        let below = bounds.iter().flatten().map(|bound| bound.height).max().unwrap_or_default();
        self.node(ExprKind::Slice(Box::new(bounds)), at, below)
    }

    fn bound(&mut self) -> Result<Option<Expr<'s>>> {
        if self.is_operator(Operator::CloseBracket) || self.is_operator(Operator::Comma) {
            Ok(None)
        } else {
            self.expression().map(Some)
        }
    }

    fn call(&mut self, node: Expr<'s>) -> Result<Expr<'s>> {
        let at = self.position();
        let arguments = self.arguments()?;
        let below = node.height.max(arguments_height(&arguments));
        self.node(ExprKind::Call(Box::new(node), arguments), at, below)
    }

    fn arguments(&mut self) -> Result<Box<Arguments<'s>>> {
        let at = self.position();
        self.expect(Wanted::Operator(Operator::OpenParenthesis))?;
        let mut arguments = Box::<Arguments<'s>>::default();
        let mut more = false;
        let ensure = |parser: &Self, holds: bool| {
            if holds { Ok(()) } else { parser.fail_at(at, "invalid syntax for function call expression") }
        };
        while !self.is_operator(Operator::CloseParenthesis) {
            if more {
                self.expect(Wanted::Operator(Operator::Comma))?;
                if self.is_operator(Operator::CloseParenthesis) {
                    break;
                }
            }
            if self.is_operator(Operator::Star) {
                ensure(self, arguments.star.is_none() && arguments.double_star.is_none())?;
                self.advance()?;
                arguments.star = Some(Box::new(self.expression()?));
            } else if self.is_operator(Operator::Pow) {
                ensure(self, arguments.double_star.is_none())?;
                self.advance()?;
                arguments.double_star = Some(Box::new(self.expression()?));
            } else {
                match self.current().kind {
                    Kind::Name(name) if self.following_is(Wanted::Operator(Operator::Assign))? => {
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
        self.expect(Wanted::Operator(Operator::CloseParenthesis))?;
        Ok(arguments)
    }

    /// `|name(…)`, as many as there are. Inline, the first one has no bar before it.
    pub(super) fn filters(
        &mut self,
        mut node: Option<Expr<'s>>,
        mut inline: bool,
    ) -> Result<Option<Expr<'s>>> {
        while inline || self.is_operator(Operator::Bar) {
            if !inline {
                self.advance()?;
            }
            inline = false;
            let at = self.position();
            let name = self.dotted_name()?;
            let arguments =
                if self.is_operator(Operator::OpenParenthesis) { self.arguments()? } else { Box::default() };
            let below = node.as_ref().map_or(0, |node| node.height).max(arguments_height(&arguments));
            node = Some(self.node(ExprKind::Filter(node.map(Box::new), name, arguments), at, below)?);
        }
        Ok(node)
    }

    fn dotted_name(&mut self) -> Result<Cow<'s, str>> {
        let mut name = Cow::Borrowed(self.expect_name()?);
        while self.skip_if(Wanted::Operator(Operator::Dot))? {
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
            Kind::Operator(Operator::OpenParenthesis) => self.arguments()?,
            Kind::Name("else" | "or" | "and") => Box::default(),
            Kind::Name("is") => return self.fail("You cannot chain multiple tests with is"),
            Kind::Name(_)
            | Kind::Text(_)
            | Kind::Integer(_)
            | Kind::Float(_)
            | Kind::Operator(Operator::OpenBracket | Operator::OpenBrace) => {
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
