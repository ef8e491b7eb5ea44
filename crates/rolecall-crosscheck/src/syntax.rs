//! Syntax errors in the reference's words.
//!
//! minijinja finds the place; what Jinja2 says about it follows from the tokens around.

use crate::scan::{Kind, Token};

/// A problem that Jinja2 sees at byte `at`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) at: usize,
    pub(crate) message: String,
}

/// What Jinja2 says where minijinja finds a problem at byte `at` and describes it as `detail`.
pub(crate) fn explained(source: &str, tokens: &[Token], at: usize, detail: &str) -> Problem {
    // Where something is not closed minijinja has read to the end.
    let ends = ["input", "string", "comment", "raw block"];
    let rest = detail.strip_prefix("unexpected end of ").unwrap_or_default();
    let read = if ends.iter().any(|end| rest.starts_with(end)) { source.len() } else { at };
    let found = [lexical(source, tokens), nesting(source, tokens)];
    let first =
        found.into_iter().flatten().filter(|problem| problem.at <= read).min_by_key(|problem| problem.at);
    first.unwrap_or_else(|| Problem { at, message: described(source, tokens, at, detail) })
}

/// The first problem that no parser is needed for.
fn lexical(source: &str, tokens: &[Token]) -> Option<Problem> {
    let (mut open, mut raw) = (Vec::new(), None);
    for token in tokens {
        let text = token.text(source);
        let unclosed = token.range.end == source.len();
        let message = match token.kind {
            Kind::Comment if unclosed && (text.len() < 4 || !text.ends_with("#}")) => {
                "Missing end of comment tag".to_owned()
            }
            Kind::Raw => {
                raw = raw.is_none().then_some(token.range.start);
                continue;
            }
            Kind::Stray => unexpected_char(source, token),
            Kind::Text if unclosed && !closes(text) => unexpected_char(source, token),
            Kind::Operator => match (text, open.last()) {
                ("(" | "[" | "{", _) => {
                    open.push(text);
                    continue;
                }
                (")" | "]" | "}", None) => format!("unexpected '{text}'"),
                (")" | "]" | "}", Some(last)) => {
                    let wanted = closing(last);
                    open.pop();
                    if wanted == text {
                        continue;
                    }
                    format!("unexpected '{text}', expected '{wanted}'")
                }
                _ => continue,
            },
            Kind::BlockEnd | Kind::VariableEnd => {
                open.clear();
                continue;
            }
            _ => continue,
        };
        return Some(Problem { at: token.range.start, message });
    }
    raw.map(|at| Problem { at, message: "Missing end of raw directive".to_owned() })
}

fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Whether a string literal has its second quote.
fn closes(literal: &str) -> bool {
    let mut escaped = false;
    let mut chars = literal.chars();
    let quote = chars.next();
    chars.any(|c| {
        let closes = !escaped && Some(c) == quote;
        escaped = !escaped && c == '\\';
        closes
    })
}

fn unexpected_char(source: &str, token: &Token) -> String {
    let place = source.get(..token.range.start).unwrap_or_default().chars().count();
    let c = token.text(source).chars().next().unwrap_or_default();
    let quote = if c == '\'' { '"' } else { '\'' };
    format!("unexpected char {quote}{c}{quote} at {place}")
}

/// A statement that is open: its name, and the tags that may follow.
struct Open<'s> {
    name: &'s str,
    wanted: Vec<String>,
}

/// The first statement that is unknown or stands in the wrong place.
fn nesting(source: &str, tokens: &[Token]) -> Option<Problem> {
    let mut open: Vec<Open<'_>> = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        if token.kind != Kind::BlockBegin {
            continue;
        }
        let inside = tokens.get(n + 1..).unwrap_or_default();
        let end = inside.iter().position(|token| token.kind == Kind::BlockEnd)?;
        let inside = inside.get(..end).unwrap_or_default();
        let at = inside.first().map_or(token.range.end, |first| first.range.start);
        let Some(first) = inside.first().filter(|first| first.kind == Kind::Name) else {
            return Some(Problem { at, message: "tag name expected".to_owned() });
        };
        let name = first.text(source);
        if let Some(last) = open.last_mut()
            && last.wanted.iter().any(|wanted| wanted == name)
        {
            match name {
                "elif" => {}
                "else" => last.wanted = vec![format!("end{}", last.name)],
                _ => drop(open.pop()),
            }
            continue;
        }
        let wanted: &[&str] = match name {
            "if" => &["elif", "else", "endif"],
            "for" => &["endfor", "else"],
            "set" if assigns(source, inside) => continue,
            "macro" | "call" | "filter" | "with" | "autoescape" | "generation" | "block" | "set" => &[],
            "break" | "continue" | "print" | "include" | "import" | "from" | "extends" => continue,
            _ => return Some(Problem { at, message: message(&open, Some(name)) }),
        };
        let end = [format!("end{name}")];
        let wanted =
            if wanted.is_empty() { end.to_vec() } else { wanted.iter().map(ToString::to_string).collect() };
        open.push(Open { name, wanted });
    }
    (!open.is_empty()).then(|| Problem { at: source.len(), message: message(&open, None) })
}

