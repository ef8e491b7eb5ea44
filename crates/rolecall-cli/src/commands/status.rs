//! `rolecall status`: how an endpoint is and what it says about itself, or what a provider serves.

use std::fmt::Write;

use rolecall_sender::blocking::Hub;
use serde_json::{Value, json};

use crate::args::StatusArgs;
use crate::failure::{Failure, Outcome};
use crate::{endpoint, output, progress};

pub(crate) fn run(args: &StatusArgs) -> Outcome {
    let Some(provider) = &args.server.provider else { return of_server(args) };
    refuse_settings_of_servers(args)?;
    let hub = endpoint::hub(args.server.token.as_deref())?;
    match &args.server.served_model {
        Some(model) => of_model(args, &hub, provider, model),
        None => of_provider(args, &hub, provider),
    }
}

fn of_server(args: &StatusArgs) -> Outcome {
    if args.server.served_model.is_some() {
        return Err(Failure::Usage(
            "--served-model is the model of a provider here, and none is named. Add --provider, or leave it out."
                .to_owned(),
        ));
    }
    let bar = progress::Waiting::new();
    let (sender, token) = args.server.sender(&bar)?;
    let status = sender.status();
    bar.clear();
    let status = status.map_err(Failure::job)?;
    if args.json {
        output::json(&json!({
            "healthy": status.health.is_ok(),
            "health_route": status.has_health_route,
            "error": status.health.as_ref().err().map(ToString::to_string),
            "info": status.info.as_ref().map(|info| &info.document),
            "models": status.models,
        }))?;
    } else {
        let mut lines = match (&status.health, status.has_health_route) {
            (Ok(()), true) => "health: ok\n".to_owned(),
            (Ok(()), false) => "health: the server has no route for it, and answers others\n".to_owned(),
            (Err(_), _) => "health: not well\n".to_owned(),
        };
        if let Some(info) = &status.info {
            for (name, value) in info.document.as_object().into_iter().flatten() {
                line(&mut lines, name, &value.to_string());
            }
        }
        for model in &status.models {
            line(&mut lines, "serves", model);
        }
        output::text(&lines)?;
    }
    // A server that is not well fails the command, so that scripts can wait for it.
    status.health.map_err(|error| token.explain(Failure::job(error), sender.endpoint()))
}

/// The models that a provider serves.
fn of_provider(args: &StatusArgs, hub: &Hub, provider: &str) -> Outcome {
    let models = hub.deployed(provider).map_err(Failure::job)?;
    if args.json {
        let models: Vec<Value> =
            models.iter().map(|model| json!({"id": model.id, "task": model.task})).collect();
        return output::json(&json!({"provider": provider, "models": models}));
    }
    let mut lines = String::new();
    line(&mut lines, "provider", provider);
    line(&mut lines, "models", &models.len().to_string());
    for model in &models {
        let task = model.task.as_ref().map(|task| format!(" ({task})"));
        line(&mut lines, "serves", &format!("{}{}", model.id, task.unwrap_or_default()));
    }
    output::text(&lines)
}

/// How a provider serves one model.
fn of_model(args: &StatusArgs, hub: &Hub, provider: &str, model: &str) -> Outcome {
    let providers = hub.providers(model).map_err(Failure::job)?;
    let Some(found) = providers.iter().find(|mapping| mapping.provider == provider) else {
        let others: Vec<&str> = providers.iter().map(|mapping| &*mapping.provider).collect();
        let others = if others.is_empty() { "none does".to_owned() } else { others.join(", ") };
        return Err(Failure::Job(format!("{provider} does not serve {model}. Providers that do: {others}.")));
    };
    if args.json {
        output::json(&json!({
            "provider": provider,
            "model": model,
            "provider_id": found.provider_id,
            "status": found.status,
            "task": found.task,
        }))?;
    } else {
        let mut lines = String::new();
        line(&mut lines, "provider", provider);
        line(&mut lines, "serves", model);
        let more = [("as", &found.provider_id), ("status", &found.status), ("task", &found.task)];
        for (name, value) in more {
            if let Some(value) = value {
                line(&mut lines, name, value);
            }
        }
        output::text(&lines)?;
    }
    match found.status.as_deref() {
        None | Some("live") => Ok(()),
        Some(status) => Err(Failure::Job(format!(
            "{provider} does not serve {model} to everybody: its status is {status}, and not live."
        ))),
    }
}

/// The Hub knows what a provider serves, and is asked in one way only.
fn refuse_settings_of_servers(args: &StatusArgs) -> Outcome {
    let server = &args.server;
    let named = [
        ("--endpoint (or ROLECALL_ENDPOINT)", server.endpoint.is_some()),
        ("--allow-http", server.allow_http),
        ("--wait", server.wait != 0.0),
        ("--deadline", server.deadline.is_some()),
        ("--verbose", server.verbose),
    ];
    match named.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Failure::Usage(format!(
            "{name} is about a server, and status --provider asks the Hub (HF_ENDPOINT) what a provider serves. Leave out \
             one of them."
        ))),
        None => Ok(()),
    }
}

fn line(lines: &mut String, name: &str, value: &str) {
    let _ = writeln!(lines, "{}: {}", output::visible(name), output::visible(value));
}
