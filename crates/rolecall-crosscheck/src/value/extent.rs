//! How deep and how heavy values are, known without going through them.

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use super::{Cycler, Joiner, Kind, is_loop, kind};
use crate::error::raise;

/// How deep values may be inside one another; more than JSON may be, so that whatever is read can be kept.
pub(crate) const MAX_DEPTH: u32 = 600;

/// The bytes of a text that weigh as much as a value.
const BYTES_PER_VALUE: usize = 64;

/// The depth of a container, and what it takes to go through it.
///
/// The same list can be in another one twice, and that one twice in a third: what looks small can take longer to
/// go through than anyone has time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(super) depth: u32,
    pub(super) weight: usize,
}

impl Extent {
    /// The extent of a container of `items`.
    ///
    /// Values that are too deep would exhaust the stack when they are printed or dropped. A `loop` in a container
    /// could hold an earlier one, and so on without end.
    pub(super) fn around<'v>(items: impl IntoIterator<Item = &'v Value>) -> Result<Self, Error> {
        let mut around = Self { depth: 0, weight: 1 };
        for item in items {
            if is_loop(item) {
                let message = "`loop` cannot be kept in a list, dict or namespace here";
                return Err(raise(ErrorKind::Unsupported, message));
            }
            let item = Self::of(item);
            around.depth = around.depth.max(item.depth);
            around.weight = around.weight.saturating_add(item.weight);
        }
        if around.depth >= MAX_DEPTH {
            return Err(raise(ErrorKind::Limit, format!("values are nested more than {MAX_DEPTH} deep")));
        }
        around.depth += 1;
        Ok(around)
    }

    fn of(value: &Value) -> Self {
        let leaf = Self { depth: 0, weight: 1 };
        match kind(value) {
            Kind::List(list) | Kind::Tuple(list) => list.extent(),
            Kind::Dict(dict) => dict.extent(),
            Kind::View(view) => {
                let Self { depth, weight } = view.dict().extent();
                Self { depth: depth + 1, weight: weight.saturating_mul(2) }
            }
            Kind::Generator(generator) => generator.extent(),
            Kind::Text(text) => Self { weight: 1 + text.len() / BYTES_PER_VALUE, ..leaf },
            Kind::Range(range) => Self { weight: usize::try_from(range.len()).unwrap_or(usize::MAX), ..leaf },
            Kind::Other => {
                let cycler = value.downcast_object_ref().map(Cycler::extent);
                cycler.or_else(|| value.downcast_object_ref().map(Joiner::extent)).unwrap_or(leaf)
            }
            // A namespace is emptied before it is dropped.
            _ => leaf,
        }
    }
}

/// About how many values there are in a value, itself included.
pub(crate) fn weight(value: &Value) -> usize {
    Extent::of(value).weight
}
