//! The environment of transformers' chat templates, as far as minijinja can have it.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest};
use minijinja::{AutoEscape, Environment, Error, Value};
use rolecall_jinja::{Clock, ErrorKind};

use crate::error::raise;

/// An environment without templates.
pub(crate) fn environment() -> Result<Environment<'static>, Error> {
    let mut env = Environment::new();
    env.set_debug(false);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    for filter in ["bool", "chain", "lines", "split", "zip"] {
        env.remove_filter(filter);
    }
    for test in ["endingwith", "safe", "startingwith"] {
        env.remove_test(test);
    }
    env.remove_global("debug");
    env.add_function("raise_exception", raise_exception);
    env.add_filter("tojson", tojson);
    env.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
    Ok(env)
}

fn raise_exception(message: &Value) -> Result<Value, Error> {
    Err(raise(ErrorKind::Template, message.to_string()))
}

/// The function `strftime_now` of a render.
pub(crate) fn strftime_now(clock: Option<Clock>) -> Value {
    Value::from_function(move |format: &str| match &clock {
        Some(clock) => Ok(clock.now().strftime(format)),
        None => Err(raise(
            ErrorKind::Unsupported,
            "this template asks for the current time (strftime_now), but the render was given no clock; \
             pass one in its options",
        )),
    })
}

fn tojson(value: &Value, _rest: Rest<Value>, _kwargs: Kwargs) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| raise(ErrorKind::Type, error.to_string()))
}
