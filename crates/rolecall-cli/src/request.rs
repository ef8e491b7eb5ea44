//! What is sent: a prompt that was rendered here, a text as it is, or messages for the server to render.

use rolecall::tokens::EncodeOptions;
use rolecall::{Image, Prompt};
use rolecall_sender::blocking::{Events, Sender};
use rolecall_sender::{
    BosPolicy, Dialect, Generation, Markdown, Parameters, Prepared, TokenIds, place_images,
};
#[cfg(feature = "image")]
use rolecall_sender::{ErrorKind, TGI_PAYLOAD_LIMIT, downscale, image_budget};
use serde_json::{Map, Value};

use crate::args::{ModelArgs, RequestArgs, VariableArgs};
use crate::commands::render::Job;
use crate::endpoint::TokenChoice;
use crate::failure::{Failure, Outcome};
use crate::interrupt::Interruptible;
use crate::progress::Waiting;

/// A server, and how it is asked.
pub(crate) struct Requests {
    sender: Sender,
    token: TokenChoice,
    bar: Waiting,
    parameters: Parameters,
    is_stream: bool,
    token_ids: bool,
    #[cfg(feature = "image")]
    downscale: bool,
}

impl Requests {
    pub(crate) fn new(args: &RequestArgs, is_stream: bool) -> Outcome<Self> {
        if args.token_ids && args.generation.bos != BosPolicy::Auto {
            return Err(Failure::Usage(
                "--bos is about text, and to token ids nothing is added. Leave out --bos or --token-ids."
                    .to_owned(),
            ));
        }
        let dialect = args.dialect();
        refuse_idle(args, dialect)?;
        let bar = Waiting::new();
        let (sender, token) = args.server.sender(&bar)?;
        let mut sender = args.generation.set(sender.dialect(dialect))?;
        if args.neutralise_images {
            // Who asks for it knows what the server's model sees.
            sender = sender.markdown(Markdown::Neutralise).sees_images(true);
        }
        Ok(Self {
            sender,
            token,
            bar,
            parameters: args.parameters.read(dialect, is_stream)?,
            is_stream,
            token_ids: args.token_ids,
            #[cfg(feature = "image")]
            downscale: args.downscale,
        })
    }

    /// The same with other parameters.
    pub(crate) fn with(mut self, change: impl FnOnce(Parameters) -> Parameters) -> Self {
        self.parameters = change(self.parameters);
        self
    }

    /// Texts, too, are held to the rules of prompts with images.
    pub(crate) fn sees_images(mut self) -> Self {
        self.sender = self.sender.sees_images(true);
        self
    }

    /// A text as it is.
    pub(crate) fn text(&self, text: &str) -> Outcome<Prepared> {
        self.sender.prepare(text, &self.parameters, self.is_stream).map_err(Failure::job)
    }

    /// A rendered prompt, with smaller images if those it has are too large and that is allowed.
    pub(crate) fn rendered(&self, job: &Job, messages: &Value, images: &[Image]) -> Outcome<Prepared> {
        let prompt = job.render(messages, images, true)?;
        if self.token_ids {
            return self.ids(job, &prompt);
        }
        match self.sender.prepare(&prompt, &self.parameters, self.is_stream) {
            #[cfg(feature = "image")]
            Err(error) if self.downscale && *error.kind() == ErrorKind::TooLarge && !images.is_empty() => {
                let prompt = job.render(messages, &smaller(&prompt, images)?, true)?;
                self.sender.prepare(&prompt, &self.parameters, self.is_stream).map_err(Failure::job)
            }
            prepared => prepared.map_err(Failure::job),
        }
    }

    /// A prompt as token ids, in which no control token is a user's.
    fn ids(&self, job: &Job, prompt: &Prompt) -> Outcome<Prepared> {
        if !prompt.media().is_empty() || prompt.empty_image_slots() > 0 {
            return Err(Failure::job(
                "the prompt has places for images, and token ids hold none. Send it without --token-ids.",
            ));
        }
        let encoding = job.model().tokenizer()?.encode(prompt, &EncodeOptions::default())?;
        self.sender.prepare(&TokenIds(encoding.ids), &self.parameters, self.is_stream).map_err(Failure::job)
    }

    /// Messages as they are, with their images.
    pub(crate) fn messages(&self, mut messages: Value, images: &[Image]) -> Outcome<Prepared> {
        place_images(&mut messages, images).map_err(Failure::job)?;
        self.sender.prepare_chat(&messages, &self.parameters, self.is_stream).map_err(Failure::job)
    }

