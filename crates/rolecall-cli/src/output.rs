//! Standard output: exact for programs, comfortable on a terminal.

use std::io::{self, IsTerminal, Write};

use rolecall::snapshot::is_hidden;
use serde::Serialize;

use crate::color::revealed;
use crate::failure::{Failure, Outcome};

/// Prints a text byte for byte; on a terminal a line that is not ended is ended.
pub(crate) fn text(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    piece(&mut out, text)?;
    end(&mut out, text)
}

/// Prints a text that was made harmless and has colours.
pub(crate) fn text_in_color(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    end(&mut out, text)
}

/// Prints a piece of a text: as it is for programs, without what would drive a terminal on one.
pub(crate) fn piece(out: &mut impl Write, text: &str) -> Outcome {
    if io::stdout().is_terminal() {
        out.write_all(harmless(text).as_bytes())?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    Ok(out.flush()?)
}

/// A text of lines that somebody else wrote, for a terminal: all other control characters are escaped.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && !matches!(c, '\n' | '\t') { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// Ends the output that closed with `last`.
pub(crate) fn end(out: &mut impl Write, last: &str) -> Outcome {
    if io::stdout().is_terminal() && !last.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Tells a person something that is not the result.
pub(crate) fn note(message: &str) {
    // Whether anybody reads it changes nothing about the job.
    let _ = writeln!(io::stderr(), "{message}");
}

/// What comes piece by piece beside the result, on standard error: a line or more after a heading.
pub(crate) struct Aside {
    heading: &'static str,
    is_open: bool,
}

impl Aside {
    pub(crate) fn new(heading: &'static str) -> Self {
        Self { heading, is_open: false }
    }

    pub(crate) fn piece(&mut self, text: &str) {
        let heading = if self.is_open { "" } else { self.heading };
        self.is_open = true;
        let _ = write!(io::stderr(), "{heading}{}", harmless(text));
    }

    /// Ends it, if there was any.
    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            let _ = writeln!(io::stderr());
        }
    }
}

/// Prints a JSON document.
pub(crate) fn json(value: &impl Serialize) -> Outcome {
    let mut text = serde_json::to_string_pretty(value).map_err(Failure::job)?;
    text.push('\n');
    // JSON leaves some control characters as they are, and a terminal would follow them.
    let text = if io::stdout().is_terminal() { revealed(&text, false) } else { text };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// A text that somebody else wrote, as a JSON string on one line; what is not seen is escaped as well.
pub(crate) fn literal(text: &str) -> String {
    revealed(&serde_json::Value::from(text).to_string(), false)
}

/// A name that somebody else wrote, on one line: what is not seen, or turns a line around, is escaped.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_hidden(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_in_its_order() {
        assert_eq!(visible("a\n\u{1b}[1m\té \u{202e}b\u{200b}"), "a\\n\\u{1b}[1m\\té \\u{202e}b\\u{200b}");
    }

    #[test]
    fn a_terminal_is_shown_the_same_document() {
        let text = "{\"prompt\":\"\u{9b}2Jé\u{7f}\"}\n";
        let shown = revealed(text, false);
        assert_eq!(shown, "{\"prompt\":\"\\u009b2Jé\\u007f\"}\n");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(&shown), read(text));
    }
}
