//! `rolecall whoami`: whose token it is.

use std::fmt::Write;

use crate::args::WhoamiArgs;
use crate::failure::{Failure, Outcome};
use crate::{endpoint, output};

pub(crate) fn run(args: &WhoamiArgs) -> Outcome {
    let hub = endpoint::hub(args.token.as_deref())?;
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
