//! A compiled template: instructions for the machine, and the constants and names that they use.

use crate::builtins::Filter;
use crate::builtins::Test;
use crate::builtins::globals::Function;
use crate::builtins::methods::Method;
use crate::number::BigInt;
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::trace::Origin;
use crate::value::access::LoopField;
use crate::value::compare::Order;
use crate::value::{Big, Range, Value, dict};

/// The place of an instruction.
pub(crate) type Pc = u32;

/// A template, ready to run.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) ops: Vec<Op>,
    /// For each instruction, the byte of the source that its errors point to.
    pub(crate) places: Vec<u32>,
    pub(crate) constants: Vec<Constant>,
    /// Text that is printed, compared with or added.
    pub(crate) texts: Vec<Box<str>>,
    /// Names of attributes, and the methods they may be.
    pub(crate) names: Vec<Name>,
    /// The variables that are looked up in the context.
    pub(crate) context: Vec<ContextName>,
    pub(crate) macros: Vec<MacroDecl>,
    pub(crate) blocks: Vec<BlockDecl>,
    pub(crate) calls: Vec<CallShape>,
    /// How many constants of several values there are.
    pub(crate) compounds: u32,
    /// How many slots the frame of the main part has.
    pub(crate) slots: u32,
    /// The bytes of text that the template itself writes.
    pub(crate) literal_bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) method: Option<Method>,
    /// Whether Python's dicts have an attribute of this name, or may have.
    pub(crate) hides_key: bool,
    /// What it is of `loop`.
    pub(crate) of_loop: Option<LoopField>,
}

#[derive(Debug)]
pub(crate) struct ContextName {
    pub(crate) name: String,
    pub(crate) function: Option<Function>,
}

/// `{% macro %}`, or the body of `{% call %}`.
#[derive(Debug)]
pub(crate) struct MacroDecl {
    name: Option<String>,
    /// The parameters and their slots.
    parameters: Vec<(String, u32)>,
    pub(crate) caller: Option<u32>,
    pub(crate) kwargs: Option<u32>,
    pub(crate) varargs: Option<u32>,
    pub(crate) accesses_caller: bool,
    pub(crate) routine: Routine,
}

/// Code with a frame of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Routine {
    pub(crate) entry: Pc,
    pub(crate) slots: u32,
    /// How many instructions it has.
    pub(crate) length: u32,
}

/// A block, with code for one of the places whose variables it sees.
#[derive(Debug)]
pub(crate) struct BlockDecl {
    pub(crate) name: String,
    pub(crate) routine: Routine,
    /// Whether it is the block as `self.name()`, which sees the variables of the main part only.
    pub(crate) by_name: bool,
}

impl Program {
    /// A program of nothing.
    pub(crate) fn empty() -> Self {
        Self {
            ops: Vec::new(),
            places: Vec::new(),
            constants: Vec::new(),
            texts: Vec::new(),
            names: Vec::new(),
            context: Vec::new(),
            macros: Vec::new(),
            blocks: Vec::new(),
            calls: Vec::new(),
            compounds: 0,
            slots: 0,
            literal_bytes: 0,
        }
    }

    /// A program of nothing, with space for what is made of a source of so many bytes.
    pub(crate) fn for_source(bytes: usize) -> Self {
        let ops = 16 + bytes / 24;
        Self {
            ops: Vec::with_capacity(ops),
            places: Vec::with_capacity(ops),
            texts: Vec::with_capacity(ops / 4),
            names: Vec::with_capacity(8),
            ..Self::empty()
        }
    }
}

