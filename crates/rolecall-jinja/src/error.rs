//! Errors in the reference's words, with the place that Python lacks.

use std::fmt;

/// What went wrong, named after the exception that the reference raises.
///
/// ```
/// use rolecall_jinja::{ErrorKind, Template};
/// use serde_json::json;
///
/// let template = Template::new("{% if not messages %}{{ raise_exception('No messages') }}{% endif %}")?;
/// let error = template.render(&json!({})).unwrap_err();
/// let whose = match error.kind() {
///     ErrorKind::Template => "the template refuses the conversation",
///     ErrorKind::Limit => "a budget is used up",
///     ErrorKind::Unsupported => "this engine does not do that",
///     _ => "the template and its input do not fit",
/// };
/// assert_eq!((whose, error.message()), ("the template refuses the conversation", "No messages"));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `TemplateSyntaxError`: the template does not parse.
    Syntax,
    /// `TemplateAssertionError`: an unknown filter or test, found while compiling.
    TemplateAssertion,
    /// `TemplateRuntimeError`: Jinja2 refuses what the template does.
    Runtime,
    /// `FilterArgumentError`: a filter was called with arguments it does not take.
    FilterArgument,
    /// `TemplateError`: the template called `raise_exception`.
    Template,
    /// `UndefinedError`: something undefined was used where a value is needed.
    Undefined,
    /// `SecurityError`: the sandbox refuses the access.
    Security,
    /// `TypeError`.
    Type,
    /// `ValueError`.
    Value,
    /// `UnicodeEncodeError`.
    UnicodeEncode,
    /// `UnicodeDecodeError`.
    UnicodeDecode,
    /// `LookupError`: an unknown encoding or error handler.
    Lookup,
    /// `KeyError`.
    Key,
    /// `IndexError`.
    Index,
    /// `AttributeError`.
    Attribute,
    /// `NameError`.
    Name,
    /// `ZeroDivisionError`.
    ZeroDivision,
    /// `OverflowError`.
    Overflow,
    /// `RecursionError`.
    Recursion,
    /// `AssertionError`.
    Assertion,
    /// `TemplatesNotFound`: `include` was given no names.
    TemplatesNotFound,
    /// `RuntimeError` of Python itself.
    PythonRuntime,
    /// `SyntaxError` of Python itself: Jinja2 accepts the template, but not Python what it becomes.
    PythonSyntax,
    /// A limit of [`Limits`](crate::Limits) was hit; the message says which. Python has no such exception.
    Limit,
    /// Something this engine cannot do exactly and therefore does not do. Python has no such exception.
    Unsupported,
}

impl ErrorKind {
    /// The name of the exception class, as Python prints it.
    ///
    /// ```
    /// assert_eq!(rolecall_jinja::ErrorKind::Syntax.class_name(), "TemplateSyntaxError");
    /// ```
    pub fn class_name(self) -> &'static str {
        match self {
            Self::Syntax => "TemplateSyntaxError",
            Self::TemplateAssertion => "TemplateAssertionError",
            Self::Runtime => "TemplateRuntimeError",
            Self::FilterArgument => "FilterArgumentError",
            Self::Template => "TemplateError",
            Self::Undefined => "UndefinedError",
            Self::Security => "SecurityError",
            Self::Type => "TypeError",
            Self::Value => "ValueError",
            Self::UnicodeEncode => "UnicodeEncodeError",
            Self::UnicodeDecode => "UnicodeDecodeError",
            Self::Lookup => "LookupError",
            Self::Key => "KeyError",
            Self::Index => "IndexError",
            Self::Attribute => "AttributeError",
            Self::Name => "NameError",
            Self::ZeroDivision => "ZeroDivisionError",
            Self::Overflow => "OverflowError",
            Self::Recursion => "RecursionError",
            Self::Assertion => "AssertionError",
            Self::TemplatesNotFound => "TemplatesNotFound",
            Self::PythonRuntime => "RuntimeError",
            Self::PythonSyntax => "SyntaxError",
            Self::Limit => "LimitError",
            Self::Unsupported => "UnsupportedError",
        }
    }
}

/// Where in a template's source an error was found.
///
/// ```
/// use rolecall_jinja::Template;
///
/// let error = Template::new("Hello\n{{ name|shout }}").unwrap_err();
/// let location = error.location().unwrap();
/// assert_eq!((location.line, location.column), (2, Some(9)));
/// assert_eq!(location.excerpt, "{{ name|shout }}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1, where it is known.
    pub column: Option<usize>,
    /// The text of that line.
    pub excerpt: String,
}