/// Whether a `set` has an equals sign outside of brackets.
fn assigns(source: &str, inside: &[Token]) -> bool {
    let mut depth = 0_usize;
    inside.iter().any(|token| {
        match token.text(source) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "=" => return depth == 0,
            _ => {}
        }
        false
    })
}

/// The message about a tag, or about the end of the template.
fn message(open: &[Open<'_>], name: Option<&str>) -> String {
    let first = match name {
        Some(name) => format!("Encountered unknown tag '{name}'."),
        None => "Unexpected end of template.".to_owned(),
    };
    let Some(last) = open.last() else { return first };
    let wanted: Vec<String> = last.wanted.iter().map(|wanted| format!("'{wanted}'")).collect();
    let wanted = wanted.join(" or ");
    let elsewhere = |name: &str| open.iter().any(|open| open.wanted.iter().any(|wanted| wanted == name));
    let second = if name.is_some_and(elsewhere) {
        format!(
            "You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {wanted}."
        )
    } else {
        format!("Jinja was looking for the following tags: {wanted}.")
    };
    format!("{first} {second} The innermost block that needs to be closed is '{}'.", last.name)
}

/// minijinja's description in Jinja2's words.
fn described(source: &str, tokens: &[Token], at: usize, detail: &str) -> String {
    let place = tokens.iter().position(|token| token.range.start >= at);
    let found = place.and_then(|place| tokens.get(place)).map(|token| shown(source, token));
    let before = place.and_then(|place| tokens.get(place.checked_sub(1)?));
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        return format!("Encountered unknown tag '{name}'.");
    }
    if let Some(wanted) = detail.strip_prefix("unexpected end of input, expected ") {
        return format!("unexpected end of template, expected '{}'.", wanted_name(wanted));
    }
    let Some(found) = found.filter(|_| detail.starts_with("unexpected ")) else {
        return match detail {
            "non-keyword arg after keyword arg" => "invalid syntax for function call expression".to_owned(),
            "'break' must be placed inside a loop" => "'break' outside loop".to_owned(),
            "'continue' must be placed inside a loop" => "'continue' not properly in loop".to_owned(),
            _ if detail.starts_with("expected call expression in call block") => "expected call".to_owned(),
            _ => detail.to_owned(),
        };
    };
    match detail.split_once(", expected ") {
        Some((_, "identifier or integer")) => "expected name or number".to_owned(),
        Some((_, "assignment operator")) if in_set(source, tokens, at) => {
            format!("expected token 'end of statement block', got '{found}'")
        }
        Some((_, wanted)) => format!("expected token '{}', got '{found}'", wanted_name(wanted)),
        // Where a whole expression is missing, Jinja2 says so.
        None if found.starts_with("end of")
            && before.is_some_and(|before| starts_expression(source, before)) =>
        {
            format!("Expected an expression, got '{found}'")
        }
        None => format!("unexpected '{found}'"),
    }
}

fn in_set(source: &str, tokens: &[Token], at: usize) -> bool {
    let begin = tokens.iter().rposition(|token| token.kind == Kind::BlockBegin && token.range.start < at);
    begin.and_then(|begin| tokens.get(begin + 1)).is_some_and(|name| name.text(source) == "set")
}

/// Whether an expression that may be a tuple stands after a token.
fn starts_expression(source: &str, token: &Token) -> bool {
    token.kind == Kind::VariableBegin
        || matches!(token.text(source), "if" | "elif" | "in" | "=" | "set" | "for")
}

/// A token as Jinja2 names it.
fn shown(source: &str, token: &Token) -> String {
    match token.kind {
        Kind::BlockEnd => "end of statement block".to_owned(),
        Kind::VariableEnd => "end of print statement".to_owned(),
        Kind::Text => "string".to_owned(),
        Kind::Number if token.text(source).contains(['.', 'e', 'E']) => "float".to_owned(),
        Kind::Number => "integer".to_owned(),
        _ => token.text(source).to_owned(),
    }
}

/// What minijinja wants, as Jinja2 names it.
fn wanted_name(wanted: &str) -> &str {
    match wanted {
        "end of variable block" => "end of print statement",
        "end of block" => "end of statement block",
        "identifier" => "name",
        "comma" => ",",
        "assignment operator" => "=",
        other => other.trim_matches('`'),
    }
}
