//! What templates do most, without copying whole values: strings, and members of the caller's JSON.
//!
//! A value that was just written part by part is slow to read as a whole. Here only the parts are read.

#![allow(clippy::inline_always, reason = "the parts of a value are read in place, which a call would undo")]

use serde_json::{Map, Value as Json};

use super::{Machine, Running, Variables};
use crate::program::Name;
use crate::raised::Result;
use crate::trace::{Origin, Step};
use crate::value::access::LoopField;
use crate::value::iter::Iter;
use crate::value::object::Loop;
use crate::value::undefined::Undefined;
use crate::value::{Object, Rope, Seq, Value, from_json};

/// Objects of up to so many members are looked through; larger ones know where a key is.
const FEW: usize = 8;

/// The member of an object.
#[inline(always)]
pub(crate) fn member<'a>(map: &'a Map<String, Json>, key: &str) -> Option<(&'a str, &'a Json)> {
    if map.len() > FEW {
        return map.get_key_value(key).map(|(name, json)| (name.as_str(), json));
    }
    for (name, json) in map {
        if same_key(name, key) {
            return Some((name, json));
        }
    }
    None
}

/// Equality of texts that are mostly short, without a call for those.
#[inline(always)]
pub(crate) fn same_key(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    match left.len() {
        // The first and the last bytes overlap and are all there are.
        4..=8 => {
            left.first_chunk::<4>() == right.first_chunk::<4>()
                && left.last_chunk::<4>() == right.last_chunk::<4>()
        }
        9..=16 => {
            left.first_chunk::<8>() == right.first_chunk::<8>()
                && left.last_chunk::<8>() == right.last_chunk::<8>()
        }
        _ => left == right,
    }
}

