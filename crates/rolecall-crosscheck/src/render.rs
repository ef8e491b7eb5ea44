//! A run of a compiled template.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Object;
use rolecall_jinja::{Clock, Error, ErrorKind, Limits};

use crate::budget::{ACCOUNT, Account};
use crate::compile::{Compiled, NAME};
use crate::error;
use crate::value::Dict;

/// Renders with the variables of `context`, a dict. `source` is for the places of errors.
pub(crate) fn render(
    compiled: &Compiled,
    source: &str,
    context: &Arc<Dict>,
    clock: Option<Clock>,
    limits: Limits,
) -> Result<String, Error> {
    let account = Account::new(clock, limits);
    let root = Root {
        context: Arc::clone(context),
        missing: Arc::clone(&compiled.missing),
        account: Arc::clone(&account),
    };
    let mut env = compiled.env.clone();
    env.set_fuel(Some(limits.steps));
    let mut out = Capped { bytes: Vec::new(), most: limits.output_bytes, full: false };
    let done = env
        .get_template(NAME)
        .and_then(|template| template.render_captured_to(Value::from_object(root), &mut out).map(|_| ()));
    account.close();
    let too_long = || {
        let message = format!("the output has more than {} bytes", limits.output_bytes);
        Error::new(ErrorKind::Limit, message)
    };
    if out.full {
        return Err(too_long());
    }
    done.map_err(|error| {
        let origin = |at| compiled.places.start(at);
        let translated = error::translated(&error, source, origin);
        macro_arguments(compiled, source, &error, origin).map_or(translated.clone(), |better| {
            translated.line().map_or(better.clone(), |line| better.at(source, line, translated.column()))
        })
    })?;
    String::from_utf8(out.bytes).map_err(|_| Error::new(ErrorKind::Unsupported, "the output is no text"))
}

/// What variables are looked up in: the caller's, then the undefined ones.
struct Root {
    context: Arc<Dict>,
    missing: Arc<BTreeMap<String, Value>>,
    account: Arc<Account>,
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<variables>")
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == ACCOUNT {
            return Some(Value::from_dyn_object(Arc::clone(&self.account)));
        }
        self.context.get_str(key).or_else(|| self.missing.get(key)).cloned()
    }
}

/// An output that takes no more than `most` bytes.
struct Capped {
    bytes: Vec<u8>,
    most: usize,
    full: bool,
}

impl io::Write for &mut Capped {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if text.len() > self.most - self.bytes.len() {
            self.full = true;
            return Err(io::Error::other("the output is full"));
        }
        self.bytes.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The reference's error about the arguments of a macro, whose name stands where the error was found.
fn macro_arguments(
    compiled: &Compiled,
    source: &str,
    error: &minijinja::Error,
    origin: impl Fn(usize) -> usize,
) -> Option<Error> {
    if error.kind() != minijinja::ErrorKind::TooManyArguments {
        return None;
    }
    let detail = error.detail().unwrap_or_default();
    if ["varargs", "kwargs"].iter().any(|name| source.contains(name)) {
        let message = "minijinja gives macros no `varargs` and `kwargs`";
        return Some(Error::new(ErrorKind::Unsupported, message));
    }
    let call = source.get(origin(error.range()?.start)..)?;
    let name = call.get(..call.find(|c: char| c != '_' && !c.is_alphanumeric())?)?;
    let parameters = compiled.macros.get(name)?;
    let quoted = |prefix: &str| detail.strip_prefix(prefix).map(|rest| rest.trim_matches('`'));
    let message = match quoted("unknown keyword argument ").or_else(|| quoted("duplicate argument ")) {
        Some(argument) => format!("macro '{name}' takes no keyword argument '{argument}'"),
        None => format!("macro '{name}' takes not more than {parameters} argument(s)"),
    };
    Some(Error::new(ErrorKind::Type, message))
}
