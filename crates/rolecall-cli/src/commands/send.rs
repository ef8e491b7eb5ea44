//! `rolecall send`: renders, posts the prompt, prints the answer.

use rolecall::ChatRequest;
use rolecall_sender::{Dialect, Prepared};

use crate::args::SendArgs;
use crate::commands::render::Job;
use crate::failure::{Failure, Outcome};
use crate::request::{self, Requests, refuse_rendering};
use crate::{answer, input, output};

pub(crate) fn run(args: &SendArgs) -> Outcome {
    if !(args.prompt.image_sizes.is_empty() && args.prompt.video_sizes.is_empty()) {
        return Err(Failure::Usage(
            "a server expands placeholders itself: sizes are for render and tokens, and images are sent with --image"
                .to_owned(),
        ));
    }
    let options = &args.prompt.options;
    refuse_rendering(
        &args.request,
        &args.model,
        &options.template,
        &[
            ("--add-generation-prompt", options.add_generation_prompt),
            ("--continue-final-message", options.continue_final_message.is_some()),
            ("--image-token", args.prompt.image_token.is_some()),
        ],
    )?;
    let requests = Requests::new(&args.request, args.stream)?.with(|parameters| args.answer.add(parameters));
    let (requests, prepared) = prepare(args, requests)?;
    if !args.stream {
        let answer = requests.send(prepared)?;
        return if args.json {
            output::json(&answer::document(&answer))
        } else {
            output::text(&answer::shown(&answer))
        };
    }
    let in_front = prepared.in_front().unwrap_or_default().to_owned();
    let events = requests.stream(prepared)?;
    if args.json {
        return output::json(&answer::document(&answer::whole(events)?));
    }
    output::piece(&mut std::io::stdout().lock(), &in_front)?;
    answer::print(events, None).map(drop)
}

/// The request: a conversation for the server to render, a text as it is, or a rendered prompt.
fn prepare(args: &SendArgs, mut requests: Requests) -> Outcome<(Requests, Prepared)> {
    if args.sees_images {
        requests = requests.sees_images();
    }
    let is_chat = args.request.dialect() == Dialect::Chat;
    let prepared = match &args.raw {
        Some(_) if is_chat => {
            return Err(Failure::Usage(
                "--raw sends a text, and chat wants messages. Give a conversation.".into(),
            ));
        }
        Some(text) if text == "-" => requests.text(&input::text("-")?)?,
        Some(text) => requests.text(text)?,
        None if is_chat => {
            let document = input::text(&args.prompt.input)?;
            let request = ChatRequest::from_json(&document).map_err(Failure::job)?;
            requests = requests.served(&request::fields(&document))?;
            requests.messages(request.messages, &input::images(&args.prompt.images)?)?
        }
        None => {
            let images = input::images(&args.prompt.images)?;
            let request = input::request(&args.prompt, &input::text(&args.prompt.input)?, &[])?;
            let job = Job::of(&args.model, request, |model| args.request.model(model))?;
            requests.rendered(&job, &job.request().messages, &images)?
        }
    };
    Ok((requests, prepared))
}
