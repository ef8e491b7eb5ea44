//! `rolecall tokens`: prints the prompt as tokens.

use std::fmt::Write;
use std::io::{self, IsTerminal};

use rolecall::tokens::{ControlTokens, EncodeOptions, Encoding, TokenKind, Tokenizer, Truncation};
use rolecall::{Prompt, Span};
use serde_json::{Value, json};

use crate::args::{ControlTokensArg, ModelArgs, TokensArgs};
use crate::color::{self, Style};
use crate::commands::render::Job;
use crate::failure::{Failure, Outcome};
use crate::{output, spans};

pub(crate) fn run(args: &TokensArgs) -> Outcome {
    let as_ids = args.ids || !(args.json || args.table || io::stdout().is_terminal());
    if as_ids && args.mask {
        return Err(Failure::Usage("--mask is shown with --json or --table; add one of them".to_owned()));
    }
    if args.mask && args.control_tokens == ControlTokensArg::Reference {
        return Err(Failure::Usage(
            "--mask and --control-tokens reference exclude each other, as in transformers; with --control-tokens \
             template there is a mask"
                .to_owned(),
        ));
    }
    let job = Job::with_tokenizer(&args.model, &args.prompt)?;
    if job.model().files().names().all(|name| name != "tokenizer.json") {
        return Err(Failure::Job(without_tokenizer(&args.model, job.model().origin())));
    }
    let options = options(args);
    let tokenizer = job.model().tokenizer()?;
    let prompt = job.prepare()?.render()?;
    let is_reference = options.control_tokens == ControlTokens::Reference;
    let encoding = if is_reference {
        job.model().encode(&job.request().messages, &job.request().options, &options)?
    } else {
        tokenizer.encode(&prompt, &options)?
    };
    if as_ids {
        let ids = serde_json::to_string(&encoding.ids).map_err(Failure::job)?;
        return output::exact(&format!("{ids}\n"));
    }
    if args.json {
        return output::json(&document(&job, &prompt, tokenizer, &encoding, is_reference));
    }
    let table = Table { prompt: &prompt, tokenizer, encoding: &encoding, is_reference };
    output::exact(&table.page(color::is_wanted(args.color)))
}

fn options(args: &TokensArgs) -> EncodeOptions {
    EncodeOptions {
        control_tokens: match args.control_tokens {
            ControlTokensArg::Template => ControlTokens::Template,
            ControlTokensArg::Anywhere => ControlTokens::Anywhere,
            ControlTokensArg::Reference => ControlTokens::Reference,
        },
        truncation: args.max_length.map(|max_length| Truncation { max_length, side: None }),
        assistant_mask: args.mask,
        end_of_turn: args.end_of_turn,
        ..EncodeOptions::default()
    }
}

/// Why there are no tokens, and what to do about it.
fn without_tokenizer(args: &ModelArgs, origin: &str) -> String {
    let name = args.model.as_deref().unwrap_or_default();
    if args.template.is_some() {
        return "a template alone has no tokenizer. Use --model with a model that has a tokenizer.json."
            .to_owned();
    }
    if name.starts_with("builtin:") {
        return format!(
            "{name} is a template without a tokenizer. Use --model with the folder or the repository of a model that \
             has a tokenizer.json."
        );
    }
    if name.to_ascii_lowercase().ends_with(".gguf") {
        return format!(
            "{origin}: the tokenizer inside of a GGUF file is not read. Use the folder or the repository that the file \
             was made from, if it has a tokenizer.json."
        );
    }
    format!(
        "{origin}: there is no tokenizer.json. Only tokenizers in the format of the tokenizers library are read: put the \
         model's tokenizer.json there, or if the model has one on the Hub, run: rolecall fetch ORG/NAME"
    )
}

