//! `rolecall status`: how an endpoint is, and what it says about itself.

use std::fmt::Write;

use serde_json::json;

use crate::args::StatusArgs;
use crate::failure::{Failure, Outcome};
use crate::{output, progress};

pub(crate) fn run(args: &StatusArgs) -> Outcome {
    let bar = progress::Waiting::new();
    let (sender, token) = args.server.sender(&bar)?;
    let status = sender.status();
    bar.clear();
    let status = status.map_err(Failure::job)?;
    if args.json {
        output::json(&json!({
            "healthy": status.health.is_ok(),
            "error": status.health.as_ref().err().map(ToString::to_string),
            "info": status.info.as_ref().map(|info| &info.document),
            "models": status.models,
        }))?;
    } else {
        let health = if status.health.is_ok() { "ok" } else { "not well" };
        let mut lines = format!("health: {health}\n");
        if let Some(info) = &status.info {
            for (name, value) in info.document.as_object().into_iter().flatten() {
                let _ = writeln!(lines, "{}: {}", output::visible(name), output::visible(&value.to_string()));
            }
        }
        for model in &status.models {
            let _ = writeln!(lines, "serves: {}", output::visible(model));
        }
        output::text(&lines)?;
    }
    // A server that is not well fails the command, so that scripts can wait for it.
    status.health.map_err(|error| token.explain(Failure::job(error), sender.endpoint()))
}
