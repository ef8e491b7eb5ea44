//! `wordwrap` and `wordcount`.

use super::{no_attribute, optional, plain};
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::lines::Lines;
use crate::text::{self, class};
use crate::trace::Origin;
use crate::value::compare::{Order, ordered};
use crate::value::writer::Writer;
use crate::value::{Value, operators, repr};

pub(super) static WORDCOUNT: FilterDef = plain("wordcount", ("do_wordcount", ""), &["s"], 1, wordcount);
pub(super) static WORDWRAP: FilterDef = plain(
    "wordwrap",
    ("do_wordwrap", "environment"),
    &["s", "width", "break_long_words", "wrapstring", "break_on_hyphens"],
    1,
    wordwrap,
);

/// What `\w` of Python's regular expressions holds.
pub(super) fn is_word_char(c: char) -> bool {
    c == '_' || class::is_alnum_char(c)
}

fn wordcount<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    // An address is one word, whichever it is.
    let text = rt.flat(repr::str_with_any_address(rt, args[0])?)?;
    let text = text.map_or("", |(_, text)| text);
    rt.step_bytes(text.len())?;
    Ok(Value::count(text.split(|c| !is_word_char(c)).filter(|word| !word.is_empty()).count()))
}

/// How lines are broken.
#[derive(Clone, Copy)]
struct Wrap<'a> {
    width: Width<'a>,
    break_long_words: bool,
    break_on_hyphens: bool,
    /// Whether hyphens also end words. Only `true` itself does that.
    splits_at_hyphens: bool,
}

#[derive(Clone, Copy)]
struct Width<'a> {
    value: Value<'a>,
    /// The most characters of a line.
    most: usize,
}

fn wordwrap<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, width, break_long_words, between, break_on_hyphens, ..] = *args;
    let between = optional(between).unwrap_or(Value::text("\n"));
    if !between.is_str() {
        return Err(no_attribute(rt, between, "join"));
    }
    if value.as_bytes().is_some() {
        return Err(Raised::type_error("cannot use a string pattern on a bytes-like object"));
    }
    let Some((origin, text)) = rt.flat(value)? else { return Err(no_attribute(rt, value, "splitlines")) };
    let width = if width.is_missing() { Value::int(79) } else { width };
    let flag = |value: Value<'a>| if value.is_missing() { Ok(true) } else { operators::truth(rt, value) };
    let wrap = Wrap {
        width: Width { value: width, most: most_of(width) },
        break_long_words: flag(break_long_words)?,
        break_on_hyphens: flag(break_on_hyphens)?,
        splits_at_hyphens: matches!(break_on_hyphens, Value::Missing | Value::Bool(_, true)),
    };
    let escapes = matches!(between, Value::Markup(..));
    let mut out = Lined { out: Writer::new(rt), origin, between, escapes, is_first: true };
    rt.step_bytes(text.len() * 8)?;
    for (line, _) in Lines::new(text) {
        wrap.check(rt)?;
        wrap.paragraph(line, &mut out)?;
    }
    let wrapped = out.out.finish()?;
    if escapes { operators::markup(rt, wrapped) } else { Ok(wrapped) }
}

/// The most characters that fit a width.
fn most_of(width: Value<'_>) -> usize {
    match width {
        Value::Int(_, width) => usize::try_from(width).unwrap_or(0),
        Value::Bool(_, width) => usize::from(width),
        Value::Big(_, width) if width.negative => 0,
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is cut to what fits")]
        Value::Float(_, width) => width as usize,
        _ => usize::MAX,
    }
}

/// Lines that are being written with a text between them.
struct Lined<'r, 'a> {
    out: Writer<'r, 'a>,
    origin: Origin,
    between: Value<'a>,
    escapes: bool,
    is_first: bool,
}

impl<'a> Lined<'_, 'a> {
    fn push(&mut self, line: &'a str) -> Result<()> {
        if !std::mem::take(&mut self.is_first) {
            self.out.string(self.between)?;
        }
        self.out.rt.step(1)?;
        if self.escapes {
            let escaped = operators::escaped(self.out.rt, Value::Str(self.origin, line))?;
            return self.out.string(escaped);
        }
        self.out.copied(self.origin, line)
    }
}

impl<'a> Wrap<'a> {
    fn check(&self, rt: &Runtime<'a>) -> Result<()> {
        if ordered(rt, Order::LtEq, self.width.value, Value::int(0))? {
            let width = repr::short(rt, self.width.value);
            return Err(Raised::value_error(format!("invalid width {width} (must be > 0)")));
        }
        Ok(())
    }

    /// Writes the lines of a paragraph; one that is empty has one.
    fn paragraph(&self, text: &'a str, out: &mut Lined<'_, 'a>) -> Result<()> {
        let mut chunks = Chunks { text, at: 0, hyphens: self.splits_at_hyphens, top: None };
        let mut lines = 0_usize;
        while let Some(first) = chunks.top() {
            // White space is dropped at the beginning of all lines but the first.
            if lines > 0 && text::strip(first.text).is_empty() {
                chunks.pop();
            }
            let mut line = Line {
                start: chunks.start(),
                last: chunks.start(),
                end: chunks.start(),
                length: 0,
                parts: 0,
            };
            while let Some(chunk) = chunks.top() {
                if chunk.length > self.width.most - line.length.min(self.width.most) {
                    break;
                }
                line.add(&chunk, chunk.text.len(), chunk.length);
                chunks.pop();
            }
            if let Some(chunk) = chunks.top()
                && chunk.length > self.width.most
            {
                self.long_word(&mut chunks, &chunk, &mut line)?;
            }
            let last = text.get(line.last..line.end).unwrap_or_default();
            if line.parts > 0 && text::strip(last).is_empty() {
                line.end = line.last;
                line.parts -= 1;
            }
            if line.parts > 0 {
                out.push(text.get(line.start..line.end).unwrap_or_default())?;
                lines += 1;
            }
        }
        if lines == 0 { out.push("") } else { Ok(()) }
    }

