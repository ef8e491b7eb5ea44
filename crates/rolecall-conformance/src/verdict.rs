//! What was recorded, what rolecall gives, and how the two compare.

/// An exception: its class and its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) class: String,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self { class: class.into(), message: message.into() }
    }
}

/// A text, or the exception in its place.
pub(crate) type Outcome = Result<String, Failure>;

/// How rolecall's outcome compares with the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The same text.
    Equal,
    /// A text, but not the reference's.
    OtherText,
    /// An error where the reference gives a text.
    Failed,
    /// The same exception class and the same message.
    SameWords,
    /// The same exception class with another message.
    SameClass,
    /// An error of another class.
    OtherClass,
    /// A text where the reference fails.
    NoError,
}

impl Verdict {
    pub(crate) fn of(recorded: &Outcome, actual: &Outcome) -> Self {
        match (recorded, actual) {
            (Ok(recorded), Ok(actual)) if recorded == actual => Self::Equal,
            (Ok(_), Ok(_)) => Self::OtherText,
            (Ok(_), Err(_)) => Self::Failed,
            (Err(recorded), Err(actual)) if recorded == actual => Self::SameWords,
            (Err(recorded), Err(actual)) if recorded.class == actual.class => Self::SameClass,
            (Err(_), Err(_)) => Self::OtherClass,
            (Err(_), Ok(_)) => Self::NoError,
        }
    }

    /// Whether nothing tells the two apart.
    pub(crate) fn agrees(self) -> bool {
        matches!(self, Self::Equal | Self::SameWords)
    }
}
