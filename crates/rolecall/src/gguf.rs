//! The chat template and special tokens in the metadata of a GGUF file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::templates::TemplateSet;
use crate::{Error, ErrorKind, Result, SpecialTokens};

/// The most bytes of one text in the metadata.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// The most entries, or elements of an array, that real files have, with room to spare.
const MAX_COUNT: u64 = 1 << 24;

/// What a GGUF file says about prompts.
pub(crate) struct Metadata {
    pub(crate) templates: TemplateSet,
    pub(crate) special_tokens: SpecialTokens,
}

/// The special tokens that GGUF names by their ids.
const TOKEN_KEYS: [(&str, &str); 7] = [
    ("tokenizer.ggml.bos_token_id", "bos_token"),
    ("tokenizer.ggml.eos_token_id", "eos_token"),
    ("tokenizer.ggml.unknown_token_id", "unk_token"),
    ("tokenizer.ggml.seperator_token_id", "sep_token"),
    ("tokenizer.ggml.padding_token_id", "pad_token"),
    ("tokenizer.ggml.cls_token_id", "cls_token"),
    ("tokenizer.ggml.mask_token_id", "mask_token"),
];

/// Reads the metadata of the file at `path`; the weights are not touched.
pub(crate) fn read(path: &Path) -> Result<Metadata> {
    let fail = |problem: String| {
        Error::new(ErrorKind::File, format!("cannot read {} as GGUF: {problem}", path.display()))
            .help("Check that it is a complete GGUF file of version 2 or 3")
    };
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(fail("it is not a regular file".to_owned())),
        Ok(_) => {}
        Err(error) => return Err(fail(error.to_string())),
    }
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    Reader { source: BufReader::new(file) }.metadata().map_err(|error| fail(error.to_string()))
}

struct Reader<R> {
    source: R,
}

/// A value of the metadata, as far as prompts need it.
enum Value {
    Integer(u64),
    Text(String),
    Texts(Vec<String>),
    Other,
}

fn wrong(problem: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.into())
}

impl<R: Read + Seek> Reader<R> {
    fn metadata(&mut self) -> io::Result<Metadata> {
        if self.bytes::<4>()? != *b"GGUF" {
            return Err(wrong("it does not start with the letters GGUF"));
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(wrong(format!("version {version} is not one we read")));
        }
        self.u64()?;
        let entries = self.count("metadata entries")?;
        let mut templates: Vec<(String, String)> = Vec::new();
        let mut ids = Vec::new();
        let mut vocabulary = Vec::new();
        for _ in 0..entries {
            let key = self.text()?;
            let kind = self.u32()?;
            let value = self.value(kind, key == "tokenizer.ggml.tokens")?;
            match value {
                Value::Text(text) => {
                    if key == "tokenizer.chat_template" {
                        templates.insert(0, ("default".to_owned(), text));
                    } else if let Some(name) = key.strip_prefix("tokenizer.chat_template.") {
                        templates.push((name.to_owned(), text));
                    }
                }
                Value::Integer(id) => {
                    if let Some((_, name)) = TOKEN_KEYS.iter().find(|(known, _)| *known == key) {
                        ids.push((*name, id));
                    }
                }
                Value::Texts(texts) => vocabulary = texts,
                Value::Other => {}
            }
        }
        let special_tokens = ids.into_iter().filter_map(|(name, id)| {
            let text = usize::try_from(id).ok().and_then(|id| vocabulary.get(id))?;
            Some((name, text.clone()))
        });
        let special_tokens = special_tokens.collect();
        let templates = match templates.as_slice() {
            [] => TemplateSet::None,
            [(name, text)] if name == "default" => TemplateSet::Single(text.clone().into()),
            _ => TemplateSet::Named(templates.into_iter().map(|(name, text)| (name, text.into())).collect()),
        };
        Ok(Metadata { templates, special_tokens })
    }

    fn value(&mut self, kind: u32, keep_texts: bool) -> io::Result<Value> {
        match kind {
            8 => Ok(Value::Text(self.text()?)),
            9 => {
                let element = self.u32()?;
                let length = self.count("elements of an array")?;
                self.array(element, length, keep_texts)
            }
            4 => Ok(Value::Integer(u64::from(self.u32()?))),
            10 => Ok(Value::Integer(self.u64()?)),
            other => {
                self.skip(fixed_size(other)?)?;
                Ok(Value::Other)
            }
        }
    }

    fn array(&mut self, element: u32, length: u64, keep_texts: bool) -> io::Result<Value> {
        if element != 8 {
            self.skip(fixed_size(element)?.saturating_mul(length))?;
            return Ok(Value::Other);
        }
        let mut texts = Vec::new();
        for _ in 0..length {
            if keep_texts {
                texts.push(self.text()?);
            } else {
                let bytes = self.u64()?;
                self.skip(bytes)?;
            }
        }
        Ok(if keep_texts { Value::Texts(texts) } else { Value::Other })
    }

    fn text(&mut self) -> io::Result<String> {
        let length = self.u64()?;
        if length > MAX_TEXT_BYTES {
            return Err(wrong(format!("a text of {length} bytes is longer than any real one")));
        }
        let mut bytes = Vec::new();
        self.source.by_ref().take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        String::from_utf8(bytes).map_err(|_| wrong("a text is not UTF-8"))
    }

    fn count(&mut self, what: &str) -> io::Result<u64> {
        match self.u64()? {
            count if count <= MAX_COUNT => Ok(count),
            count => Err(wrong(format!("{count} {what} are more than any real file has"))),
        }
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let offset = i64::try_from(bytes).map_err(|_| wrong("a length is larger than any file"))?;
        self.source.seek(SeekFrom::Current(offset)).map(drop)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> io::Result<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> io::Result<u64> {
        self.bytes().map(u64::from_le_bytes)
    }
}

/// The bytes of a value of a type that always has as many.
fn fixed_size(kind: u32) -> io::Result<u64> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        other => Err(wrong(format!("there is no value type {other}, or it cannot stand in an array"))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    }

    fn sample() -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend(0u64.to_le_bytes());
        out.extend(5u64.to_le_bytes());
        text(&mut out, "general.file_type");
        out.extend([0, 0, 0, 0, 7]);
        text(&mut out, "tokenizer.ggml.scores");
        out.extend(9u32.to_le_bytes());
        out.extend(6u32.to_le_bytes());
        out.extend(2u64.to_le_bytes());
        out.extend([0; 8]);
        text(&mut out, "tokenizer.ggml.tokens");
        out.extend(9u32.to_le_bytes());
        out.extend(8u32.to_le_bytes());
        out.extend(2u64.to_le_bytes());
        text(&mut out, "<s>");
        text(&mut out, "</s>");
        text(&mut out, "tokenizer.ggml.eos_token_id");
        out.extend(4u32.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        text(&mut out, "tokenizer.chat_template");
        out.extend(8u32.to_le_bytes());
        text(&mut out, "{{ eos_token }}");
        out
    }

    #[test]
    fn template_and_tokens_are_found() {
        let found = Reader { source: Cursor::new(sample()) }.metadata().expect("reads");
        assert_eq!(found.templates, TemplateSet::Single("{{ eos_token }}".into()));
        assert_eq!(found.special_tokens, SpecialTokens::from([("eos_token", "</s>")]));
    }

    #[test]
    fn every_cut_and_every_changed_byte_ends_in_an_answer() {
        let whole = sample();
        for length in 0..whole.len() {
            assert!(Reader { source: Cursor::new(whole[..length].to_vec()) }.metadata().is_err(), "{length}");
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = Reader { source: Cursor::new(changed) }.metadata();
            }
        }
    }
}
