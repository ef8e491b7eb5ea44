//! The lexer: a template's source into tokens, by the rules of jinja2 3.1.6 with the settings of chat templates
//! (`trim_blocks`, `lstrip_blocks`, no line statements).

use std::borrow::Cow;

use crate::operator::Operator;
use crate::text::{class, is_space, repr};
use crate::unescape::unescape;
use crate::{Error, ErrorKind, source::error_at};

/// What a token is; operators stand for themselves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'s> {
    Data(&'s str),
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name(&'s str),
    Text(Cow<'s, str>),
    /// Decimal digits without underscores, or another base with its prefix.
    Integer(Cow<'s, str>),
    Float(f64),
    Operator(Operator),
    End,
}

/// A token and the byte where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind<'s>,
    pub(crate) at: usize,
}

/// All tokens up to the end or to the first place that is none; the error is due when that place is reached.
pub(crate) struct Tokens<'s> {
    pub(crate) tokens: Vec<Token<'s>>,
    pub(crate) error: Option<Error>,
}

impl Kind<'_> {
    /// How messages name it.
    pub(crate) fn describe(&self) -> &str {
        match self {
            Self::Data(_) => "template data / text",
            Self::BlockBegin => "begin of statement block",
            Self::BlockEnd => "end of statement block",
            Self::VariableBegin => "begin of print statement",
            Self::VariableEnd => "end of print statement",
            Self::Name(name) => name,
            Self::Text(_) => "string",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Operator(operator) => operator.text(),
            Self::End => "end of template",
        }
    }
}

pub(crate) fn lex(source: &str) -> Tokens<'_> {
    let mut lexer =
        Lexer { source, at: 0, line_starting: true, tokens: Vec::with_capacity(source.len() / 4) };
    let error = lexer.root().err();
    // The end is said to be on the line of the last token.
    let at = lexer.tokens.last().map_or(0, |token| token.at);
    lexer.tokens.push(Token { kind: Kind::End, at });
    Tokens { tokens: lexer.tokens, error }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    /// What was read last ended with a newline.
    line_starting: bool,
    tokens: Vec<Token<'s>>,
}

