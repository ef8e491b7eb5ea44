//! What ends an answer in a prompt. Some servers leave it in the text of the answer, and the template writes it too.

use crate::{Prompt, SpecialTokens};

/// The texts that end an answer of the assistant. A conversation goes on with the answer without them: its template
/// writes them again.
///
/// ```
/// use rolecall::{Message, Model, Options, TurnEnd};
///
/// let model = Model::builtin("llama-3")?;
/// // What the template writes behind an answer is seen with any answer.
/// let messages = [Message::user("Hi"), Message::assistant("x")];
/// let prompt = model.apply_chat_template(&messages, &Options::new())?;
/// let end = TurnEnd::of(&prompt, 1, model.special_tokens()).unwrap();
/// assert_eq!(end.cut("Hello!<|eot_id|>"), "Hello!");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnEnd(Vec<String>);

impl TurnEnd {
    /// What the template wrote behind the content of a message, counted from 0, and the model's EOS token; nothing
    /// where the content is not in the prompt.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, TurnEnd};
    ///
    /// let model = Model::builtin("mistral")?;
    /// let messages = [Message::user("Hi"), Message::assistant("x")];
    /// let prompt = model.apply_chat_template(&messages, &Options::new())?;
    /// assert!(TurnEnd::of(&prompt, 1, model.special_tokens()).is_some());
    /// assert_eq!(TurnEnd::of(&prompt, 2, model.special_tokens()), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn of(prompt: &Prompt, message: usize, tokens: &SpecialTokens) -> Option<Self> {
        let mut behind = String::new();
        let mut is_found = false;
        for span in prompt.spans() {
            if span.origin.is_content_of(message) {
                behind.clear();
                is_found = true;
            } else if is_found {
                if !span.origin.is_own() {
                    break;
                }
                behind.push_str(prompt.text().get(span.range).unwrap_or_default());
            }
        }
        if !is_found {
            return None;
        }
        let behind = behind.trim();
        let first = tokens.iter().map(|(_, token)| token).filter(|token| behind.starts_with(token));
        let mut ends: Vec<String> = first
            .chain(tokens.get("eos_token"))
            .chain([behind])
            .filter(|end| !end.is_empty())
            .map(str::to_owned)
            .collect();
        // The longest first.
        ends.sort_by_key(|end| std::cmp::Reverse(end.len()));
        ends.dedup();
        Some(Self(ends))
    }

    /// The texts, the longest first: stop sequences for a server that knows no end of turns.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, TurnEnd};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let prompt = model.apply_chat_template(&[Message::assistant("x")], &Options::new())?;
    /// let end = TurnEnd::of(&prompt, 0, model.special_tokens()).unwrap();
    /// assert_eq!(end.texts().collect::<Vec<_>>(), ["<|im_end|>"]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// An answer without what ends it, which is cut off once, with white space behind it. Without an end it is as it was.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, TurnEnd};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let prompt = model.apply_chat_template(&[Message::assistant("x")], &Options::new())?;
    /// let end = TurnEnd::of(&prompt, 0, model.special_tokens()).unwrap();
    /// assert_eq!(end.cut("Moo.<|im_end|>\n"), "Moo.");
    /// assert_eq!(end.cut("<|im_end|> is a token.\n"), "<|im_end|> is a token.\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn cut<'t>(&self, answer: &'t str) -> &'t str {
        let text = answer.trim_end();
        self.0.iter().find_map(|end| text.strip_suffix(end.as_str())).unwrap_or(answer)
    }

    /// Up to which byte the beginning of an answer belongs to it, whatever follows: what may be shown of a stream.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, TurnEnd};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let prompt = model.apply_chat_template(&[Message::assistant("x")], &Options::new())?;
    /// let end = TurnEnd::of(&prompt, 0, model.special_tokens()).unwrap();
    /// assert_eq!(end.may_begin("Moo <|im_"), 4);
    /// assert_eq!(end.may_begin("Moo <b>"), 7);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn may_begin(&self, answer: &str) -> usize {
        let text = answer.trim_end();
        let whole = self.0.iter().filter_map(|end| text.strip_suffix(end.as_str())).map(str::len).min();
        let starts = |at: usize| {
            let rest = answer.get(at..).unwrap_or_default();
            self.0.iter().any(|end| end.starts_with(rest))
        };
        let longest = self.0.iter().map(String::len).max().unwrap_or(0);
        let from = answer.len().saturating_sub(longest);
        let part = (from..answer.len()).find(|at| answer.is_char_boundary(*at) && starts(*at));
        whole.into_iter().chain(part).min().unwrap_or(answer.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Model, Options};

    fn of(model: &str) -> TurnEnd {
        let model = Model::builtin(model).expect("a model");
        let content = json!([{"type": "text", "text": "x"}]);
        let content = if model.origin().contains("idefics2") { content } else { json!("x") };
        let messages =
            json!([{"role": "user", "content": content}, {"role": "assistant", "content": content}]);
        let prompt = model.apply_chat_template(&messages, &Options::new()).expect("a prompt");
        TurnEnd::of(&prompt, 1, model.special_tokens()).expect("the answer is there")
    }

    #[test]
    fn what_a_template_writes_behind_an_answer_is_cut_once() {
        for (model, end) in [
            ("chatml", "<|im_end|>"),
            ("gemma", "<end_of_turn>"),
            ("idefics2", "<end_of_utterance>"),
            ("llama-3", "<|eot_id|>"),
            ("mistral", "</s>"),
        ] {
            let turn = of(model);
            for (answer, kept) in [
                (format!("Hi{end}"), "Hi".to_owned()),
                (format!("Hi\n{end}\n"), "Hi\n".to_owned()),
                (format!("Hi{end}{end}"), format!("Hi{end}")),
                (end.to_owned(), String::new()),
                ("Hi\n".to_owned(), "Hi\n".to_owned()),
                (format!("{end} Hi"), format!("{end} Hi")),
            ] {
                assert_eq!(turn.cut(&answer), kept, "{model}: {answer:?}");
            }
        }
    }

    #[test]
    fn nothing_is_shown_that_may_be_an_end() {
        let turn = of("chatml");
        for (answer, shown) in [
            ("Hi", 2),
            ("Hi <", 3),
            ("Hi <|im_", 3),
            ("Hi <|im_x", 9),
            ("Hi <|im_end|>\n", 3),
            ("é<", 2),
            ("", 0),
        ] {
            assert_eq!(turn.may_begin(answer), shown, "{answer}");
        }
    }
}
