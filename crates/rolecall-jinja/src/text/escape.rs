//! Text for HTML and out of it, as markupsafe escapes it and strips its tags.

use super::entity::unescape;
use crate::ErrorKind;

/// Appends `text` with the five characters that mean something in HTML by their references.
pub(crate) fn write_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        out.push_str(match from.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&#34;",
            _ => "&#39;",
        });
        rest = from.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// `Markup(text).striptags()`: without comments and tags, in single blanks, references replaced.
pub(crate) fn strip_tags(text: &str) -> Result<String, (ErrorKind, String)> {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let from = rest.get(start..).unwrap_or_default();
        // A comment that is not closed keeps all that follows, tags included.
        let end = match from.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|end| end + "<!---->".len()),
            None => from.find('>').map(|end| end + 1),
        };
        let Some(end) = end else { break };
        kept.push_str(rest.get(..start).unwrap_or_default());
        rest = from.get(end..).unwrap_or_default();
    }
    kept.push_str(rest);
    let words = kept.split(super::is_space).filter(|word| !word.is_empty());
    let mut out = String::with_capacity(kept.len());
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    unescape(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_markupsafe_does() {
        let mut out = String::new();
        write_escaped(&mut out, "<a href=\"é\">'&'</a>&amp;");
        assert_eq!(out, "&lt;a href=&#34;é&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;&amp;amp;");
    }

    #[test]
    fn tags_are_stripped_as_markupsafe_does() {
        for (text, expected) in [
            ("Main &raquo;\t<em>About</em>", "Main » About"),
            ("a<!-- <b> -->c  <d\n>e", "ac e"),
            ("a <b> c <!-- d > e <f>", "a c <!-- d > e <f>"),
            ("a <!--> b --> c < d", "a c < d"),
            ("&lt;b&gt; <", "<b> <"),
        ] {
            assert_eq!(strip_tags(text).unwrap(), expected);
        }
    }
}
