//! Filters that give texts.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::{Args, count, given, integer, truth};
use crate::budget;
use crate::error::raise;
use crate::methods::{self, Ends};
use crate::ops::contains::defined;
use crate::ops::iterate;
use crate::text::{case, escape as html, json, percent, repr};
use crate::value::{Dict, Kind, List, kind, text, type_name};

/// The text of any value; that of a text is not copied.
pub(super) enum Soft<'v> {
    Borrowed(&'v str, bool),
    Owned(String),
}

impl Soft<'_> {
    pub(super) fn str(&self) -> &str {
        match self {
            Self::Borrowed(text, _) => text,
            Self::Owned(text) => text,
        }
    }

    fn safe(&self) -> bool {
        matches!(self, Self::Borrowed(_, true))
    }
}

/// `str(value)`, or the text itself, which may be Markup.
pub(super) fn soft<'v>(state: &mut State<'_, '_>, value: &'v Value) -> Result<Soft<'v>, Error> {
    if let Kind::Text(text) = kind(value) {
        return Ok(Soft::Borrowed(text, value.is_safe()));
    }
    let mut out = budget::writer(state);
    repr::write_str(&mut out, value)?;
    out.finish(state).map(Soft::Owned)
}

fn changed(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &Args<'_>,
    change: fn(&str) -> String,
) -> Result<Value, Error> {
    args.bind::<0>("filter", [], 0)?;
    let soft = soft(state, value)?;
    Ok(text(change(soft.str()), soft.safe()))
}

pub(super) fn upper(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    changed(state, value, args, str::to_uppercase)
}

pub(super) fn lower(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    changed(state, value, args, str::to_lowercase)
}

pub(super) fn capitalize(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    changed(state, value, args, case::capitalize)
}

pub(super) fn string(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    changed(state, value, args, str::to_owned)
}

/// Words begin in upper case; they are split at white space, `-` and opening brackets.
pub(super) fn title(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_title", [], 0)?;
    let soft = soft(state, value)?;
    let splits = |c: char| rolecall_jinja::text::is_space(c) || "-({[<".contains(c);
    let mut out = String::with_capacity(soft.str().len());
    let mut rest = soft.str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| splits(c) != splits(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let (initial, others) = word.split_at(first.len_utf8());
        out.push_str(&initial.to_uppercase());
        out.push_str(&others.to_lowercase());
        rest = after;
    }
    Ok(Value::from(out))
}

pub(super) fn trim(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [chars] = args.bind("do_trim", ["chars"], 0)?;
    let soft = soft(state, value)?;
    let chars = match given(chars.as_ref()) {
        None => None,
        Some(chars) => {
            Some(chars.as_str().ok_or_else(|| raise(ErrorKind::Type, "strip arg must be None or str"))?)
        }
    };
    Ok(text(methods::strip(soft.str(), chars, Ends::Both), soft.safe()))
}

pub(super) fn replace(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [old, new, most] = args.bind("do_replace", ["old", "new", "count"], 2)?;
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (this, old, new) = (soft(state, value)?, soft(state, &old)?, soft(state, &new)?);
    let most = given(most.as_ref()).map_or(Ok(-1), integer)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    methods::replace(state, this.str(), old.str(), new.str(), most).map(Value::from)
}

pub(super) fn indent(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [width, first, blank] = args.bind("do_indent", ["width", "first", "blank"], 0)?;
    let width = width.unwrap_or_else(|| Value::from(4));
    let indention = if let Some(text) = width.as_str() {
        text.to_owned()
    } else {
        let width = count(&width)?;
        budget::bytes(state, width)?;
        " ".repeat(width)
    };
    let (first, blank) = (truth(first.as_ref(), false), truth(blank.as_ref(), false));
    if let Kind::List(_) = kind(value) {
        return Err(raise(ErrorKind::Attribute, "'list' object has no attribute 'splitlines'"));
    }
    let Kind::Text(this) = kind(defined(value)?) else {
        let message = format!("unsupported operand type(s) for +=: '{}' and 'str'", type_name(value));
        return Err(raise(ErrorKind::Type, message));
    };
    let ended = format!("{this}\n");
    let mut out = budget::writer(state);
    for (n, line) in methods::lines(&ended, false).into_iter().enumerate() {
        if n > 0 {
            out.char('\n')?;
        }
        if (n == 0 && first) || (n > 0 && (blank || !line.is_empty())) {
            out.str(&indention)?;
        }
        out.str(line)?;
    }
    Ok(text(out.finish(state)?, value.is_safe()))
}

