//! The parser: tokens into the syntax tree, by the grammar of jinja2 3.1.6 with the extensions of chat templates
//! (`break`, `continue`, `generation`).

#[cfg(test)]
mod dump;
mod expression;
mod statement;
#[cfg(test)]
mod tests;

use crate::lex::{Kind, Token, Tokens, lex};
use crate::operator::Operator;
use crate::source::error_at;
use crate::syntax::Body;
use crate::text::repr;
use crate::{Error, ErrorKind};

/// How deep statements and expressions may nest in each other, the template itself included: a debug build needs
/// 20 kB of stack for each level, and has 2 MiB. Python takes up to 98 blocks and 69 parentheses.
const MAX_DEPTH: u16 = 76;

/// How many levels an expression may have: chains such as `1 + 1 + 1` have one for each operator. Python takes up to
/// 197.
const MAX_HEIGHT: u16 = 500;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Parses a source that has been normalised.
pub(crate) fn parse(source: &str) -> Result<Body<'_>> {
    let Tokens { tokens, error } = lex(source);
    let mut parser =
        Parser { source, tokens, error, next: 0, depth: 0, open_tags: Vec::new(), expected_ends: Vec::new() };
    parser.check_end()?;
    parser.body(None)
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    /// What is wrong where the tokens end, if they do not end with the source.
    error: Option<Error>,
    next: usize,
    depth: u16,
    open_tags: Vec<&'s str>,
    expected_ends: Vec<&'static [&'static str]>,
}

/// What a token has to be.
#[derive(Clone, Copy)]
enum Wanted {
    Name(&'static str),
    AnyName,
    Operator(Operator),
    BlockEnd,
    VariableEnd,
}

impl Wanted {
    fn describe(self) -> &'static str {
        match self {
            Self::Name(name) => name,
            Self::AnyName => "name",
            Self::Operator(operator) => operator.text(),
            Self::BlockEnd => Kind::BlockEnd.describe_static(),
            Self::VariableEnd => Kind::VariableEnd.describe_static(),
        }
    }
}

impl Kind<'_> {
    fn describe_static(&self) -> &'static str {
        if *self == Self::BlockEnd { "end of statement block" } else { "end of print statement" }
    }
}

impl<'s> Parser<'s> {
    /// The token at `index`, or the last one, which is the end.
    fn at(&self, index: usize) -> &Token<'s> {
        const END: &Token<'static> = &Token { kind: Kind::End, at: 0 };
        match self.tokens.get(index) {
            Some(token) => token,
            None => self.tokens.last().unwrap_or(END),
        }
    }

    fn current(&self) -> &Token<'s> {
        self.at(self.next)
    }

    fn position(&self) -> usize {
        self.current().at
    }

    /// Where the tokens end with something that is none, getting there is the error.
    fn check_end(&self) -> Result<()> {
        self.check(self.next)
    }

    #[inline]
    fn check(&self, index: usize) -> Result<()> {
        match &self.error {
            Some(error) if index + 1 >= self.tokens.len() => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn advance(&mut self) -> Result<()> {
        self.next = (self.next + 1).min(self.tokens.len().saturating_sub(1));
        self.check_end()
    }

    /// Whether the token after the current one is this.
    fn following_is(&self, wanted: Wanted) -> Result<bool> {
        self.check(self.next + 1)?;
        Ok(self.fits(self.next + 1, wanted))
    }

    #[inline]
    fn fits(&self, index: usize, wanted: Wanted) -> bool {
        match (&self.at(index).kind, wanted) {
            (Kind::Name(name), Wanted::Name(wanted)) => *name == wanted,
            (Kind::Name(_), Wanted::AnyName)
            | (Kind::BlockEnd, Wanted::BlockEnd)
            | (Kind::VariableEnd, Wanted::VariableEnd) => true,
            (Kind::Operator(operator), Wanted::Operator(wanted)) => *operator == wanted,
            _ => false,
        }
    }

    fn is(&self, wanted: Wanted) -> bool {
        self.fits(self.next, wanted)
    }

    fn is_name(&self, name: &'static str) -> bool {
        matches!(self.current().kind, Kind::Name(found) if found == name)
    }

    fn is_operator(&self, operator: Operator) -> bool {
        matches!(self.current().kind, Kind::Operator(found) if found == operator)
    }

    #[inline]
    fn skip_if(&mut self, wanted: Wanted) -> Result<bool> {
        let found = self.is(wanted);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    #[inline]
    fn expect(&mut self, wanted: Wanted) -> Result<()> {
        if self.is(wanted) { self.advance() } else { self.unexpected(wanted) }
    }

    #[cold]
    fn unexpected(&self, wanted: Wanted) -> Result<()> {
        let expected = repr(wanted.describe());
        let found = &self.current().kind;
        let message = match found {
            Kind::End => format!("unexpected end of template, expected {expected}."),
            found => format!("expected token {expected}, got {}", repr(found.describe())),
        };
        self.fail(message)
    }

    fn expect_name(&mut self) -> Result<&'s str> {
        let name = match &self.current().kind {
            Kind::Name(name) => Some(*name),
            _ => None,
        };
        self.expect(Wanted::AnyName)?;
        Ok(name.unwrap_or_default())
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T> {
        self.fail_at(self.position(), message)
    }

    fn fail_at<T>(&self, at: usize, message: impl Into<String>) -> Result<T> {
        Err(error_at(self.source, at, ErrorKind::Syntax, message))
    }

    /// Runs `inside` one level deeper.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the template nests deeper than {} levels", MAX_DEPTH - 1);
            return Err(error_at(self.source, self.position(), ErrorKind::Limit, message));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }
}
