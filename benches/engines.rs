//! The engines in this process, each with one template compiled.

use rolecall::{ChatTemplate, Options};
use rolecall_jinja::{RenderOptions, Template};
use serde_json::Value;

use crate::cases::Case;
use crate::timing::Entry;
use crate::{BOS_TOKEN, peers};

/// A case in each of the forms that engines are given it in.
pub struct Input {
    context: Value,
    text: String,
    messages: Value,
    options: Options,
    converted: minijinja::Value,
    has_handwritten: bool,
    /// What all have to give.
    pub expected: String,
}

/// One template, compiled by everyone.
pub struct Engines {
    jinja: Template,
    rolecall: ChatTemplate,
    minijinja: minijinja::Environment<'static>,
    hf: hf_chat_template::ChatTemplate,
}

impl Engines {
    /// The template compiled by everyone.
    pub fn new(source: &'static str) -> Self {
        let mut minijinja = peers::minijinja();
        minijinja.add_template("chat", source).expect("the template compiles");
        Self {
            jinja: Template::new(source).expect("the template compiles"),
            rolecall: ChatTemplate::new(source, [("bos_token", BOS_TOKEN)]).expect("the template compiles"),
            minijinja,
            hf: peers::hf_chat_template(source).expect("the template compiles"),
        }
    }

    /// A case in all forms.
    pub fn input(&self, case: &Case) -> Input {
        let context = case.context.clone();
        let mut options = Options::new().add_generation_prompt(true);
        if let Some(tools) = context.get("tools") {
            options = options.tools(tools.clone());
        }
        Input {
            text: context.to_string(),
            messages: context.get("messages").cloned().expect("messages"),
            options,
            converted: peers::converted(&context),
            has_handwritten: case.has_handwritten,
            expected: self.jinja.render(&context).expect("renders"),
            context,
        }
    }

    /// Everything that is measured, `render` first, after a look at whether all give the same.
    pub fn entries<'a>(&'a self, input: &'a Input) -> Vec<Entry<'a>> {
        let entry = |name: &'static str, render: Box<dyn Fn() -> String + 'a>| {
            assert_eq!(render(), input.expected, "{name}");
            Entry::new(name, move || render().len())
        };
        let minijinja = self.minijinja.get_template("chat").expect("it was added");
        let converting = minijinja.clone();
        let plain = RenderOptions::default();
        let mut entries = vec![
            entry("render", Box::new(|| self.jinja.render(&input.context).expect("renders"))),
            entry(
                "render_traced",
                Box::new(|| self.jinja.render_traced(&input.context).expect("renders").into_text()),
            ),
            entry(
                "render_json",
                Box::new(move || self.jinja.render_json(&input.text, &plain).expect("renders")),
            ),
            entry(
                "apply_chat_template",
                Box::new(|| {
                    let prompt = self.rolecall.apply_chat_template(&input.messages, &input.options);
                    prompt.expect("renders").into_text()
                }),
            ),
            entry("minijinja", Box::new(move || minijinja.render(input.converted.clone()).expect("renders"))),
            entry(
                "minijinja, converting",
                Box::new(move || converting.render(peers::converted(&input.context)).expect("renders")),
            ),
            entry("hf-chat-template", Box::new(|| self.hf.render_context(&input.context).expect("renders"))),
            Entry::new("serde_json alone", || {
                let value: Value = serde_json::from_str(&input.text).expect("JSON");
                value.as_object().map_or(0, serde_json::Map::len)
            }),
        ];
        if input.has_handwritten {
            let handwritten = || peers::handwritten(&input.context).expect("a conversation");
            entries.push(entry("handwritten", Box::new(handwritten)));
        }
        entries
    }
}
