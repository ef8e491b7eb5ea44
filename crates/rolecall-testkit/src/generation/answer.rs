//! The answer to one request: as much of what the server always says as the request leaves.

use serde_json::Value;

use super::FakeGeneration;

/// The tokens that the parameters leave, and why they end.
pub(super) struct Answer {
    pub(super) tokens: Vec<String>,
    pub(super) finish: Finish,
    /// Instead of its end: the server failed.
    pub(super) failure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Length,
    Stop,
    End,
}

impl Finish {
    /// In the words of TGI's own routes.
    pub(super) fn native(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Stop => "stop_sequence",
            Self::End => "eos_token",
        }
    }

    /// In the words of everybody else.
    pub(super) fn common(self) -> &'static str {
        if self == Self::Length { "length" } else { "stop" }
    }
}

impl Answer {
    pub(super) fn text(&self) -> String {
        self.tokens.concat()
    }
}

impl FakeGeneration {
    pub(super) fn cut(&self, limit: usize, stops: &[&str]) -> Answer {
        let mut answer = self.cut_whole(limit, stops);
        if let Some((tokens, reason)) = &self.breaks_after {
            answer.tokens.truncate(*tokens);
            answer.failure = Some(reason.clone());
        }
        answer
    }

    fn cut_whole(&self, limit: usize, stops: &[&str]) -> Answer {
        let mut kept: Vec<String> = Vec::new();
        let ended = |tokens, finish| Answer { tokens, finish, failure: None };
        for text in &self.answer {
            if kept.len() == limit {
                return ended(kept, Finish::Length);
            }
            kept.push(text.clone());
            let so_far = kept.concat();
            let Some(at) = stops.iter().filter_map(|stop| so_far.find(stop)).min() else { continue };
            if !self.engine.keeps_stop_text() {
                kept = split(so_far.get(..at).unwrap_or_default());
            }
            return ended(kept, Finish::Stop);
        }
        ended(kept, Finish::End)
    }
}

/// Words with the space before them, as tokenizers cut.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        match tokens.last_mut() {
            Some(token) if c != ' ' => token.push(c),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

/// The texts of a list, or a text alone.
pub(super) fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A number of things in a document.
pub(super) fn count(value: Option<&Value>) -> Option<usize> {
    value.and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
}

/// A rough count, as words. The Base64 of an image is not text to a model that sees images.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
