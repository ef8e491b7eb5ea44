//! Methods of Python's types: which type has which, and calling them.

mod bytes;
mod dict;
mod join;
mod markup;
mod number;
mod objects;
mod pad;
mod search;
mod sequence;
mod split;
mod string;
mod text;
mod translate;

use super::Args;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::object::{self, Object};
use crate::value::{Value, ViewOf, names};

const STR: u16 = 1;
const MARKUP: u16 = 1 << 1;
const LIST: u16 = 1 << 2;
const TUPLE: u16 = 1 << 3;
const DICT: u16 = 1 << 4;
const INT: u16 = 1 << 5;
const FLOAT: u16 = 1 << 6;
const RANGE: u16 = 1 << 7;
const VIEW: u16 = 1 << 8;
const GENERATOR: u16 = 1 << 9;
const LOOP: u16 = 1 << 10;
const CYCLER: u16 = 1 << 11;
const DICT_TYPE: u16 = 1 << 12;
const BYTES: u16 = 1 << 13;
const CYCLER_TYPE: u16 = 1 << 14;
const ANY_STR: u16 = STR | MARKUP;
const SEQ: u16 = LIST | TUPLE;

macro_rules! methods {
    ($($variant:ident $name:literal $of:expr;)*) => {
        /// A method, by its name: several types may have it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Method {
            $($variant,)*
        }

        impl Method {
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The types that have it.
            fn owners(self) -> u16 {
                match self {
                    $(Self::$variant => $of,)*
                }
            }
        }
    };
}

methods! {
    Append "append" LIST;
    AsIntegerRatio "as_integer_ratio" INT | FLOAT;
    BitCount "bit_count" INT;
    BitLength "bit_length" INT;
    Capitalize "capitalize" ANY_STR | BYTES;
    Casefold "casefold" ANY_STR;
    Center "center" ANY_STR | BYTES;
    Changed "changed" LOOP;
    Clear "clear" LIST | DICT;
    Close "close" GENERATOR;
    Conjugate "conjugate" INT | FLOAT;
    Copy "copy" LIST | DICT;
    Count "count" ANY_STR | SEQ | RANGE | BYTES;
    Cycle "cycle" LOOP;
    Decode "decode" BYTES;
    Encode "encode" ANY_STR;
    Endswith "endswith" ANY_STR | BYTES;
    Escape "escape" MARKUP;
    Expandtabs "expandtabs" ANY_STR | BYTES;
    Extend "extend" LIST;
    Find "find" ANY_STR | BYTES;
    Format "format" ANY_STR;
    FormatMap "format_map" ANY_STR;
    FromBytes "from_bytes" INT;
    Fromhex "fromhex" FLOAT | BYTES;
    Fromkeys "fromkeys" DICT | DICT_TYPE;
    Get "get" DICT;
    Hex "hex" FLOAT | BYTES;
    Index "index" ANY_STR | SEQ | RANGE | BYTES;
    Insert "insert" LIST;
    IsInteger "is_integer" FLOAT;
    Isalnum "isalnum" ANY_STR | BYTES;
    Isalpha "isalpha" ANY_STR | BYTES;
    Isascii "isascii" ANY_STR | BYTES;
    Isdecimal "isdecimal" ANY_STR;
    Isdigit "isdigit" ANY_STR | BYTES;
    Isdisjoint "isdisjoint" VIEW;
    Isidentifier "isidentifier" ANY_STR;
    Islower "islower" ANY_STR | BYTES;
    Isnumeric "isnumeric" ANY_STR;
    Isprintable "isprintable" ANY_STR;
    Isspace "isspace" ANY_STR | BYTES;
    Istitle "istitle" ANY_STR | BYTES;
    Isupper "isupper" ANY_STR | BYTES;
    Items "items" DICT;
    Join "join" ANY_STR | BYTES;
    Keys "keys" DICT;
    Ljust "ljust" ANY_STR | BYTES;
    Lower "lower" ANY_STR | BYTES;
    Lstrip "lstrip" ANY_STR | BYTES;
    Maketrans "maketrans" ANY_STR | BYTES;
    Next "next" CYCLER | CYCLER_TYPE;
    Partition "partition" ANY_STR | BYTES;
    Pop "pop" LIST | DICT;
    Popitem "popitem" DICT;
    Remove "remove" LIST;
    Removeprefix "removeprefix" ANY_STR | BYTES;
    Removesuffix "removesuffix" ANY_STR | BYTES;
    Replace "replace" ANY_STR | BYTES;
    Reset "reset" CYCLER | CYCLER_TYPE;
    Reverse "reverse" LIST;
    Rfind "rfind" ANY_STR | BYTES;
    Rindex "rindex" ANY_STR | BYTES;
    Rjust "rjust" ANY_STR | BYTES;
    Rpartition "rpartition" ANY_STR | BYTES;
    Rsplit "rsplit" ANY_STR | BYTES;
    Rstrip "rstrip" ANY_STR | BYTES;
    Send "send" GENERATOR;
    Setdefault "setdefault" DICT;
    Sort "sort" LIST;
    Split "split" ANY_STR | BYTES;
    Splitlines "splitlines" ANY_STR | BYTES;
    Startswith "startswith" ANY_STR | BYTES;
    Strip "strip" ANY_STR | BYTES;
    Striptags "striptags" MARKUP;
    Swapcase "swapcase" ANY_STR | BYTES;
    Throw "throw" GENERATOR;
    Title "title" ANY_STR | BYTES;
    ToBytes "to_bytes" INT;
    Translate "translate" ANY_STR | BYTES;
    Unescape "unescape" MARKUP;
    Update "update" DICT;
    Upper "upper" ANY_STR | BYTES;
    Values "values" DICT;
    Zfill "zfill" ANY_STR | BYTES;
}

