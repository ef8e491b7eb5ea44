//! What a model's files say about how its processor treats images.

use serde_json::{Map, Value};

use super::resize::MOST;
use crate::python::type_name;
use crate::{Error, ErrorKind, ModelFiles, Result};

/// The settings of one part of a processor, and the file that they are from.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    values: Map<String, Value>,
    file: String,
}

/// A setting of two lengths, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Sides {
        height: u64,
        width: u64,
    },
    Shortest(u64),
    /// With Qwen2-VL these are numbers of pixels.
    Edges {
        shortest: u64,
        longest: u64,
    },
}

/// Settings that `tokenizer_config.json` may have too, by accident: the reference then takes them from there.
const OF_IMAGES: [&str; 13] = [
    "crop_size",
    "do_center_crop",
    "do_image_splitting",
    "do_pad",
    "do_resize",
    "image_seq_length",
    "max_pixels",
    "merge_size",
    "min_pixels",
    "pad_size",
    "patch_size",
    "size",
    "temporal_patch_size",
];

/// The class of the model's processor, where the reference looks for it.
pub(crate) fn processor_class(files: &ModelFiles) -> Result<Option<String>> {
    // A video's processor is asked only where there is none of images.
    let images = "preprocessor_config.json";
    let preprocessor = if files.get(images).is_some() { images } else { "video_preprocessor_config.json" };
    for file in ["processor_config.json", preprocessor, "tokenizer_config.json", "config.json"] {
        let Some(config) = files.json_object(file)? else { continue };
        if let Some(class) = config.get("processor_class").and_then(Value::as_str) {
            return Ok(Some(class.to_owned()));
        }
    }
    Ok(None)
}

/// The model type that `config.json` names.
pub(super) fn model_type(files: &ModelFiles) -> Result<Option<String>> {
    let config = files.json_object("config.json")?;
    Ok(config.as_ref().and_then(|config| config.get("model_type")).and_then(Value::as_str).map(str::to_owned))
}

impl Settings {
    /// Those of the processor itself.
    pub(super) fn of_processor(files: &ModelFiles) -> Result<Self> {
        let file = "processor_config.json";
        let values = files.json_object(file)?.unwrap_or_default();
        Ok(Self { values, file: file.to_owned() })
    }

    /// Those of a part of the processor: under its name in `processor_config.json`, else in the first of these files.
    pub(super) fn of_part(files: &ModelFiles, part: &str, others: &[&str]) -> Result<Self> {
        let config = files.json_object("tokenizer_config.json")?.unwrap_or_default();
        if let Some(name) = OF_IMAGES.iter().find(|name| config.contains_key(**name)) {
            return Err(unsupported(format!("tokenizer_config.json has the setting {name:?} of images")));
        }
        let nested = files.json_object("processor_config.json")?.and_then(|mut config| config.remove(part));
        match nested {
            None | Some(Value::Null) => {}
            Some(Value::Object(values)) => {
                return Ok(Self { values, file: "processor_config.json".to_owned() });
            }
            Some(other) => {
                let found = type_name(&other);
                return Err(unsupported(format!("{part:?} in processor_config.json is {found}, not a dict")));
            }
        }
        for file in others {
            if let Some(values) = files.json_object(file)? {
                return Ok(Self { values, file: (*file).to_owned() });
            }
        }
        Err(Error::new(
            ErrorKind::Media,
            format!("there is no {} that says how images are processed", others.join(" or ")),
        )
        .help("Fetch the model's files again: a processor needs it"))
    }

    /// A setting that is not null.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(name, other)),
        }
    }

    /// A length or a factor, which is above 0.
    pub(super) fn length(&self, name: &str, default: u64) -> Result<u64> {
        self.get(name).map_or(Ok(default), |value| self.number(name, value))
    }

    /// A count, which may be 0.
    pub(super) fn count(&self, name: &str, default: u64) -> Result<u64> {
        match self.get(name) {
            Some(value) if value.as_u64() == Some(0) => Ok(0),
            _ => self.length(name, default),
        }
    }

    /// A setting such as `{"height": 336, "width": 336}`; a number means both sides if it is `square`, else the shorter.
    pub(super) fn size(&self, name: &str, square: bool, default: Size) -> Result<Size> {
        let Some(value) = self.get(name) else { return Ok(default) };
        let sides = |height: &Value, width: &Value| {
            Ok(Size::Sides { height: self.number(name, height)?, width: self.number(name, width)? })
        };
        match value {
            Value::Number(_) if square => sides(value, value),
            Value::Number(_) => Ok(Size::Shortest(self.number(name, value)?)),
            Value::Array(both) => match both.as_slice() {
                [height, width] => sides(height, width),
                _ => Err(self.wrong(name, value)),
            },
            Value::Object(size) => {
                let part = |name: &str| size.get(name);
                match (size.len(), part("height"), part("width"), part("shortest_edge"), part("longest_edge"))
                {
                    (2, Some(height), Some(width), None, None) => sides(height, width),
                    (1, None, None, Some(edge), None) => Ok(Size::Shortest(self.number(name, edge)?)),
                    (2, None, None, Some(shortest), Some(longest)) => Ok(Size::Edges {
                        shortest: self.number(name, shortest)?,
                        longest: self.number(name, longest)?,
                    }),
                    _ => Err(self.wrong(name, value)),
                }
            }
            other => Err(self.wrong(name, other)),
        }
    }

    /// The bounds of Qwen2-VL, of which `min_pixels` and `max_pixels` win over those in `size`.
    pub(super) fn pixel_bounds(&self, default: (u64, u64)) -> Result<(u64, u64)> {
        let mut size = match self.get("size") {
            None => {
                let mut size = Map::new();
                size.insert("shortest_edge".to_owned(), default.0.into());
                size.insert("longest_edge".to_owned(), default.1.into());
                size
            }
            Some(Value::Object(size)) => size.clone(),
            Some(other) => return Err(self.wrong("size", other)),
        };
        for (old, new) in [("min_pixels", "shortest_edge"), ("max_pixels", "longest_edge")] {
            if let Some(bound) = self.get(old) {
                size.insert(new.to_owned(), bound.clone());
                size.remove(old);
            }
        }
        match (size.len(), size.get("shortest_edge"), size.get("longest_edge")) {
            (2, Some(min), Some(max)) => Ok((self.pixels("size", min)?, self.pixels("size", max)?)),
            _ => Err(self.wrong("size", &Value::Object(size))),
        }
    }

    fn number(&self, name: &str, value: &Value) -> Result<u64> {
        let number = value.as_u64().filter(|number| (1..=MOST).contains(number));
        number.ok_or_else(|| self.wrong(name, value))
    }

    fn pixels(&self, name: &str, value: &Value) -> Result<u64> {
        let number = value.as_u64().filter(|number| (1..=MOST * MOST).contains(number));
        number.ok_or_else(|| self.wrong(name, value))
    }

    fn wrong(&self, name: &str, value: &Value) -> Error {
        unsupported(format!("{}: {name:?} is {value}", self.file))
    }
}

/// A setting or a family whose rule is not known here.
pub(super) fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Media, format!("placeholders are not expanded: {what}"))
        .help("Leave out the sizes of images and videos, and have the model's own processor expand the placeholders")
}
