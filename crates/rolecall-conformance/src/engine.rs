//! The one place that knows which functions of rolecall are measured.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use rolecall::Clock;
use rolecall::{ChatTemplate, Options, Prepared, Prompt, SpecialTokens};
use rolecall_jinja::{RenderOptions, Template, json};
use serde_json::Value;

use crate::data::{Conversation, SpecialTokenTexts};
use crate::spans::{self, Block};
use crate::verdict::{Failure, Outcome};

/// The class of a failure that is a panic; no exception of Python has this name.
pub(crate) const PANIC: &str = "panic";

/// The time that templates saw when the results were recorded.
pub(crate) const NOW: &str = "2026-07-04T12:34:56";

/// The clock that stands still at that time.
pub(crate) fn clock() -> Result<Clock, String> {
    NOW.parse().map(Clock::fixed)
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
pub(crate) struct Compiled(Result<Engines, Failure>);

struct Engines {
    template: ChatTemplate,
    /// The same once more, for traced renders.
    engine: Template,
    /// The names of the special tokens.
    trusted: Vec<String>,
}

/// What a conversation gives.
pub(crate) struct Applied {
    pub(crate) prompt: Outcome,
    /// Nothing if it came to no render.
    pub(crate) traced: Option<TracedRender>,
}

/// A render that keeps the origin of every byte, beside one that does not.
pub(crate) struct TracedRender {
    pub(crate) plain: Outcome,
    pub(crate) traced: Outcome,
    /// Where generation blocks wrote.
    pub(crate) generation: Vec<Block>,
}

impl Compiled {
    pub(crate) fn new(source: &str, tokens: &SpecialTokenTexts) -> Self {
        let trusted = tokens.iter().map(|(name, _)| name.to_owned()).collect();
        let tokens: SpecialTokens = tokens.iter().collect();
        Self(caught(|| {
            Ok(Engines {
                template: ChatTemplate::new(source, tokens).map_err(|error| of_library(&error))?,
                engine: Template::new(source).map_err(|error| of_template(&error))?,
                trusted,
            })
        }))
    }

    pub(crate) fn apply(&self, conversation: &Conversation, clock: &Clock) -> Applied {
        let unprepared = |failure| Applied { prompt: Err(failure), traced: None };
        let engines = match &self.0 {
            Ok(engines) => engines,
            Err(failure) => return unprepared(failure.clone()),
        };
        let (messages, options) = match arguments(conversation, clock) {
            Ok(arguments) => arguments,
            Err(failure) => return unprepared(failure),
        };
        let prepared =
            caught(|| engines.template.prepare(&messages, &options).map_err(|error| of_library(&error)));
        match prepared {
            Ok(prepared) => Applied {
                prompt: caught(|| {
                    prepared.render().map(Prompt::into_text).map_err(|error| of_library(&error))
                }),
                traced: Some(engines.trace(&prepared)),
            },
            Err(failure) => unprepared(failure),
        }
    }
}

impl Engines {
    fn trace(&self, prepared: &Prepared<'_>) -> TracedRender {
        let trusted: Vec<&str> = self.trusted.iter().map(String::as_str).collect();
        let (variables, options) = (prepared.variables(), prepared.render_options());
        let traced = caught(|| {
            let traced = self.engine.render_traced_with(variables, options, &trusted);
            let traced = traced.map_err(|error| of_template(&error))?;
            spans::check(&traced, variables).map_err(|problem| Failure::new("wrong spans", problem))?;
            Ok((spans::blocks(&traced), traced.into_text()))
        });
        let (generation, traced) = match traced {
            Ok((blocks, text)) => (blocks, Ok(text)),
            Err(failure) => (Vec::new(), Err(failure)),
        };
        let plain = caught(|| prepared.output().map_err(|error| of_library(&error)));
        TracedRender { plain, traced, generation }
    }
}

/// The messages and what is asked for beside them.
pub(crate) fn arguments(conversation: &Conversation, clock: &Clock) -> Result<(Value, Options), Failure> {
    let read =
        |text: &str| json::to_value(text).map_err(|error| Failure::new("unreadable JSON", error.to_string()));
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
    Ok((read(&conversation.messages)?, options))
}

/// One case that panics does not hide the others.
pub(crate) fn caught<T>(job: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Failure::new(PANIC, text.unwrap_or_default()))
    })
}

fn of_template(error: &rolecall_jinja::Error) -> Failure {
    Failure::new(error.kind().class_name(), error.message())
}

pub(crate) fn of_library(error: &rolecall::Error) -> Failure {
    match error.reference() {
        Some(reference) => of_template(reference),
        None => Failure::new(format!("rolecall's {:?}", error.kind()), error.message()),
    }
}
