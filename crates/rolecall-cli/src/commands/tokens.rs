//! `rolecall tokens`: prints the prompt as token ids.

use std::io::{self, IsTerminal};

use rolecall::tokens::{ControlTokens, EncodeOptions, Encoding, TokenKind, Truncation};
use rolecall::{Model, Prompt};
use serde_json::{Value, json};

use super::render::Job;
use crate::args::{ControlTokensArg, ModelArgs, TokensArgs};
use crate::color::{self, Style};
use crate::failure::{Failure, Outcome};
use crate::{output, spans};

pub(crate) fn run(args: &TokensArgs) -> Outcome {
    let as_ids = args.ids || !(args.json || args.table || io::stdout().is_terminal());
    color::check(args.color, !as_ids && !args.json, "--table")?;
    if as_ids && args.mask {
        return Err(Failure::Usage("--mask is shown with --json or --table; add one of them".to_owned()));
    }
    if args.mask && matches!(args.control_tokens, ControlTokensArg::Reference) {
        return Err(Failure::Usage(
            "--mask and --control-tokens reference exclude each other, as in transformers".to_owned(),
        ));
    }
    if args.table && matches!(args.control_tokens, ControlTokensArg::Reference) {
        return Err(Failure::Usage(
            "--table shows who wrote each token, which is not known with --control-tokens reference"
                .to_owned(),
        ));
    }
    let job = Job::for_tokens(&args.model, &args.prompt)?;
    if job.model().files().names().all(|name| name != "tokenizer.json") {
        return Err(Failure::Job(without_tokenizer(&args.model, job.model().origin())));
    }
    let options = EncodeOptions {
        control_tokens: match args.control_tokens {
            ControlTokensArg::Template => ControlTokens::Template,
            ControlTokensArg::Anywhere => ControlTokens::Anywhere,
            ControlTokensArg::Reference => ControlTokens::Reference,
        },
        truncation: args.max_length.map(|max_length| Truncation { max_length, side: None }),
        assistant_mask: args.mask,
        end_of_turn: args.end_of_turn,
        ..EncodeOptions::default()
    };
    let model = job.model();
    // The reference's way encodes another text than the prompt, and says nothing about where tokens stand.
    if options.control_tokens == ControlTokens::Reference {
        let encoding = model.encode(&job.request().messages, &job.request().options, &options)?;
        if args.json {
            return output::json(&document(model, &encoding, false));
        }
        return output::text(&format!("{}\n", Value::from(encoding.ids)));
    }
    let prompt = job.prepare()?.render()?;
    let encoding = model.tokenizer()?.encode(&prompt, &options)?;
    if args.json {
        return output::json(&document(model, &encoding, true));
    }
    if as_ids {
        return output::text(&format!("{}\n", Value::from(encoding.ids)));
    }
    output::text_in_color(&table(model, &encoding, &prompt, color::is_wanted(args.color))?)
}

/// Why there are no tokens, and what to do about it.
fn without_tokenizer(args: &ModelArgs, origin: &str) -> String {
    let name = args.model.as_deref().unwrap_or_default();
    let reason = if args.template.is_some() {
        "a template alone has no tokenizer. Use --model with a model that has one"
    } else if name.starts_with("builtin:") {
        "built-in models are templates without a tokenizer. Name the folder or the repository of a model that has one"
    } else if name.to_ascii_lowercase().ends_with(".gguf") {
        "the tokenizer inside of a GGUF file is not read. Name the folder or the repository that the file was made from"
    } else {
        "other formats of tokenizers are not read. Put the model's tokenizer.json there; if it is on the Hub, \
         rolecall fetch ORG/NAME brings it"
    };
    format!("{origin}: there is no tokenizer.json: {reason}.")
}

/// For programs; places and origins are `null` where they are not known.
fn document(model: &Model, encoding: &Encoding, is_traced: bool) -> Value {
    let known = |value: Value| if is_traced { value } else { Value::Null };
    let offsets: Vec<[usize; 2]> = encoding.offsets.iter().map(|range| [range.start, range.end]).collect();
    let messages: Vec<Option<usize>> = encoding.origins.iter().map(|origin| origin.message).collect();
    let kinds: Vec<&str> = encoding.origins.iter().map(|origin| kind(origin.kind)).collect();
    let mut document = json!({
        "model": model.origin(),
        "ids": encoding.ids,
        "offsets": known(json!(offsets)),
        "attention_mask": encoding.attention_mask,
        "messages": known(json!(messages)),
        "kinds": known(json!(kinds)),
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
fn table(model: &Model, encoding: &Encoding, prompt: &Prompt, in_color: bool) -> Outcome<String> {
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
        let literal = format!("{:28}", output::literal(&text));
        let mut token = String::new();
        match (span.filter(|_| in_color), origin.kind) {
            (None, _) => token.push_str(&literal),
            (_, TokenKind::Control) => Style::SPECIAL_TOKEN.paint(&mut token, &literal, false),
            (Some(span), _) => spans::style(prompt, &span.origin).0.paint(&mut token, &literal, false),
        }
        let line = format!(
            "{id:>8}  {token}  {:11}  {message:>7}  {field}{}",
            kind(origin.kind),
            if mask == Some(&1) { "  assistant" } else { "" },
        );
        out.extend([line.trim_end(), "\n"]);
    }
    Ok(out)
}
