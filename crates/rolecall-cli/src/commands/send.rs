//! `rolecall send`: renders, posts the prompt, prints the answer.

use std::io;
use std::time::Duration;

use rolecall::{Environment, Token};
use rolecall_sender::blocking::Sender;
use rolecall_sender::{Endpoint, Event, Generation, Input, Parameters};
use serde_json::json;

use crate::args::{EndpointArgs, ParameterArgs, SendArgs};
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
    let endpoint = endpoint(&args.endpoint)?;
    let prompt: Box<dyn Input + Sync> = match &args.raw {
        Some(text) if text == "-" => Box::new(input::text("-")?),
        Some(text) => Box::new(text.clone()),
        None => Box::new(Job::new(&args.model, &args.prompt)?.wants_answer().prepare()?.render()?),
    };
    let parameters = parameters(&args.parameters);
    let bar = progress::Waiting::new();
    let mut sender = Sender::new(endpoint.clone()).wait(seconds(args.endpoint.wait)?).on_wait({
        let bar = bar.clone();
        move |waiting| bar.show(&waiting)
    });
    let token = token(&args.endpoint, &endpoint)?;
    if let TokenChoice::Send(token) = &token {
        sender = sender.token(token.clone());
    }
    let answer = if args.stream {
        stream(&sender, &*prompt, &parameters, &bar, args.json)
    } else {
        let answer = sender.generate(&*prompt, &parameters);
        bar.clear();
        answer.map_err(Failure::job).map(Some)
    };
    let answer = answer.map_err(|failure| token.explain(failure, &endpoint))?;
    match answer {
        Some(answer) if args.json => output::json(&json!({
            "generated_text": answer.text,
            "finish_reason": answer.finish_reason,
            "generated_tokens": answer.generated_tokens,
        })),
        Some(answer) => output::text(&answer.text),
        // It has been printed as it came.
        None => Ok(()),
    }
}

/// Prints tokens as they come; gives the answer only if it is still to be printed.
fn stream(
    sender: &Sender,
    prompt: &(dyn Input + Sync),
    parameters: &Parameters,
    bar: &progress::Waiting,
    quiet: bool,
) -> Outcome<Option<Generation>> {
    let events = sender.generate_stream(prompt, parameters).map_err(Failure::job);
    bar.clear();
    let mut out = io::stdout().lock();
    let mut printed = String::new();
    for event in events? {
        match event.map_err(Failure::job) {
            Ok(Event::Token { text }) if !quiet => {
                output::piece(&mut out, &text)?;
                printed.push_str(&text);
            }
            Ok(Event::End(answer)) if quiet => return Ok(Some(answer)),
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

fn endpoint(args: &EndpointArgs) -> Outcome<Endpoint> {
    let endpoint = if args.allow_http {
        Endpoint::parse_allowing_http(&args.endpoint)
    } else {
        Endpoint::parse(&args.endpoint)
    };
    endpoint.map_err(Failure::job)
}

fn seconds(wait: f64) -> Outcome<Duration> {
    Duration::try_from_secs_f64(wait)
        .map_err(|_| Failure::Usage(format!("--wait is {wait}, which is no number of seconds")))
}

fn parameters(args: &ParameterArgs) -> Parameters {
    let mut parameters = Parameters::new().return_full_text(args.return_full_text);
    if let Some(count) = args.max_new_tokens {
        parameters = parameters.max_new_tokens(count);
    }
    if let Some(temperature) = args.temperature {
        parameters = parameters.temperature(temperature);
    }
    if let Some(mass) = args.top_p {
        parameters = parameters.top_p(mass);
    }
    if let Some(count) = args.top_k {
        parameters = parameters.top_k(count);
    }
    if let Some(seed) = args.seed {
        parameters = parameters.seed(seed);
    }
    if let Some(penalty) = args.repetition_penalty {
        parameters = parameters.repetition_penalty(penalty);
    }
    args.stop.iter().fold(parameters, Parameters::stop)
}

/// Which token goes to an endpoint.
enum TokenChoice {
    Send(Token),
    /// There is a stored one, and it is not meant for this host.
    Withheld,
    None,
}

/// The token given for this endpoint, else the stored one where it is meant to go.
fn token(args: &EndpointArgs, endpoint: &Endpoint) -> Outcome<TokenChoice> {
    if let Some(token) = args.token.as_deref().and_then(Token::cleaned) {
        return Ok(TokenChoice::Send(token));
    }
    Ok(match Environment::from_process().token()? {
        Some(token) if endpoint.is_hugging_face() || endpoint.is_loopback() => TokenChoice::Send(token),
        Some(_) => TokenChoice::Withheld,
        None => TokenChoice::None,
    })
}

impl TokenChoice {
    /// Says with a failure that a stored token was not sent.
    fn explain(&self, failure: Failure, endpoint: &Endpoint) -> Failure {
        match (self, failure) {
            (Self::Withheld, Failure::Job(message)) if message.contains("wants a token") => {
                Failure::Job(format!(
                    "{message} The stored token was not sent: it is for Hugging Face's hosts, and {} is not one of them.",
                    endpoint.host()
                ))
            }
            (_, failure) => failure,
        }
    }
}
