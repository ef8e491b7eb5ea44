//! Text for HTML, as markupsafe escapes it.

use minijinja::Value;

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The text of `value`, escaped unless it is Markup.
pub(crate) fn unless_safe(value: &Value, text: &str) -> String {
    if value.is_safe() { text.to_owned() } else { escaped(text) }
}
