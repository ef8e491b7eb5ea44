//! Colours on a terminal, and text in them that cannot drive it.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use rolecall::snapshot::is_hidden;

use crate::args::{ColorArg, ColorArgs};
use crate::failure::{Failure, Outcome};

/// Whether the output is in colour: as `--color` says, else as the environment and the output do.
pub(crate) fn is_wanted(args: ColorArgs) -> bool {
    match args.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => by_environment(|name| env::var_os(name), io::stdout().is_terminal()),
    }
}

/// Refuses colours that are asked for where the output has none; it has some `with` another option.
pub(crate) fn check(args: ColorArgs, has_colors: bool, with: &str) -> Outcome {
    if args.color == ColorArg::Always && !has_colors {
        return Err(Failure::Usage(format!(
            "--color always goes with {with}: nothing else that this command prints has colours"
        )));
    }
    Ok(())
}

/// The conventions of no-color.org and bixense.com/clicolors.
fn by_environment(variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

/// How a text looks: the numbers of a terminal's "select graphic rendition".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style(pub(crate) &'static str);

impl Style {
    pub(crate) const TEMPLATE: Self = Self("2");
    pub(crate) const SPECIAL_TOKEN: Self = Self("2;4");
    pub(crate) const IMAGE: Self = Self("95");
    /// Lines of a difference.
    pub(crate) const REMOVED: Self = Self("31");
    pub(crate) const ADDED: Self = Self("32");
    /// Input that is of no message, and messages with other roles.
    pub(crate) const OTHER: Self = Self("34");

    /// The colour of a message's text.
    pub(crate) fn of_role(role: Option<&str>) -> Self {
        match role {
            Some("system") => Self("35"),
            Some("user") => Self("32"),
            Some("assistant") => Self("36"),
            Some("tool") => Self("33"),
            _ => Self::OTHER,
        }
    }

    /// Appends a text in this style. Lines begin and end without one, so that pagers show each as it should be.
    pub(crate) fn paint(self, out: &mut String, text: &str, is_underlined: bool) {
        let underline = if is_underlined { ";4" } else { "" };
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            if !line.is_empty() {
                let _ = write!(out, "\x1b[{}{underline}m", self.0);
                out.push_str(&revealed(line, true));
                out.push_str("\x1b[0m");
            }
            out.push_str(end);
        }
    }
}

/// A text in which what would drive a terminal, or is not seen on one, is escaped; with `in_reverse` it is shown that this
/// was done. In JSON it is the same document then.
pub(crate) fn revealed(text: &str, in_reverse: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t') || !c.is_control() && !is_hidden(c) {
            out.push(c);
        } else if in_reverse {
            let _ = write!(out, "\x1b[7m{}\x1b[27m", c.escape_default());
        } else {
            // The form of JSON.
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let rows = [
            (&[][..], true, false),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "1")], true, false),
            (&[("TERM", "dumb")], false, false),
        ];
        for (variables, on_terminal, elsewhere) in rows {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(by_environment(variable, true), on_terminal, "{variables:?}");
            assert_eq!(by_environment(variable, false), elsewhere, "{variables:?}");
        }
    }

    #[test]
    fn a_text_cannot_drive_the_terminal() {
        let mut out = String::new();
        Style::TEMPLATE.paint(&mut out, "a\x1b[2J\u{9b}\r\n\n\u{202e}b", false);
        assert_eq!(
            out,
            "\x1b[2ma\x1b[7m\\u{1b}\x1b[27m[2J\x1b[7m\\u{9b}\x1b[27m\x1b[7m\\r\x1b[27m\x1b[0m\n\n\
             \x1b[2m\x1b[7m\\u{202e}\x1b[27mb\x1b[0m"
        );
    }
}
