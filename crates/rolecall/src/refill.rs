//! The caller's messages as JSON, written over those of the conversation before.
//!
//! Messages may be of any type that serialises, so that nothing of them can be borrowed. Asking the heap for each key and
//! text took most of the time of a render; but one conversation is much like the next, and the memory of the last one
//! of a thread is used again. What comes out is what [`serde_json::to_value`] makes, whatever was there before.

use std::cell::Cell;

use serde::ser::{self, Error as _, Serialize, Serializer};
use serde_json::value::Serializer as Fresh;
use serde_json::{Error, Map, Value};

/// Conversations up to this size are kept, in bytes.
const KEPT: usize = 2 << 20;

/// Objects with more keys are made anew.
const FEW: usize = 16;

thread_local! {
    static LAST: Cell<Value> = const { Cell::new(Value::Null) };
}

/// A value as JSON.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    let mut place = LAST.try_with(Cell::take).unwrap_or_default();
    value.serialize(Place { value: &mut place, key: &mut Value::Null, is_key: false })?;
    Ok(place)
}

/// Leaves a value to the next one of the thread.
pub(crate) fn keep(value: Value) {
    if bytes(&value) <= KEPT {
        // When the thread ends there is none.
        let _ = LAST.try_with(|last| last.set(value));
    }
}

/// About how much memory a value holds.
fn bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity(),
        Value::Array(items) => items.capacity() * size_of::<Value>() + items.iter().map(bytes).sum::<usize>(),
        Value::Object(fields) => {
            let entry = |(key, value): (&String, &Value)| {
                size_of::<String>() + 2 * size_of::<Value>() + key.capacity() + bytes(value)
            };
            fields.iter().map(entry).sum()
        }
    }
}

/// Where a value is written.
struct Place<'a> {
    value: &'a mut Value,
    /// Room for the keys inside of it.
    key: &'a mut Value,
    /// Whether it is a key of an object, which may not be everything that serialises to a string.
    is_key: bool,
}

/// Methods for values that are small or seldom: they are made anew.
macro_rules! anew {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {
        $(fn $method(self, $($name: $type),*) -> Result<(), Error> {
            *self.value = Fresh.$method($($name),*)?;
            Ok(())
        })*
    };
}

impl<'a> Serializer for Place<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Anew<'a, <Fresh as Serializer>::SerializeTupleVariant>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Struct<'a>;
    type SerializeStructVariant = Anew<'a, <Fresh as Serializer>::SerializeStructVariant>;

    anew! {
        serialize_bool(v: bool);
        serialize_i8(v: i8);
        serialize_i16(v: i16);
        serialize_i32(v: i32);
        serialize_i64(v: i64);
        serialize_i128(v: i128);
        serialize_u8(v: u8);
        serialize_u16(v: u16);
        serialize_u32(v: u32);
        serialize_u64(v: u64);
        serialize_u128(v: u128);
        serialize_f32(v: f32);
        serialize_f64(v: f64);
        serialize_char(v: char);
        serialize_bytes(v: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        match self.value {
            Value::String(place) => {
                place.clear();
                place.push_str(text);
            }
            other => *other = Value::String(text.to_owned()),
        }
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        if self.is_key {
            return Err(Error::custom("not a key"));
        }
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        *self.value = Fresh.serialize_newtype_variant(name, index, variant, value)?;
        Ok(())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'a>, Error> {
        let list = match self.value.take() {
            Value::Array(list) => list,
            // As much as serde_json prepares for.
            _ => Vec::with_capacity(length.unwrap_or_default()),
        };
        Ok(Items { place: self.value, key: self.key, list, at: 0 })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'a>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items<'a>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        let inner = Fresh.serialize_tuple_variant(name, index, variant, length)?;
        Ok(Anew { place: self.value, inner })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Fields<'a>, Error> {
        let map = match self.value.take() {
            Value::Object(map) if map.len() <= FEW => map,
            _ => Map::with_capacity(length.unwrap_or_default()),
        };
        Ok(Fields { place: self.value, key: self.key, map, at: 0 })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Struct<'a>, Error> {
        // Numbers and texts that serde_json passes through itself, if it was compiled to do so.
        if name.starts_with("$serde_json::private::") {
            let inner = Fresh.serialize_struct(name, length)?;
            return Ok(Struct::Private(Anew { place: self.value, inner }));
        }
        self.serialize_map(Some(length)).map(Struct::Fields)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        let inner = Fresh.serialize_struct_variant(name, index, variant, length)?;
        Ok(Anew { place: self.value, inner })
    }
}

