//! `rolecall render`: prints the prompt.

use rolecall::{ChatRequest, Image, Model, Options, Prepared, Prompt};
use serde_json::{Value, json};

use crate::args::{ModelArgs, PromptArgs, RenderArgs};
#[cfg(feature = "cross-check")]
use crate::cross_check;
use crate::failure::{Failure, Outcome};
use crate::{color, input, output, spans};

pub(crate) fn run(args: &RenderArgs) -> Outcome {
    color::check(args.color, args.spans && !args.json, "--spans")?;
    if args.prompt.image_token.is_some() && args.prompt.images.is_empty() && !args.json {
        return Err(Failure::Usage(
            "--image-token says where images go. Give --image with it, or --json, which tells how many places are left"
                .to_owned(),
        ));
    }
    let job = Job::new(&args.model, &args.prompt)?;
    let prepared = job.prepare()?;
    #[cfg(feature = "cross-check")]
    let cross_check = cross_check::run(args, &prepared)?;
    #[cfg(not(feature = "cross-check"))]
    let cross_check = None;
    let prompt = prepared.render()?;
    if args.json {
        let mut document = document(&job.model, &prompt, cross_check);
        if let (Some(document), true) = (document.as_object_mut(), args.spans) {
            document.insert("spans".to_owned(), spans::document(&prompt).into());
        }
        return output::json(&document);
    }
    if args.spans {
        return spans::print(&prompt, color::is_wanted(args.color));
    }
    output::text(prompt.text())
}

/// What the arguments say is to be rendered, and with which model.
pub(crate) struct Job {
    model: Model,
    request: ChatRequest,
}

impl Job {
    /// Reads the input and the model.
    pub(crate) fn new(model: &ModelArgs, prompt: &PromptArgs) -> Outcome<Self> {
        Self::with(model, prompt, input::model)
    }

    /// The same with the model's tokenizer.
    pub(crate) fn for_tokens(model: &ModelArgs, prompt: &PromptArgs) -> Outcome<Self> {
        Self::with(model, prompt, input::model_with_tokenizer)
    }

    fn with(
        model: &ModelArgs,
        prompt: &PromptArgs,
        load: impl Fn(&ModelArgs) -> Outcome<Model>,
    ) -> Outcome<Self> {
        let document = input::text(&prompt.input)?;
        let images = input::images(&prompt.images)?;
        Self::of(model, input::request(prompt, &document, &images)?, load)
    }

    /// The same of a request that was read.
    pub(crate) fn of(
        model: &ModelArgs,
        mut request: ChatRequest,
        load: impl Fn(&ModelArgs) -> Outcome<Model>,
    ) -> Outcome<Self> {
        request.options = input::choosing(request.options, model);
        let loaded = load(model)?;
        input::check_template_name(&loaded, model)?;
        Ok(Self { model: loaded, request })
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    pub(crate) fn request(&self) -> &ChatRequest {
        &self.request
    }

    /// Renders these messages with these images and the options of the request; for an answer with the generation prompt
    /// where nothing else is said, else without it.
    pub(crate) fn render(&self, messages: &Value, images: &[Image], wants_answer: bool) -> Outcome<Prompt> {
        let mut options = images.iter().cloned().fold(self.request.options.clone(), Options::image);
        options = if wants_answer {
            options.default_generation_prompt()
        } else {
            options.add_generation_prompt(false)
        };
        Ok(self.model.apply_chat_template(messages, &options)?)
    }

    pub(crate) fn prepare(&self) -> Outcome<Prepared<'_>> {
        Ok(self.model.prepare(&self.request.messages, &self.request.options)?)
    }
}

fn document(model: &Model, prompt: &Prompt, cross_check: Option<Value>) -> Value {
    let media = prompt.media().iter().map(|media| {
        json!({
            "type": media.image().format().media_type(),
            "bytes": media.image().bytes().len(),
            "start": media.range().start,
            "end": media.range().end,
        })
    });
    let mut document = json!({
        "prompt": prompt.text(),
        "model": model.origin(),
        "revision": model.files().revision(),
        "clock_read": prompt.clock_read(),
        "media": media.collect::<Vec<_>>(),
        "empty_image_slots": prompt.empty_image_slots(),
    });
    if let (Some(document), Some(cross_check)) = (document.as_object_mut(), cross_check) {
        document.insert("cross_check".to_owned(), cross_check);
    }
    document
}
