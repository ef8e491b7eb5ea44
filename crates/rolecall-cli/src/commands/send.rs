//! `rolecall send`: renders, posts the prompt, prints the answer.

use std::io;

#[cfg(feature = "image")]
use rolecall::Prompt;
use rolecall::{ChatRequest, Image};
use rolecall_sender::blocking::{Events, Sender};
use rolecall_sender::{Dialect, Event, Generation, Markdown, Parameters, Prepared};
#[cfg(feature = "image")]
use rolecall_sender::{ErrorKind, TGI_PAYLOAD_LIMIT, downscale, image_budget};
use serde_json::{Value, json};

use crate::args::SendArgs;
use crate::chat_images as chat;
use crate::commands::render::Job;
use crate::failure::{Failure, Outcome};
use crate::{input, output, progress};

pub(crate) fn run(args: &SendArgs) -> Outcome {
    if !(args.prompt.image_sizes.is_empty() && args.prompt.video_sizes.is_empty()) {
        return Err(Failure::Usage(
            "a server expands placeholders itself: sizes are for render and tokens, and images are sent with --image"
                .to_owned(),
        ));
    }
    let bar = progress::Waiting::new();
    let (mut sender, token) = args.endpoint.sender(&bar)?;
    let endpoint = sender.endpoint().clone();
    if args.sees_images {
        sender = sender.sees_images(true);
    }
    if args.neutralise_images {
        sender = sender.markdown(Markdown::Neutralise);
    }
    let prepared = prepare(args, &sender)?;
    let answer = if args.stream {
        stream(&sender, prepared, &bar, args.json)
    } else {
        let answer = sender.send(prepared);
        bar.clear();
        answer.map_err(Failure::job).map(Some)
    };
    let answer = answer.map_err(|failure| token.explain(failure, &endpoint))?;
    match answer {
        Some(answer) if args.json => output::json(&document(&answer)),
        Some(answer) => output::text(&shown(&answer)),
        // It has been printed as it came.
        None => Ok(()),
    }
}

/// The request: a conversation for the server to render, a text as it is, or a rendered prompt.
fn prepare(args: &SendArgs, sender: &Sender) -> Outcome<Prepared> {
    let is_chat = args.chat || args.endpoint.dialect == Some(Dialect::Chat);
    let dialect = if is_chat { Dialect::Chat } else { args.endpoint.dialect.unwrap_or_default() };
    let parameters = args.parameters.read(dialect, args.stream)?;
    let text = match &args.raw {
        Some(_) if is_chat => {
            return Err(Failure::Usage(
                "--raw sends a text, and chat wants messages. Give a conversation.".into(),
            ));
        }
        Some(text) if text == "-" => input::text("-")?,
        Some(text) => text.clone(),
        None if is_chat => return conversation(args, sender, parameters),
        None => return rendered(args, sender, &parameters),
    };
    sender.prepare(&text, &parameters, args.stream).map_err(Failure::job)
}

/// A conversation as it is: messages, and the tools beside them.
fn conversation(args: &SendArgs, sender: &Sender, mut parameters: Parameters) -> Outcome<Prepared> {
    let document = input::text(&args.prompt.input)?;
    let request = ChatRequest::from_json(&document).map_err(Failure::job)?;
    let fields = serde_json::from_str::<Value>(&document).unwrap_or_default();
    let fields = fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    for (name, value) in fields {
        match name.as_str() {
            "messages" => {}
            "tools" => parameters = parameters.tools(value.clone()),
            // llama.cpp and vLLM have this field.
            "chat_template_kwargs" => parameters = parameters.extra(name, value.clone()),
            name => {
                return Err(Failure::Job(format!(
                    "the chat request has {name}, and a server that renders it has no place for that. Take it out, or \
                     send a rendered prompt (--model)."
                )));
            }
        }
    }
    let mut messages = request.messages;
    chat::place_images(&mut messages, &input::images(&args.prompt)?)?;
    sender.prepare_chat(&messages, &parameters, args.stream).map_err(Failure::job)
}

