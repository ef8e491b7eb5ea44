//! `rolecall whoami`: whose token it is.

use std::fmt::Write;

use rolecall::{Environment, Token};
use rolecall_sender::blocking::Hub;

use crate::args::WhoamiArgs;
use crate::failure::{Failure, Outcome};
use crate::output;

pub(crate) fn run(args: &WhoamiArgs) -> Outcome {
    let mut hub = Hub::from_environment(&Environment::from_process()).map_err(Failure::job)?;
    if let Some(token) = args.token.as_deref().and_then(Token::cleaned) {
        hub = hub.token(token, "--token");
    }
    let identity = hub.whoami().map_err(Failure::job)?;
    if args.json {
        return output::json(&identity.document);
    }
    let mut lines = format!("{}\n", output::visible(&identity.name));
    for organisation in &identity.organisations {
        let _ = writeln!(lines, "organisation: {}", output::visible(&organisation.name));
    }
    if let Some(role) = &identity.token_role {
        let _ = writeln!(lines, "token: {}", output::visible(role));
    }
    output::text(&lines)
}