impl MacroDecl {
    pub(crate) fn new(name: Option<String>, parameters: Vec<(String, u32)>) -> Self {
        Self {
            name,
            parameters,
            caller: None,
            kwargs: None,
            varargs: None,
            accesses_caller: false,
            routine: Routine::default(),
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn parameters(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parameters.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn parameter_slots(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        self.parameters.iter().map(|(name, slot)| (name.as_str(), *slot))
    }
}

/// What a call is given, beside the values on the stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallShape {
    pub(crate) positional: u32,
    pub(crate) named: Vec<String>,
    /// Whether there is `*args`, behind the positional ones as in Python, and `**kwargs` behind the named ones.
    pub(crate) star: bool,
    pub(crate) double_star: bool,
    /// Whether what is named stands in a dict, where a name may come twice and the last one counts.
    pub(crate) merges: bool,
}

impl CallShape {
    /// How many values are on the stack for it.
    pub(crate) fn values(&self) -> usize {
        self.positional as usize + self.named.len() + usize::from(self.star) + usize::from(self.double_star)
    }
}

/// An instruction. What it takes is on the stack, the last one on top; what it gives goes there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    // Values.
    Constant(u32),
    /// A text of the template.
    Text(u32),
    /// A constant of several values, which is made once.
    Compound {
        constant: u32,
        cell: u32,
    },
    /// A variable of this frame, and its name for where it is not set.
    Load {
        slot: u32,
        name: u32,
    },
    /// A variable of a frame around this one, so many levels up.
    LoadOuter {
        up: u32,
        slot: u32,
        name: u32,
    },
    /// Lets a variable begin with the value of another one, set or not.
    Alias {
        up: u32,
        from: u32,
        to: u32,
    },
    /// `self`.
    LoadTemplates,
    /// A variable of the context.
    LoadContext(u32),
    /// A variable of an outer frame, if it is set there; jumps then.
    LoadIfSet {
        up: u32,
        slot: u32,
        to: Pc,
    },
    /// A variable of an outer frame, or of the context if it is not set there.
    LoadExported {
        up: u32,
        slot: u32,
        name: u32,
    },
    /// A variable that is undefined under its own name is one that is not set.
    UndefinedAsMissing {
        name: u32,
    },
    Store(u32),
    /// Empties a variable.
    Clear(u32),
    StoreNamespace {
        name: u32,
    },
    /// Checks that what `StoreNamespace` will be given is a namespace; takes it.
    CheckNamespace,
    MakeList(u32),
    MakeTuple(u32),
    MakeDict(u32),
    /// Takes a value apart into so many, the first one on top.
    Unpack(u32),
    Pop,
    Swap,
    /// Puts the top below the one under it once more.
    DuplicateBelow,

    // Looking into values.
    Attribute(u32),
    /// `slot.name` where the variable is set in this frame.
    AttributeOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    Item,
    /// An item under a constant string.
    ItemName(u32),
    ItemNameOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    Slice,

    // Operators.
    Binary(BinaryOperator),
    Add,
    /// Adds a text of the template.
    AddText(u32),
    Concat(u32),
    ConcatMarkup(u32),
    Not,
    Negate,
    Plus,
    Equal,
    NotEqual,
    EqualText(u32),
    NotEqualText(u32),
    EqualInt(i32),
    NotEqualInt(i32),
    Order(Order),
    In,
    NotIn,

    // Where to go on.
    Jump(Pc),
    JumpIfFalse(Pc),
    JumpIfTrue(Pc),
    JumpIfEqualText {
        text: u32,
        to: Pc,
    },
    JumpUnlessEqualText {
        text: u32,
        to: Pc,
    },
    JumpIfEqualInt {
        value: i32,
        to: Pc,
    },
    JumpUnlessEqualInt {
        value: i32,
        to: Pc,
    },
    JumpIfTest {
        test: Test,
        to: Pc,
    },
    JumpUnlessTest {
        test: Test,
        to: Pc,
    },
    /// For `and`, `or` and chains of comparisons: keeps the value where it jumps, else takes it.
    JumpIfFalseKeep(Pc),
    JumpIfTrueKeep(Pc),
    /// Jumps if a parameter was given.
    JumpIfSet {
        slot: u32,
        to: Pc,
    },

    // Filters, tests, calls.
    Filter {
        filter: Filter,
        shape: u32,
    },
    /// Without arguments but the value.
    FilterPlain(Filter),
    Test {
        test: Test,
        shape: u32,
    },
    TestPlain(Test),
    /// Calls what is below the arguments.
    Call(u32),
    /// The same, and prints what comes back.
    CallPrint(u32),
    /// Calls `value.name(…)`.
    CallMethod {
        name: u32,
        shape: u32,
    },
    MakeMacro(u32),
    /// Runs a block, which sees the variables of a frame so many levels up.
    CallBlock {
        number: u32,
        up: u32,
    },
    CallLoop {
        routine: u32,
        slots: u32,
    },
    Return,
    /// Ends an expression that runs by itself; the value stays.
    Finish,

    // Loops.
    LoopStart,
    /// With `loop`, which is stored in a slot.
    LoopStartExtended {
        slot: u32,
    },
    /// The same in a recursive loop.
    LoopStartRecursive {
        slot: u32,
    },
    /// Filters what is gone through with an expression that runs by itself.
    LoopFilter {
        routine: u32,
        slots: u32,
    },
    LoopNext(Pc),
    /// The same, and sets a variable to the item.
    LoopNextStore {
        slot: u32,
        end: Pc,
    },
    /// The body was run to its end.
    LoopTurned(Pc),
    LoopEnd,
    /// Ends a loop; jumps unless its body never came to its end.
    LoopEndElse(Pc),

    // Output.
    Data(u32),
    Print,
    /// The same for a variable of this frame.
    PrintVariable {
        slot: u32,
        name: u32,
    },
    /// The same for `slot.name` and `slot["name"]`.
    PrintAttributeOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    PrintItemNameOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    /// Begins to print the sum of strings, one after the other, as long as they are.
    ChainBegin,
    /// The first of them: if it is no string, the sum is made elsewhere and printed then.
    ChainFirst(Pc),
    /// Text of the template in a sum or a concatenation.
    ChainData(u32),
    /// The next of them; if it is no string, what was printed is taken back and the sum goes on elsewhere.
    ChainNext(Pc),
    /// `slot.name` as the next of them; where it is no string, it is left to the `ChainNext` behind it.
    ChainNextAttributeOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    ChainNextItemNameOf {
        slot: u32,
        variable: u32,
        name: u32,
    },
    ChainEnd(Pc),
    /// Begins to make the sum of strings, in a capture of its own; the three are used as those for printing.
    BuildBegin,
    BuildFirst(Pc),
    BuildNext(Pc),
    BuildEnd(Pc),
    /// A part of a concatenation, whatever it is.
    PrintPart,
    /// What was printed in parts is one part to what is around it.
    PartsEnd,
    PrintEscaped,
    /// Escapes if printing does so at the time.
    PrintVolatile,
    /// Prints what has to be a string already: what a call block or a filter block gives.
    PrintRaw,
    /// Goes through what is given as `*`, before anything else is evaluated.
    Spread,
    CaptureStart,
    CaptureEnd,
    /// Forgets what was captured.
    CaptureDrop,
    /// A string as Markup, if printing escapes at the time.
    MarkupIfEscaping,
    GenerationStart,
    GenerationEnd,
    /// Sets whether printing escapes; what was before is kept for `EscapeEnd`.
    EscapeStart,
    EscapeEnd,

    /// Raises the error of a constant: its kind and message.
    Raise(u32),
    UndefinedHint(u32),
    /// Fails as `include` does where no templates can be loaded, or goes on where that does not matter.
    Include {
        ignore_missing: bool,
    },
    End,
}

/// A value that is known when a template is compiled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constant {
    None,
    Bool(bool),
    Int(i64),
    Big(bool, Vec<u32>),
    Float(f64),
    Text(String),
    Markup(String),
    Range(i64, i64, i64),
    Tuple(Vec<Constant>),
    List(Vec<Constant>),
    Dict(Vec<(Constant, Constant)>),
    /// For `Raise`.
    Error(crate::ErrorKind, String),
}

