//! Who wrote what in a prompt: in colour, line by line, or for programs.

use std::fmt::Write;
use std::ops::Range;

use rolecall::{Origin, Pointer, Prompt, Span};
use serde_json::{Map, Value, json};

use crate::color::Style;
use crate::output;

/// The spans for a person.
pub(crate) fn page(prompt: &Prompt, in_color: bool) -> String {
    if in_color { painted(prompt) } else { lines(prompt) }
}

/// The prompt in colours, and under it what they mean.
fn painted(prompt: &Prompt) -> String {
    let mut out = String::new();
    let mut legend: Vec<(Style, &str, bool)> = Vec::new();
    for span in prompt.spans() {
        let (style, name) = style(prompt, &span.origin);
        let is_computed = matches!(span.origin, Origin::Computed { .. });
        style.paint(&mut out, &shortened(prompt, &span), is_computed);
        for entry in [(style, name, false), (Style("0"), "computed", true)] {
            if (is_computed || !entry.2) && !legend.contains(&entry) {
                legend.push(entry);
            }
        }
    }
    if !prompt.text().ends_with('\n') {
        out.push('\n');
    }
    out.push('\n');
    for (at, (style, name, is_underlined)) in legend.into_iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "  " });
        style.paint(&mut out, name, is_underlined);
    }
    out.push('\n');
    out
}

/// A line for each span: its bytes, who wrote it, the text as a literal.
fn lines(prompt: &Prompt) -> String {
    const WIDEST: usize = 40;
    let rows: Vec<[String; 3]> = prompt
        .spans()
        .map(|span| {
            let mut who = format!("{} {}", kind(&span.origin), field(&span.origin)).trim_end().to_owned();
            if let Origin::Copied { range, .. } | Origin::CopiedKey { range, .. } = &span.origin {
                let _ = write!(who, " {}..{}", range.start, range.end);
            }
            let text = shortened(prompt, &span);
            [format!("{}..{}", span.range.start, span.range.end), who, format!("{text:?}")]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        widths.max().unwrap_or_default().min(WIDEST)
    };
    let (places, origins) = (width(0), width(1));
    let mut out = String::new();
    for [place, who, text] in &rows {
        let _ = writeln!(out, "{place:places$}  {who:origins$}  {text}");
    }
    out
}

/// The spans for programs.
pub(crate) fn document(prompt: &Prompt) -> Value {
    let pair = |range: &Range<usize>| json!([range.start, range.end]);
    let span = |span: Span<'_>| {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
        put("start", span.range.start.into());
        put("end", span.range.end.into());
        put("origin", kind(&span.origin).replace(' ', "_").into());
        match &span.origin {
            Origin::Trusted { variable } => drop(put("variable", (*variable).into())),
            Origin::Copied { pointer, range } | Origin::CopiedKey { pointer, range } => {
                put("pointer", pointer.to_string().into());
                put("range", pair(range));
            }
            Origin::Computed { pointers } => {
                put("pointers", pointers.iter().map(Pointer::to_string).collect());
            }
            Origin::Image { index } => drop(put("image", (*index).into())),
            _ => {}
        }
        Value::Object(document)
    };
    prompt.spans().map(span).collect()
}

/// What kind of origin it is.
fn kind(origin: &Origin<'_>) -> &'static str {
    match origin {
        Origin::Trusted { .. } => "special token",
        Origin::Copied { .. } => "copied",
        Origin::CopiedKey { .. } => "key",
        Origin::Computed { .. } => "computed",
        Origin::Image { .. } => "image",
        _ => "template",
    }
}

/// What it was written from, on one line.
pub(crate) fn field(origin: &Origin<'_>) -> String {
    const MOST: usize = 3;
    let text = match origin {
        Origin::Trusted { variable } => (*variable).to_owned(),
        Origin::Copied { pointer, .. } | Origin::CopiedKey { pointer, .. } => pointer.to_string(),
        Origin::Computed { pointers } => {
            let shown: Vec<String> = pointers.iter().take(MOST).map(Pointer::to_string).collect();
            match pointers.len().saturating_sub(MOST) {
                0 => shown.join(", "),
                more => format!("{} and {more} more", shown.join(", ")),
            }
        }
        Origin::Image { index } => index.to_string(),
        _ => String::new(),
    };
    // Users choose names of fields too.
    output::visible(&text)
}

/// How a span is shown, and what that means.
pub(crate) fn style<'p>(prompt: &'p Prompt, origin: &Origin<'_>) -> (Style, &'p str) {
    match origin {
        Origin::Trusted { .. } => (Style::SPECIAL_TOKEN, "special token"),
        Origin::Copied { .. } | Origin::CopiedKey { .. } | Origin::Computed { .. } => {
            match origin.message() {
                Some((message, _)) => {
                    let role = prompt.roles().nth(message).flatten();
                    (Style::of_role(role), role.unwrap_or("message"))
                }
                None => (Style::INPUT, "other input"),
            }
        }
        Origin::Image { .. } => (Style::IMAGE, "image"),
        _ => (Style::TEMPLATE, "template"),
    }
}

/// The text of a span; of an image, whose text nobody can read, the beginning.
fn shortened(prompt: &Prompt, span: &Span<'_>) -> String {
    const SHOWN: usize = 40;
    let text = prompt.text().get(span.range.clone()).unwrap_or_default();
    match (&span.origin, text.get(..SHOWN)) {
        (Origin::Image { .. }, Some(start)) => format!("{start}…"),
        _ => text.to_owned(),
    }
}
