//! `rolecall tokens`: prints the prompt as token ids.

use std::io::{self, IsTerminal};

use rolecall::tokens::{ControlTokens, EncodeOptions, Encoding, TokenKind, Truncation};
use rolecall::{Model, Prompt};
use serde_json::{Value, json};

use super::render::Job;
use crate::args::{ControlTokensArg, TokensArgs};
use crate::failure::Outcome;
use crate::{output, spans};

pub(crate) fn run(args: &TokensArgs) -> Outcome {
    let job = Job::for_tokens(&args.model, &args.prompt)?;
    let options = EncodeOptions {
        control_tokens: match args.control_tokens {
            ControlTokensArg::Template => ControlTokens::Template,
            ControlTokensArg::Anywhere => ControlTokens::Anywhere,
            ControlTokensArg::Reference => ControlTokens::Reference,
        },
        truncation: args.max_length.map(|max_length| Truncation { max_length, side: None }),
        assistant_mask: args.mask,
        ..EncodeOptions::default()
    };
    let model = job.model();
    let encoding = model.encode(&job.request().messages, &job.request().options, &options)?;
    // The reference's way encodes another text than this, and says nothing about where tokens stand.
    let prompt = match options.control_tokens {
        ControlTokens::Reference => None,
        _ => Some(job.prepare()?.render()?),
    };
    if args.json {
        return output::json(&document(model, &encoding));
    }
    match prompt {
        Some(prompt) if args.table || io::stdout().is_terminal() && !args.ids => {
            output::text(&table(model, &encoding, &prompt)?)
        }
        _ => output::text(&format!("{}\n", Value::from(encoding.ids))),
    }
}

fn document(model: &Model, encoding: &Encoding) -> Value {
    let offsets: Vec<[usize; 2]> = encoding.offsets.iter().map(|range| [range.start, range.end]).collect();
    let messages: Vec<Option<usize>> = encoding.origins.iter().map(|origin| origin.message).collect();
    let kinds: Vec<&str> = encoding.origins.iter().map(|origin| kind(origin.kind)).collect();
    let mut document = json!({
        "model": model.origin(),
        "ids": encoding.ids,
        "offsets": offsets,
        "attention_mask": encoding.attention_mask,
        "messages": messages,
        "kinds": kinds,
    });
    if let (Some(document), Some(mask)) = (document.as_object_mut(), &encoding.assistant_mask) {
        document.insert("assistant_mask".to_owned(), json!(mask));
    }
    document
}

fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Control => "control",
        TokenKind::Role => "role",
        TokenKind::Content => "content",
        TokenKind::Padding => "padding",
        _ => "scaffolding",
    }
}

/// A line for each token: its id, its text, what it is, the message and the field that it is of.
fn table(model: &Model, encoding: &Encoding, prompt: &Prompt) -> Outcome<String> {
    let tokenizer = model.tokenizer()?;
    let all: Vec<_> = prompt.spans().collect();
    let mut out = format!("{:>8}  {:28}  {:11}  {:>7}  field\n", "id", "token", "kind", "message");
    let tokens = encoding.ids.iter().zip(&encoding.origins).zip(&encoding.offsets);
    for (at, ((id, origin), place)) in tokens.enumerate() {
        let text = prompt.text().get(place.clone()).map(str::to_owned);
        let text = text.unwrap_or_else(|| tokenizer.token(*id).unwrap_or_default());
        let message = origin.message.map(|message| message.to_string()).unwrap_or_default();
        let span = origin.span.and_then(|span| all.get(span));
        let field = span.map(|span| spans::field(&span.origin)).unwrap_or_default();
        let mask = encoding.assistant_mask.as_ref().and_then(|mask| mask.get(at));
        let line = format!(
            "{id:>8}  {:28}  {:11}  {message:>7}  {field}{}",
            output::literal(&text),
            kind(origin.kind),
            if mask == Some(&1) { "  assistant" } else { "" },
        );
        out.extend([line.trim_end(), "\n"]);
    }
    Ok(out)
}