/// What a `-` or `+` beside a tag's delimiter says about white space.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Strip,
    Keep,
    None,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind<'s>, at: usize) {
        self.tokens.push(Token { kind, at });
    }

    fn fail<T>(&self, at: usize, message: impl Into<String>) -> Result<T, Error> {
        Err(error_at(self.source, at, ErrorKind::Syntax, message))
    }

    /// Goes on after `length` bytes.
    fn advance(&mut self, length: usize) {
        let read = self.rest().get(..length).unwrap_or_default();
        self.line_starting = read.ends_with('\n');
        self.at += length;
    }

    /// Text outside of tags.
    fn root(&mut self) -> Result<(), Error> {
        loop {
            let rest = self.rest();
            let Some((length, opening)) = next_tag(rest) else {
                if !rest.is_empty() {
                    self.push(Kind::Data(rest), self.at);
                }
                return Ok(());
            };
            let (text, tag) = rest.split_at(length);
            let (sign, sign_length) = sign(tag.get(2..).unwrap_or_default());
            self.data(text, sign, opening == b'{');
            let start = self.at + length;
            let raw = if opening == b'%' { raw_begin(tag) } else { None };
            self.advance(length + raw.unwrap_or(2 + sign_length));
            match opening {
                b'{' => {
                    self.push(Kind::VariableBegin, start);
                    self.tag(false)?;
                }
                b'#' => self.comment()?,
                _ if raw.is_some() => self.raw()?,
                _ => {
                    self.push(Kind::BlockBegin, start);
                    self.tag(true)?;
                }
            }
        }
    }

    /// The text before a tag, as far as the tag leaves it.
    fn data(&mut self, text: &'s str, sign: Sign, is_variable: bool) {
        let kept = match sign {
            Sign::Strip => text.trim_end_matches(is_space),
            Sign::None if !is_variable => {
                let line = text.rfind('\n').map_or(0, |newline| newline + 1);
                let (before, indent) = text.split_at(line);
                let strips = (line > 0 || self.line_starting) && indent.chars().all(is_space);
                if strips { before } else { text }
            }
            _ => text,
        };
        if !kept.is_empty() {
            self.push(Kind::Data(kept), self.at);
        }
    }

    fn comment(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        let Some(end) = rest.find("#}") else {
            return if rest.is_empty() { Ok(()) } else { self.fail(self.at, "Missing end of comment tag") };
        };
        let before = rest.get(..end).unwrap_or_default();
        let after = rest.get(end + 2..).unwrap_or_default();
        let length =
            if before.ends_with('+') { end + 2 } else { end + 2 + eaten(after, before.ends_with('-')) };
        self.advance(length);
        Ok(())
    }

    /// The text between `{% raw %}` and `{% endraw %}`.
    fn raw(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        for (start, _) in rest.match_indices("{%") {
            let tag = rest.get(start..).unwrap_or_default();
            let (sign, sign_length) = sign(tag.get(2..).unwrap_or_default());
            let inside = tag.get(2 + sign_length..).unwrap_or_default().trim_start_matches(is_space);
            let Some(end) = inside.strip_prefix("endraw").map(|end| end.trim_start_matches(is_space)) else {
                continue;
            };
            let after = match (end.strip_prefix("+%}"), end.strip_prefix("-%}"), end.strip_prefix("%}")) {
                (Some(after), _, _) => after,
                (_, Some(after), _) => after.trim_start_matches(is_space),
                (_, _, Some(after)) => after.strip_prefix('\n').unwrap_or(after),
                _ => continue,
            };
            let text = rest.get(..start).unwrap_or_default();
            self.data(text, sign, false);
            self.advance(rest.len() - after.len());
            return Ok(());
        }
        if rest.is_empty() { Ok(()) } else { self.fail(self.at, "Missing end of raw directive") }
    }

    /// The inside of a statement (`block`) or of a print statement.
    fn tag(&mut self, block: bool) -> Result<(), Error> {
        let mut open: Vec<Operator> = Vec::new();
        loop {
            let rest = self.rest();
            let Some(first) = rest.as_bytes().first().copied() else { return Ok(()) };
            if matches!(first, b'-' | b'+' | b'%' | b'}')
                && open.is_empty()
                && let Some(length) = tag_end(rest, block)
            {
                self.push(if block { Kind::BlockEnd } else { Kind::VariableEnd }, self.at);
                self.advance(length);
                return Ok(());
            }
            match first {
                // Mostly one space stands alone.
                b' ' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_graphic) => self.at += 1,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.name(rest)?,
                b'0'..=b'9' => self.number(rest)?,
                b'\'' | b'"' => match string(rest) {
                    Some(inside) => self.text(inside)?,
                    None => self.operator(rest, &mut open)?,
                },
                _ if first.is_ascii_graphic() => self.operator(rest, &mut open)?,
                _ => {
                    let space = rest.len() - rest.trim_start_matches(is_space).len();
                    if space > 0 {
                        self.at += space;
                    } else if float_length(rest).is_some() {
                        self.number(rest)?;
                    } else if rest.starts_with(is_word) {
                        self.name(rest)?;
                    } else {
                        self.operator(rest, &mut open)?;
                    }
                }
            }
        }
    }

    fn number(&mut self, rest: &'s str) -> Result<(), Error> {
        let follows_dot = self.source.get(..self.at).is_some_and(|before| before.ends_with('.'));
        let float = float_length(rest).filter(|_| !follows_dot);
        let length = float.unwrap_or_else(|| integer_length(rest));
        let digits = rest.get(..length).unwrap_or_default();
        let digits =
            if digits.contains('_') { Cow::Owned(digits.replace('_', "")) } else { Cow::Borrowed(digits) };
        let kind = match float {
            Some(_) => match digits.find(|c: char| !c.is_ascii()) {
                None => Kind::Float(digits.parse().unwrap_or(f64::INFINITY)),
                Some(at) => {
                    return Err(error_at(
                        self.source,
                        self.at,
                        ErrorKind::PythonSyntax,
                        foreign(&digits, at),
                    ));
                }
            },
            None if digits.is_ascii() => Kind::Integer(digits),
            None => Kind::Integer(Cow::Owned(digits.chars().map(ascii_digit).collect())),
        };
        self.push(kind, self.at);
        self.at += length;
        Ok(())
    }

    fn name(&mut self, rest: &'s str) -> Result<(), Error> {
        let bytes = rest.as_bytes();
        let is_ascii_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut length = bytes.iter().position(|byte| !is_ascii_word(byte)).unwrap_or(bytes.len());
        let is_ascii = bytes.get(length).is_none_or(u8::is_ascii);
        if !is_ascii {
            length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        }
        let name = rest.get(..length).unwrap_or_default();
        if !is_ascii && !class::is_identifier(name) {
            return self.fail(self.at, "Invalid character in identifier");
        }
        self.push(Kind::Name(name), self.at);
        self.at += length;
        Ok(())
    }

    /// A string literal.
    fn text(&mut self, inside: &'s str) -> Result<(), Error> {
        let value = unescape(inside).map_err(|(kind, text)| error_at(self.source, self.at, kind, text))?;
        self.push(Kind::Text(value), self.at);
        self.at += inside.len() + 2;
        Ok(())
    }

    fn operator(&mut self, rest: &str, open: &mut Vec<Operator>) -> Result<(), Error> {
        let Some(operator) = Operator::read(rest.as_bytes()) else {
            let position = self.source.get(..self.at).unwrap_or_default().chars().count();
            let first = rest.chars().next().unwrap_or_default();
            let shown = repr(first.encode_utf8(&mut [0; 4]));
            return self.fail(self.at, format!("unexpected char {shown} at {position}"));
        };
        let text = operator.text();
        match operator {
            Operator::OpenBrace => open.push(Operator::CloseBrace),
            Operator::OpenParenthesis => open.push(Operator::CloseParenthesis),
            Operator::OpenBracket => open.push(Operator::CloseBracket),
            Operator::CloseBrace | Operator::CloseParenthesis | Operator::CloseBracket => match open.pop() {
                None => return self.fail(self.at, format!("unexpected '{text}'")),
                Some(expected) if expected != operator => {
                    let expected = expected.text();
                    return self.fail(self.at, format!("unexpected '{text}', expected '{expected}'"));
                }
                Some(_) => {}
            },
            _ => {}
        }
        self.push(Kind::Operator(operator), self.at);
        self.at += text.len();
        Ok(())
    }
}

