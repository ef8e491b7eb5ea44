//! What minijinja makes of a render that rolecall's own engine did.

use rolecall_jinja::{Error, ErrorKind, RenderOptions};
use serde_json::Value as Json;

use crate::Template;
use crate::excerpt::{Parting, on_one_line};

/// How many characters of an output or a message are shown.
const LINE: usize = 200;

/// What minijinja says to a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opinion {
    /// It gives the same text, or fails with the same class of error.
    Same,
    /// It gives something else, so that one of the two engines is wrong: the difference on a few lines, without
    /// anything that could drive a terminal.
    Other(String),
    /// It cannot tell, for this reason: it does not have what the template or its input asks for, does not parse
    /// the template, or came to the end of a budget.
    None(String),
}

/// Renders once more on minijinja, and compares with `ours`, what rolecall's own engine made of the same.
///
/// ```
/// use rolecall_crosscheck::{Opinion, second_opinion};
/// use rolecall_jinja::RenderOptions;
/// use serde_json::json;
///
/// let context = json!({"name": "Ann"});
/// let opinion = |ours| second_opinion("Hi {{ name }}!", &context, &RenderOptions::default(), Ok(ours));
/// assert_eq!(opinion("Hi Ann!"), Opinion::Same);
/// let Opinion::Other(difference) = opinion("Hi Bob!") else { panic!() };
/// assert!(difference.contains("Hi ⟦Ann!⟧"), "{difference}");
/// ```
pub fn second_opinion(
    source: &str,
    context: &Json,
    options: &RenderOptions,
    ours: Result<&str, &Error>,
) -> Opinion {
    let theirs = Template::with_limits(source, options.limits.unwrap_or_default())
        .and_then(|template| template.render_with(context, options));
    compared(ours, theirs.as_deref())
}

fn compared(ours: Result<&str, &Error>, theirs: Result<&str, &Error>) -> Opinion {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) if ours == theirs => Opinion::Same,
        (Ok(ours), Ok(theirs)) => {
            let Parting { line, column, one, other } = Parting::new(ours, theirs);
            Opinion::Other(format!(
                "another text at line {line}, column {column}\n  rolecall:  {one}\n  minijinja: {other}"
            ))
        }
        (Err(ours), Err(theirs)) if ours.kind() == theirs.kind() => Opinion::Same,
        (Err(error), _) if decides_nothing(error) => {
            Opinion::None(format!("rolecall itself stopped: {}", brief(error)))
        }
        (_, Err(error)) if decides_nothing(error) => Opinion::None(brief(error)),
        (ours, theirs) => {
            let shown = |result: Result<&str, &Error>| match result {
                Ok(text) => format!("\"{}\"", on_one_line(text, LINE)),
                Err(error) => brief(error),
            };
            let what = if theirs.is_ok() { "a text in place of an error" } else { "an error" };
            Opinion::Other(format!("{what}\n  rolecall:  {}\n  minijinja: {}", shown(ours), shown(theirs)))
        }
    }
}

/// Whether an error says something about the engine rather than about the template.
fn decides_nothing(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported
            | ErrorKind::Limit
            | ErrorKind::Recursion
            // What parses is known to differ.
            | ErrorKind::Syntax
            | ErrorKind::TemplateAssertion
    )
}

fn brief(error: &Error) -> String {
    let place = error.line().map(|line| format!(" (line {line} of the template)"));
    let class = match error.kind() {
        ErrorKind::Unsupported | ErrorKind::Limit => String::new(),
        kind => format!("{}: ", kind.class_name()),
    };
    format!("{class}{}{}", on_one_line(error.message(), LINE), place.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_as_the_same() {
        let error = |kind| Error::new(kind, "m");
        let (wrong, other) = (error(ErrorKind::Type), error(ErrorKind::Value));
        let (cannot, syntax) = (error(ErrorKind::Unsupported), error(ErrorKind::Syntax));
        let rows = [
            (Ok("a"), Ok("a"), "Same"),
            (Ok("a"), Ok("b"), "Other"),
            (Ok("a"), Err(&wrong), "Other"),
            (Err(&wrong), Ok("a"), "Other"),
            (Err(&wrong), Err(&other), "Other"),
            (Err(&wrong), Err(&wrong), "Same"),
            (Ok("a"), Err(&cannot), "None"),
            (Ok("a"), Err(&syntax), "None"),
            (Err(&cannot), Ok("a"), "None"),
            (Err(&wrong), Err(&cannot), "None"),
        ];
        for (ours, theirs, expected) in rows {
            let opinion = format!("{:?}", compared(ours, theirs));
            assert!(opinion.starts_with(expected), "{ours:?}, {theirs:?}: {opinion}");
        }
    }

    #[test]
    fn a_difference_cannot_drive_a_terminal() {
        let hostile = Error::new(ErrorKind::Type, "\u{1b}]0;title\u{7}\u{202e}");
        for theirs in [Ok("\u{1b}[2J\u{200f}"), Err(&hostile)] {
            let Opinion::Other(text) = compared(Ok("a\r\u{9b}"), theirs) else { panic!("the same?") };
            assert!(!text.contains(['\u{1b}', '\u{7}', '\r', '\u{9b}', '\u{202e}', '\u{200f}']), "{text}");
        }
    }
}