impl<'a> Machine<'_, 'a> {
    /// The string on top of the stack.
    #[inline(always)]
    pub(super) fn top_str(&self) -> Option<(Origin, &'a str)> {
        match self.stack.last() {
            Some(Value::Str(origin, text)) => Some((*origin, *text)),
            _ => None,
        }
    }

    /// The two integers on top of the stack, if the template computed both.
    #[inline(always)]
    pub(super) fn top_ints(&self) -> Option<(i64, i64)> {
        match self.stack.as_slice() {
            [.., Value::Int(Origin::TEMPLATE, left), Value::Int(Origin::TEMPLATE, right)] => {
                Some((*left, *right))
            }
            _ => None,
        }
    }

    #[inline(always)]
    pub(super) fn drop_top(&mut self) {
        let length = self.stack.len();
        self.stack.truncate(length.saturating_sub(1));
    }

    /// A variable that is an object of the caller's JSON.
    #[inline(always)]
    fn slot_object(&self, slot: u32) -> Option<(Origin, &'a Map<String, Json>)> {
        match self.frame.slots.get(slot as usize)?.get() {
            Value::JsonDict(origin, map) => Some((origin, map)),
            _ => None,
        }
    }

    /// A variable that is a string.
    #[inline(always)]
    pub(super) fn slot_str(&self, slot: u32) -> Option<(Origin, &'a str)> {
        match self.frame.slots.get(slot as usize)?.get() {
            Value::Str(origin, text) => Some((origin, text)),
            _ => None,
        }
    }

    /// A variable that is a string in pieces.
    #[inline(always)]
    pub(super) fn slot_rope(&self, slot: u32) -> Option<(u32, &'a Rope<'a>)> {
        match self.frame.slots.get(slot as usize)?.get() {
            Value::Rope(pieces, rope) => Some((pieces, rope)),
            _ => None,
        }
    }

    /// The member of a variable that is an object, and the origin of the object.
    #[inline(always)]
    fn slot_member(&self, slot: u32, name: &str) -> Option<(Origin, &'a Json)> {
        let (origin, map) = self.slot_object(slot)?;
        Some((origin, member(map, name)?.1))
    }

    /// The same if it is a string.
    #[inline(always)]
    pub(super) fn slot_member_str(&self, slot: u32, name: &'a str) -> Option<(Origin, &'a str)> {
        match self.slot_member(slot, name)? {
            (Origin::TEMPLATE, Json::String(text)) => Some((Origin::TEMPLATE, text)),
            // The template's own text of the key is the same one each time, which is soon found again.
            (parent, Json::String(text)) => Some((self.origin_of_member(parent, name, text), text)),
            _ => None,
        }
    }

    #[inline(never)]
    fn origin_of_member(&self, parent: Origin, key: &'a str, text: &'a str) -> Origin {
        self.rt.trace.map_or(Origin::TEMPLATE, |trace| {
            self.rt.noted(trace, |trace| trace.child(parent, Step::Key(key), text))
        })
    }

    /// Pushes the member of a variable that is an object; `false` if the variable is something else.
    #[inline(always)]
    pub(super) fn push_member(&mut self, slot: u32, name: &'a Name) -> Result<bool> {
        let Some((parent, map)) = self.slot_object(slot) else { return Ok(false) };
        let Some((key, json)) = member(map, &name.text) else {
            if name.hides_key {
                return Ok(false);
            }
            let undefined = Undefined::Attribute { owner: "dict object", name: &name.text };
            let undefined = self.rt.alloc(undefined)?;
            self.stack.push(Value::Undefined(undefined));
            return Ok(true);
        };
        if let Json::String(text) = json {
            let origin = match parent {
                Origin::TEMPLATE => parent,
                _ => self.origin_of_member(parent, &name.text, text),
            };
            self.stack.push(Value::Str(origin, text));
            return Ok(true);
        }
        let value = from_json::child(self.rt, parent, Step::Key(key), json)?;
        self.stack.push(value);
        Ok(true)
    }

    /// Pushes a variable of the context that was not asked for yet.
    #[inline(always)]
    pub(super) fn push_context(&mut self, number: u32) -> Result<()> {
        if let Variables::Json(map) = self.rt.variables
            && let Some(cell) = self.rt.context.get(number as usize)
            && let Some(wanted) = self.program.context.get(number as usize)
            && let Some((key, json)) = member(map, &wanted.name)
        {
            let origin = |text| match self.rt.trace {
                None => Origin::TEMPLATE,
                Some(_) => self.origin_of_member(Origin::ROOT, key, text),
            };
            match json {
                Json::String(text) => {
                    let origin = origin(text.as_str());
                    cell.set(Value::Str(origin, text));
                    self.stack.push(Value::Str(origin, text));
                    return Ok(());
                }
                Json::Array(items) => {
                    let origin = origin("");
                    cell.set(Value::JsonList(origin, items));
                    self.stack.push(Value::JsonList(origin, items));
                    return Ok(());
                }
                Json::Bool(value) => {
                    let origin = origin("");
                    cell.set(Value::Bool(origin, *value));
                    self.stack.push(Value::Bool(origin, *value));
                    return Ok(());
                }
                _ => {}
            }
        }
        let value = self.rt.context_value(number)?;
        self.stack.push(value);
        Ok(())
    }

    /// A variable that is `loop`.
    #[inline(always)]
    fn slot_loop(&self, slot: u32) -> Option<&'a Loop<'a>> {
        match self.frame.slots.get(slot as usize)?.get() {
            Value::Object(Object::Loop(this)) => Some(this),
            _ => None,
        }
    }

    /// Pushes what is most asked of `loop`; `false` if it is something else.
    #[inline(always)]
    pub(super) fn push_loop_field(&mut self, slot: u32, name: &Name) -> bool {
        let (Some(field), Some(this)) = (name.of_loop, self.slot_loop(slot)) else { return false };
        let index = i64::try_from(this.index()).unwrap_or(i64::MAX);
        let value = match field {
            LoopField::Index => Value::int(index),
            LoopField::Index0 => Value::int(index - 1),
            LoopField::First => Value::bool(index == 1),
            LoopField::Last => match this.indexed_last() {
                Some(last) => Value::bool(last),
                None => return false,
            },
            _ => return false,
        };
        self.stack.push(value);
        true
    }

    /// The next turn of a loop over a list of the caller's JSON: sets the variable, and gives whether there is one.
    /// Nothing for loops over anything else.
    #[inline(always)]
    pub(super) fn step_json(&mut self, slot: u32) -> Result<Option<bool>> {
        let (parent, items, at) = match self.loops.last_mut() {
            Some(Running::Plain { iter: Iter::Seq(Seq::Json(origin, items), at), .. }) => {
                let this = *at;
                *at += 1;
                (*origin, *items, this)
            }
            Some(Running::Extended { this, .. }) => match this.step_json() {
                Some(step) => step,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Some(json) = items.get(at) else { return Ok(Some(false)) };
        let Some(cell) = self.frame.slots.get(slot as usize) else { return Ok(Some(false)) };
        let origin = if parent == Origin::TEMPLATE { parent } else { self.origin_of_item(parent, at, json) };
        match json {
            Json::Object(map) => cell.set(Value::JsonDict(origin, map)),
            Json::String(text) => cell.set(Value::Str(origin, text)),
            other => cell.set(from_json::value(self.rt, other, origin)?),
        }
        Ok(Some(true))
    }

    #[inline(never)]
    fn origin_of_item(&mut self, parent: Origin, at: usize, json: &'a Json) -> Origin {
        let text = json.as_str().unwrap_or_default();
        let Some(trace) = self.rt.trace else { return Origin::TEMPLATE };
        let origin = self.rt.noted(trace, |trace| trace.child(parent, Step::Index(at), text));
        self.out.turn(self.loops.len(), origin);
        origin
    }

    /// Sets a variable to what is on top of the stack.
    #[inline(always)]
    pub(super) fn store_top(&mut self, slot: u32) {
        if let Some(cell) = self.frame.slots.get(slot as usize) {
            match self.stack.last() {
                Some(Value::Str(origin, text)) => cell.set(Value::Str(*origin, text)),
                Some(Value::Rope(pieces, rope)) => cell.set(Value::Rope(*pieces, rope)),
                Some(other) => cell.set(*other),
                None => {}
            }
        }
        self.drop_top();
    }
}