/// Where the next tag begins, and the second character of its delimiter.
fn next_tag(text: &str) -> Option<(usize, u8)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('{')?;
        match text.as_bytes().get(at + 1) {
            Some(&opening @ (b'%' | b'{' | b'#')) => return Some((at, opening)),
            _ => from = at + 1,
        }
    }
}

fn sign(text: &str) -> (Sign, usize) {
    match text.as_bytes().first() {
        Some(b'-') => (Sign::Strip, 1),
        Some(b'+') => (Sign::Keep, 1),
        _ => (Sign::None, 0),
    }
}

/// The length of a whole `{% raw %}` tag with the white space that it eats.
fn raw_begin(tag: &str) -> Option<usize> {
    let (_, sign_length) = sign(tag.get(2..)?);
    let end = tag
        .get(2 + sign_length..)?
        .trim_start_matches(is_space)
        .strip_prefix("raw")?
        .trim_start_matches(is_space);
    let after = match end.strip_prefix("-%}") {
        Some(after) => after.trim_start_matches(is_space),
        None => end.strip_prefix("%}")?,
    };
    Some(tag.len() - after.len())
}

/// How much white space the end of a statement or comment eats: all of it, or one newline.
fn eaten(after: &str, all: bool) -> usize {
    if all {
        after.len() - after.trim_start_matches(is_space).len()
    } else {
        usize::from(after.starts_with('\n'))
    }
}

