//! Constants that are computed when a template is compiled.
//!
//! Jinja2 does the same, and it shows: a number that is not finite can be printed, but not used in an expression that
//! is left for later.

use std::borrow::Cow;
use std::cell::Cell;

use bumpalo::Bump;

use super::Escape;
use crate::Limits;
use crate::builtins::args::merged;
use crate::builtins::{Args, filters, globals, tests};
use crate::number::{BigInt, LONGEST};
use crate::program::{Constant, Program};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::{Arguments, BinaryOperator, Comparison, Const, Expr, ExprKind, UnaryOperator};
use crate::trace::Origin;
use crate::value::compare::{Order, contains, equal, ordered};
use crate::value::iter::{Iter, drain};
use crate::value::undefined::Undefined;
use crate::value::{Value, access, dict, operators, slice};
use crate::vm::Variables;

/// Budgets of one expression: whatever takes longer is left for a render, which has budgets of its own.
const LIMITS: Limits =
    Limits { source_bytes: 0, steps: 20_000, output_bytes: 0, memory_bytes: 1 << 16, recursion: 0 };
/// What a few expressions of a template may take together, such as large powers: those that Python computes, and then
/// does not write down. This is enough for one of as many digits as there may be.
const MORE_STEPS: u64 = 32_000_000;

/// A text of so many bytes is within the budgets whatever they are.
const AT_ONCE: usize = 4096;

/// Computes constant expressions.
pub(super) struct Folder {
    program: Program,
    /// What is left of the steps for expressions that take many.
    more_steps: Cell<u64>,
    /// Whether an expression took more than its budgets.
    gave_up: Cell<bool>,
}

impl Folder {
    pub(super) fn new() -> Self {
        Self { program: Program::empty(), more_steps: Cell::new(MORE_STEPS), gave_up: Cell::new(false) }
    }

    /// The budgets of the next expression.
    fn limits(&self) -> Limits {
        Limits { steps: LIMITS.steps + self.more_steps.get(), ..LIMITS }
    }

    /// Counts what an expression took.
    fn count<T>(&self, rt: &Runtime<'_>, limits: Limits, result: &Result<T>) {
        let taken = limits.steps - rt.steps_left();
        let more = taken.saturating_sub(LIMITS.steps);
        self.more_steps.set(self.more_steps.get().saturating_sub(more));
        if result.as_ref().is_err_and(|error| error.kind() == crate::ErrorKind::Limit) {
            self.gave_up.set(true);
        }
    }

    /// The value of an expression, if it is a constant that Jinja2 would compute.
    pub(super) fn fold(&self, expression: &Expr<'_>, escape: Escape) -> Option<Constant> {
        if matches!(escape, Escape::Volatile(_)) || !is_candidate(expression) {
            return None;
        }
        let bump = Bump::new();
        let limits = self.limits();
        let rt = Runtime::new(&bump, &self.program, Variables::None, limits, None, None);
        rt.autoescape.set(escape == Escape::Always);
        let value = evaluate(&rt, expression);
        self.count(&rt, limits, &value);
        let value = value.ok()?;
        // What cannot be written down may be part of a constant that can, but was too much to compute.
        Constant::of(&rt, value).filter(|constant| !self.gave_up.get() || !constant.is_too_long())
    }

    /// The text that a constant expression prints.
    pub(super) fn print<'e>(&self, expression: &'e Expr<'_>, escape: Escape) -> Option<Cow<'e, str>> {
        if let ExprKind::Const(Const::Text(text)) = &expression.kind
            && escape == Escape::Never
            && text.len() <= AT_ONCE
        {
            return Some(Cow::Borrowed(text));
        }
        // Where it is not known whether to escape, only what has nothing to do with it is computed, and is escaped
        // if that was so outside.
        if !is_candidate(expression) || matches!(escape, Escape::Volatile(_)) && has_filter(expression) {
            return None;
        }
        let escapes = matches!(escape, Escape::Always | Escape::Volatile(true));
        let bump = Bump::new();
        let limits = self.limits();
        let rt = Runtime::new(&bump, &self.program, Variables::None, limits, None, None);
        rt.autoescape.set(escapes);
        let value = evaluate(&rt, expression);
        self.count(&rt, limits, &value);
        let value = value.ok()?;
        let text = if escapes { operators::escaped(&rt, value) } else { crate::value::repr::str(&rt, value) };
        Some(Cow::Owned(rt.flat(text.ok()?).ok()??.1.to_owned()))
    }
}

