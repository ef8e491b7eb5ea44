//! Who wrote a placeholder: the template, or a user who typed the same text.
//!
//! A template is rendered twice. The second time every character of the users' text that could begin or end
//! the placeholder is another one that occurs nowhere else; where the outputs agree but for those characters,
//! an occurrence whose ends are still themselves cannot come from a user.

use std::ops::Range;
use std::sync::OnceLock;

use rolecall_jinja::{Clock, Error, ErrorKind, RenderOptions};
use serde_json::Value;

/// A render, and where the template wrote a placeholder in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The text, the same as without marking.
    pub text: String,
    /// The bytes of `text` that hold the placeholder and were written by the template or a trusted value,
    /// from the first to the last.
    pub written: Vec<Range<usize>>,
}

/// Symbols to stand in for the characters that are marked. They are printable in Python, of one code point,
/// without letter case, and no template tests for them.
const STAND_INS: [Range<u32>; 3] = [0x4DC0..0x4E00, 0x2800..0x2900, 0x1D800..0x1DA00];

/// Renders with `render`, which must give the same output for the same context and clock.
pub(crate) fn marked(
    source: &str,
    context: &Value,
    needle: &str,
    trusted: &[&str],
    options: &RenderOptions,
    render: impl Fn(&Value, &RenderOptions) -> Result<String, Error>,
) -> Result<Marked, Error> {
    let (Some(first), Some(last)) = (needle.chars().next(), needle.chars().next_back()) else {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "an empty placeholder cannot be looked for in a prompt",
        ));
    };
    let options = &still(options);
    let text = render(context, options)?;
    let marks =
        text.contains(needle).then(|| Marks::new(source, context, trusted, [first, last])).transpose()?;
    let written = match marks {
        None => Vec::new(),
        Some(marks) if marks.pairs.is_empty() => written(&text, text.chars(), needle),
        Some(marks) => {
            let marked =
                render(&marks.marked_context(context, trusted), options).map_err(|_| cannot_tell(needle))?;
            if !text.chars().eq(marked.chars().map(|c| marks.original(c))) {
                return Err(cannot_tell(needle));
            }
            written(&text, marked.chars(), needle)
        }
    };
    Ok(Marked { text, written })
}

fn cannot_tell(needle: &str) -> Error {
    let message = format!(
        "this template looks at the text of the messages in a way that keeps us from telling which `{needle}` of \
         the prompt it wrote itself and which a user typed; take `{needle}`, or the characters it begins and \
         ends with, out of the messages"
    );
    Error::new(ErrorKind::Unsupported, message)
}

/// The same options with a clock that stands still, so that two renders see the same time.
fn still(options: &RenderOptions) -> RenderOptions {
    let clock = options.clock.clone().map(|clock| {
        let moment = OnceLock::new();
        Clock::from_fn(move || *moment.get_or_init(|| clock.now()))
    });
    RenderOptions { clock, limits: options.limits }
}

/// The occurrences of `needle` in `text` whose first and last characters are themselves in `marked`, which has
/// as many characters as `text`.
fn written(text: &str, marked: impl Iterator<Item = char>, needle: &str) -> Vec<Range<usize>> {
    let itself: Vec<bool> = text.chars().zip(marked).map(|(plain, marked)| plain == marked).collect();
    let length = needle.chars().count();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (n, (at, _)) in text.char_indices().enumerate() {
        let free = found.last().is_none_or(|previous| previous.end <= at);
        let ends = [n, n + length - 1];
        if free
            && text.get(at..).is_some_and(|rest| rest.starts_with(needle))
            && ends.iter().all(|&end| itself.get(end) == Some(&true))
        {
            found.push(at..at + needle.len());
        }
    }
    found
}

/// Characters of the users' text and what stands in for each.
struct Marks {
    pairs: Vec<(char, char)>,
}

impl Marks {
    /// Marks for those characters of untrusted text that are, or that a change of case could make, one of `ends`.
    fn new(source: &str, context: &Value, trusted: &[&str], ends: [char; 2]) -> Result<Self, Error> {
        let mut targets: Vec<char> = Vec::new();
        let mut used = vec![false; STAND_INS.iter().map(ExactSizeIterator::len).sum()];
        let mut see = |text: &str, untrusted: bool| {
            for c in text.chars() {
                if let Some(used) = stand_in_number(c).and_then(|n| used.get_mut(n)) {
                    *used = true;
                }
                if untrusted && ends.iter().any(|&end| could_become(c, end)) && !targets.contains(&c) {
                    targets.push(c);
                }
            }
        };
        see(source, false);
        for (key, value) in members(context) {
            walk(value, &mut |text| see(text, !trusted.contains(&key.as_str())));
        }
        let free: Vec<char> = STAND_INS
            .iter()
            .flat_map(Clone::clone)
            .zip(&used)
            .filter_map(|(c, used)| char::from_u32(c).filter(|_| !used))
            .take(targets.len())
            .collect();
        if free.len() < targets.len() {
            let message = "the messages hold every symbol that could be used to tell who wrote a placeholder";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(Self { pairs: targets.into_iter().zip(free).collect() })
    }

    fn original(&self, c: char) -> char {
        self.pairs.iter().find(|(_, stand_in)| *stand_in == c).map_or(c, |(original, _)| *original)
    }

    fn marked_context(&self, context: &Value, trusted: &[&str]) -> Value {
        let marked = |(key, value): (&String, &Value)| {
            let value = if trusted.contains(&key.as_str()) { value.clone() } else { self.marked(value) };
            (key.clone(), value)
        };
        Value::Object(members(context).map(marked).collect())
    }

    fn marked(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.marked_text(text)),
            Value::Array(items) => items.iter().map(|item| self.marked(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, value)| (self.marked_text(key), self.marked(value))).collect()
            }
            other => other.clone(),
        }
    }

    fn marked_text(&self, text: &str) -> String {
        let stand_in =
            |c| self.pairs.iter().find(|(original, _)| *original == c).map_or(c, |(_, mark)| *mark);
        text.chars().map(stand_in).collect()
    }
}

/// Whether a change of letter case could make `end` of `c`, alone or among other characters.
fn could_become(c: char, end: char) -> bool {
    let folded = |c: char| c.to_uppercase().flat_map(char::to_lowercase).collect::<Vec<_>>();
    c == end
        || (c.is_alphabetic() && end.is_alphabetic() && folded(end).iter().any(|f| folded(c).contains(f)))
}

fn stand_in_number(c: char) -> Option<usize> {
    let c = u32::from(c);
    let mut before = 0;
    for range in STAND_INS {
        if range.contains(&c) {
            return usize::try_from(c - range.start).ok().map(|n| before + n);
        }
        before += range.len();
    }
    None
}

fn members(context: &Value) -> impl Iterator<Item = (&String, &Value)> {
    context.as_object().into_iter().flatten()
}

/// Shows every string and key of a value to `see`.
fn walk(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Object(members) => {
            for (key, value) in members {
                see(key);
                walk(value, see);
            }
        }
        _ => {}
    }
}
