//! Who wrote what in a prompt: in colour on a terminal, a line for each part elsewhere, and for programs.

use std::fmt::Write as _;

use rolecall::{Origin, PointerStep, Prompt, Span};
use serde_json::{Value, json};

use crate::color::Style;
use crate::failure::Outcome;
use crate::output;

/// Prints the prompt with who wrote what.
pub(crate) fn print(prompt: &Prompt, in_color: bool) -> Outcome {
    if !in_color {
        return output::text(&listed(prompt));
    }
    let (text, legend) = painted(prompt);
    output::note(&legend);
    output::text_in_color(&text)
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
            Origin::Image { index } | Origin::Video { index } => add("index", json!(index)),
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
        Origin::Video { .. } => "video",
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
            Origin::Video { index } => format!("video {index}"),
            _ => "template".to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{:>6}..{:<6}  {:34}  {}",
            span.range.start,
            span.range.end,
            output::visible(&from),
            output::literal(&shown(prompt, &span))
        );
    }
    out
}

/// The prompt in colours, and what those mean that are in it.
fn painted(prompt: &Prompt) -> (String, String) {
    let mut out = String::new();
    let mut legend: Vec<(Style, &str, bool)> = Vec::new();
    for span in prompt.spans() {
        let (style, name) = style(prompt, &span.origin);
        let is_computed = matches!(span.origin, Origin::Computed { .. });
        style.paint(&mut out, &shown(prompt, &span), is_computed);
        for entry in [Some((style, name, false)), is_computed.then_some((Style("0"), "computed", true))] {
            legend.extend(entry.filter(|entry| !legend.contains(entry)));
        }
    }
    let mut names = String::new();
    for (style, name, is_underlined) in legend {
        names.push_str(if names.is_empty() { "" } else { " " });
        style.paint(&mut names, name, is_underlined);
    }
    (out, names)
}

/// How a part of a prompt is shown, and what that means.
pub(crate) fn style<'p>(prompt: &'p Prompt, origin: &Origin<'_>) -> (Style, &'p str) {
    match origin {
        Origin::Template => (Style::TEMPLATE, "template"),
        Origin::Trusted { .. } => (Style::SPECIAL_TOKEN, "special token"),
        Origin::Image { .. } => (Style::IMAGE, "image"),
        Origin::Video { .. } => (Style::IMAGE, "video"),
        origin => {
            let role = origin.message().and_then(|(message, _)| prompt.roles().nth(message).flatten());
            match Style::of_role(role) {
                Style::OTHER => (Style::OTHER, "other input"),
                style => (style, role.unwrap_or_default()),
            }
        }
    }
}

/// The text of a span; of an image, which nobody can read, the beginning.
fn shown(prompt: &Prompt, span: &Span<'_>) -> String {
    const SHOWN: usize = 40;
    let text = prompt.text().get(span.range.clone()).unwrap_or_default();
    match (&span.origin, text.get(..SHOWN)) {
        (Origin::Image { .. } | Origin::Video { .. }, Some(start)) => format!("{start}…"),
        _ => text.to_owned(),
    }
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
