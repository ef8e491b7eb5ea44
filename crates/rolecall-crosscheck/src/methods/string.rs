//! The methods of `str`.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::split::{lines, partition, rsplit, split};
use super::strip::{Ends, strip};
use crate::args::{Args, count, given, integer, truth};
use crate::budget;
use crate::error::raise;
use crate::ops::iterate;
use crate::text::digit::{decimal, is_digit};
use crate::text::{case, escape, format, printable};
use crate::value::{Kind, List, kind, text, type_name};

pub(super) const METHODS: [&str; 46] = [
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

/// Calls `of.name(args)`, where `of` is the text `this`.
pub(super) fn call(
    state: &mut State<'_, '_>,
    of: &Value,
    this: &str,
    name: &str,
    args: &Args<'_>,
) -> Result<Value, Error> {
    budget::work(state, this.len())?;
    let safe = of.is_safe();
    let changed = |change: fn(&str) -> String| {
        args.by_place::<0>("str", name, 0)?;
        Ok(text(change(this), safe))
    };
    let tested = |test: fn(&str) -> bool| {
        args.by_place::<0>("str", name, 0)?;
        Ok(Value::from(test(this)))
    };
    match name {
        "upper" => changed(str::to_uppercase),
        "lower" => changed(str::to_lowercase),
        "title" => changed(case::title),
        "capitalize" => changed(case::capitalize),
        "swapcase" => changed(case::swapcase),
        "casefold" => changed(case::casefold),
        "isupper" => tested(case::is_upper),
        "islower" => tested(case::is_lower),
        "istitle" => tested(case::is_titled),
        "isascii" => tested(str::is_ascii),
        "isalpha" => tested(|s| all(s, char::is_alphabetic)),
        "isalnum" => tested(|s| all(s, char::is_alphanumeric)),
        "isdigit" => tested(|s| all(s, is_digit)),
        "isdecimal" => tested(|s| all(s, |c| decimal(c).is_some())),
        "isnumeric" => tested(|s| all(s, char::is_numeric)),
        "isspace" => tested(|s| all(s, rolecall_jinja::text::is_space)),
        "isprintable" => tested(|s| s.chars().all(printable::is_printable)),
        "isidentifier" => tested(is_identifier),
        "strip" => stripped(this, safe, name, Ends::Both, args),
        "lstrip" => stripped(this, safe, name, Ends::Left, args),
        "rstrip" => stripped(this, safe, name, Ends::Right, args),
        "split" | "rsplit" => splitted(state, this, safe, name, args),
        "splitlines" => {
            let [keep_ends] = args.bind("splitlines", ["keepends"], 0)?;
            texts(state, lines(this, truth(keep_ends.as_ref(), false)), safe)
        }
        "partition" | "rpartition" => {
            let [separator] = args.by_place("str", name, 1)?;
            let separator = separator.unwrap_or_default();
            let separator = non_empty(must_be_text(&separator)?)?;
            let parts = partition(this, separator, name == "rpartition");
            List::tuple(parts.iter().map(|part| text(*part, safe)).collect())
        }
        "startswith" | "endswith" => affixed(this, name, args),
        "removeprefix" | "removesuffix" => {
            let [affix] = args.by_place("str", name, 1)?;
            let affix = affix.unwrap_or_default();
            let Some(affix) = affix.as_str() else {
                let message = format!("{name}() argument must be str, not {}", type_name(&affix));
                return Err(raise(ErrorKind::Type, message));
            };
            let left =
                if name == "removeprefix" { this.strip_prefix(affix) } else { this.strip_suffix(affix) };
            Ok(text(left.unwrap_or(this), safe))
        }
        "find" | "rfind" | "index" | "rindex" | "count" => searched(this, name, args),
        "replace" => replaced(state, this, safe, args),
        "join" => joined(state, this, safe, args),
        "center" | "ljust" | "rjust" | "zfill" => padded(state, this, safe, name, args),
        "encode" => {
            Err(raise(ErrorKind::Unsupported, "minijinja has no bytes of Python, which encode() gives"))
        }
        "expandtabs" => expanded(state, this, safe, args),
        "translate" => translated(state, this, safe, args),
        "format" => {
            let named =
                |name: &str| args.named().iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
            let arguments = format::Arguments { positional: args.positional(), named: &named };
            format::format(state, this, safe, &arguments)
        }
        _ => {
            let [mapping] = args.by_place("str", name, 1)?;
            let mapping = mapping.unwrap_or_default();
            let named = |name: &str| match kind(&mapping) {
                Kind::Dict(dict) => dict.get_str(name).cloned(),
                _ => None,
            };
            format::format(state, this, safe, &format::Arguments { positional: &[], named: &named })
        }
    }
}

fn all(text: &str, test: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let start = |c: char| c == '_' || c.is_alphabetic();
    chars.next().is_some_and(start) && chars.all(|c| c == '_' || c.is_alphanumeric())
}

fn must_be_text(value: &Value) -> Result<&str, Error> {
    value.as_str().ok_or_else(|| raise(ErrorKind::Type, format!("must be str, not {}", type_name(value))))
}

fn non_empty(separator: &str) -> Result<&str, Error> {
    if separator.is_empty() { Err(raise(ErrorKind::Value, "empty separator")) } else { Ok(separator) }
}

fn texts(state: &mut State<'_, '_>, parts: Vec<&str>, safe: bool) -> Result<Value, Error> {
    budget::list(state, parts.len().saturating_mul(2))?;
    List::list(parts.into_iter().map(|part| text(part, safe)).collect())
}

fn stripped(this: &str, safe: bool, name: &str, ends: Ends, args: &Args<'_>) -> Result<Value, Error> {
    let [chars] = args.by_place("str", name, 0)?;
    let chars = match given(chars.as_ref()) {
        None => None,
        Some(chars) => Some(
            chars
                .as_str()
                .ok_or_else(|| raise(ErrorKind::Type, format!("{name} arg must be None or str")))?,
        ),
    };
    Ok(text(strip(this, chars, ends), safe))
}

fn splitted(
    state: &mut State<'_, '_>,
    this: &str,
    safe: bool,
    name: &str,
    args: &Args<'_>,
) -> Result<Value, Error> {
    if let Some((unknown, _)) = args.named().iter().find(|(n, _)| n != "sep" && n != "maxsplit") {
        let message = format!("'{unknown}' is an invalid keyword argument for {name}()");
        return Err(raise(ErrorKind::Type, message));
    }
    let [separator, most] = args.bind(name, ["sep", "maxsplit"], 0)?;
    let separator = match given(separator.as_ref()) {
        None => None,
        Some(value) => match value.as_str() {
            Some(separator) => Some(non_empty(separator)?),
            None => {
                return Err(raise(ErrorKind::Type, format!("must be str or None, not {}", type_name(value))));
            }
        },
    };
    let most = most.map_or(Ok(-1), |most| integer(&most))?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let parts = if name == "split" { split(this, separator, most) } else { rsplit(this, separator, most) };
    texts(state, parts, safe)
}

/// The bytes of `this` between two positions in characters, and how many characters are before them.
fn between<'t>(
    this: &'t str,
    start: Option<&Value>,
    stop: Option<&Value>,
) -> Result<Option<(usize, &'t str)>, Error> {
    let length = i128::try_from(this.chars().count()).unwrap_or(i128::MAX);
    let place = |arg: Option<&Value>, default: i128| -> Result<i128, Error> {
        let n = given(arg).map_or(Ok(default), |arg| match kind(arg) {
            Kind::Int(n) => Ok(n),
            Kind::Bool(b) => Ok(b.into()),
            _ => {
                let message = "slice indices must be integers or None or have an __index__ method";
                Err(raise(ErrorKind::Type, message))
            }
        })?;
        Ok(if n < 0 { n.saturating_add(length).max(0) } else { n })
    };
    let (start, stop) = (place(start, 0)?, place(stop, length)?.min(length));
    if start > stop {
        return Ok(None);
    }
    let byte = |n: i128| {
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        if this.is_ascii() {
            n.min(this.len())
        } else {
            this.char_indices().nth(n).map_or(this.len(), |(at, _)| at)
        }
    };
    let skipped = usize::try_from(start).unwrap_or_default();
    Ok(this.get(byte(start)..byte(stop)).map(|part| (skipped, part)))
}