/// The constant that a literal means.
pub(super) fn literal(constant: &Const<'_>) -> Constant {
    match constant {
        Const::None => Constant::None,
        Const::Bool(value) => Constant::Bool(*value),
        Const::Float(value) => Constant::Float(*value),
        Const::Text(text) => Constant::Text(text.clone().into_owned()),
        Const::Integer(digits) => match integer(digits) {
            Some(value) => match value.to_i64() {
                Some(small) => Constant::Int(small),
                None => Constant::Big(value.is_negative(), value.limbs().to_vec()),
            },
            None => Constant::Error(
                crate::ErrorKind::Limit,
                "an integer in the template has too many digits".to_owned(),
            ),
        },
    }
}

fn integer(digits: &str) -> Option<BigInt> {
    // Reading another base takes the square of their number.
    if digits.len() > LONGEST {
        return None;
    }
    let based = |radix| BigInt::from_radix(digits.get(2..)?, radix);
    match digits.as_bytes().get(1) {
        Some(b'x' | b'X') => based(16),
        Some(b'o' | b'O') => based(8),
        Some(b'b' | b'B') => based(2),
        _ => BigInt::parse(digits),
    }
}

/// Whether an expression may be a constant: nothing in it comes from outside.
fn is_candidate(expression: &Expr<'_>) -> bool {
    let all = |items: &[Expr<'_>]| items.iter().all(is_candidate);
    match &expression.kind {
        ExprKind::Const(_) => true,
        ExprKind::Name(_) | ExprKind::NamespaceRef(..) | ExprKind::Call(..) | ExprKind::Filter(None, ..) => {
            false
        }
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Concat(items) => all(items),
        ExprKind::Dict(items) => items.iter().all(|(key, value)| is_candidate(key) && is_candidate(value)),
        ExprKind::Conditional(conditional) => {
            // A branch that is not taken may be anything.
            is_candidate(&conditional.test)
        }
        // The other side of `and` and `or` may be anything, too, if it does not count.
        ExprKind::Binary(BinaryOperator::And | BinaryOperator::Or, both) => is_candidate(&both.0),
        ExprKind::Binary(_, both) | ExprKind::Item(both) => is_candidate(&both.1) && is_candidate(&both.0),
        ExprKind::Unary(_, inner) | ExprKind::Attribute(inner, _) => is_candidate(inner),
        ExprKind::Compare(first, others) => {
            // What is behind the first link that does not hold may be anything.
            is_candidate(first) && others.first().is_none_or(|(_, other)| is_candidate(other))
        }
        ExprKind::Slice(bounds) => bounds.iter().flatten().all(is_candidate),
        ExprKind::Filter(Some(value), _, arguments) | ExprKind::Test(value, _, arguments) => {
            is_candidate(value)
                && all(&arguments.positional)
                && arguments.named.iter().all(|(_, value)| is_candidate(value))
                && arguments.star.as_deref().is_none_or(is_candidate)
                && arguments.double_star.as_deref().is_none_or(is_candidate)
        }
    }
}

/// Whether a filter or test is in an expression that is a candidate.
fn has_filter(expression: &Expr<'_>) -> bool {
    match &expression.kind {
        ExprKind::Filter(..) | ExprKind::Test(..) => true,
        ExprKind::Const(_) | ExprKind::Name(_) | ExprKind::NamespaceRef(..) | ExprKind::Call(..) => false,
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Concat(items) => {
            items.iter().any(has_filter)
        }
        ExprKind::Dict(items) => items.iter().any(|(key, value)| has_filter(key) || has_filter(value)),
        ExprKind::Conditional(conditional) => {
            has_filter(&conditional.test)
                || has_filter(&conditional.then)
                || conditional.otherwise.as_ref().is_some_and(has_filter)
        }
        ExprKind::Binary(_, both) | ExprKind::Item(both) => has_filter(&both.0) || has_filter(&both.1),
        ExprKind::Unary(_, inner) | ExprKind::Attribute(inner, _) => has_filter(inner),
        ExprKind::Compare(first, others) => {
            has_filter(first) || others.iter().any(|(_, other)| has_filter(other))
        }
        ExprKind::Slice(bounds) => bounds.iter().flatten().any(has_filter),
    }
}

/// Why an expression is no constant.
fn impossible() -> Raised {
    Raised::unsupported("this is no constant")
}

#[allow(clippy::too_many_lines, reason = "one arm for each kind of expression")]
fn evaluate<'a>(rt: &Runtime<'a>, expression: &Expr<'_>) -> Result<Value<'a>> {
    let all = |items: &[Expr<'_>]| {
        let mut values = rt.list();
        for item in items {
            values.push(evaluate(rt, item)?)?;
        }
        Ok(values.finish())
    };
    match &expression.kind {
        ExprKind::Const(Const::Text(text)) => Ok(Value::text(rt.alloc_str(text)?)),
        ExprKind::Const(constant) => match literal(constant) {
            Constant::None => Ok(Value::NONE),
            Constant::Bool(value) => Ok(Value::bool(value)),
            Constant::Int(value) => Ok(Value::int(value)),
            Constant::Float(value) => Ok(Value::float(value)),
            Constant::Big(negative, limbs) => {
                let value = BigInt::from_limbs(negative, &limbs).unwrap_or_default();
                rt.integer(Origin::TEMPLATE, &value)
            }
            _ => Err(impossible()),
        },
        ExprKind::Tuple(items) => all(items).map(Value::tuple),
        ExprKind::List(items) => all(items).map(Value::list),
        ExprKind::Dict(items) => {
            let mut entries = dict::DictBuilder::new();
            for (key, value) in items {
                let key = evaluate(rt, key)?;
                entries.insert(rt, key, evaluate(rt, value)?)?;
            }
            entries.finish(rt)
        }
        ExprKind::Conditional(conditional) => {
            if operators::truth(rt, evaluate(rt, &conditional.test)?)? {
                return evaluate(rt, &conditional.then);
            }
            match &conditional.otherwise {
                Some(otherwise) => evaluate(rt, otherwise),
                None => Err(impossible()),
            }
        }
        ExprKind::Binary(operator, both) => {
            let left = evaluate(rt, &both.0)?;
            match operator {
                BinaryOperator::And if !operators::truth(rt, left)? => Ok(left),
                BinaryOperator::Or if operators::truth(rt, left)? => Ok(left),
                BinaryOperator::And | BinaryOperator::Or => evaluate(rt, &both.1),
                _ => operators::binary(rt, *operator, left, evaluate(rt, &both.1)?),
            }
        }
        ExprKind::Concat(items) => operators::concat(rt, all(items)?),
        ExprKind::Unary(operator, inner) => {
            let value = evaluate(rt, inner)?;
            match operator {
                UnaryOperator::Not => Ok(Value::bool(!operators::truth(rt, value)?)),
                UnaryOperator::Neg => operators::unary(rt, true, value),
                UnaryOperator::Pos => operators::unary(rt, false, value),
            }
        }
        ExprKind::Compare(first, others) => {
            let mut left = evaluate(rt, first)?;
            for (comparison, other) in others {
                let right = evaluate(rt, other)?;
                let holds = match comparison {
                    Comparison::Eq => equal(rt, left, right)?,
                    Comparison::Ne => !equal(rt, left, right)?,
                    Comparison::Lt => ordered(rt, Order::Lt, left, right)?,
                    Comparison::LtEq => ordered(rt, Order::LtEq, left, right)?,
                    Comparison::Gt => ordered(rt, Order::Gt, left, right)?,
                    Comparison::GtEq => ordered(rt, Order::GtEq, left, right)?,
                    Comparison::In => contains(rt, right, left)?,
                    Comparison::NotIn => !contains(rt, right, left)?,
                };
                if !holds {
                    return Ok(Value::bool(false));
                }
                left = right;
            }
            Ok(Value::bool(true))
        }
        ExprKind::Attribute(inner, name) => {
            let value = evaluate(rt, inner)?;
            access::attribute(rt, value, rt.alloc_str(name)?)
        }
        ExprKind::Item(both) => {
            let value = evaluate(rt, &both.0)?;
            if let ExprKind::Slice(bounds) = &both.1.kind {
                let mut values = [Value::Missing; 3];
                for (value, bound) in values.iter_mut().zip(bounds.iter()) {
                    if let Some(bound) = bound {
                        *value = evaluate(rt, bound)?;
                    }
                }
                // What cannot be cut is undefined then, and an error only when it is done later.
                return match slice::slice(rt, value, values) {
                    Err(error) if error.kind() == crate::ErrorKind::Type => {
                        Ok(Value::Undefined(rt.alloc(Undefined::Hint("a slice of nothing"))?))
                    }
                    part => part,
                };
            }
            access::item(rt, value, evaluate(rt, &both.1)?)
        }
        ExprKind::Filter(Some(value), name, arguments) => {
            let filter = filters::find(name).filter(|filter| !filter.needs_context).ok_or_else(impossible)?;
            let value = evaluate(rt, value)?;
            with_arguments(rt, arguments, |args| filter.apply(rt, value, args))
        }
        ExprKind::Test(value, name, arguments) => {
            let test = tests::find(name).ok_or_else(impossible)?;
            let value = evaluate(rt, value)?;
            with_arguments(rt, arguments, |args| {
                let holds = test.apply(rt, value, args)?;
                // Each number that is not small is an object of its own.
                let is_kept = !matches!(value, Value::Float(..) | Value::Int(_, ..=-6 | 257..));
                Ok(holds && (is_kept || *name != "sameas"))
            })
            .map(Value::bool)
        }
        ExprKind::Filter(None, ..)
        | ExprKind::Name(_)
        | ExprKind::NamespaceRef(..)
        | ExprKind::Call(..)
        | ExprKind::Slice(_) => Err(impossible()),
    }
}

fn with_arguments<'a, T>(
    rt: &Runtime<'a>,
    arguments: &Arguments<'_>,
    call: impl FnOnce(&Args<'_, 'a>) -> Result<T>,
) -> Result<T> {
    let mut positional = Vec::new();
    for value in &arguments.positional {
        positional.push(evaluate(rt, value)?);
    }
    let mut named = Vec::new();
    for (name, value) in &arguments.named {
        let name: &'a str = rt.alloc_str(name)?;
        named.push((name, evaluate(rt, value)?));
    }
    if let Some(star) = &arguments.star {
        let mut items = Iter::new(rt, evaluate(rt, star)?)?;
        positional.extend_from_slice(drain(rt, &mut items)?);
    }
    if let Some(double_star) = &arguments.double_star {
        let more = evaluate(rt, double_star)?;
        for (name, value) in globals::dict_of(rt, more)? {
            let (_, name) = rt.flat(name)?.ok_or_else(impossible)?;
            named.push((name, value));
        }
    }
    // Here a name that is given twice is no mistake.
    call(&Args { positional: &positional, named: &merged(named) })
}