    /// What a chat request says beside its messages, for a server that renders it.
    pub(crate) fn served(mut self, fields: &Map<String, Value>) -> Outcome<Self> {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "tools" => self.parameters = self.parameters.tools(value.clone()),
                // llama.cpp and vLLM have this field.
                "chat_template_kwargs" => self.parameters = self.parameters.extra(name, value.clone()),
                name => {
                    return Err(Failure::Job(format!(
                        "the chat request has {name}, and a server that renders it has no place for that. Take it out, \
                         or send a rendered prompt (--model)."
                    )));
                }
            }
        }
        Ok(self)
    }

    /// Sends, and gives the whole answer.
    pub(crate) fn send(&self, prepared: Prepared) -> Outcome<Generation> {
        let answer = self.sender.send(prepared);
        self.bar.clear();
        self.explained(answer.map_err(Failure::job))
    }

    /// Sends, and gives the answer as it comes.
    pub(crate) fn stream(&self, prepared: Prepared) -> Outcome<Events> {
        let events = self.sender.send_stream(prepared);
        self.bar.clear();
        self.explained(events.map_err(Failure::job))
    }

    /// Sends, and gives the answer as it comes, until Ctrl-C. What goes wrong is in it.
    pub(crate) fn interruptible(&self, prepared: Prepared) -> Outcome<Interruptible> {
        self.sender.begin_stream(prepared).map(Interruptible::new).map_err(Failure::job)
    }

    /// Takes the message away that says what is waited for.
    pub(crate) fn clear(&self) {
        self.bar.clear();
    }

    /// Says with a failure what is known about its reason here.
    pub(crate) fn explained<T>(&self, answer: Outcome<T>) -> Outcome<T> {
        answer.map_err(|failure| self.token.explain(failure, self.sender.endpoint()))
    }
}

/// What a chat request says beside its messages.
pub(crate) fn fields(document: &str) -> Map<String, Value> {
    match serde_json::from_str(document) {
        Ok(Value::Object(mut fields)) => {
            fields.shift_remove("messages");
            // An answer is what is asked for, whoever renders.
            if fields.get("add_generation_prompt") == Some(&Value::Bool(true)) {
                fields.shift_remove("add_generation_prompt");
            }
            fields
        }
        _ => Map::new(),
    }
}

/// The images as large as the request has room for.
#[cfg(feature = "image")]
fn smaller(prompt: &Prompt, images: &[Image]) -> Outcome<Vec<Image>> {
    let whole = serde_json::to_string(prompt.text()).map_or(usize::MAX, |text| text.len());
    let inside: usize = prompt.media().iter().map(|media| media.range().len()).sum();
    let budget = image_budget(TGI_PAYLOAD_LIMIT, whole.saturating_sub(inside), images.len());
    images.iter().map(|image| downscale(image, budget).map_err(Failure::job)).collect()
}

/// Refuses options that would do nothing.
fn refuse_idle(args: &RequestArgs, dialect: Dialect) -> Outcome {
    let (server, generation) = (&args.server, &args.generation);
    let is_chat = dialect == Dialect::Chat;
    if args.chat && generation.dialect.is_some_and(|given| given != Dialect::Chat) {
        return Err(Failure::Usage(format!(
            "--chat asks with the dialect chat, and --dialect (or ROLECALL_DIALECT) with {}. Leave out one of them.",
            generation.dialect.unwrap_or_default()
        )));
    }
    #[cfg(feature = "image")]
    let downscales = args.downscale && dialect != Dialect::Tgi;
    #[cfg(not(feature = "image"))]
    let downscales = false;
    let idle = [
        ("--bos", is_chat && generation.bos != BosPolicy::Auto, "the server renders the prompt"),
        ("--downscale", downscales, "no limit of such servers is known, so that images go as they are"),
        (
            "--repeat-everything",
            generation.repeat_everything && server.wait == 0.0,
            "without --wait nothing is repeated",
        ),
    ];
    match idle.iter().find(|(_, is_idle, _)| *is_idle) {
        Some((name, _, why)) => Err(Failure::Usage(format!(
            "{name} would do nothing with the dialect {dialect}: {why}. Leave it out, or ask in another way."
        ))),
        None => Ok(()),
    }
}

/// Refuses what says how a prompt is rendered, where the server renders.
pub(crate) fn refuse_rendering(
    args: &RequestArgs,
    model: &ModelArgs,
    template: &VariableArgs,
    others: &[(&str, bool)],
) -> Outcome {
    if args.dialect() != Dialect::Chat {
        return Ok(());
    }
    let named = [
        ("--model", model.model.is_some()),
        ("--template", model.template.is_some()),
        ("--template-name", model.template_name.is_some()),
        ("--var", !template.variables.is_empty()),
        ("--now", template.now.is_some()),
        ("--token-ids", args.token_ids),
    ];
    match named.iter().chain(others).find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Failure::Usage(format!(
            "{name} says how a prompt is rendered, and with the dialect chat the server renders. Leave out {name}, or \
             ask with another dialect."
        ))),
        None => Ok(()),
    }
}