fn affixed(this: &str, name: &str, args: &Args<'_>) -> Result<Value, Error> {
    let [affix, start, stop] = args.by_place("str", name, 1)?;
    let affix = affix.unwrap_or_default();
    let wrong = |value: &Value, within: bool| {
        let message = if within {
            format!("tuple for {name} must only contain str, not {}", type_name(value))
        } else {
            format!("{name} first arg must be str or a tuple of str, not {}", type_name(value))
        };
        raise(ErrorKind::Type, message)
    };
    let part = between(this, start.as_ref(), stop.as_ref())?;
    let fits = |affix: &str| {
        part.is_some_and(
            |(_, part)| if name == "startswith" { part.starts_with(affix) } else { part.ends_with(affix) },
        )
    };
    match kind(&affix) {
        Kind::Text(affix) => Ok(Value::from(fits(affix))),
        Kind::Tuple(affixes) => {
            for affix in affixes.items() {
                if fits(affix.as_str().ok_or_else(|| wrong(affix, true))?) {
                    return Ok(Value::from(true));
                }
            }
            Ok(Value::from(false))
        }
        _ => Err(wrong(&affix, false)),
    }
}

fn searched(this: &str, name: &str, args: &Args<'_>) -> Result<Value, Error> {
    let [part, start, stop] = args.by_place("str", name, 1)?;
    let part = part.unwrap_or_default();
    let part = must_be_text(&part)?;
    let within = between(this, start.as_ref(), stop.as_ref())?;
    if name == "count" {
        let count = within.map_or(0, |(_, within)| within.matches(part).count());
        return Ok(Value::from(count));
    }
    let found = within.and_then(|(skipped, within)| {
        let at = if name.starts_with('r') { within.rfind(part) } else { within.find(part) }?;
        Some(skipped + within.get(..at)?.chars().count())
    });
    match found {
        Some(place) => Ok(Value::from(place)),
        None if name.ends_with("index") => Err(raise(ErrorKind::Value, "substring not found")),
        None => Ok(Value::from(-1)),
    }
}

