//! What a render may use beside minijinja's fuel: memory for texts and lists.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};
use rolecall_jinja::{Clock, ErrorKind, Limits};

use crate::error::raise;
use crate::value::{Namespace, weight};

/// The name under which a render's [`Account`] is found; no template can write it.
pub(crate) const ACCOUNT: &str = "\0account";

/// How many times as much text as a render may give may be made on the way to it.
///
/// Nothing says when a text is no longer needed, so what counts is all that was ever made.
const TEXT_PER_OUTPUT: usize = 4;

/// The bytes that an item of a list takes.
const ITEM: usize = 24;

/// minijinja's fuel pays for one instruction, or this many bytes.
const BYTES_PER_FUEL: usize = 64;

/// What belongs to one render: its clock, its budget, and the namespaces to empty when it ends.
#[derive(Debug)]
pub(crate) struct Account {
    left: AtomicUsize,
    pub(crate) clock: Option<Clock>,
    namespaces: Mutex<Vec<Arc<Namespace>>>,
}

impl Account {
    pub(crate) fn new(clock: Option<Clock>, limits: Limits) -> Arc<Self> {
        let left = limits.output_bytes.saturating_mul(TEXT_PER_OUTPUT).max(1 << 16);
        Arc::new(Self { left: AtomicUsize::new(left), clock, namespaces: Mutex::default() })
    }

    /// A new namespace, to be emptied by [`close`](Self::close).
    pub(crate) fn namespace(&self) -> Arc<Namespace> {
        let namespace = Arc::<Namespace>::default();
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&namespace));
        namespace
    }

    /// Empties the namespaces, which may hold one another in circles or in a chain too long to be dropped.
    pub(crate) fn close(&self) {
        let namespaces = std::mem::take(&mut *self.namespaces.lock().unwrap_or_else(PoisonError::into_inner));
        for namespace in &namespaces {
            namespace.clear();
        }
    }

    fn spend(&self, bytes: usize) -> Result<(), Error> {
        let spent =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        spent.map(|_| ()).map_err(|_| too_much())
    }
}

impl Object for Account {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

fn too_much() -> Error {
    raise(
        ErrorKind::Limit,
        "the template makes more text than a render may, several times its largest output",
    )
}

/// The account of the render that is running.
pub(crate) fn account(state: &mut State<'_, '_>) -> Result<Arc<Account>, Error> {
    if let Some(account) = state.get_extension::<Arc<Account>>() {
        return Ok(Arc::clone(account));
    }
    let account = state.lookup(ACCOUNT).and_then(|value| value.downcast_object::<Account>());
    let account =
        account.ok_or_else(|| raise(ErrorKind::Unsupported, "a template ran without its surroundings"))?;
    Ok(Arc::clone(state.get_or_insert_extension(account)))
}

/// Pays for a text of so many bytes that is about to be made.
pub(crate) fn bytes(state: &mut State<'_, '_>, bytes: usize) -> Result<(), Error> {
    work(state, bytes)?;
    account(state)?.spend(bytes)
}

/// Pays for a list of so many items that is about to be made, or gone through.
pub(crate) fn list(state: &mut State<'_, '_>, items: usize) -> Result<(), Error> {
    bytes(state, items.saturating_mul(ITEM))
}

/// Pays for going through so many bytes.
pub(crate) fn work(state: &mut State<'_, '_>, bytes: usize) -> Result<(), Error> {
    match bytes / BYTES_PER_FUEL {
        0 => Ok(()),
        fuel => state.consume_fuel(u64::try_from(fuel).unwrap_or(u64::MAX)),
    }
}

/// Pays for going through a value.
pub(crate) fn visit(state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    state.consume_fuel(u64::try_from(weight(value)).unwrap_or(u64::MAX))
}

/// Pays for comparing two values.
pub(crate) fn compare(state: &mut State<'_, '_>, a: &Value, b: &Value) -> Result<(), Error> {
    state.consume_fuel(u64::try_from(weight(a).min(weight(b))).unwrap_or(u64::MAX))
}

/// A text that is being written, and never gets longer than can be paid for.
pub(crate) struct Writer {
    text: String,
    room: usize,
}

/// A writer for what is left of the budget.
pub(crate) fn writer(state: &mut State<'_, '_>) -> Writer {
    let room = account(state).map_or(0, |account| account.left.load(Ordering::Relaxed));
    Writer { text: String::new(), room }
}

impl Writer {
    /// A writer for `room` bytes.
    pub(crate) fn new(room: usize) -> Self {
        Self { text: String::new(), room }
    }

    pub(crate) fn str(&mut self, text: &str) -> Result<(), Error> {
        self.room = self.room.checked_sub(text.len()).ok_or_else(too_much)?;
        self.text.push_str(text);
        Ok(())
    }

    pub(crate) fn char(&mut self, c: char) -> Result<(), Error> {
        self.str(c.encode_utf8(&mut [0; 4]))
    }

    pub(crate) fn repeat(&mut self, c: char, count: usize) -> Result<(), Error> {
        self.room = self.room.checked_sub(count.saturating_mul(c.len_utf8())).ok_or_else(too_much)?;
        self.text.extend(std::iter::repeat_n(c, count));
        Ok(())
    }

    /// How many bytes more it may have.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The text, paid for.
    pub(crate) fn finish(self, state: &mut State<'_, '_>) -> Result<String, Error> {
        bytes(state, self.text.len())?;
        Ok(self.text)
    }
}