/// An array that is being written.
struct Items<'a> {
    place: &'a mut Value,
    key: &'a mut Value,
    list: Vec<Value>,
    /// How many of the items are written; those behind it are of the array before.
    at: usize,
}

impl Items<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if let Some(item) = self.list.get_mut(self.at) {
            value.serialize(Place { value: item, key: self.key, is_key: false })?;
        } else {
            self.list.push(serde_json::to_value(value)?);
        }
        self.at += 1;
        Ok(())
    }

    fn finish(mut self) {
        self.list.truncate(self.at);
        *self.place = Value::Array(self.list);
    }
}

/// An object that is being written.
struct Fields<'a> {
    place: &'a mut Value,
    /// The key of the next field, a string, until its value is written.
    key: &'a mut Value,
    map: Map<String, Value>,
    /// How many of the fields are written; those behind it are of the object before.
    at: usize,
}

impl Fields<'_> {
    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let written = key.serialize(Place { value: self.key, key: &mut Value::Null, is_key: true });
        if written.is_err() || !self.key.is_string() {
            // Numbers and the like: serde_json knows which are keys, and how they are written.
            let mut map = Fresh.serialize_map(Some(1))?;
            ser::SerializeMap::serialize_entry(&mut map, key, &())?;
            let entry = ser::SerializeMap::end(map)?;
            let key = entry.as_object().and_then(|fields| fields.keys().next()).cloned();
            *self.key = Value::String(key.unwrap_or_default());
        }
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let name = self.key.as_str().ok_or_else(|| Error::custom("a value without a key"))?;
        if let Some((key, place)) = self.map.iter_mut().nth(self.at)
            && key == name
        {
            value.serialize(Place { value: place, key: self.key, is_key: false })?;
            self.at += 1;
            return Ok(());
        }
        let name = name.to_owned();
        self.shorten();
        self.map.insert(name, serde_json::to_value(value)?);
        self.at = self.map.len();
        Ok(())
    }

    /// Takes away what is of the object before.
    fn shorten(&mut self) {
        if self.at < self.map.len() {
            self.map = std::mem::take(&mut self.map).into_iter().take(self.at).collect();
        }
    }

    fn finish(mut self) {
        self.shorten();
        *self.place = Value::Object(self.map);
    }
}

/// A struct that is being written.
enum Struct<'a> {
    Fields(Fields<'a>),
    Private(Anew<'a, <Fresh as Serializer>::SerializeStruct>),
}

/// What `serde_json` makes anew.
struct Anew<'a, S> {
    place: &'a mut Value,
    inner: S,
}

/// The traits by which serde writes items.
macro_rules! items {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.add(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field
);

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Struct<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        match self {
            Self::Fields(fields) => {
                fields.key(name)?;
                fields.value(value)
            }
            Self::Private(anew) => anew.inner.serialize_field(name, value),
        }
    }

    fn end(self) -> Result<(), Error> {
        match self {
            Self::Fields(fields) => fields.finish(),
            Self::Private(anew) => *anew.place = anew.inner.end()?,
        }
        Ok(())
    }
}

impl<S: ser::SerializeTupleVariant<Ok = Value, Error = Error>> ser::SerializeTupleVariant for Anew<'_, S> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.inner.serialize_field(value)
    }

    fn end(self) -> Result<(), Error> {
        *self.place = self.inner.end()?;
        Ok(())
    }
}

impl<S: ser::SerializeStructVariant<Ok = Value, Error = Error>> ser::SerializeStructVariant for Anew<'_, S> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.inner.serialize_field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        *self.place = self.inner.end()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
