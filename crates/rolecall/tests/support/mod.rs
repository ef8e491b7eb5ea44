//! What several tests ask of tokenizers.

use proptest::prelude::*;
use rolecall::Prompt;
use rolecall::tokens::{ControlTokens, EncodeOptions, Tokenizer};
use serde_json::Value;

/// With control tokens anywhere, ids and places are what the tokenizers library gives. For a model that `leaves_out` what
/// it does not know only the ids are: the library counts as if that were not there.
pub(crate) fn is_the_librarys(
    (name, json): (&str, &Value),
    tokenizer: &Tokenizer,
    prompt: &Prompt,
    leaves_out: bool,
) -> Result<(), TestCaseError> {
    let anywhere = EncodeOptions { control_tokens: ControlTokens::Anywhere, ..EncodeOptions::default() };
    let library = tokenizers::Tokenizer::from_bytes(json.to_string()).unwrap();
    let expected = library.encode(prompt.text(), false).unwrap();
    let found = tokenizer.encode(prompt, &anywhere).unwrap();
    prop_assert_eq!(&found.ids, expected.get_ids(), "{}", name);
    if !leaves_out {
        let places: Vec<(usize, usize)> =
            found.offsets.iter().map(|place| (place.start, place.end)).collect();
        prop_assert_eq!(&places, expected.get_offsets(), "{}", name);
    }
    Ok(())
}
