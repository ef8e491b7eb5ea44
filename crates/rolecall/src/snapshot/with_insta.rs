//! Goldens as snapshots of the crate insta.

pub use insta;

use insta::{Comparator, Settings, Snapshot};
use serde::Serialize;

use super::Golden;
use crate::{Model, Options};

/// Compares the prompt that a conversation becomes with a golden, a snapshot of the crate insta.
///
/// The arguments are a [`Model`](crate::Model), a conversation and [`Options`](crate::Options), as those of
/// [`Model::apply_chat_template`](crate::Model::apply_chat_template), by reference or not; a name for the snapshot may
/// stand before them. Snapshots are reviewed and accepted as all others of insta, with `cargo insta review`. Their format
/// is that of [`rolecall::snapshot`](crate::snapshot).
///
/// When the snapshot and the prompt differ, the test says which of the template, the model's files, the conversation, the
/// options and rolecall itself has changed. That another version of rolecall gives the same prompt is no difference.
///
/// ```
/// use rolecall::{Message, Model, Options, assert_prompt_snapshot};
///
/// # let folder = tempfile::tempdir()?;
/// # let mut settings = rolecall::snapshot::insta::Settings::clone_current();
/// # settings.set_snapshot_path(folder.path());
/// # settings.set_prepend_module_to_snapshot(false);
/// # let _settings = settings.bind_to_scope();
/// # let keep = |name: &str, golden: rolecall::snapshot::Golden| {
/// #     std::fs::write(folder.path().join(format!("{name}.snap")), format!("---\nsource: moo.rs\n---\n{golden}"))
/// # };
/// let model = Model::builtin("chatml")?;
/// let options = Options::new().add_generation_prompt(true);
/// # let golden = |text| rolecall::snapshot::Golden::record(&model, &[Message::user(text)], &options);
/// # keep("which_animal", golden("Which animal says moo?")?)?;
/// # keep("in_german", golden("Welches Tier macht muh?")?)?;
/// assert_prompt_snapshot!("which_animal", model, [Message::user("Which animal says moo?")], options);
/// // The name may be left out where the test is a function: the snapshot is named after it.
/// assert_prompt_snapshot!("in_german", model, [Message::user("Welches Tier macht muh?")], options);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// When there is no snapshot yet or it differs, as insta's macros do, and when the conversation cannot be rendered for a
/// reason that the reference does not know. An error that the reference raises too is recorded in the prompt's place.
#[macro_export]
macro_rules! assert_prompt_snapshot {
    ($name:expr, $model:expr, $conversation:expr, $options:expr $(,)?) => {{
        let _settings = $crate::snapshot::settings().bind_to_scope();
        let golden = $crate::snapshot::recorded(&$model, &$conversation, &$options);
        $crate::snapshot::insta::assert_snapshot!($name, golden, stringify!($conversation));
    }};
    ($model:expr, $conversation:expr, $options:expr $(,)?) => {{
        let _settings = $crate::snapshot::settings().bind_to_scope();
        let golden = $crate::snapshot::recorded(&$model, &$conversation, &$options);
        $crate::snapshot::insta::assert_snapshot!(
            $crate::snapshot::insta::_macro_support::AutoName,
            golden,
            stringify!($conversation)
        );
    }};
}

/// The text of the snapshot.
///
/// # Panics
///
/// When the conversation cannot be rendered for a reason that the reference does not know.
#[allow(clippy::panic, reason = "a test that cannot render has failed")]
pub fn recorded<M: Serialize>(model: &Model, messages: &M, options: &Options) -> String {
    match Golden::record(model, messages, options) {
        Ok(golden) => golden.to_string(),
        Err(error) => panic!("{error}"),
    }
}

/// The settings of the test, with our comparison.
pub fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_comparator(Box::new(ByParts));
    settings
}

/// Compares goldens, and says what has changed.
struct ByParts;

impl Comparator for ByParts {
    #[allow(clippy::print_stderr, reason = "it is a part of the message of a failing test")]
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        let text = |snapshot: &Snapshot| snapshot.as_text().map(ToString::to_string).unwrap_or_default();
        let Some(message) = difference(&text(reference), &text(test)) else { return true };
        for line in message.lines() {
            eprintln!("rolecall: {line}");
        }
        false
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(Self)
    }
}

/// What a person is told when a snapshot is not what is recorded now.
fn difference(kept: &str, now: &str) -> Option<String> {
    let kept = match kept.parse::<Golden>() {
        Ok(kept) => kept,
        Err(error) => return Some(format!("the snapshot cannot be read: {error}")),
    };
    match now.parse() {
        Ok(now) => kept.drift(&now).map(|drift| drift.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_test_is_told_what_changed() {
        let model = |name| Model::builtin(name).expect("built in");
        let hi = serde_json::json!([{"role": "user", "content": "Hi"}]);
        let kept = recorded(&model("chatml"), &hi, &Options::new());
        assert_eq!(difference(&kept, &kept), None);
        let now = recorded(&model("gemma"), &hi, &Options::new());
        let told = difference(&kept, &now).expect("another model");
        assert!(told.contains("the model changed (builtin:chatml → builtin:gemma)\n"), "{told}");
        assert!(difference("hello", &now).is_some_and(|told| told.contains("cannot be read")));
    }
}
