//! `urlize`: web and mail addresses in a text become links.

use super::wrap::is_word_char;
use super::{given, no_attribute, optional, plain, text_of};
use crate::ErrorKind;
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{self, class, repr as quoted};
use crate::trace::Origin;
use crate::value::compare::{Order, ordered};
use crate::value::iter::Iter;
use crate::value::{Value, names, operators, slice};

pub(super) static URLIZE: FilterDef = plain(
    "urlize",
    ("do_urlize", "eval_ctx"),
    &["value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"],
    1,
    urlize,
);

/// Domains that are known without a scheme before them.
const KNOWN: [&str; 8] = ["com", "net", "int", "edu", "gov", "org", "info", "mil"];

/// How links are written.
struct Links<'r, 'a> {
    rt: &'r Runtime<'a>,
    /// The longest address that is shown in full.
    limit: Option<Value<'a>>,
    /// More attributes of every link.
    attributes: String,
    schemes: Vec<&'a str>,
}

fn urlize<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, limit, nofollow, target, rel, schemes, ..] = *args;
    let mut attributes = rel_attribute(rt, rel, operators::truth(rt, nofollow)?)?;
    let target = given(target, Value::NONE);
    let schemes = schemes_of(rt, schemes)?;
    if operators::truth(rt, target)? {
        let (_, target) = text_of(rt, operators::escaped(rt, target)?)?;
        attributes.extend([" target=\"", target, "\""]);
    }
    let links = Links { rt, limit: optional(limit), attributes, schemes };
    let (origin, text) = text_of(rt, operators::escaped(rt, value)?)?;
    rt.step_bytes(text.len() * 16)?;
    let mut out = String::with_capacity(text.len());
    let mut counted = 0;
    for part in text.split_inclusive(text::is_space) {
        let word = part.trim_end_matches(text::is_space);
        links.word(&mut out, word)?;
        out.push_str(part.get(word.len()..).unwrap_or_default());
        if out.len() - counted > 4096 {
            rt.reserve(out.len() - counted)?;
            counted = out.len();
        }
    }
    // The attributes are in the text too, unless there is no link.
    let origin = if out == text { origin } else { rt.joined(origin, attributes_origin(rt, rel, target)?) };
    let text = rt.alloc_str(&out)?;
    Ok(if rt.autoescape.get() { Value::Markup(origin, text) } else { Value::Str(origin, text) })
}

fn attributes_origin<'a>(rt: &Runtime<'a>, rel: Value<'a>, target: Value<'a>) -> Result<Origin> {
    let of = |value: Value<'a>| -> Result<Origin> {
        Ok(rt.flat(value)?.map_or(value.origin(), |(origin, _)| origin))
    };
    Ok(rt.joined(of(rel)?, of(target)?))
}

/// The attribute `rel` of every link: the words that are asked for, sorted.
fn rel_attribute<'a>(rt: &Runtime<'a>, rel: Value<'a>, nofollow: bool) -> Result<String> {
    let mut words = std::collections::BTreeSet::from(["noopener"]);
    if operators::truth(rt, rel)? {
        let Some((_, rel)) = rt.flat(rel)? else { return Err(no_attribute(rt, rel, "split")) };
        rt.step_bytes(rel.len() * 16)?;
        words.extend(rel.split(text::is_space).filter(|word| !word.is_empty()));
    }
    if nofollow {
        words.insert("nofollow");
    }
    let words: Vec<&str> = words.into_iter().collect();
    let mut attribute = String::from(" rel=\"");
    text::escape::write_escaped(&mut attribute, &words.join(" "));
    attribute.push('"');
    Ok(attribute)
}

