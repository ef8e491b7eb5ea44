//! `--cross-check`: the second opinion of another engine on a prompt.

use rolecall::Prepared;
use rolecall_crosscheck::{Opinion, second_opinion};
use serde_json::{Value, json};

use crate::args::RenderArgs;
use crate::failure::{Failure, Outcome};
use crate::output;

/// If it is asked for: renders on both engines, and gives the result for programs. Something else than the same
/// is a failed job.
pub(crate) fn run(args: &RenderArgs, prepared: &Prepared<'_>) -> Outcome<Option<Value>> {
    if !args.cross_check {
        return Ok(None);
    }
    let ours = prepared.output();
    let ours = match &ours {
        Ok(text) => Ok(text.as_str()),
        Err(error) => Err(error.reference().ok_or_else(|| Failure::job(error))?),
    };
    match second_opinion(prepared.source(), prepared.variables(), prepared.render_options(), ours) {
        Opinion::Same => {
            if args.verbose {
                output::note("cross-check: minijinja gives the same.");
            }
            Ok(Some(json!({"result": "same"})))
        }
        Opinion::None(reason) => {
            output::note(&format!("cross-check: minijinja has no opinion: {reason}"));
            Ok(Some(json!({"result": "undecided", "reason": reason})))
        }
        Opinion::Other(difference) => Err(Failure::Job(format!(
            "the cross-check failed: minijinja gives {difference}\n\
             One of the two is wrong. COMPATIBILITY.md lists where minijinja is known to be; if this is not among \
             it, please report it at {}/issues, with the template and the input if you may share them.",
            env!("CARGO_PKG_REPOSITORY")
        ))),
    }
}
