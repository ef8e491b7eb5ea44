//! What the types that are a JSON object have in common.

use serde_json::{Map, Value};

use crate::python::type_name;
use crate::{Error, ErrorKind, Result};

/// The fields of a JSON object; anything else is refused. `example` is how it is written.
pub(crate) fn fields(value: Value, what: &str, example: &str) -> Result<Map<String, Value>> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(Error::new(
            ErrorKind::Conversation,
            format!("{what} is a JSON object, not {}", type_name(&other)),
        )
        .help(format!("Write it as {example}"))),
    }
}

/// Changes the object under a name. What is there and is no object is replaced by an empty one first.
pub(crate) fn change(
    fields: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) {
    let place = fields.entry(name).or_insert(Value::Null);
    let mut object = match place.take() {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    change(&mut object);
    *place = Value::Object(object);
}

/// Reading and writing of a type that is a newtype of its fields. For the documentation of those: how one is
/// made, a field of it with its value, and the names of all.
macro_rules! json_object {
    (
        $type:ident, $what:literal, $made:expr, $name:literal: $value:literal, $names:expr, $example:literal
    ) => {
        impl $type {
            /// The value of a field.
            ///
            /// ```
            #[doc = concat!("use rolecall::", stringify!($type), ";")]
            /// use serde_json::json;
            ///
            #[doc = concat!("let object = ", stringify!($made), ";")]
            #[doc = concat!("let value = json!(", stringify!($value), ");")]
            #[doc = concat!("assert_eq!(object.get(", stringify!($name), "), Some(&value));")]
            /// ```
            pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
                self.0.get(name)
            }

            /// All fields, in their order.
            ///
            /// ```
            #[doc = concat!("use rolecall::", stringify!($type), ";")]
            /// # use serde_json::json;
            ///
            #[doc = concat!("let object = ", stringify!($made), ";")]
            /// let names: Vec<&String> = object.fields().keys().collect();
            #[doc = concat!("assert_eq!(names, ", stringify!($names), ");")]
            /// ```
            pub fn fields(&self) -> &serde_json::Map<String, serde_json::Value> {
                &self.0
            }
        }

        /// Any JSON object is taken as it is.
        ///
        /// # Errors
        ///
        /// [`ErrorKind::Conversation`](crate::ErrorKind::Conversation) for JSON that is no object.
        impl TryFrom<serde_json::Value> for $type {
            type Error = crate::Error;

            fn try_from(value: serde_json::Value) -> crate::Result<Self> {
                super::object::fields(value, $what, $example).map(Self)
            }
        }

        impl From<$type> for serde_json::Value {
            fn from(value: $type) -> Self {
                Self::Object(value.0)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Self::try_from(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use json_object;
