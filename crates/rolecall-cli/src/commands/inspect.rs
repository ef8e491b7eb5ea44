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
    templates(&mut out, "template", &inspection.templates);
    if let Some(processor) = &inspection.processor_templates {
        templates(&mut out, "processor", processor);
    }
    out
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
