//! Attributes by their path, as filters take them: `"a.b.0"`, `2`, `"name,age"`.

use super::like;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{case, class, parse_number};
use crate::trace::Origin;
use crate::value::{Value, access};

/// What is looked up in a value, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parts: &'a [Value<'a>],
}

impl<'a> Path<'a> {
    /// The path that an argument means. None, or nothing, is the value itself.
    pub(super) fn new(rt: &Runtime<'a>, attribute: Value<'a>) -> Result<Self> {
        if attribute.is_none() || attribute.is_missing() {
            return Ok(Self { parts: &[] });
        }
        match rt.flat(attribute)? {
            Some((origin, text)) => Self::of_text(rt, attribute, origin, text),
            None => Ok(Self { parts: rt.alloc_slice(&[attribute])? }),
        }
    }

    /// Parts of Markup are Markup, which messages show.
    fn of_text(rt: &Runtime<'a>, attribute: Value<'a>, origin: Origin, text: &'a str) -> Result<Self> {
        rt.step_bytes(text.len())?;
        let mut parts = rt.list();
        for part in text.split('.') {
            if !class::is_digit(part) {
                parts.push(like(attribute, origin, part))?;
                continue;
            }
            match parse_number::parse_int(part, 10) {
                Ok(number) => parts.push(rt.integer(Origin::TEMPLATE, &number)?)?,
                Err((kind, message)) => return Err(Raised::new(kind, message)),
            }
        }
        Ok(Self { parts: parts.finish() })
    }

    /// Several paths with commas between them.
    pub(super) fn several(rt: &Runtime<'a>, attribute: Value<'a>) -> Result<Vec<Self>> {
        match rt.flat(attribute)? {
            Some((origin, text)) => {
                text.split(',').map(|path| Self::of_text(rt, attribute, origin, path)).collect()
            }
            None => Ok(vec![Self::new(rt, attribute)?]),
        }
    }

    /// What it leads to in a value.
    #[inline]
    pub(super) fn get(&self, rt: &Runtime<'a>, mut value: Value<'a>) -> Result<Value<'a>> {
        for part in self.parts {
            value = access::item(rt, value, *part)?;
        }
        Ok(value)
    }

    /// The same, with another value wherever something is undefined on the way.
    pub(super) fn get_or(
        &self,
        rt: &Runtime<'a>,
        mut value: Value<'a>,
        default: Option<Value<'a>>,
    ) -> Result<Value<'a>> {
        let Some(default) = default else { return self.get(rt, value) };
        for part in self.parts {
            value = access::item(rt, value, *part)?;
            if value.is_undefined() {
                value = default;
            }
        }
        Ok(value)
    }
}

/// What a value is compared by: text without regard to case, unless that counts.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) sensitive: bool,
}

impl Case {
    pub(super) fn key<'a>(self, rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
        if self.sensitive {
            return Ok(value);
        }
        let Some((origin, text)) = rt.flat(value)? else { return Ok(value) };
        rt.step_bytes(text.len())?;
        // Python's `value.lower()` of Markup is Markup, which errors name.
        Ok(match case::lower(text) {
            std::borrow::Cow::Borrowed(same) => like(value, origin, same),
            std::borrow::Cow::Owned(lower) => like(value, rt.computed(origin), rt.alloc_str(&lower)?),
        })
    }
}