/// The schemes that are links too, such as `tel:`.
fn schemes_of<'a>(rt: &Runtime<'a>, schemes: Value<'a>) -> Result<Vec<&'a str>> {
    let Some(value) = optional(schemes) else { return Ok(Vec::new()) };
    let mut schemes = Vec::new();
    let mut items = Iter::new(rt, value)?;
    while let Some(item) = items.next(rt)? {
        rt.step(1)?;
        let Some((_, scheme)) = rt.flat(item)? else {
            let message = format!("expected string or bytes-like object, got '{}'", names::type_name(item));
            return Err(Raised::type_error(message));
        };
        if !is_scheme(scheme) {
            let message = format!("{} is not a valid URI scheme prefix.", quoted(scheme));
            return Err(Raised::new(ErrorKind::FilterArgument, message));
        }
        rt.reserve(size_of::<&str>())?;
        schemes.push(scheme);
    }
    // Checking them uses up a generator.
    Ok(if matches!(value, Value::Generator(_)) { Vec::new() } else { schemes })
}

fn is_scheme(scheme: &str) -> bool {
    let name = scheme.strip_suffix("//").or_else(|| scheme.strip_suffix('/')).unwrap_or(scheme);
    let Some(name) = name.strip_suffix(':') else { return false };
    name.chars().nth(1).is_some() && name.chars().all(|c| is_word_char(c) || matches!(c, '.' | '+' | '-'))
}

impl<'a> Links<'_, 'a> {
    /// Writes a word, as a link if it is one. Brackets and punctuation around it stay outside.
    fn word(&self, out: &mut String, word: &'a str) -> Result<()> {
        let inner = word.len() - strip_opening(word).len();
        let (head, rest) = word.split_at_checked(inner).unwrap_or(("", word));
        let end = balanced_end(rest, strip_closing(rest).len());
        let (middle, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(head);
        self.link(out, middle)?;
        out.push_str(tail);
        Ok(())
    }

    fn link(&self, out: &mut String, address: &'a str) -> Result<()> {
        let attributes = self.attributes.as_str();
        if is_web_address(address) {
            let scheme = if address.starts_with("https://") || address.starts_with("http://") {
                ""
            } else {
                "https://"
            };
            out.extend(["<a href=\"", scheme, address, "\"", attributes, ">"]);
            self.shown(out, address)?;
            out.push_str("</a>");
            return Ok(());
        }
        if let Some(mail) = address.strip_prefix("mailto:")
            && is_mail_address(mail)
        {
            out.extend(["<a href=\"", address, "\">", mail, "</a>"]);
            return Ok(());
        }
        if address.contains('@')
            && !address.starts_with("www.")
            && !address.starts_with('@')
            && !address.contains(':')
            && is_mail_address(address)
        {
            out.extend(["<a href=\"mailto:", address, "\">", address, "</a>"]);
            return Ok(());
        }
        self.rt.step(self.schemes.len())?;
        match self.schemes.iter().find(|scheme| **scheme != address && address.starts_with(**scheme)) {
            Some(_) => out.extend(["<a href=\"", address, "\"", attributes, ">", address, "</a>"]),
            None => out.push_str(address),
        }
        Ok(())
    }

    /// Writes the address as it is shown: cut where it is too long.
    fn shown(&self, out: &mut String, address: &'a str) -> Result<()> {
        if let Some(limit) = self.limit
            && ordered(self.rt, Order::Gt, Value::count(address.chars().count()), limit)?
        {
            let part = slice::slice(self.rt, Value::text(address), [Value::NONE, limit, Value::NONE])?;
            out.push_str(text_of(self.rt, part)?.1);
            out.push_str("...");
            return Ok(());
        }
        out.push_str(address);
        Ok(())
    }
}

fn strip_opening(word: &str) -> &str {
    let mut rest = word;
    while let Some(less) =
        rest.strip_prefix('(').or_else(|| rest.strip_prefix('<')).or_else(|| rest.strip_prefix("&lt;"))
    {
        rest = less;
    }
    rest
}

fn strip_closing(word: &str) -> &str {
    let mut rest = word;
    while let Some(less) = rest.strip_suffix([')', '>', '.', ',']).or_else(|| rest.strip_suffix("&gt;")) {
        rest = less;
    }
    rest
}

