//! What templates do most, without copying whole values: strings, and members of the caller's JSON.
//!
//! A value that was just written part by part is slow to read as a whole. Here only the parts are read.

use serde_json::{Map, Value as Json};

use super::Machine;
use crate::program::Name;
use crate::raised::Result;
use crate::trace::{Origin, Step};
use crate::value::{Rope, Value, from_json};

/// Objects of up to so many members are looked through; larger ones know where a key is.
const FEW: usize = 8;

/// The member of an object.
#[inline(always)]
pub(super) fn member<'a>(map: &'a Map<String, Json>, key: &str) -> Option<(&'a str, &'a Json)> {
    if map.len() <= FEW {
        return map.iter().find(|(name, _)| *name == key).map(|(name, json)| (name.as_str(), json));
    }
    map.get_key_value(key).map(|(name, json)| (name.as_str(), json))
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

    /// The string in pieces on top of the stack.
    #[inline(always)]
    pub(super) fn top_rope(&self) -> Option<(u32, &'a Rope<'a>)> {
        match self.stack.last() {
            Some(Value::Rope(pieces, rope)) => Some((*pieces, *rope)),
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
    fn slot_member(&self, slot: u32, name: &str) -> Option<(Origin, &'a str, &'a Json)> {
        let (origin, map) = self.slot_object(slot)?;
        let (key, json) = member(map, name)?;
        Some((origin, key, json))
    }

    /// The same if it is a string.
    #[inline(always)]
    pub(super) fn slot_member_str(&self, slot: u32, name: &str) -> Option<(Origin, &'a str)> {
        match self.slot_member(slot, name)? {
            (Origin::TEMPLATE, _, Json::String(text)) => Some((Origin::TEMPLATE, text)),
            (parent, key, Json::String(text)) => Some((self.origin_of_member(parent, key, text), text)),
            _ => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn origin_of_member(&self, parent: Origin, key: &'a str, text: &'a str) -> Origin {
        self.rt.trace.map_or(Origin::TEMPLATE, |trace| trace.child(parent, Step::Key(key), text))
    }

    /// Pushes the member of a variable that is an object; `false` if there is none.
    #[inline(always)]
    pub(super) fn push_member(&mut self, slot: u32, name: &Name) -> Result<bool> {
        let Some((parent, key, json)) = self.slot_member(slot, &name.text) else { return Ok(false) };
        if parent == Origin::TEMPLATE
            && let Json::String(text) = json
        {
            self.stack.push(Value::Str(parent, text));
            return Ok(true);
        }
        let value = from_json::child(self.rt, parent, Step::Key(key), json)?;
        self.stack.push(value);
        Ok(true)
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
