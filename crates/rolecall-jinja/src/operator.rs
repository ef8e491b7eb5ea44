//! The operators and brackets of tags.

/// An operator or a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    FloorDiv,
    Pow,
    Eq,
    Ne,
    GtEq,
    LtEq,
    Plus,
    Minus,
    Slash,
    Star,
    Percent,
    Tilde,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    OpenBrace,
    CloseBrace,
    Gt,
    Lt,
    Assign,
    Dot,
    Colon,
    Bar,
    Comma,
    Semicolon,
}

impl Operator {
    /// The operator at the beginning of a text, the longest there is.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let (first, rest) = text.split_first()?;
        let next = rest.first().copied();
        Some(match first {
            b'/' if next == Some(b'/') => Self::FloorDiv,
            b'*' if next == Some(b'*') => Self::Pow,
            b'=' if next == Some(b'=') => Self::Eq,
            b'!' if next == Some(b'=') => Self::Ne,
            b'>' if next == Some(b'=') => Self::GtEq,
            b'<' if next == Some(b'=') => Self::LtEq,
            b'+' => Self::Plus,
            b'-' => Self::Minus,
            b'/' => Self::Slash,
            b'*' => Self::Star,
            b'%' => Self::Percent,
            b'~' => Self::Tilde,
            b'[' => Self::OpenBracket,
            b']' => Self::CloseBracket,
            b'(' => Self::OpenParenthesis,
            b')' => Self::CloseParenthesis,
            b'{' => Self::OpenBrace,
            b'}' => Self::CloseBrace,
            b'>' => Self::Gt,
            b'<' => Self::Lt,
            b'=' => Self::Assign,
            b'.' => Self::Dot,
            b':' => Self::Colon,
            b'|' => Self::Bar,
            b',' => Self::Comma,
            b';' => Self::Semicolon,
            _ => return None,
        })
    }

    /// How it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::FloorDiv => "//",
            Self::Pow => "**",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::GtEq => ">=",
            Self::LtEq => "<=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Slash => "/",
            Self::Star => "*",
            Self::Percent => "%",
            Self::Tilde => "~",
            Self::OpenBracket => "[",
            Self::CloseBracket => "]",
            Self::OpenParenthesis => "(",
            Self::CloseParenthesis => ")",
            Self::OpenBrace => "{",
            Self::CloseBrace => "}",
            Self::Gt => ">",
            Self::Lt => "<",
            Self::Assign => "=",
            Self::Dot => ".",
            Self::Colon => ":",
            Self::Bar => "|",
            Self::Comma => ",",
            Self::Semicolon => ";",
        }
    }
}
