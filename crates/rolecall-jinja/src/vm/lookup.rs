//! What instructions name by numbers: constants, texts, variables, and names of what values have.

#![allow(clippy::inline_always, reason = "these are parts of the loop of instructions")]

use std::cell::Cell;

use super::{Machine, Variables, fast};
use crate::program::Name;
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::trace::{Origin, Step};
use crate::value::object::Frame;
use crate::value::undefined::Undefined;
use crate::value::{Object, Value, access, from_json};

impl<'a> Machine<'_, 'a> {
    /// A constant of the program.
    pub(super) fn constant(&self, number: u32) -> Result<Value<'a>> {
        match self.program.constants.get(number as usize) {
            Some(constant) => constant.value(self.rt),
            None => Ok(Value::NONE),
        }
    }

    /// A list, tuple or dict of constants, which is made once in a render.
    pub(super) fn compound(&self, constant: u32, cell: u32) -> Result<Value<'a>> {
        let Some(cell) = self.rt.compounds.get(cell as usize) else { return self.constant(constant) };
        if cell.get().is_missing() {
            cell.set(self.constant(constant)?);
        }
        Ok(cell.get())
    }

    /// A text of the program.
    #[inline]
    pub(super) fn text(&self, number: u32) -> &'a str {
        self.program.texts.get(number as usize).map_or("", |text| text)
    }

    /// A name of an attribute or an item.
    #[inline(always)]
    pub(super) fn name(&self, number: u32) -> &'a Name {
        static NONE: Name = Name { text: String::new(), method: None, hides_key: true, of_loop: None };
        self.program.names.get(number as usize).unwrap_or(&NONE)
    }

    /// A variable of this frame.
    #[inline]
    pub(super) fn variable(&self, slot: u32, name: u32) -> Result<Value<'a>> {
        let value = slot_of(self.frame, slot);
        if value.is_missing() { self.unset(name) } else { Ok(value) }
    }

    /// What stands for a variable that is not set.
    #[cold]
    pub(super) fn unset(&self, name: u32) -> Result<Value<'a>> {
        let name = self.program.names.get(name as usize).map_or("", |name| name.text.as_str());
        Ok(Value::Undefined(self.rt.alloc(Undefined::Name(name))?))
    }

    /// `value.name`.
    #[inline]
    pub(super) fn attribute(&self, value: Value<'a>, name: u32) -> Result<Value<'a>> {
        let Some(name) = self.program.names.get(name as usize) else { return Ok(Value::NONE) };
        if !name.hides_key
            && let Some(dict) = value.as_dict()
        {
            return match dict.get_str(self.rt, &name.text)? {
                Some(found) => Ok(found),
                None => self.absent(&name.text),
            };
        }
        if let (Value::Object(Object::Loop(this)), Some(field)) = (value, name.of_loop) {
            return access::loop_attribute(self.rt, this, field);
        }
        access::attribute(self.rt, value, &name.text)
    }

    /// What stands for the value of a key that a dict does not have.
    fn absent(&self, name: &'a str) -> Result<Value<'a>> {
        let undefined = Undefined::Attribute { owner: "dict object", name };
        Ok(Value::Undefined(self.rt.alloc(undefined)?))
    }

    /// `value["name"]`.
    #[inline]
    pub(super) fn item_name(&self, value: Value<'a>, name: u32) -> Result<Value<'a>> {
        let Some(name) = self.program.names.get(name as usize) else { return Ok(Value::NONE) };
        if let Some(dict) = value.as_dict() {
            if let Some(found) = dict.get_str(self.rt, &name.text)? {
                return Ok(found);
            }
            if !name.hides_key {
                return self.absent(&name.text);
            }
        }
        access::item(self.rt, value, Value::text(&name.text))
    }
}

impl<'a> Runtime<'a> {
    /// The value of a variable of the context, or the function of that name.
    pub(crate) fn context_value(&self, number: u32) -> Result<Value<'a>> {
        let Some(cell) = self.context.get(number as usize) else { return Ok(Value::Missing) };
        let known = cell.get();
        if !known.is_missing() {
            return Ok(known);
        }
        let value = self.look_up(number)?;
        cell.set(value);
        Ok(value)
    }

    /// Looks it up among the variables that the template is given.
    fn look_up(&self, number: u32) -> Result<Value<'a>> {
        let Some(wanted) = self.program.context.get(number as usize) else { return Ok(Value::Missing) };
        let root = if self.trace.is_some() { Origin::ROOT } else { Origin::TEMPLATE };
        let found = match self.variables {
            Variables::None => None,
            Variables::Json(map) => match fast::member(map, &wanted.name) {
                Some((name, json)) => Some(from_json::child(self, root, Step::Key(name), json)?),
                None => None,
            },
            Variables::Dict(dict) => {
                let found = dict.get_str(self, &wanted.name)?;
                found.map(|value| from_json::child_value(self, root, Step::Key(&wanted.name), value))
            }
        };
        Ok(match (found, wanted.function) {
            (Some(value), _) => value,
            (None, Some(function)) => Value::Object(self.alloc(Object::Function(function))?),
            (None, None) => Value::Undefined(self.alloc(Undefined::Name(&wanted.name))?),
        })
    }
}

/// What a slot of a frame holds.
#[inline]
pub(super) fn slot_of<'a>(frame: &Frame<'a>, slot: u32) -> Value<'a> {
    frame.slots.get(slot as usize).map_or(Value::Missing, Cell::get)
}