/// The type of a value, as one of the bits above.
fn owner(value: Value<'_>) -> u16 {
    match value {
        Value::Str(..) | Value::Rope(..) => STR,
        Value::Markup(..) => MARKUP,
        Value::List(..) | Value::JsonList(..) => LIST,
        Value::Tuple(..) | Value::Object(Object::Group(_)) => TUPLE,
        Value::Dict(..) | Value::JsonDict(..) => DICT,
        Value::Bool(..) | Value::Int(..) | Value::Big(..) => INT,
        Value::Float(..) => FLOAT,
        Value::Range(_) => RANGE,
        Value::View(view) if view.of != ViewOf::Values => VIEW,
        Value::Generator(generator) if generator.type_name() == "generator" => GENERATOR,
        Value::Object(Object::Loop(_)) => LOOP,
        Value::Object(Object::Cycler(_)) => CYCLER,
        Value::Object(Object::Function(super::globals::Function::Dict)) => DICT_TYPE,
        Value::Object(Object::Function(super::globals::Function::Cycler)) => CYCLER_TYPE,
        Value::Object(Object::Bytes(_)) => BYTES,
        _ => 0,
    }
}

impl Method {
    /// Whether the type of a value has it.
    #[inline]
    pub(crate) fn is_of(self, value: Value<'_>) -> bool {
        self.owners() & owner(value) != 0
    }

    /// Whether dicts have it, so that it hides a key of the same name.
    pub(crate) fn is_of_dicts(self) -> bool {
        self.owners() & DICT != 0
    }

    /// Whether it changes the list or dict, which the sandbox does not allow.
    pub(crate) fn modifies(self, value: Value<'_>) -> bool {
        let list = matches!(
            self,
            Self::Append
                | Self::Clear
                | Self::Extend
                | Self::Insert
                | Self::Pop
                | Self::Remove
                | Self::Reverse
                | Self::Sort
        );
        let dict = matches!(self, Self::Clear | Self::Pop | Self::Popitem | Self::Setdefault | Self::Update);
        match owner(value) {
            LIST => list,
            DICT => dict,
            _ => false,
        }
    }

    /// The type that Python gives the method of a value.
    pub(crate) fn type_name(self, of: Value<'_>) -> &'static str {
        match self {
            // The sandbox has functions of its own in their place.
            Self::Format | Self::FormatMap => "function",
            _ if owner(of) == CYCLER_TYPE => "function",
            _ if self.python_name(of).is_some() => "method",
            _ => "builtin_function_or_method",
        }
    }

    /// The full name of a method that is written in Python, where others are in C.
    pub(crate) fn python_name(self, of: Value<'_>) -> Option<&'static str> {
        if owner(of) == CYCLER_TYPE {
            return None;
        }
        Some(match self {
            Self::Changed => "LoopContext.changed",
            Self::Cycle => "LoopContext.cycle",
            Self::Next => "Cycler.next",
            Self::Reset => "Cycler.reset",
            _ if owner(of) == MARKUP => return markup::name(self),
            _ => return None,
        })
    }
}

/// `value.method`, not called yet.
pub(crate) fn bind<'a>(rt: &Runtime<'a>, method: Method, of: Value<'a>) -> Result<Value<'a>> {
    Ok(Value::Object(rt.alloc(Object::Method(object::Bound { method, of }))?))
}

/// `value.method(…)`, for a value that has the method.
pub(crate) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    of: Value<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    args.check_known()?;
    let owner = owner(of);
    match of {
        _ if owner & ANY_STR != 0 => string::call(rt, method, of, args),
        _ if owner & SEQ != 0 => sequence::call(rt, method, of, args),
        _ if owner & (INT | FLOAT) != 0 => number::call(rt, method, of, args),
        Value::Range(range) => sequence::call_range(rt, method, *range, args),
        Value::View(view) => dict::call_view(rt, method, view, args),
        Value::Generator(generator) => objects::call_generator(rt, method, generator, args),
        Value::Object(Object::Loop(this)) => objects::call_loop(rt, method, this, args),
        Value::Object(Object::Cycler(cycler)) => objects::call_cycler(method, cycler, args),
        Value::Object(Object::Function(super::globals::Function::Cycler)) => {
            objects::call_cycler_type(method, args)
        }
        Value::Object(Object::Bytes(this)) => bytes::call(rt, method, *this, args),
        Value::Object(_) => dict::call_type(rt, args),
        _ => match of.as_dict() {
            Some(dict) => dict::call(rt, method, dict, args),
            None => Err(Raised::unsupported(format!("{}.{}()", names::type_name(of), method.name()))),
        },
    }
}