/// The tokens for programs. Of what the reference sanitized it is not known who wrote it.
fn document(
    job: &Job,
    prompt: &Prompt,
    tokenizer: &Tokenizer,
    encoding: &Encoding,
    is_reference: bool,
) -> Value {
    let tokens: Vec<Option<String>> = encoding.ids.iter().map(|id| tokenizer.token(*id)).collect();
    let offsets: Vec<_> = encoding.offsets.iter().map(|place| json!([place.start, place.end])).collect();
    let origins: Vec<_> = encoding
        .origins
        .iter()
        .map(|origin| json!({"kind": kind(origin.kind), "message": origin.message, "span": origin.span}))
        .collect();
    let known = |value: Value| if is_reference { Value::Null } else { value };
    json!({
        "model": job.model().origin(),
        "revision": job.model().files().revision(),
        "prompt": prompt.text(),
        "clock_read": prompt.clock_read(),
        "ids": encoding.ids,
        "tokens": tokens,
        "offsets": known(offsets.into()),
        "origins": known(origins.into()),
        "spans": known(spans::document(prompt)),
        "assistant_mask": encoding.assistant_mask,
    })
}

fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Control => "control",
        TokenKind::Role => "role",
        TokenKind::Content => "content",
        TokenKind::Padding => "padding",
        _ => "template",
    }
}

/// The tokens for a person.
struct Table<'a> {
    prompt: &'a Prompt,
    tokenizer: &'a Tokenizer,
    encoding: &'a Encoding,
    is_reference: bool,
}

impl Table<'_> {
    fn page(&self, in_color: bool) -> String {
        const WIDEST: usize = 24;
        let Encoding { ids, origins, assistant_mask, .. } = self.encoding;
        let spans: Vec<Span<'_>> = self.prompt.spans().collect();
        let texts: Vec<String> = (0..ids.len()).map(|at| self.text(at)).collect();
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or_default().min(WIDEST);
        let mask_title = if assistant_mask.is_some() { "mask  " } else { "" };
        let mut out = format!("{:>6} {:>7}  {mask_title}{:width$}", "token", "id", "text");
        if !self.is_reference {
            out.push_str("  kind      message  field");
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        for (at, ((id, origin), text)) in ids.iter().zip(origins).zip(&texts).enumerate() {
            let mut line = format!("{at:>6} {id:>7}  ");
            if let Some(mask) = assistant_mask {
                let _ = write!(line, "{:<6}", mask.get(at).copied().unwrap_or_default());
            }
            let span = origin.span.and_then(|span| spans.get(span)).filter(|_| !self.is_reference);
            let padded = format!("{text:width$}");
            if in_color {
                let style = match (origin.kind, span) {
                    (TokenKind::Control, _) => Style::SPECIAL_TOKEN,
                    (_, Some(span)) => spans::style(self.prompt, &span.origin).0,
                    (_, None) => Style::TEMPLATE,
                };
                style.paint(&mut line, &padded, false);
            } else {
                line.push_str(&padded);
            }
            if !self.is_reference {
                let message = origin.message.map_or_else(|| "-".to_owned(), |message| message.to_string());
                let field = span.map(|span| spans::field(&span.origin)).unwrap_or_default();
                let _ = write!(line, "  {:<8}  {message:>7}  {field}", kind(origin.kind));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        let _ = writeln!(out, "{} tokens", ids.len());
        out
    }

    /// The text of a token as a literal; its name in the vocabulary where it shares a character with others or its place
    /// is not known.
    fn text(&self, at: usize) -> String {
        let place = self.encoding.offsets.get(at);
        let neighbours = [at.checked_sub(1), at.checked_add(1)];
        let is_shared =
            neighbours.into_iter().flatten().any(|other| self.encoding.offsets.get(other) == place);
        let text = place.filter(|_| !is_shared).and_then(|place| self.prompt.text().get(place.clone()));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            return format!("{text:?}");
        }
        let id = self.encoding.ids.get(at).copied().unwrap_or_default();
        output::visible(&self.tokenizer.token(id).unwrap_or_default())
    }
}