fn replaced(state: &mut State<'_, '_>, this: &str, safe: bool, args: &Args<'_>) -> Result<Value, Error> {
    let [old, new, most] = args.by_place("str", "replace", 2)?;
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let argument = |value: &Value, n: u8| {
        let wrong = || format!("replace() argument {n} must be str, not {}", type_name(value));
        value.as_str().map(str::to_owned).ok_or_else(|| raise(ErrorKind::Type, wrong()))
    };
    let (old, mut replacement) = (argument(&old, 1)?, argument(&new, 2)?);
    if safe {
        replacement = escape::unless_safe(&new, &replacement);
    }
    let most = most.map_or(Ok(-1), |most| integer(&most))?;
    replace(state, this, &old, &replacement, usize::try_from(most).unwrap_or(usize::MAX))
        .map(|out| text(out, safe))
}

/// `text.replace(old, new, most)`.
pub(crate) fn replace(
    state: &mut State<'_, '_>,
    this: &str,
    old: &str,
    new: &str,
    most: usize,
) -> Result<String, Error> {
    let count = this.matches(old).take(most).count();
    budget::bytes(state, this.len().saturating_add(count.saturating_mul(new.len())))?;
    Ok(this.replacen(old, new, most))
}

fn joined(state: &mut State<'_, '_>, this: &str, safe: bool, args: &Args<'_>) -> Result<Value, Error> {
    let [items] = args.by_place("str", "join", 1)?;
    let items = items.unwrap_or_default();
    if matches!(kind(&items), Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_)) {
        return Err(raise(ErrorKind::Type, "can only join an iterable"));
    }
    let items = iterate::items(state, &items)?;
    let mut out = budget::writer(state);
    for (n, item) in items.iter().enumerate() {
        let Some(part) = item.as_str() else {
            let message = format!("sequence item {n}: expected str instance, {} found", type_name(item));
            return Err(raise(ErrorKind::Type, message));
        };
        if n > 0 {
            out.str(this)?;
        }
        if safe { out.str(&escape::unless_safe(item, part))? } else { out.str(part)? }
    }
    Ok(text(out.finish(state)?, safe))
}