impl Constant {
    #[inline]
    pub(crate) fn value<'a>(&'a self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        Ok(match self {
            Self::Text(text) => Value::text(text),
            Self::Int(value) => Value::int(*value),
            Self::None => Value::NONE,
            Self::Bool(value) => Value::bool(*value),
            Self::Float(value) => Value::float(*value),
            Self::Markup(text) => Value::Markup(Origin::TEMPLATE, text),
            other => return other.compound(rt),
        })
    }

    fn compound<'a>(&'a self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        let all = |items: &'a [Self]| {
            let mut values = rt.list();
            for item in items {
                values.push(item.value(rt)?)?;
            }
            Ok(values.finish())
        };
        match self {
            Self::Tuple(items) => all(items).map(Value::tuple),
            Self::List(items) => all(items).map(Value::list),
            Self::Dict(items) => {
                let mut entries = dict::DictBuilder::new();
                for (key, value) in items {
                    entries.insert(rt, key.value(rt)?, value.value(rt)?)?;
                }
                entries.finish(rt)
            }
            Self::Big(negative, limbs) => {
                Ok(Value::Big(Origin::TEMPLATE, rt.alloc(Big { negative: *negative, limbs })?))
            }
            Self::Range(start, stop, step) => {
                Ok(Value::Range(rt.alloc(Range { start: *start, stop: *stop, step: *step })?))
            }
            _ => Ok(Value::NONE),
        }
    }

    /// A value as a constant, if Python can write it down as one.
    pub(crate) fn of<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Option<Self> {
        let seq = |seq: crate::value::Seq<'a>| -> Option<Vec<Self>> {
            (0..seq.len())
                .map(|at| crate::value::iter::item(rt, seq, at).ok()?.and_then(|item| Self::of(rt, item)))
                .collect()
        };
        Some(match value {
            Value::None(_) => Self::None,
            Value::Bool(_, value) => Self::Bool(value),
            Value::Int(_, value) => Self::Int(value),
            Value::Big(_, value) => Self::Big(value.negative, value.limbs.to_vec()),
            Value::Float(_, value) => Self::Float(value),
            Value::Markup(_, text) => Self::Markup(text.to_owned()),
            Value::Str(..) | Value::Rope(..) => Self::Text(rt.flat(value).ok()??.1.to_owned()),
            Value::Range(range) => Self::Range(range.start, range.stop, range.step),
            Value::Tuple(origin, items) => Self::Tuple(seq(crate::value::Seq::Values(origin, items))?),
            Value::List(..) => Self::List(seq(value.as_list()?)?),
            Value::Dict(_, dict) => Self::Dict(
                dict.entries()
                    .iter()
                    .map(|(key, value)| Some((Self::of(rt, *key)?, Self::of(rt, *value)?)))
                    .collect::<Option<_>>()?,
            ),
            _ => return None,
        })
    }

    /// Whether an integer in it has more digits than Python turns into text.
    pub(crate) fn is_too_long(&self) -> bool {
        match self {
            Self::Big(negative, limbs) => BigInt::from_limbs(*negative, limbs)
                .is_some_and(|value| value.digits() > crate::number::MOST_DIGITS),
            Self::Tuple(items) | Self::List(items) => items.iter().any(Self::is_too_long),
            Self::Dict(items) => items.iter().any(|(key, value)| key.is_too_long() || value.is_too_long()),
            _ => false,
        }
    }

    /// The number without its minus sign, if Python writes one in front of it.
    pub(crate) fn unsigned(self) -> Option<Self> {
        match self {
            Self::Int(value) if value < 0 => Some(match value.checked_neg() {
                Some(value) => Self::Int(value),
                None => Self::Big(false, BigInt::from_i64(value).abs().limbs().to_vec()),
            }),
            Self::Big(true, limbs) => Some(Self::Big(false, limbs)),
            Self::Float(value) if value.is_sign_negative() && !value.is_nan() => Some(Self::Float(-value)),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None | Self::Error(..) => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Big(..) => true,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) | Self::Markup(text) => !text.is_empty(),
            Self::Range(start, stop, step) => Range { start: *start, stop: *stop, step: *step }.len() > 0,
            Self::Tuple(items) | Self::List(items) => !items.is_empty(),
            Self::Dict(items) => !items.is_empty(),
        }
    }

    /// The name that Python's spelling of a number that is not finite has, if there is one in it.
    pub(crate) fn not_finite(&self) -> Option<&'static str> {
        match self {
            Self::Float(value) if value.is_nan() => Some("nan"),
            Self::Float(value) if value.is_infinite() => Some("inf"),
            Self::Tuple(items) | Self::List(items) => items.iter().find_map(Self::not_finite),
            Self::Dict(items) => {
                items.iter().find_map(|(key, value)| key.not_finite().or(value.not_finite()))
            }
            _ => None,
        }
    }
}
