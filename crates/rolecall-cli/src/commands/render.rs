//! `rolecall render`: prints the prompt.

use rolecall::{Model, Prompt};
use serde_json::json;

use crate::args::{ModelArgs, PromptArgs, RenderArgs};
use crate::failure::Outcome;
use crate::{input, output};

pub(crate) fn run(args: &RenderArgs) -> Outcome {
    let (model, prompt) = render(&args.model, &args.prompt, false)?;
    if args.json {
        return output::json(&document(&model, &prompt));
    }
    output::text(prompt.text())
}

/// Renders what the arguments say. `answer_wanted` asks for the generation prompt where nothing else is said.
pub(crate) fn render(
    model: &ModelArgs,
    prompt: &PromptArgs,
    answer_wanted: bool,
) -> Outcome<(Model, Prompt)> {
    let request = input::request(prompt)?;
    let mut options = request.options.loader(model.loader.into());
    if let Some(name) = &model.template_name {
        options = options.chat_template(name);
    }
    if answer_wanted {
        options = options.default_generation_prompt();
    }
    let loaded = input::model(model)?;
    input::check_template_name(&loaded, model)?;
    let prompt = loaded.apply_chat_template(&request.messages, &options)?;
    Ok((loaded, prompt))
}

fn document(model: &Model, prompt: &Prompt) -> serde_json::Value {
    let media = prompt.media().iter().map(|media| {
        json!({
            "type": media.image().format().media_type(),
            "bytes": media.image().bytes().len(),
            "start": media.range().start,
            "end": media.range().end,
        })
    });
    json!({
        "prompt": prompt.text(),
        "model": model.origin(),
        "revision": model.files().revision(),
        "clock_read": prompt.clock_read(),
        "media": media.collect::<Vec<_>>(),
        "empty_image_slots": prompt.empty_image_slots(),
    })
}