/// Where an address ends that seems to end at `end`: what closes brackets that it opens belongs to it.
fn balanced_end(word: &str, mut end: usize) -> usize {
    for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
        let (middle, mut tail) = word.split_at_checked(end).unwrap_or((word, ""));
        let opened = middle.matches(open).count();
        if opened <= middle.matches(close).count() {
            continue;
        }
        for _ in 0..opened {
            let Some(at) = tail.find(close) else { break };
            end += at + close.len();
            tail = tail.get(at + close.len()..).unwrap_or_default();
        }
    }
    end
}

/// A letter as it is compared without regard to case, by Python's regular expressions.
fn folded(c: char) -> char {
    match c {
        'İ' | 'ı' => 'i',
        'ſ' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    }
}

/// What follows a prefix, without regard to case.
fn after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in prefix.chars() {
        if folded(rest.next()?) != wanted {
            return None;
        }
    }
    Some(rest.as_str())
}

fn is_digit(c: char) -> bool {
    class::decimal_value(c).is_some()
}

fn is_web_address(text: &str) -> bool {
    let scheme = after(text, "https://").or_else(|| after(text, "http://"));
    let host = |text| without_port(authority(text));
    if let Some(rest) = scheme
        && (host(rest).is_some_and(|host| is_host(host) || is_ipv4(host)) || is_ipv6(authority(rest)))
    {
        return true;
    }
    after(text, "www.").and_then(host).is_some_and(is_host) || host(text).is_some_and(is_known_host)
}

/// What comes before the path, the query or the fragment.
fn authority(text: &str) -> &str {
    text.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host without its port, if that is one.
fn without_port(authority: &str) -> Option<&str> {
    match authority.split_once(':') {
        Some((host, port)) => is_port(port).then_some(host),
        None => Some(authority),
    }
}

fn is_port(port: &str) -> bool {
    (1..=5).contains(&port.chars().count()) && port.chars().all(is_digit)
}

fn is_label_char(c: char) -> bool {
    is_word_char(c) || matches!(c, '%' | '-')
}

/// Names with dots between them, the last one of which could be a domain of the highest level.
fn is_host(host: &str) -> bool {
    let (labels, top) = host.rsplit_once('.').map_or((None, host), |(labels, top)| (Some(labels), top));
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_label_char);
    labels.is_none_or(|labels| labels.split('.').all(is_label)) && is_top(top)
}

fn is_top(top: &str) -> bool {
    let length = top.chars().count();
    if (2..=63).contains(&length) && top.chars().all(|c| folded(c).is_ascii_lowercase()) {
        return true;
    }
    after(top, "xn--").is_some_and(|name| {
        (2..=59).contains(&name.chars().count()) && name.chars().all(|c| is_word_char(c) || c == '%')
    })
}

/// A host without a scheme.
fn is_known_host(host: &str) -> bool {
    let Some((labels, top)) = host.rsplit_once('.') else { return false };
    let is_label =
        |label: &str| (2..=63).contains(&label.chars().count()) && label.chars().all(is_label_char);
    KNOWN.iter().any(|known| after(top, known).is_some_and(str::is_empty)) && labels.split('.').all(is_label)
}

fn is_ipv4(host: &str) -> bool {
    let is_number = |part: &str| (1..=3).contains(&part.chars().count()) && part.chars().all(is_digit);
    host.split('.').count() == 4 && host.split('.').all(is_number)
}

/// An address in brackets: two groups of digits with colons, and up to six more.
fn is_ipv6(authority: &str) -> bool {
    let Some((inside, port)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    let mut rest = inside;
    for group in 0..8 {
        let digits = rest.chars().take(4).take_while(|c| is_digit(*c) || c.is_ascii_hexdigit());
        let width = digits.map(char::len_utf8).sum();
        let after = rest.get(width..).unwrap_or_default();
        rest = match after.strip_prefix(':') {
            Some(after) => after,
            None if group < 2 => return false,
            None => after,
        };
    }
    rest.is_empty()
}

fn is_mail_address(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let Some((labels, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty()
        && labels.starts_with(is_word_char)
        && labels.chars().all(|c| is_word_char(c) || matches!(c, '.' | '-'))
        && !top.is_empty()
        && top.chars().all(is_word_char)
}