pub(super) fn safe(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_mark_safe", [], 0)?;
    Ok(text(soft(state, value)?.str(), true))
}

pub(super) fn escape(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    if value.is_safe() { Ok(value.clone()) } else { forceescape(state, value, args) }
}

pub(super) fn forceescape(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("escape", [], 0)?;
    let soft = soft(state, value)?;
    budget::bytes(state, soft.str().len().saturating_mul(5))?;
    Ok(text(html::escaped(soft.str()), true))
}

/// `value % arguments`.
pub(super) fn format(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    if !args.positional().is_empty() && !args.named().is_empty() {
        let message = "can't handle positional and keyword arguments at the same time";
        return Err(raise(ErrorKind::FilterArgument, message));
    }
    let arguments = if args.named().is_empty() {
        List::tuple(args.positional().to_vec())?
    } else {
        Dict::make(args.named().iter().map(|(name, value)| (Value::from(name.as_str()), value.clone())))?
    };
    let soft = soft(state, value)?;
    percent::format(state, soft.str(), soft.safe(), &arguments)
}

pub(super) fn center(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [width] = args.bind("do_center", ["width"], 0)?;
    let soft = soft(state, value)?;
    let this = text(soft.str(), soft.safe());
    methods::call(state, &this, "center", &[width.unwrap_or_else(|| Value::from(80))])
}

pub(super) fn wordcount(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_wordcount", [], 0)?;
    let soft = soft(state, value)?;
    let other = |c: char| !(c == '_' || c.is_alphanumeric());
    Ok(Value::from(soft.str().split(other).filter(|word| !word.is_empty()).count()))
}

pub(super) fn truncate(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [length, kill_words, end, leeway] =
        args.bind("do_truncate", ["length", "killwords", "end", "leeway"], 0)?;
    let length = length.map_or(Ok(255), |length| integer(&length))?;
    let leeway = given(leeway.as_ref()).map_or(Ok(5), integer)?;
    let end = end.unwrap_or_else(|| Value::from("..."));
    let end = soft(state, &end)?;
    let end_length = i128::try_from(end.str().chars().count()).unwrap_or(i128::MAX);
    if length < end_length {
        return Err(raise(ErrorKind::Assertion, format!("expected length >= {end_length}, got {length}")));
    }
    if leeway < 0 {
        return Err(raise(ErrorKind::Assertion, format!("expected leeway >= 0, got {leeway}")));
    }
    let count = super::sequence::count(value)?;
    if i128::try_from(count).unwrap_or(i128::MAX) <= length.saturating_add(leeway) {
        return Ok(value.clone());
    }
    let Kind::Text(this) = kind(value) else {
        return Err(raise(ErrorKind::Unsupported, "truncate cuts only text here"));
    };
    let kept = usize::try_from(length - end_length).unwrap_or(usize::MAX);
    let cut: String = this.chars().take(kept).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    let kept = if truth(kill_words.as_ref(), false) { &cut } else { whole_words };
    Ok(text([kept, end.str()].concat(), value.is_safe()))
}

pub(super) fn tojson(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    const NAME: &str = "_cached_compile_jinja_template.<locals>.tojson";
    let names = ["ensure_ascii", "indent", "separators", "sort_keys"];
    let [ascii, indent, separators, sort_keys] = args.bind(NAME, names, 0)?;
    let indent = given(indent.as_ref()).map_or(Ok(None), json::indent)?;
    let mut style = json::Style {
        ascii: truth(ascii.as_ref(), false),
        between_items: if indent.is_some() { "," } else { ", " }.to_owned(),
        after_key: ": ".to_owned(),
        indent,
        sort_keys: truth(sort_keys.as_ref(), false),
    };
    if let Some(separators) = given(separators.as_ref()) {
        let pair = iterate::items(state, separators)?;
        let text = |n: usize| pair.get(n).and_then(Value::as_str).map(str::to_owned);
        let (Some(between), Some(after), 2) = (text(0), text(1), pair.len()) else {
            return Err(raise(
                ErrorKind::Value,
                "separators must be two texts: between items, and after a key",
            ));
        };
        (style.between_items, style.after_key) = (between, after);
    }
    let mut out = budget::writer(state);
    style.write(&mut out, value)?;
    out.finish(state).map(Value::from)
}
