//! How deep a template is, before anything recursive reads it.
//!
//! minijinja's parser limits nesting, but not chains: `1 + 1 + …`, `not not …`, `elif` after `elif`. Each makes
//! its syntax tree one level deeper.

use rolecall_jinja::{Error, ErrorKind};

use crate::scan::{Kind, Token};

/// The deepest tree that is compiled. Python gives up on most templates of this depth, too.
const MAX_DEPTH: usize = 1000;

/// minijinja counts columns in 16 bits, and fails beyond.
const MAX_LINE: usize = 60_000;

/// An upper bound of the depth of a template's syntax tree; an error if it is too deep to be compiled.
pub(crate) fn depth(source: &str, tokens: &[Token]) -> Result<usize, Error> {
    if let Some((n, line)) = source.split('\n').enumerate().find(|(_, line)| line.len() > MAX_LINE) {
        let message =
            format!("a line of the template has {} bytes; at most {MAX_LINE} can be compiled", line.len());
        return Err(Error::new(ErrorKind::Limit, message).at(source, n + 1, None));
    }
    let (mut deepest, mut statements) = (0, Statements::default());
    let mut tags = tokens.iter();
    while let Some(token) = tags.next() {
        if !matches!(token.kind, Kind::BlockBegin | Kind::VariableBegin) {
            continue;
        }
        let inside = tags.as_slice();
        let end = inside.iter().position(|token| matches!(token.kind, Kind::BlockEnd | Kind::VariableEnd));
        let inside = inside.get(..end.unwrap_or(inside.len())).unwrap_or_default();
        if token.kind == Kind::BlockBegin {
            statements.follow(inside.first().map_or("", |name| name.text(source)));
        }
        deepest = deepest.max(statements.depth + expression(source, inside));
        if deepest > MAX_DEPTH {
            let line = source.get(..token.range.start).unwrap_or_default().matches('\n').count() + 1;
            let message = format!("the template is nested, or chains operators, more than {MAX_DEPTH} deep");
            return Err(Error::new(ErrorKind::Limit, message).at(source, line, None));
        }
    }
    Ok(deepest)
}

/// The statements that are open. Each has a level for itself, and one for each of its `elif`s.
#[derive(Default)]
struct Statements {
    open: Vec<usize>,
    depth: usize,
}

impl Statements {
    fn follow(&mut self, name: &str) {
        match name {
            "elif" => {
                if let Some(level) = self.open.last_mut() {
                    *level += 1;
                    self.depth += 1;
                }
            }
            // Whether a `set` is a block is not known here; as a block it is counted by minijinja.
            "for" | "if" | "with" | "autoescape" | "filter" | "macro" | "call" | "generation" => {
                self.open.push(1);
                self.depth += 1;
            }
            _ if name.starts_with("end") && name != "endset" => {
                self.depth -= self.open.pop().unwrap_or(0);
            }
            _ => {}
        }
    }
}

/// The depth of a tag's expressions: chains and brackets in a row are taken as if each held the one before.
fn expression(source: &str, tokens: &[Token]) -> usize {
    /// A bracket: the depth of its current item, and of its deepest.
    #[derive(Default)]
    struct Level {
        item: usize,
        deepest: usize,
    }
    let mut open = vec![Level::default()];
    for token in tokens {
        let text = token.text(source);
        match text {
            "(" | "[" | "{" => open.push(Level::default()),
            ")" | "]" | "}" => {
                let closed = if open.len() > 1 { open.pop() } else { None }.unwrap_or_default();
                if let Some(level) = open.last_mut() {
                    level.item += closed.deepest.max(closed.item) + 1;
                }
            }
            "," => {
                if let Some(level) = open.last_mut() {
                    level.deepest = level.deepest.max(level.item);
                    level.item = 0;
                }
            }
            "and" | "or" | "not" | "if" | "else" | "is" | "in" => {
                open.last_mut().into_iter().for_each(|level| level.item += 1);
            }
            ":" | "=" => {}
            _ if token.kind == Kind::Operator => {
                open.last_mut().into_iter().for_each(|level| level.item += 1);
            }
            _ => {}
        }
    }
    open.iter().map(|level| level.deepest.max(level.item) + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    fn depth_of(source: &str) -> Result<usize, ErrorKind> {
        depth(source, &tokens(source)).map_err(|error| error.kind())
    }

    #[test]
    fn chains_and_nesting_count_but_lists_do_not() {
        assert!(depth_of(&format!("{{{{ [{}] }}}}", "'a', ".repeat(5000))).unwrap() < 10);
        assert!(depth_of(&"{% if x %}a{% endif %}{{ a + b }}\n".repeat(5000)).unwrap() < 10);
        assert!(depth_of(&"{% set x = 1 %}\n".repeat(5000)).unwrap() < 10);
        for deep in [
            format!("{{{{ {}1 }}}}", "1 + ".repeat(2000)),
            format!("{{{{ {}1 }}}}", "not ".repeat(2000)),
            format!("{{{{ {}1 }}}}", "1 if a else ".repeat(600)),
            format!("{{{{ x{} }}}}", ".y".repeat(2000)),
            format!("{{{{ x{} }}}}", "|upper".repeat(2000)),
            format!("{{{{ {}{} }}}}", "(".repeat(2000), ")".repeat(2000)),
            format!("{{{{ {}1{} }}}}", "((1 + 1)".repeat(600), ")".repeat(600)),
            format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(8000)),
            "{% if a %}".repeat(2000),
            "{% for a in b %}".repeat(2000),
        ] {
            assert_eq!(depth_of(&deep), Err(ErrorKind::Limit), "{}", &deep[..40]);
        }
    }
}