fn padded(
    state: &mut State<'_, '_>,
    this: &str,
    safe: bool,
    name: &str,
    args: &Args<'_>,
) -> Result<Value, Error> {
    let (width, fill) = if name == "zfill" {
        let [width] = args.by_place("str", name, 1)?;
        (width, None)
    } else {
        let [width, fill] = args.by_place("str", name, 1)?;
        (width, fill)
    };
    let width = count(&width.unwrap_or_default())?;
    let fill = match &fill {
        None => ' ',
        Some(value) => {
            let mut chars = value.as_str().unwrap_or_default().chars();
            let only = chars.next().filter(|_| chars.next().is_none());
            only.ok_or_else(|| {
                raise(ErrorKind::Type, "The fill character must be exactly one character long")
            })?
        }
    };
    let missing = width.saturating_sub(this.chars().count());
    budget::bytes(state, this.len().saturating_add(missing.saturating_mul(fill.len_utf8())))?;
    let fills = |count: usize| fill.to_string().repeat(count);
    let out = match name {
        "ljust" => this.to_owned() + &fills(missing),
        "rjust" => fills(missing) + this,
        "zfill" => {
            let digits = this.strip_prefix(['+', '-']).unwrap_or(this);
            let sign = this.strip_suffix(digits).unwrap_or_default();
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        _ => {
            let left = missing / 2 + (missing & width & 1);
            format!("{}{this}{}", fills(left), fills(missing - left))
        }
    };
    Ok(text(out, safe))
}

fn expanded(state: &mut State<'_, '_>, this: &str, safe: bool, args: &Args<'_>) -> Result<Value, Error> {
    let [size] = args.bind("expandtabs", ["tabsize"], 0)?;
    let size = size.map_or(Ok(8), |size| count(&size))?;
    let mut out = budget::writer(state);
    let mut column = 0;
    for c in this.chars() {
        match c {
            '\t' => {
                let blanks = if size == 0 { 0 } else { size - column % size };
                out.repeat(' ', blanks)?;
                column += blanks;
            }
            c => {
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
                out.char(c)?;
            }
        }
    }
    Ok(text(out.finish(state)?, safe))
}

fn translated(state: &mut State<'_, '_>, this: &str, safe: bool, args: &Args<'_>) -> Result<Value, Error> {
    let [table] = args.by_place("str", "translate", 1)?;
    let table = table.unwrap_or_default();
    let mut out = budget::writer(state);
    for c in this.chars() {
        let found = match kind(&table) {
            Kind::Dict(dict) => dict.get(&Value::from(u32::from(c))).cloned(),
            _ => None,
        };
        match found.as_ref().map(kind) {
            None => out.char(c)?,
            Some(Kind::None) => {}
            Some(Kind::Text(new)) => out.str(new)?,
            Some(Kind::Int(n)) => {
                let new = u32::try_from(n).ok().and_then(char::from_u32);
                let message = "character mapping must be in range(0x110000)";
                out.char(new.ok_or_else(|| raise(ErrorKind::Value, message))?)?;
            }
            Some(_) => {
                let message = "character mapping must return integer, None or str";
                return Err(raise(ErrorKind::Type, message));
            }
        }
    }
    Ok(text(out.finish(state)?, safe))
}