/// An error of a template: the reference's exception class and message, and the place in the source.
///
/// Printed with `{}` it is a line of `class: message`, followed by the source line with a caret under
/// the place.
///
/// ```
/// use rolecall_jinja::{ErrorKind, Template};
/// use serde_json::json;
///
/// let template = Template::new("{{ messages[0].content + 1 }}")?;
/// let error = template.render(&json!({"messages": [{"content": "Hi"}]})).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Type);
/// assert_eq!((error.line(), error.column()), (Some(1), Some(4)));
/// assert_eq!(
///     error.to_string(),
///     r#"TypeError: can only concatenate str (not "int") to str
///  --> line 1, column 4
///   |
/// 1 | {{ messages[0].content + 1 }}
///   |    ^"#
/// );
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    location: Option<Box<Location>>,
}

impl Error {
    /// An error without a place, for those who add their own to the engine's.
    ///
    /// ```
    /// use rolecall_jinja::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Value, "no such model");
    /// assert_eq!(error.to_string(), "ValueError: no such model");
    /// assert_eq!(error.line(), None);
    /// assert_eq!(error.at("a\nb", 2, None).to_string(), "ValueError: no such model\n --> line 2\n  |\n2 | b");
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location: None }
    }

    /// The same error, found at `line` (from 1) and `column` (in characters, from 1) of `source`.
    ///
    /// ```
    /// use rolecall_jinja::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Value, "no such role").at("{{ a }}\n{{ b }}", 2, Some(4));
    /// assert_eq!((error.line(), error.column()), (Some(2), Some(4)));
    /// assert!(error.to_string().ends_with("2 | {{ b }}\n  |    ^"));
    /// ```
    #[must_use]
    pub fn at(mut self, source: &str, line: usize, column: Option<usize>) -> Self {
        let excerpt = source.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_owned();
        self.location = Some(Box::new(Location { line, column, excerpt }));
        self
    }

    /// The kind of error.
    ///
    /// ```
    /// use rolecall_jinja::{ErrorKind, Template};
    ///
    /// let error = Template::new("Hi\n{{ name|shout }}").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TemplateAssertion);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message, in the reference's words where the reference has this error.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    ///
    /// let error = Template::new("Hi\n{{ name|shout }}").unwrap_err();
    /// assert_eq!(error.message(), "No filter named 'shout'.");
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line in the template, counted from 1; `None` for errors that have no place in it, such as input that is no
    /// JSON.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    ///
    /// let error = Template::new("Hi\n{{ name|shout }}").unwrap_err();
    /// assert_eq!(error.line(), Some(2));
    /// ```
    pub fn line(&self) -> Option<usize> {
        self.location.as_ref().map(|location| location.line)
    }

    /// The column in the template, in characters, counted from 1, where it is known.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    ///
    /// let error = Template::new("Hi\n{{ name|shout }}").unwrap_err();
    /// assert_eq!(error.column(), Some(9));
    /// ```
    pub fn column(&self) -> Option<usize> {
        self.location.as_ref().and_then(|location| location.column)
    }

    /// The place in the template.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    ///
    /// let error = Template::new("Hi\n{{ name|shout }}").unwrap_err();
    /// assert_eq!(error.location().map(|location| location.excerpt.as_str()), Some("{{ name|shout }}"));
    /// ```
    pub fn location(&self) -> Option<&Location> {
        self.location.as_deref()
    }
}

/// The most characters of a source line that an error shows on either side of its place.
const EXCERPT_REACH: usize = 60;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.class_name(), self.message)?;
        let Some(location) = &self.location else { return Ok(()) };
        let line = location.line;
        let margin = " ".repeat(line.to_string().len());
        match location.column {
            Some(column) => write!(f, "\n{margin}--> line {line}, column {column}")?,
            None => write!(f, "\n{margin}--> line {line}")?,
        }
        // Templates are often one line of many thousands of characters: show what is around the place.
        let caret = location.column.unwrap_or(1).saturating_sub(1);
        let first = caret.saturating_sub(EXCERPT_REACH);
        let shown: String = location.excerpt.chars().skip(first).take(2 * EXCERPT_REACH).collect();
        let cut = if first > 0 { "…" } else { "" };
        write!(f, "\n{margin} |\n{line} | {cut}{shown}")?;
        if location.column.is_some() {
            let indent = caret - first + cut.chars().count();
            write!(f, "\n{margin} | {}^", " ".repeat(indent))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let error =
            Error::new(ErrorKind::Syntax, "Encountered unknown tag 'foo'.").at("a\n{% foo %}", 2, Some(4));
        assert_eq!(
            error.to_string(),
            "TemplateSyntaxError: Encountered unknown tag 'foo'.\n --> line 2, column 4\n  |\n2 | {% foo %}\n  |    ^"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = format!("{}X{}", "é".repeat(500), "é".repeat(500));
        let text = Error::new(ErrorKind::Type, "m").at(&source, 1, Some(501)).to_string();
        let lines: Vec<&str> = text.lines().collect();
        let column = |line: &str, wanted: char| line.chars().position(|c| c == wanted);
        assert_eq!(column(lines[3], 'X'), column(lines[4], '^'));
        assert!(lines[3].chars().count() < 140);
    }
}
