//! What gives another value each time: `cycler` and `joiner`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::{Extent, none};

/// `cycler(...)`: its items by turns.
#[derive(Debug)]
pub(crate) struct Cycler {
    items: Vec<Value>,
    next: AtomicUsize,
    extent: Extent,
}

impl Cycler {
    pub(crate) fn make(items: Vec<Value>) -> Result<Value, Error> {
        let extent = Extent::around(&items)?;
        Ok(Value::from_object(Self { items, next: AtomicUsize::new(0), extent }))
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    fn current(&self) -> Value {
        let n = self.next.load(Ordering::Relaxed);
        n.checked_rem(self.items.len()).and_then(|n| self.items.get(n)).cloned().unwrap_or_default()
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        _: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => {
                let current = self.current();
                self.next.fetch_add(1, Ordering::Relaxed);
                Ok(current)
            }
            "reset" => {
                self.next.store(0, Ordering::Relaxed);
                Ok(none())
            }
            _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        }
    }
}

/// `joiner(sep)`: nothing the first time, then the separator.
#[derive(Debug)]
pub(crate) struct Joiner {
    separator: Value,
    used: AtomicBool,
    extent: Extent,
}

impl Joiner {
    pub(crate) fn make(separator: Value) -> Result<Value, Error> {
        let extent = Extent::around([&separator])?;
        Ok(Value::from_object(Self { separator, used: AtomicBool::new(false), extent }))
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let used = self.used.swap(true, Ordering::Relaxed);
        Ok(if used { self.separator.clone() } else { Value::from("") })
    }
}
