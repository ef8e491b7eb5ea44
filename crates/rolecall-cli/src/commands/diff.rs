//! `rolecall diff`: what another template, or another revision of one, makes of real conversations.

use std::fmt::Write as _;
use std::path::Path;

use rolecall::snapshot::{Golden, PromptDrift};
use rolecall::{Model, ModelSource};

use crate::args::DiffArgs;
use crate::failure::{Failure, Outcome};
use crate::snapshot::difference::unified;
use crate::snapshot::{conversations, pinned};
use crate::{color, input, output};

pub(crate) fn run(args: &DiffArgs) -> Outcome {
    let conversations = match &args.conversation {
        Some(path) if Path::new(path).is_dir() => conversations::of_folder(Path::new(path))?,
        Some(path) => vec![conversations::of_file(path)?],
        None => conversations::ours()?,
    };
    input::check_variables(&args.options.template)?;
    let before = load(&args.before, &args.templates_cache)?;
    let after = load(&args.after, &args.templates_cache)?;
    let in_color = color::is_wanted(args.color);
    let (mut page, mut head) = (String::new(), String::new());
    let mut told: Option<String> = None;
    let (mut same, mut different, mut failures) = (Vec::new(), 0, 0);
    for conversation in &conversations {
        let options = input::overridden(conversation.request.options.clone(), &args.options);
        // The two have two names, which is no change.
        let record = |model: &Model| {
            Golden::record(model, &conversation.request.messages, &options)
                .map(|golden| golden.named("model"))
        };
        let name = output::visible(&conversation.name);
        let (old, new) = match (record(&before), record(&after)) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(error), _) | (_, Err(error)) => {
                let _ = writeln!(page, "failed    {name}");
                let message = output::harmless(&error.to_string());
                // What all fail for is said once.
                if told.as_ref() != Some(&message) {
                    let _ = writeln!(page, "  {message}");
                    told = Some(message);
                }
                failures += 1;
                continue;
            }
        };
        if let Some(drift) = old.drift(&new).filter(|_| head.is_empty()) {
            for change in &drift.changes {
                let _ = writeln!(head, "{}", output::visible(&format!("{} ({})", change.what, change.how)));
            }
        }
        let word = match PromptDrift::between(&old, &new) {
            PromptDrift::None => {
                same.push(name);
                continue;
            }
            PromptDrift::Marks => "marks    ",
            _ => "differs  ",
        };
        different += 1;
        let _ = writeln!(page, "{word} {name}\n{}", unified(&old.body_text(), &new.body_text(), in_color));
    }
    if !head.is_empty() {
        head.push('\n');
    }
    if !same.is_empty() {
        let _ = writeln!(page, "the same  {}", same.join(", "));
    }
    let _ =
        writeln!(page, "conversations: {different} differ, {} are the same, {failures} failed", same.len());
    output::text_in_color(&(head + &page))?;
    if failures > 0 || (args.exit_code && different > 0) { Err(Failure::Told) } else { Ok(()) }
}

/// A model by its name; a revision that is pinned is not asked for on the Hub.
fn load(name: &str, cache: &Path) -> Outcome<Model> {
    let source = ModelSource::parse(name, cache)?;
    if let ModelSource::Hub { repo, revision: Some(revision) } = &source
        && let Some(model) = pinned::at_revision(cache, repo, revision)?
    {
        return Ok(model);
    }
    // With its tokenizer, which says what is a control token; one that happens to be here would make a difference.
    input::load_with_tokenizer(&source)
}
