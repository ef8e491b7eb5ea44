//! The loop of instructions: what each of them does, where it takes a line or a few.
//!
//! The rest is in files of its own: `fast` has the short ways, `lookup` what instructions name by numbers, `operands`
//! what they take from the stack, `printing`, `calls` and `loops` what their names say.

use super::calls::Callee;
use super::lookup::slot_of;
use super::operands::not_a_namespace;
use super::{Machine, Prints};
use crate::ErrorKind;
use crate::builtins::Args;
use crate::program::{Constant, Op, Pc};
use crate::raised::{Raised, Result};
use crate::trace::Origin;
use crate::value::compare::{contains, equal, ordered};
use crate::value::undefined::Undefined;
use crate::value::{Object, Value, access, iter, names, operators, repr, slice};

impl<'a> Machine<'_, 'a> {
    /// Runs until the end. Where an instruction fails, its place is noted.
    #[allow(clippy::too_many_lines, reason = "one arm for each instruction, most of one line")]
    pub(super) fn run_from(&mut self, entry: Pc) -> Result<()> {
        /// The value of something that can fail.
        macro_rules! done {
            ($result:expr, $pc:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(error) => return Err(self.located(error, $pc)),
                }
            };
        }
        let ops = self.program.ops.as_slice();
        let mut pc = entry as usize;
        loop {
            let op = ops.get(pc).copied().unwrap_or(Op::End);
            pc += 1;
            match op {
                Op::Constant(number) => {
                    let value = done!(self.constant(number), pc);
                    self.push(value);
                }
                Op::Text(text) => self.push(Value::text(self.text(text))),
                Op::Compound { constant, cell } => {
                    let value = done!(self.compound(constant, cell), pc);
                    self.push(value);
                }
                Op::Load { slot, name } => {
                    if let Some((origin, text)) = self.slot_str(slot) {
                        self.push(Value::Str(origin, text));
                    } else if let Some((pieces, rope)) = self.slot_rope(slot) {
                        self.push(Value::Rope(pieces, rope));
                    } else {
                        let value = done!(self.variable(slot, name), pc);
                        self.push(value);
                    }
                }
                Op::PrintVariable { slot, name } => {
                    if let Some((origin, text)) = self.slot_str(slot) {
                        done!(self.out.str(self.rt, origin, text), pc);
                        self.parts.count += 1;
                    } else if let Some((pieces, rope)) = self.slot_rope(slot) {
                        done!(self.out.rope(self.rt, pieces, rope), pc);
                        self.parts.count += 1;
                    } else {
                        let value = done!(self.variable(slot, name), pc);
                        done!(self.print(value), pc);
                    }
                }
                Op::LoadOuter { up, slot, name } => {
                    let value = slot_of(self.frame_up(up), slot);
                    let value = if value.is_missing() { done!(self.unset(name), pc) } else { value };
                    self.push(value);
                }
                Op::Alias { up, from, to } => {
                    let value = slot_of(self.frame_up(up), from);
                    self.set_slot(to, value);
                }
                Op::LoadTemplates => {
                    let value = Value::Object(done!(self.rt.alloc(Object::Templates), pc));
                    self.push(value);
                }
                Op::LoadContext(number) => {
                    if let Some(cell) = self.rt.context.get(number as usize) {
                        let known = cell.get();
                        if !known.is_missing() {
                            self.push(known);
                            continue;
                        }
                    }
                    done!(self.push_context(number), pc);
                }
                Op::LoadExported { up, slot, name } => {
                    let value = slot_of(self.frame_up(up), slot);
                    let value =
                        if value.is_missing() { done!(self.rt.context_value(name), pc) } else { value };
                    self.push(value);
                }
                Op::LoadIfSet { up, slot, to } => {
                    let value = slot_of(self.frame_up(up), slot);
                    if !value.is_missing() {
                        self.push(value);
                        pc = to as usize;
                    }
                }
                Op::UndefinedAsMissing { name } => {
                    let value = self.pop();
                    let is_unset = matches!(value, Value::Undefined(Undefined::Name(unset))
                        if *unset == self.name(name).text);
                    self.push(if is_unset { Value::Missing } else { value });
                }
                Op::Store(slot) => self.store_top(slot),
                Op::Clear(slot) => self.set_slot(slot, Value::Missing),
                Op::StoreNamespace { name } => done!(self.store_namespace(name), pc),
                Op::CheckNamespace => {
                    if !matches!(self.pop(), Value::Object(Object::Namespace(_))) {
                        return Err(self.located(not_a_namespace(), pc));
                    }
                }
                Op::MakeList(count) => {
                    let items = done!(self.take(count), pc);
                    self.push(Value::list(items));
                }
                Op::MakeTuple(count) => {
                    let items = done!(self.take(count), pc);
                    self.push(Value::tuple(items));
                }
                Op::MakeDict(count) => done!(self.make_dict(count), pc),
                Op::Unpack(count) => done!(self.unpack(count), pc),
                Op::Pop => drop(self.pop()),
                Op::Swap => {
                    let (top, below) = (self.pop(), self.pop());
                    self.push(top);
                    self.push(below);
                }
                Op::DuplicateBelow => {
                    let (top, below) = (self.pop(), self.pop());
                    self.push(top);
                    self.push(below);
                    self.push(top);
                }
                Op::Attribute(name) => {
                    let value = self.pop();
                    let found = done!(self.attribute(value, name), pc);
                    self.push(found);
                }
                Op::AttributeOf { slot, variable, name } => {
                    let known = self.name(name);
                    if self.push_loop_field(slot, known) {
                        continue;
                    }
                    if known.hides_key || !done!(self.push_member(slot, known), pc) {
                        let value = done!(self.variable(slot, variable), pc);
                        let found = done!(self.attribute(value, name), pc);
                        self.push(found);
                    }
                }
                Op::Item => {
                    let (key, value) = (self.pop(), self.pop());
                    let found = done!(access::item(self.rt, value, key), pc);
                    self.push(found);
                }
                Op::ItemName(name) => {
                    let value = self.pop();
                    let found = done!(self.item_name(value, name), pc);
                    self.push(found);
                }
                Op::ItemNameOf { slot, variable, name } => {
                    if !done!(self.push_member(slot, self.name(name)), pc) {
                        let value = done!(self.variable(slot, variable), pc);
                        let found = done!(self.item_name(value, name), pc);
                        self.push(found);
                    }
                }
                Op::Slice => {
                    let (step, stop, start, value) = (self.pop(), self.pop(), self.pop(), self.pop());
                    let part = done!(slice::slice(self.rt, value, [start, stop, step]), pc);
                    self.push(part);
                }
                Op::Add => {
                    if let Some((left, right)) = self.top_ints()
                        && let Some(sum) = left.checked_add(right)
                    {
                        self.drop_top();
                        self.drop_top();
                        self.push(Value::int(sum));
                        continue;
                    }
                    let (right, left) = (self.pop(), self.pop());
                    let sum = done!(operators::add(self.rt, left, right), pc);
                    self.push(sum);
                }
                Op::AddText(text) => {
                    let right = Value::text(self.text(text));
                    let left = self.pop();
                    let sum = done!(operators::add(self.rt, left, right), pc);
                    self.push(sum);
                }
                Op::Binary(operator) => {
                    if let Some((left, right)) = self.top_ints()
                        && let Some(result) = operators::small(operator, left, right)
                    {
                        self.drop_top();
                        self.drop_top();
                        self.push(Value::int(result));
                        continue;
                    }
                    let (right, left) = (self.pop(), self.pop());
                    let result = done!(operators::binary(self.rt, operator, left, right), pc);
                    self.push(result);
                }
                Op::Concat(count) => {
                    let from = self.stack.len().saturating_sub(count as usize);
                    let text =
                        done!(operators::concat(self.rt, self.stack.get(from..).unwrap_or_default()), pc);
                    self.stack.truncate(from);
                    self.push(text);
                }
                Op::ConcatMarkup(count) => {
                    let from = self.stack.len().saturating_sub(count as usize);
                    let text = done!(
                        operators::concat_markup(self.rt, self.stack.get(from..).unwrap_or_default()),
                        pc
                    );
                    self.stack.truncate(from);
                    self.push(text);
                }
                Op::Not => {
                    let value = self.pop();
                    let holds = done!(operators::truth(self.rt, value), pc);
                    self.push(Value::bool(!holds));
                }
                Op::Negate => {
                    let value = self.pop();
                    let result = done!(operators::unary(self.rt, true, value), pc);
                    self.push(result);
                }
                Op::Plus => {
                    let value = self.pop();
                    let result = done!(operators::unary(self.rt, false, value), pc);
                    self.push(result);
                }
                Op::Equal => {
                    let (right, left) = (self.pop(), self.pop());
                    let holds = done!(equal(self.rt, left, right), pc);
                    self.push(Value::bool(holds));
                }
                Op::NotEqual => {
                    let (right, left) = (self.pop(), self.pop());
                    let holds = done!(equal(self.rt, left, right), pc);
                    self.push(Value::bool(!holds));
                }
                Op::EqualText(text) => {
                    let holds = done!(self.equal_text(text), pc);
                    self.push(Value::bool(holds));
                }
                Op::NotEqualText(text) => {
                    let holds = done!(self.equal_text(text), pc);
                    self.push(Value::bool(!holds));
                }
                Op::EqualInt(value) => {
                    let holds = done!(self.equal_int(value), pc);
                    self.push(Value::bool(holds));
                }
                Op::NotEqualInt(value) => {
                    let holds = done!(self.equal_int(value), pc);
                    self.push(Value::bool(!holds));
                }
                Op::JumpIfEqualInt { value, to } => {
                    if done!(self.equal_int(value), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpUnlessEqualInt { value, to } => {
                    if !done!(self.equal_int(value), pc) {
                        pc = to as usize;
                    }
                }
                Op::Order(order) => {
                    let (right, left) = (self.pop(), self.pop());
                    let holds = done!(ordered(self.rt, order, left, right), pc);
                    self.push(Value::bool(holds));
                }
                Op::In => {
                    let (container, item) = (self.pop(), self.pop());
                    let holds = done!(contains(self.rt, container, item), pc);
                    self.push(Value::bool(holds));
                }
                Op::NotIn => {
                    let (container, item) = (self.pop(), self.pop());
                    let holds = done!(contains(self.rt, container, item), pc);
                    self.push(Value::bool(!holds));
                }
                Op::Jump(to) => pc = to as usize,
                Op::JumpIfFalse(to) => {
                    if !done!(self.pop_truth(), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpIfTrue(to) => {
                    if done!(self.pop_truth(), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpIfEqualText { text, to } => {
                    if done!(self.equal_text(text), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpUnlessEqualText { text, to } => {
                    if !done!(self.equal_text(text), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpIfTest { test, to } => {
                    let value = self.pop();
                    if done!(self.test(test, value), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpUnlessTest { test, to } => {
                    let value = self.pop();
                    if !done!(self.test(test, value), pc) {
                        pc = to as usize;
                    }
                }
                Op::JumpIfFalseKeep(to) => {
                    if done!(self.top_truth(), pc) {
                        self.drop_top();
                    } else {
                        pc = to as usize;
                    }
                }
                Op::JumpIfTrueKeep(to) => {
                    if done!(self.top_truth(), pc) {
                        pc = to as usize;
                    } else {
                        self.drop_top();
                    }
                }
                Op::JumpIfSet { slot, to } => {
                    if !slot_of(self.frame, slot).is_missing() {
                        pc = to as usize;
                    }
                }
                Op::FilterPlain(filter) => {
                    if let Some(cut) = filter.cut
                        && let Some(Value::Str(_, text)) = self.stack.last_mut()
                    {
                        let whole = text.len();
                        *text = cut(text);
                        let cut_off = whole - text.len();
                        done!(self.rt.step_bytes(cut_off), pc);
                        continue;
                    }
                    if let Some(count) = filter.count {
                        let value = self.pop();
                        let count = done!(count(self.rt, &value), pc);
                        let origin = self.rt.computed(value.origin());
                        self.push(Value::Int(origin, i64::try_from(count).unwrap_or(i64::MAX)));
                        continue;
                    }
                    let value = self.pop();
                    let result = match filter.quick {
                        Some(quick) => done!(quick(self.rt, value), pc),
                        None => done!(filter.apply(self.rt, value, &Args::none()), pc),
                    };
                    self.push(result);
                }
                Op::Filter { filter, shape } => {
                    let result = done!(
                        self.with_arguments(shape, Callee::Filter(filter), |machine, args| {
                            let value = machine.pop();
                            filter.apply(machine.rt, value, args)
                        }),
                        pc
                    );
                    self.push(result);
                }
                Op::TestPlain(test) => {
                    let value = self.pop();
                    let holds = done!(self.test(test, value), pc);
                    self.push(Value::bool(holds));
                }
                Op::Test { test, shape } => {
                    let holds = done!(
                        self.with_arguments(shape, Callee::Test(test), |machine, args| {
                            let value = machine.pop();
                            test.apply(machine.rt, value, args)
                        }),
                        pc
                    );
                    self.push(Value::bool(holds));
                }
                Op::Call(shape) => pc = done!(self.call(shape, true, place(pc)), pc) as usize,
                Op::CallPrint(shape) => pc = done!(self.call(shape, false, place(pc)), pc) as usize,
                Op::CallMethod { name, shape } => {
                    pc = done!(self.call_method(name, shape, place(pc)), pc) as usize;
                }
                Op::MakeMacro(number) => done!(self.make_macro(number), pc),
                Op::CallBlock { number, up } => {
                    pc = done!(self.call_block(number, up, place(pc)), pc) as usize;
                }
                Op::CallLoop { routine, slots } => {
                    pc = done!(self.call_loop(routine, slots, place(pc)), pc) as usize;
                }
                Op::Return => pc = done!(self.return_to_caller(place(pc)), pc) as usize,
                Op::LoopStart => done!(self.loop_start(), pc),
                Op::LoopStartExtended { slot } => done!(self.loop_start_extended(slot), pc),
                Op::LoopStartRecursive { slot } => done!(self.loop_start_recursive(slot), pc),
                Op::LoopFilter { routine, slots } => done!(self.loop_filter(routine, slots), pc),
                Op::LoopNext(end) => {
                    done!(self.rt.step((end as usize).saturating_sub(pc) + 1), pc);
                    match done!(self.loop_next(), pc) {
                        Some(item) => self.push(item),
                        None => pc = end as usize,
                    }
                }
                Op::LoopNextStore { slot, end } => {
                    done!(self.rt.step((end as usize).saturating_sub(pc) + 1), pc);
                    match done!(self.step_json(slot), pc) {
                        Some(true) => continue,
                        Some(false) => {
                            pc = end as usize;
                            continue;
                        }
                        None => {}
                    }
                    match done!(self.loop_next(), pc) {
                        Some(item) => self.set_slot(slot, item),
                        None => pc = end as usize,
                    }
                }
                Op::LoopTurned(next) => {
                    self.loop_turned();
                    pc = next as usize;
                }
                Op::LoopEnd => {
                    self.loop_end();
                }
                Op::LoopEndElse(to) => {
                    if self.loop_end() {
                        pc = to as usize;
                    }
                }
                Op::Data(text) => {
                    done!(self.out.str(self.rt, Origin::TEMPLATE, self.text(text)), pc);
                    self.parts.count += 1;
                }
                Op::PrintAttributeOf { slot, variable, name } => {
                    let known = self.name(name);
                    if !known.hides_key
                        && let Some((origin, text)) = self.slot_member_str(slot, &known.text)
                    {
                        done!(self.out.whole(self.rt, origin, text), pc);
                        self.parts.count += 1;
                        continue;
                    }
                    let value = done!(self.variable(slot, variable), pc);
                    let found = done!(self.attribute(value, name), pc);
                    done!(self.print(found), pc);
                }
                Op::PrintItemNameOf { slot, variable, name } => {
                    if let Some((origin, text)) = self.slot_member_str(slot, &self.name(name).text) {
                        done!(self.out.whole(self.rt, origin, text), pc);
                        self.parts.count += 1;
                        continue;
                    }
                    let value = done!(self.variable(slot, variable), pc);
                    let found = done!(self.item_name(value, name), pc);
                    done!(self.print(found), pc);
                }
                Op::ChainBegin => self.chains.push(self.out.mark()),
                Op::ChainFirst(elsewhere) => {
                    if let Some((origin, text)) = self.top_str()
                        && !origin.is_derived()
                    {
                        self.drop_top();
                        done!(self.out.str(self.rt, origin, text), pc);
                        continue;
                    }
                    let value = self.pop();
                    if self.prints_in_a_sum(value) {
                        done!(self.out.value(self.rt, value), pc);
                    } else {
                        self.chains.pop();
                        self.push(value);
                        pc = elsewhere as usize;
                    }
                }
                Op::ChainData(text) => done!(self.out.str(self.rt, Origin::TEMPLATE, self.text(text)), pc),
                Op::ChainNext(elsewhere) => {
                    if let Some((origin, text)) = self.top_str()
                        && !origin.is_derived()
                    {
                        self.drop_top();
                        done!(self.out.str(self.rt, origin, text), pc);
                        continue;
                    }
                    let value = self.pop();
                    if self.prints_in_a_sum(value) {
                        done!(self.out.value(self.rt, value), pc);
                    } else {
                        done!(self.chain_next_other(value), pc);
                        pc = elsewhere as usize;
                    }
                }
                Op::ChainNextAttributeOf { slot, variable, name } => {
                    let known = self.name(name);
                    if !known.hides_key
                        && let Some((origin, text)) = self.slot_member_str(slot, &known.text)
                    {
                        done!(self.out.whole(self.rt, origin, text), pc);
                        pc += 1;
                        continue;
                    }
                    let value = done!(self.variable(slot, variable), pc);
                    let found = done!(self.attribute(value, name), pc);
                    if let Value::Str(origin, text) = found
                        && !origin.is_derived()
                    {
                        done!(self.out.str(self.rt, origin, text), pc);
                        pc += 1;
                    } else {
                        self.push(found);
                    }
                }
                Op::ChainNextItemNameOf { slot, variable, name } => {
                    if let Some((origin, text)) = self.slot_member_str(slot, &self.name(name).text) {
                        done!(self.out.whole(self.rt, origin, text), pc);
                        pc += 1;
                        continue;
                    }
                    let value = done!(self.variable(slot, variable), pc);
                    let found = done!(self.item_name(value, name), pc);
                    if let Value::Str(origin, text) = found
                        && !origin.is_derived()
                    {
                        done!(self.out.str(self.rt, origin, text), pc);
                        pc += 1;
                    } else {
                        self.push(found);
                    }
                }
                Op::BuildBegin => self.out.start_capture(self.rt),
                Op::BuildFirst(elsewhere) => {
                    if let Some((origin, text)) = self.top_str() {
                        self.drop_top();
                        done!(self.out.str(self.rt, origin, text), pc);
                        continue;
                    }
                    let value = self.pop();
                    if matches!(value, Value::Str(..) | Value::Rope(..)) {
                        done!(self.out.value(self.rt, value), pc);
                    } else {
                        done!(self.out.end_capture(self.rt), pc);
                        self.push(value);
                        pc = elsewhere as usize;
                    }
                }
                Op::BuildNext(elsewhere) => {
                    if let Some((origin, text)) = self.top_str() {
                        self.drop_top();
                        done!(self.out.str(self.rt, origin, text), pc);
                        continue;
                    }
                    let value = self.pop();
                    if matches!(value, Value::Str(..) | Value::Rope(..)) {
                        done!(self.out.value(self.rt, value), pc);
                    } else {
                        let built = done!(self.out.end_capture(self.rt), pc);
                        let sum = done!(operators::add(self.rt, built, value), pc);
                        self.push(sum);
                        pc = elsewhere as usize;
                    }
                }
                Op::BuildEnd(to) => {
                    match done!(self.out.end_capture(self.rt), pc) {
                        Value::Rope(pieces, rope) => self.push(Value::Rope(pieces, rope)),
                        other => self.push(other),
                    }
                    pc = to as usize;
                }
                Op::ChainEnd(to) => {
                    self.chains.pop();
                    self.parts.count += 1;
                    pc = to as usize;
                }
                Op::PrintPart => {
                    let value = self.pop();
                    let text = if value.is_str() { value } else { done!(repr::str(self.rt, value), pc) };
                    done!(self.out.value(self.rt, text), pc);
                }
                Op::PartsEnd => self.parts.count += 1,
                Op::PrintRaw => {
                    let value = self.pop();
                    if value.is_str() {
                        done!(self.print(value), pc);
                    } else {
                        let at = self.parts.count;
                        self.parts.wrong.get_or_insert((at, names::type_name(value)));
                        self.parts.count += 1;
                    }
                }
                Op::Print => {
                    if let Some((origin, text)) = self.top_str() {
                        self.drop_top();
                        done!(self.out.str(self.rt, origin, text), pc);
                        self.parts.count += 1;
                        continue;
                    }
                    let value = self.pop();
                    done!(self.print(value), pc);
                }
                Op::PrintEscaped => {
                    let value = self.pop();
                    let text = done!(operators::escaped(self.rt, value), pc);
                    done!(self.out.value(self.rt, text), pc);
                    self.parts.count += 1;
                }
                Op::PrintVolatile => {
                    let value = self.pop();
                    if self.rt.autoescape.get() {
                        let text = done!(operators::escaped(self.rt, value), pc);
                        done!(self.out.value(self.rt, text), pc);
                        self.parts.count += 1;
                    } else {
                        done!(self.print(value), pc);
                    }
                }
                Op::Spread => {
                    let star = self.pop();
                    let items = done!(self.spread(star), pc);
                    self.push(Value::tuple(items));
                }
                Op::CaptureStart => {
                    self.out.start_capture(self.rt);
                    self.start_parts();
                }
                Op::CaptureEnd => {
                    done!(self.end_parts(), pc);
                    let text = done!(self.out.end_capture(self.rt), pc);
                    self.push(text);
                }
                Op::CaptureDrop => {
                    self.parts = self.outer_parts.pop().unwrap_or_default();
                    done!(self.out.end_capture(self.rt), pc);
                }
                Op::MarkupIfEscaping => {
                    if self.rt.autoescape.get() {
                        let text = self.pop();
                        let text = if text.is_str() { text } else { done!(repr::str(self.rt, text), pc) };
                        let text = done!(operators::markup(self.rt, text), pc);
                        self.push(text);
                    }
                }
                Op::GenerationStart => {
                    // To Jinja2 it is a macro that is called here.
                    self.start_parts();
                    // Of blocks it goes through what they yield, and does not wait for their end.
                    let waiting = self.callers.iter().find(|caller| caller.prints != Prints::Parts);
                    let before = waiting.map(|caller| caller.printed);
                    done!(self.out.start_generation(self.rt, before), pc);
                }
                Op::GenerationEnd => {
                    done!(self.end_parts(), pc);
                    self.parts.count += 1;
                    self.out.end_generation();
                }
                Op::EscapeStart => {
                    let enabled = self.pop();
                    let enabled = done!(operators::truth(self.rt, enabled), pc);
                    self.escapes.push(self.rt.autoescape.replace(enabled));
                }
                Op::EscapeEnd => {
                    if let Some(before) = self.escapes.pop() {
                        self.rt.autoescape.set(before);
                    }
                }
                Op::Raise(number) => return Err(self.located(self.raise(number), pc)),
                Op::UndefinedHint(number) => {
                    if let Some(Constant::Text(hint)) = self.program.constants.get(number as usize) {
                        let undefined = done!(self.rt.alloc(Undefined::Hint(hint)), pc);
                        self.push(Value::Undefined(undefined));
                    }
                }
                Op::Include { ignore_missing } => {
                    let template = self.pop();
                    done!(self.include(template, ignore_missing), pc);
                }
                Op::Finish => return Ok(()),
                Op::End => {
                    done!(self.parts.check(), pc);
                    return Ok(());
                }
            }
        }
    }

    /// An error of the instruction before `pc`.
    #[cold]
    fn located(&self, error: Raised, pc: usize) -> Raised {
        let at = self.program.places.get(pc.saturating_sub(1)).copied();
        error.at(at.unwrap_or_default())
    }

    /// The error that the compiler left for the render.
    #[cold]
    fn raise(&self, number: u32) -> Raised {
        match self.program.constants.get(number as usize) {
            Some(Constant::Error(kind, message)) => Raised::new(*kind, message.as_str()),
            _ => Raised::new(ErrorKind::Runtime, "an error without a message"),
        }
    }

    /// `include`: it is an error to load a template, but not to load none of no names.
    #[cold]
    fn include(&self, template: Value<'a>, ignore_missing: bool) -> Result<()> {
        if !template.is_str() && !template.is_undefined() {
            if !operators::truth(self.rt, template)? {
                let message = "Tried to select from an empty list of templates.";
                return if ignore_missing {
                    Ok(())
                } else {
                    Err(Raised::new(ErrorKind::TemplatesNotFound, message))
                };
            }
            let names = iter::collect(self.rt, template)?;
            if names.is_empty() {
                return Err(Raised::unsupported("`include` of an empty generator"));
            }
        }
        Err(Raised::type_error("no loader for this environment specified"))
    }
}

/// The place of an instruction as calls keep it.
#[inline]
fn place(pc: usize) -> Pc {
    Pc::try_from(pc).unwrap_or(Pc::MAX)
}
