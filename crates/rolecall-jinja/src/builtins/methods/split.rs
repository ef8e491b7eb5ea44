//! `strip`, `split` and the like: what they give are parts of the string itself.

use super::string::This;
use crate::builtins::native;
use crate::raised::{Raised, Result};
use crate::runtime::{List, Runtime};
use crate::text::is_space;
use crate::value::{Value, names};

/// The ends that are stripped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Left,
    Right,
    Both,
}

impl Ends {
    fn name(self) -> &'static str {
        match self {
            Self::Left => "lstrip",
            Self::Right => "rstrip",
            Self::Both => "strip",
        }
    }

    fn trim(self, text: &str, mut stripped: impl FnMut(char) -> bool) -> &str {
        let text = if self == Self::Right { text } else { text.trim_start_matches(&mut stripped) };
        if self == Self::Left { text } else { text.trim_end_matches(stripped) }
    }
}

/// Sets of more characters than this are sorted before they are searched.
const FEW: usize = 8;

/// `text.strip([chars])`, at one end or both.
pub(super) fn strip<'a>(rt: &Runtime<'a>, this: This<'a>, ends: Ends, chars: Value<'a>) -> Result<Value<'a>> {
    let text = this.text;
    let left = match chars {
        Value::Missing | Value::None(_) => ends.trim(text, is_space),
        _ => {
            let Some((_, chars)) = rt.flat(chars)? else {
                return Err(Raised::type_error(format!("{} arg must be None or str", ends.name())));
            };
            if chars.len() <= FEW {
                ends.trim(text, |c| chars.contains(c))
            } else {
                rt.step_bytes(chars.len().saturating_mul(16))?;
                let mut sorted: Vec<char> = chars.chars().collect();
                sorted.sort_unstable();
                ends.trim(text, |c| sorted.binary_search(&c).is_ok())
            }
        }
    };
    rt.step_bytes((text.len() - left.len()).saturating_mul(4))?;
    Ok(this.part(left))
}

/// The most splits that are wanted; none for any number.
fn most(maxsplit: Value<'_>) -> Result<Option<usize>> {
    // A negative number is no limit either.
    Ok(native::size(maxsplit)?.and_then(|most| usize::try_from(most).ok()))
}

/// The separator; none for blanks.
fn separator<'a>(rt: &Runtime<'a>, sep: Value<'a>) -> Result<Option<&'a str>> {
    match sep {
        Value::Missing | Value::None(_) => Ok(None),
        _ => match rt.flat(sep)? {
            Some((_, "")) => Err(empty_separator()),
            Some((_, sep)) => Ok(Some(sep)),
            None => Err(Raised::type_error(format!("must be str or None, not {}", names::type_name(sep)))),
        },
    }
}

pub(super) fn empty_separator() -> Raised {
    Raised::value_error("empty separator")
}

fn finish<'a>(items: List<'_, 'a>) -> Value<'a> {
    Value::list(items.finish())
}

/// `text.split([sep[, maxsplit]])`.
pub(super) fn split<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    sep: Value<'a>,
    maxsplit: Value<'a>,
) -> Result<Value<'a>> {
    let most = most(maxsplit)?;
    let sep = separator(rt, sep)?;
    rt.step_bytes(this.text.len())?;
    let mut parts = rt.list();
    if let Some(sep) = sep {
        let limit = most.map_or(usize::MAX, |most| most.saturating_add(1));
        for part in this.text.splitn(limit, sep) {
            parts.push(this.part(part))?;
        }
    } else {
        let mut rest = this.text.trim_start_matches(is_space);
        while !rest.is_empty() {
            if most.is_some_and(|most| parts.len() >= most) {
                parts.push(this.part(rest))?;
                break;
            }
            let end = rest.find(is_space).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            parts.push(this.part(word))?;
            rest = after.trim_start_matches(is_space);
        }
    }
    Ok(finish(parts))
}

/// `text.rsplit([sep[, maxsplit]])`.
pub(super) fn rsplit<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    sep: Value<'a>,
    maxsplit: Value<'a>,
) -> Result<Value<'a>> {
    let most = most(maxsplit)?;
    let sep = separator(rt, sep)?;
    rt.step_bytes(this.text.len())?;
    let mut parts = rt.list();
    if let Some(sep) = sep {
        let limit = most.map_or(usize::MAX, |most| most.saturating_add(1));
        for part in this.text.rsplitn(limit, sep) {
            parts.push(this.part(part))?;
        }
    } else {
        let mut rest = this.text.trim_end_matches(is_space);
        while !rest.is_empty() {
            if most.is_some_and(|most| parts.len() >= most) {
                parts.push(this.part(rest))?;
                break;
            }
            let word = rest.rsplit(is_space).next().unwrap_or_default();
            parts.push(this.part(word))?;
            let before = rest.get(..rest.len() - word.len()).unwrap_or_default();
            rest = before.trim_end_matches(is_space);
        }
    }
    parts.items_mut().reverse();
    Ok(finish(parts))
}

fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// `text.splitlines([keepends])`.
pub(super) fn lines<'a>(rt: &Runtime<'a>, this: This<'a>, keepends: Value<'a>) -> Result<Value<'a>> {
    let keep = native::int(keepends)?.is_some_and(|keep| keep != 0);
    rt.step_bytes(this.text.len())?;
    let mut lines = rt.list();
    let mut rest = this.text;
    while !rest.is_empty() {
        let end = rest.find(ends_line).unwrap_or(rest.len());
        let (line, from) = rest.split_at(end);
        let width = match from.chars().next() {
            Some('\r') if from.starts_with("\r\n") => 2,
            Some(c) => c.len_utf8(),
            None => 0,
        };
        let kept = if keep { rest.get(..end + width).unwrap_or(rest) } else { line };
        lines.push(this.part(kept))?;
        rest = from.get(width..).unwrap_or_default();
    }
    Ok(finish(lines))
}
