//! Colours on a terminal, and text in them that cannot drive it.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use crate::args::{ColorArg, ColorArgs};

/// Whether the output is in colour: as `--color` says, else as the environment and the output do.
pub(crate) fn is_wanted(args: ColorArgs) -> bool {
    match args.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => by_environment(|name| env::var_os(name), io::stdout().is_terminal()),
    }
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
    pub(crate) const SPECIAL_TOKEN: Self = Self("1;35");
    /// Input that is of no message: tools, documents, variables.
    pub(crate) const INPUT: Self = Self("94");
    pub(crate) const IMAGE: Self = Self("95");

    /// The colour of a message's text.
    pub(crate) fn of_role(role: Option<&str>) -> Self {
        Self(match role {
            Some("system" | "developer") => "33",
            Some("user") => "32",
            Some("assistant") => "36",
            Some("tool") => "34",
            _ => "93",
        })
    }

    /// Appends a text in this style. Lines begin and end without one, so that pagers show each as it should be.
    pub(crate) fn paint(self, out: &mut String, text: &str, is_underlined: bool) {
        let underline = if is_underlined { ";4" } else { "" };
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            if !line.is_empty() {
                let _ = write!(out, "\x1b[{}{underline}m", self.0);
                harmless(out, line);
                out.push_str("\x1b[0m");
            }
            out.push_str(end);
        }
    }
}

/// Appends a text; what would drive a terminal, or is not seen on one, is escaped and shown in reverse.
fn harmless(out: &mut String, text: &str) {
    for c in text.chars() {
        if c != '\t' && (c.is_control() || is_hidden(c)) {
            let _ = write!(out, "\x1b[7m{}\x1b[27m", c.escape_default());
        } else {
            out.push(c);
        }
    }
}

/// Characters that show nothing, or turn the direction of what follows: who wrote what could not be seen.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
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