/// The length of a tag's end with what it eats.
fn tag_end(rest: &str, block: bool) -> Option<usize> {
    let end = if block { "%}" } else { "}}" };
    if let Some(after) = rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(end)) {
        return Some(3 + eaten(after, true));
    }
    if block && rest.starts_with("+%}") {
        return Some(3);
    }
    let after = rest.strip_prefix(end)?;
    Some(2 + if block { eaten(after, false) } else { 0 })
}

/// The characters of names. Beyond ASCII, letters and digits of any script.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c == '_' || c.is_ascii_alphanumeric();
    }
    let mut name = [b'a'; 5];
    let length = name.get_mut(1..).map_or(0, |rest| c.encode_utf8(rest).len());
    let name = name.get(..=length).and_then(|name| std::str::from_utf8(name).ok());
    class::is_alnum_char(c) || name.is_some_and(class::is_identifier)
}

/// The inside of a string literal.
fn string(rest: &str) -> Option<&str> {
    let (quote, bytes) = rest.as_bytes().split_first()?;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return rest.get(1..=at),
            _ => {}
        }
    }
    None
}

/// The length of digits with single underscores between them; 0 if there are none.
fn digits(text: &str, is_digit: impl Fn(char) -> bool) -> usize {
    // The length of the digit that stands there.
    let digit = |at: usize| {
        let first = text.get(at..).and_then(|rest| rest.chars().next());
        first.filter(|c| is_digit(*c)).map(char::len_utf8)
    };
    let Some(mut length) = digit(0) else { return 0 };
    loop {
        if let Some(next) = digit(length) {
            length += next;
        } else if text.as_bytes().get(length) == Some(&b'_')
            && let Some(next) = digit(length + 1)
        {
            length += 1 + next;
        } else {
            return length;
        }
    }
}

/// As Python's regular expressions, Jinja2 takes the digits of any script behind the first one of an integer.
fn is_decimal(c: char) -> bool {
    class::decimal_value(c).is_some()
}

fn ascii_digit(c: char) -> char {
    let value = if c.is_ascii() { None } else { class::decimal_value(c) };
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// What Python's own parser, which reads floats, says to the digit of another script.
fn foreign(digits: &str, at: usize) -> String {
    let (before, rest) = digits.split_at(at);
    if before.trim_end_matches(['+', '-']).ends_with(['e', 'E']) {
        return "invalid decimal literal (<unknown>, line 1)".to_owned();
    }
    let c = rest.chars().next().unwrap_or_default();
    format!("invalid character '{c}' (U+{:04X}) (<unknown>, line 1)", u32::from(c))
}

fn decimal(text: &str, from: usize) -> usize {
    digits(text.get(from..).unwrap_or_default(), is_decimal)
}

fn float_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let whole = decimal(text, 0);
    if whole == 0 {
        return None;
    }
    let fraction = match bytes.get(whole) {
        Some(b'.') => decimal(text, whole + 1),
        _ => 0,
    };
    let mantissa = if fraction > 0 { whole + 1 + fraction } else { whole };
    let exponent = |at: usize| {
        matches!(bytes.get(at), Some(b'e' | b'E'))
            .then(|| at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-'))))
    };
    if let Some(from) = exponent(mantissa) {
        let length = decimal(text, from);
        if length > 0 {
            return Some(from + length);
        }
    }
    (fraction > 0).then_some(mantissa)
}

fn integer_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'0') {
        return decimal(text, 0);
    }
    let based = |is_digit: fn(char) -> bool| {
        let after = text.get(2..).unwrap_or_default();
        let skipped = usize::from(after.starts_with('_'));
        match digits(after.get(skipped..).unwrap_or_default(), is_digit) {
            0 => 0,
            length => 2 + skipped + length,
        }
    };
    let length = match bytes.get(1) {
        Some(b'b' | b'B') => based(|c| matches!(c, '0' | '1')),
        Some(b'o' | b'O') => based(|c| matches!(c, '0'..='7')),
        Some(b'x' | b'X') => based(|c| c.is_ascii_hexdigit() || is_decimal(c)),
        _ => 0,
    };
    if length > 0 { length } else { digits(text, |c| c == '0') }
}
