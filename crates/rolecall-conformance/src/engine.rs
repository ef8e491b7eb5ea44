//! The one place that knows which functions of rolecall are measured.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use rolecall::Clock;
use rolecall::{ChatTemplate, Options, SpecialTokens};

use rolecall_jinja::{RenderOptions, Template, json};

use crate::data::{Conversation, SpecialTokenTexts};
use crate::verdict::{Failure, Outcome};

/// The class of a failure that is a panic; no exception of Python has this name.
pub(crate) const PANIC: &str = "panic";

/// The time that templates saw when the results were recorded.
pub(crate) fn clock() -> Result<Clock, String> {
    "2026-07-04T12:34:56".parse().map(Clock::fixed)
}

/// Renders a case of the language; the context is JSON text.
pub(crate) fn render_language(source: &str, context: &str, clock: &Clock) -> Outcome {
    caught(|| {
        let options = RenderOptions { clock: Some(clock.clone()), ..RenderOptions::default() };
        let template = Template::new(source).map_err(|error| of_template(&error))?;
        template.render_json(context, &options).map_err(|error| of_template(&error))
    })
}

/// A chat template that was compiled, or why it was not.
pub(crate) struct Compiled(Result<ChatTemplate, Failure>);

impl Compiled {
    pub(crate) fn new(source: &str, tokens: &SpecialTokenTexts) -> Self {
        let tokens: SpecialTokens = tokens.iter().collect();
        Self(caught(|| ChatTemplate::new(source, tokens).map_err(|error| of_library(&error))))
    }

    pub(crate) fn apply(&self, conversation: &Conversation, clock: &Clock) -> Outcome {
        let template = self.0.as_ref().map_err(Failure::clone)?;
        caught(|| {
            let read = |text: &str| {
                json::to_value(text).map_err(|error| Failure::new("unreadable JSON", error.to_string()))
            };
            let mut options = Options::new().clock(clock.clone());
            for (name, text) in &conversation.variables {
                options = options.variable(name, read(text)?);
            }
            if let Some(tools) = &conversation.tools {
                options = options.tools(read(tools)?);
            }
            if let Some(documents) = &conversation.documents {
                options = options.documents(read(documents)?);
            }
            if let Some(value) = &conversation.add_generation_prompt {
                options = options.add_generation_prompt(read(value)?);
            }
            if let Some(value) = &conversation.continue_final_message {
                options = options.continue_final_message(read(value)?);
            }
            let messages = read(&conversation.messages)?;
            let prompt = template.apply_chat_template(&messages, &options);
            prompt.map(rolecall::Prompt::into_text).map_err(|error| of_library(&error))
        })
    }
}

/// One case that panics does not hide the others.
fn caught<T>(job: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Failure::new(PANIC, text.unwrap_or_default()))
    })
}

fn of_template(error: &rolecall_jinja::Error) -> Failure {
    Failure::new(error.kind().class_name(), error.message())
}

fn of_library(error: &rolecall::Error) -> Failure {
    match error.reference() {
        Some(reference) => of_template(reference),
        None => Failure::new(format!("rolecall's {:?}", error.kind()), error.message()),
    }
}
