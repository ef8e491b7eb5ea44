//! What a `tokenizer.json` decides of a model's special tokens, found without reading it as a tokenizer.

use std::fmt;
use std::io::BufReader;

use serde::Deserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::{ModelFiles, Result};

const NAME: &str = "tokenizer.json";

/// Whether it works on bytes, by the reference's own test: whether this word stands anywhere in the file.
pub(crate) fn works_on_bytes(files: &ModelFiles) -> Result<bool> {
    let word = b"\"ByteLevel\"";
    let json = files.read(NAME)?;
    Ok(json.is_some_and(|json| json.windows(word.len()).any(|part| part == word)))
}

/// The token with which it pads texts, if it does.
pub(crate) fn padding_token(files: &ModelFiles) -> Result<Option<String>> {
    let Some(file) = files.open(NAME)? else { return Ok(None) };
    let mut found = None;
    // A file that is no tokenizer is a matter of those who encode.
    let _ = serde_json::Deserializer::from_reader(BufReader::new(file)).deserialize_map(Padding(&mut found));
    Ok(found)
}

/// Looks for `padding`, which is among the first keys of a file of megabytes.
struct Padding<'a>(&'a mut Option<String>);

impl<'de> Visitor<'de> for Padding<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "padding" {
                let padding: Value = map.next_value()?;
                *self.0 = padding.get("pad_token").and_then(Value::as_str).map(str::to_owned);
                return Err(M::Error::custom("the rest is not needed"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