    /// Puts as much of a word that is longer than any line into the current one as fits.
    fn long_word(&self, chunks: &mut Chunks<'a>, chunk: &Chunk<'a>, line: &mut Line) -> Result<()> {
        if !self.break_long_words {
            if line.parts == 0 {
                line.add(chunk, chunk.text.len(), chunk.length);
                chunks.pop();
            }
            return Ok(());
        }
        let room = match self.width.most {
            // A width between 0 and 1.
            0 => 1,
            _ if matches!(self.width.value, Value::Float(..)) => {
                return Err(Raised::type_error(
                    "slice indices must be integers or None or have an __index__ method",
                ));
            }
            most => most.saturating_sub(line.length),
        };
        let (mut end, mut length) = match chunk.text.char_indices().nth(room) {
            Some((end, _)) => (end, room),
            None => (chunk.text.len(), chunk.length),
        };
        if self.break_on_hyphens && chunk.length > room {
            let part = chunk.text.get(..end).unwrap_or_default();
            if let Some(hyphen) = part.rfind('-')
                && part.get(..hyphen).is_some_and(|before| before.contains(|c| c != '-'))
            {
                end = hyphen + 1;
                length = part.get(..end).unwrap_or_default().chars().count();
            }
        }
        line.add(chunk, end, length);
        chunks.cut(end, length);
        Ok(())
    }
}

/// A line that is being filled: a part of the paragraph.
struct Line {
    start: usize,
    /// Where the chunk begins that was added last.
    last: usize,
    end: usize,
    length: usize,
    parts: usize,
}

impl Line {
    /// Adds the first so many bytes of a chunk, which are so many characters.
    fn add(&mut self, chunk: &Chunk<'_>, bytes: usize, length: usize) {
        self.last = chunk.start;
        self.end = chunk.start + bytes;
        self.length += length;
        self.parts += 1;
    }
}

/// A word, a part of one, or the white space between two.
#[derive(Clone, Copy)]
struct Chunk<'t> {
    text: &'t str,
    start: usize,
    /// In characters.
    length: usize,
}

/// The chunks of a paragraph, as Python's `textwrap` splits it.
struct Chunks<'t> {
    text: &'t str,
    at: usize,
    hyphens: bool,
    top: Option<Chunk<'t>>,
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// Letters as the splitting knows them: what is in words and no decimal digit.
fn is_letter(c: char) -> bool {
    is_word_char(c) && class::decimal_value(c).is_none()
}

fn is_before_dash(c: char) -> bool {
    is_word_char(c) || matches!(c, '!' | '"' | '\'' | '&' | '.' | ',' | '?')
}

impl<'t> Chunks<'t> {
    /// The next chunk, which stays the next one.
    fn top(&mut self) -> Option<Chunk<'t>> {
        if self.top.is_none() {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let length = self.chunk_length(rest);
            let text = rest.get(..length).unwrap_or(rest);
            self.top = Some(Chunk { text, start: self.at, length: text.chars().count() });
            self.at += text.len();
        }
        self.top
    }

    fn pop(&mut self) {
        self.top = None;
    }

    /// Where the next chunk begins.
    fn start(&self) -> usize {
        self.top.map_or(self.at, |chunk| chunk.start)
    }

    /// Takes so many bytes, which are so many characters, from the next chunk.
    fn cut(&mut self, bytes: usize, length: usize) {
        if let Some(chunk) = &mut self.top {
            chunk.text = chunk.text.get(bytes..).unwrap_or_default();
            chunk.start += bytes;
            chunk.length -= length.min(chunk.length);
            if chunk.text.is_empty() {
                self.top = None;
            }
        }
    }

    /// The length of the chunk that `rest` begins with, in bytes.
    fn chunk_length(&self, rest: &str) -> usize {
        let blank = rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
        if blank > 0 {
            return blank;
        }
        if !self.hyphens {
            return rest.find(is_blank).unwrap_or(rest.len());
        }
        let before = self.text.get(..self.at).unwrap_or_default();
        if before.ends_with(is_before_dash)
            && let Some(dashes) = dashes(rest)
        {
            return dashes;
        }
        let mut chars = rest.char_indices();
        chars.next();
        for (at, c) in chars {
            if is_blank(c) {
                return at;
            }
            if c == '-' {
                let before = self.text.get(..self.at + at).unwrap_or_default();
                let after = rest.get(at..).unwrap_or_default();
                if hyphenates(before, after) {
                    return at + 1;
                }
                if before.ends_with(is_before_dash) && dashes(after).is_some() {
                    return at;
                }
            }
        }
        rest.len()
    }
}

/// The length of two or more dashes that a word follows.
fn dashes(text: &str) -> Option<usize> {
    let word = text.trim_start_matches('-');
    let length = text.len() - word.len();
    (length >= 2 && word.starts_with(is_word_char)).then_some(length)
}

/// Whether the hyphen that `after` begins with is one in a word: between two letters or more on either side.
fn hyphenates(before: &str, after: &str) -> bool {
    two_letters(before.chars().rev()) && two_letters(after.chars().skip(1))
}

/// Whether there are two letters, perhaps with a hyphen between them.
fn two_letters(mut chars: impl Iterator<Item = char>) -> bool {
    let first = chars.next();
    let second = match chars.next() {
        Some('-') => chars.next(),
        other => other,
    };
    first.is_some_and(is_letter) && second.is_some_and(is_letter)
}