/// A rendered prompt, with smaller images if those it has are too large and that is allowed.
fn rendered(args: &SendArgs, sender: &Sender, parameters: &Parameters) -> Outcome<Prepared> {
    let document = input::text(&args.prompt.input)?;
    let images = input::images(&args.prompt)?;
    let load = |images: &[Image]| {
        let job = Job::of(&args.model, &args.prompt, &document, images, input::model)?.wants_answer();
        let prompt = job.prepare()?.render()?;
        let prepared = sender.prepare(&prompt, parameters, args.stream);
        Ok::<_, Failure>((prepared, prompt))
    };
    match load(&images)? {
        #[cfg(feature = "image")]
        (Err(error), prompt)
            if args.downscale && *error.kind() == ErrorKind::TooLarge && !images.is_empty() =>
        {
            load(&smaller(&prompt, &images)?)?.0.map_err(Failure::job)
        }
        (prepared, _) => prepared.map_err(Failure::job),
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

/// Prints tokens as they come; gives the answer only if it is still to be printed.
fn stream(
    sender: &Sender,
    prepared: Prepared,
    bar: &progress::Waiting,
    quiet: bool,
) -> Outcome<Option<Generation>> {
    let events = sender.send_stream(prepared).map_err(Failure::job);
    bar.clear();
    print(events?, quiet)
}

fn print(events: Events, quiet: bool) -> Outcome<Option<Generation>> {
    let mut out = io::stdout().lock();
    let mut printed = String::new();
    for event in events {
        match event.map_err(Failure::job) {
            Ok(Event::Token { text }) if !quiet => {
                output::piece(&mut out, &text)?;
                printed.push_str(&text);
            }
            Ok(Event::End(answer)) if quiet => return Ok(Some(answer)),
            Ok(Event::End(answer)) if !answer.tool_calls.is_empty() => {
                output::piece(&mut out, &calls(&answer))?;
            }
            Ok(_) => {}
            Err(failure) => {
                output::end(&mut out, &printed)?;
                return Err(failure);
            }
        }
    }
    output::end(&mut out, &printed)?;
    Ok(None)
}

/// The text, and the functions that are to be called.
fn shown(answer: &Generation) -> String {
    format!("{}{}", answer.text, calls(answer))
}

fn calls(answer: &Generation) -> String {
    let calls = answer.tool_calls.iter();
    let lines: Vec<String> = calls.map(|call| format!("{}({})", call.name, call.arguments)).collect();
    lines.join("\n")
}

fn document(answer: &Generation) -> Value {
    let mut fields = json!({
        "generated_text": answer.text,
        "finish_reason": answer.finish_reason,
        "generated_tokens": answer.generated_tokens,
        "prompt_tokens": answer.prompt_tokens,
        "seed": answer.seed,
    });
    let token = |token: &rolecall_sender::TokenInfo| json!({"id": token.id, "text": token.text, "logprob": token.logprob});
    let tokens = |tokens: &[rolecall_sender::TokenInfo]| tokens.iter().map(token).collect::<Vec<_>>();
    let calls = answer.tool_calls.iter();
    let more = [
        (
            "tool_calls",
            calls
                .map(|call| json!({"id": call.id, "name": call.name, "arguments": call.arguments}))
                .collect(),
        ),
        ("tokens", tokens(&answer.tokens)),
        ("top_tokens", answer.top_tokens.iter().map(|place| tokens(place).into()).collect()),
        ("others", answer.others.iter().map(document).collect::<Vec<Value>>()),
    ];
    if let Some(fields) = fields.as_object_mut() {
        for (name, list) in more.into_iter().filter(|(_, list)| !list.is_empty()) {
            fields.insert(name.to_owned(), list.into());
        }
        if let Some(reasoning) = &answer.reasoning {
            fields.insert("reasoning".to_owned(), reasoning.as_str().into());
        }
    }
    fields
}
