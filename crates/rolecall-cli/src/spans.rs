//! Who wrote what in a prompt: in colour on a terminal, a line for each part elsewhere, and for programs.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use rolecall::{Origin, PointerStep, Prompt};
use serde_json::{Value, json};

use crate::failure::Outcome;
use crate::output;

/// Prints the prompt with who wrote what.
pub(crate) fn print(prompt: &Prompt) -> Outcome {
    if has_colours() {
        output::note(&legend());
        return output::text_with_colours(&coloured(prompt));
    }
    output::text(&listed(prompt))
}

/// The spans for programs.
pub(crate) fn document(prompt: &Prompt) -> Vec<Value> {
    let spans = prompt.spans().map(|span| {
        let mut item =
            json!({"start": span.range.start, "end": span.range.end, "origin": name(&span.origin)});
        let mut add = |key: &str, value: Value| {
            if let Some(item) = item.as_object_mut() {
                item.insert(key.to_owned(), value);
            }
        };
        match &span.origin {
            Origin::Trusted { variable } => add("variable", json!(variable)),
            Origin::Copied { pointer, range } | Origin::CopiedKey { pointer, range } => {
                add("pointer", json!(pointer.to_string()));
                add("range", json!([range.start, range.end]));
            }
            Origin::Computed { pointers } => {
                add("pointers", pointers.iter().map(|pointer| json!(pointer.to_string())).collect());
            }
            Origin::Image { index } => add("index", json!(index)),
            _ => {}
        }
        item
    });
    spans.collect()
}

fn name(origin: &Origin<'_>) -> &'static str {
    match origin {
        Origin::Trusted { .. } => "special_token",
        Origin::Copied { .. } => "copied",
        Origin::CopiedKey { .. } => "key",
        Origin::Computed { .. } => "computed",
        Origin::Image { .. } => "image",
        _ => "template",
    }
}

/// A line for each span: its bytes, who wrote it, and its text as a JSON string.
fn listed(prompt: &Prompt) -> String {
    let mut out = String::new();
    for span in prompt.spans() {
        let from = match &span.origin {
            Origin::Trusted { variable } => (*variable).to_owned(),
            Origin::Copied { pointer, range } => format!("{pointer} {}..{}", range.start, range.end),
            Origin::CopiedKey { pointer, .. } => format!("key of {pointer}"),
            Origin::Computed { pointers } => {
                let pointers: Vec<String> = pointers.iter().map(ToString::to_string).collect();
                format!("from {}", pointers.join(" "))
            }
            Origin::Image { index } => format!("image {index}"),
            _ => "template".to_owned(),
        };
        let text = prompt.text().get(span.range.clone()).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{:>6}..{:<6}  {:34}  {}",
            span.range.start,
            span.range.end,
            output::visible(&from),
            output::literal(text)
        );
    }
    out
}

const PLAIN: &str = "\u{1b}[0m";
const TEMPLATE: &str = "\u{1b}[2m";
const SPECIAL: &str = "\u{1b}[2;4m";
const OTHER: &str = "\u{1b}[34m";
const ROLES: [(&str, &str); 4] =
    [("system", "\u{1b}[35m"), ("user", "\u{1b}[32m"), ("assistant", "\u{1b}[36m"), ("tool", "\u{1b}[33m")];

/// Whether standard output is a terminal that may be given colours.
pub(crate) fn has_colours() -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !forbidden
}

fn legend() -> String {
    let mut out = format!("{TEMPLATE}template{PLAIN} {SPECIAL}special token{PLAIN}");
    for (role, colour) in ROLES {
        // Writing to a String cannot fail.
        let _ = write!(out, " {colour}{role}{PLAIN}");
    }
    out + &format!(" {OTHER}other input{PLAIN}")
}

fn coloured(prompt: &Prompt) -> String {
    let roles: Vec<Option<&str>> = prompt.roles().collect();
    let mut out = String::new();
    for span in prompt.spans() {
        let colour = match &span.origin {
            Origin::Template => TEMPLATE,
            Origin::Trusted { .. } => SPECIAL,
            origin => {
                let role = origin.message().and_then(|(message, _)| roles.get(message).copied().flatten());
                ROLES.iter().find(|(known, _)| Some(*known) == role).map_or(OTHER, |(_, colour)| *colour)
            }
        };
        let text = prompt.text().get(span.range).unwrap_or_default();
        out.extend([colour, &output::harmless(text), PLAIN]);
    }
    out
}

/// The message and the field that a part of a prompt is of, as tables show it.
pub(crate) fn field(origin: &Origin<'_>) -> String {
    let Some((_, inside)) = origin.message() else { return String::new() };
    let steps = inside.iter().map(|step| match step {
        PointerStep::Key(key) => (*key).to_owned(),
        PointerStep::Index(index) => index.to_string(),
    });
    output::visible(&steps.collect::<Vec<_>>().join("."))
}
