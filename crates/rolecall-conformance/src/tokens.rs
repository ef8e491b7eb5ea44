//! Token ids and masks of real tokenizers, where their files are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rolecall::Model;
use rolecall::tokens::{Compat, ControlTokens, EncodeOptions};
use serde::Deserialize;

use crate::data::{Conversation, Corpus};
use crate::engine::{self, Clock};
use crate::run::Results;
use crate::verdict::{Failure, Outcome};

/// A conversation, how it is tokenised, and what the reference makes of it.
#[derive(Deserialize)]
struct Line {
    tokenizer: String,
    conversation: String,
    sanitize: bool,
    template: Option<String>,
    input_ids: Option<Vec<u32>>,
    assistant_masks: Option<Vec<u8>>,
    error: Option<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    kind: String,
    message: String,
}

/// Encodes the recorded cases with the tokenizers in `folder`, a folder with one of each name. Says why, where it cannot.
pub(crate) fn run(
    data: &Path,
    folder: Option<&PathBuf>,
    corpus: &Corpus,
    clock: &Clock,
    results: &mut Results,
) -> Result<(), String> {
    let Some(folder) = folder else {
        results
            .passed_over
            .push("tokens: no folder with tokenizers was given, in ROLECALL_TOKENIZERS".to_owned());
        return Ok(());
    };
    let mut models: BTreeMap<String, Option<Model>> = BTreeMap::new();
    for group in ["ids", "assistant_masks"] {
        let path = data.join("corpus/tokens").join(group).with_extension("jsonl");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line: Line =
                serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))?;
            let model = models.entry(line.tokenizer.clone()).or_insert_with_key(|name| {
                let folder = folder.join(name);
                folder.is_dir().then(|| Model::from_dir(folder).ok()).flatten()
            });
            let Some(model) = model else {
                let missing = format!("tokens: {} has no tokenizer {}", folder.display(), line.tokenizer);
                if !results.passed_over.contains(&missing) {
                    results.passed_over.push(missing);
                }
                continue;
            };
            let name = format!(
                "tokens/{group}/{}/{}/{}{}",
                line.tokenizer,
                line.template.as_deref().unwrap_or("own"),
                line.conversation,
                if line.sanitize { " (sanitized)" } else { "" }
            );
            let found = corpus.conversations.iter().find(|known| known.name == line.conversation);
            let conversation = found.ok_or_else(|| format!("{name}: there is no such conversation"))?;
            let template = match &line.template {
                Some(template) => {
                    let found = corpus.templates.iter().find(|known| known.name == *template);
                    Some(found.ok_or_else(|| format!("{name}: there is no such template"))?.source.as_str())
                }
                None => None,
            };
            let recorded = recorded(&line);
            let actual = encoded(model, template, conversation, &line, clock);
            results.record(name, vec![format!("tokens.{group}")], &recorded, actual);
        }
    }
    Ok(())
}

fn shown(ids: &[u32], mask: Option<&[u8]>) -> String {
    match mask {
        Some(mask) => format!("{ids:?}\n{mask:?}"),
        None => format!("{ids:?}"),
    }
}

fn recorded(line: &Line) -> Outcome {
    match &line.error {
        Some(error) => Err(Failure::new(error.kind.clone(), error.message.clone())),
        None => Ok(shown(line.input_ids.as_deref().unwrap_or_default(), line.assistant_masks.as_deref())),
    }
}

fn encoded(
    model: &Model,
    template: Option<&str>,
    conversation: &Conversation,
    line: &Line,
    clock: &Clock,
) -> Outcome {
    // No mask was asked for where a message is continued, which the reference refuses.
    let masked = line.template.is_some() && conversation.continue_final_message.is_none();
    let encode = EncodeOptions {
        control_tokens: if line.sanitize { ControlTokens::Reference } else { ControlTokens::Anywhere },
        assistant_mask: masked,
        compat: Compat::Reference,
        ..EncodeOptions::default()
    };
    engine::caught(|| {
        let (messages, mut options) = engine::arguments(conversation, clock)?;
        if let Some(template) = template {
            options = options.chat_template(template);
        }
        let encoding =
            model.encode(&messages, &options, &encode).map_err(|error| engine::of_library(&error))?;
        Ok(shown(&encoding.ids, encoding.assistant_mask.as_deref()))
    })
}
