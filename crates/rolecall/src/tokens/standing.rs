//! What the place of a token in a prompt says about it.

/// What a text is that looks like a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Ordinary text.
    Text,
    /// A token, as far as the tokenizer finds it.
    Token,
    /// A token of text of the template and of users together. It must take nothing of a control token that the template
    /// wrote: users could take those away with it.
    Mixed,
    /// A control token that the template wrote. What users wrote beside it does not count.
    Written,
}
