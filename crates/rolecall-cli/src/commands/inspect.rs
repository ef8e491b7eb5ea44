//! `rolecall inspect`: tells what a model has.

use std::fmt::Write;

use rolecall::{Inspection, TemplateInspection};

use crate::args::InspectArgs;
use crate::failure::Outcome;
use crate::{input, output};

pub(crate) fn run(args: &InspectArgs) -> Outcome {
    let model = input::model(&args.model_args())?;
    let inspection = model.inspect();
    if args.json {
        return output::json(&inspection);
    }
    output::text(&page(&inspection))
}

fn page(inspection: &Inspection) -> String {
    let mut out = format!("model           {}\n", inspection.model);
    if let Some(revision) = &inspection.revision {
        line(&mut out, "revision", revision);
    }
    list(&mut out, "files", &inspection.files);
    let tokens: Vec<String> =
        inspection.special_tokens.iter().map(|(name, text)| format!("{name} = {text}")).collect();
    list(&mut out, "special tokens", &tokens);
    if let Some(token) = &inspection.image_token {
        line(&mut out, "image token", token);
    }
    control_tokens(&mut out, inspection);
    templates(&mut out, "template", &inspection.templates);
    if let Some(processor) = &inspection.processor_templates {
        templates(&mut out, "processor", processor);
    }
    out
}

/// How many control tokens are listed for a person.
const SHOWN: usize = 12;

/// Which tokens steer the model, and who writes the BOS and EOS tokens.
fn control_tokens(out: &mut String, inspection: &Inspection) {
    let tokenizer = inspection.tokenizer.as_ref();
    if let Some(tokenizer) = tokenizer {
        if let Some(error) = &tokenizer.error {
            line(out, "tokenizer", &format!("cannot be used: {error}"));
        } else {
            // Some models reserve hundreds.
            let controls = tokenizer.control_tokens.iter();
            let mut shown: Vec<String> =
                controls.take(SHOWN).map(|control| format!("{:?} = {}", control.token, control.id)).collect();
            if let Some(more @ 1..) = tokenizer.control_tokens.len().checked_sub(SHOWN) {
                shown.push(format!("and {more} more, which --json lists"));
            }
            list(out, "control tokens", &shown);
        }
    }
    let bos = bos(inspection.template_writes_bos, inspection.tokenizer_adds_bos);
    if !bos.is_empty() {
        list(out, "BOS", &bos.lines().map(str::to_owned).collect::<Vec<_>>());
    }
    if tokenizer.is_some_and(|tokenizer| tokenizer.adds_eos) {
        line(out, "EOS", "the tokenizer adds one behind a text; that is not wanted behind a prompt");
    }
}

/// Who writes the BOS token.
fn bos(template: Option<bool>, tokenizer: Option<bool>) -> &'static str {
    match (template, tokenizer) {
        (Some(true), Some(true)) => {
            "the template writes it, and the tokenizer adds one to any text: a prompt would have two\n\
             rolecall adds none; elsewhere encode prompts with add_special_tokens=False"
        }
        (Some(true), Some(false)) => "the template writes it, the tokenizer adds none",
        (Some(false), Some(true)) => {
            "the template does not write it, the tokenizer adds one to any text\n\
             rolecall adds none to a prompt, but where the template is the processor's"
        }
        (Some(false), Some(false)) => "neither the template nor the tokenizer writes it",
        (Some(true), None) => "the template writes it",
        (Some(false), None) => "the template does not write it",
        (None, Some(true)) => "the tokenizer adds one to any text",
        (None, _) => "",
    }
}

fn templates(out: &mut String, title: &str, templates: &[TemplateInspection]) {
    if templates.is_empty() {
        line(out, title, "none");
    }
    for template in templates {
        let hash = template.sha256.get(..12).unwrap_or_default();
        line(out, title, &format!("{} ({} bytes, sha256 {hash}…)", template.name, template.bytes));
        if let Some(error) = &template.error {
            line(out, "", &format!("does not compile: {}", error.replace('\n', &format!("\n{:16}", ""))));
        } else {
            line(out, "", &format!("reads {}", template.variables.join(", ")));
        }
    }
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        line(out, title, "none");
    }
    for (at, item) in items.iter().enumerate() {
        line(out, if at == 0 { title } else { "" }, item);
    }
}

fn line(out: &mut String, title: &str, text: &str) {
    // Names and tokens come from the model's files, which anybody may have written.
    let text: Vec<String> = text.split('\n').map(output::visible).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{title:15} {}", text.join("\n"));
}
