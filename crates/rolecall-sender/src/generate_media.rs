//! Images and speech out of text.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};

use crate::dialect::{Request, has_error, put};
use crate::error::words;
use crate::media::dimensions;
use crate::transport::media_type;
use crate::{Error, ErrorKind, MediaFormat, Result, Sender, failure};

/// Parameters of an image. What is not set is left to the server.
///
/// ```no_run
/// use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
///
/// let sender = Sender::new(Endpoint::hugging_face().provider("hf-inference").model("org/name"));
/// let parameters = ImageParameters::new().width(512).height(512).seed(42);
/// let image = sender.text_to_image("A llama that cooks from a book", &parameters)?;
/// std::fs::write("llama.png", image.bytes())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImageParameters {
    negative_prompt: Option<String>,
    height: Option<u32>,
    width: Option<u32>,
    num_inference_steps: Option<u32>,
    guidance_scale: Option<f64>,
    scheduler: Option<String>,
    seed: Option<u64>,
    extra: Map<String, Value>,
}

impl ImageParameters {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// What should not be seen.
    #[must_use]
    pub fn negative_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.negative_prompt = Some(prompt.into());
        self
    }

    /// In pixels.
    #[must_use]
    pub fn height(mut self, pixels: u32) -> Self {
        self.height = Some(pixels);
        self
    }

    /// In pixels.
    #[must_use]
    pub fn width(mut self, pixels: u32) -> Self {
        self.width = Some(pixels);
        self
    }

    /// More steps take longer and give more detail.
    #[must_use]
    pub fn num_inference_steps(mut self, count: u32) -> Self {
        self.num_inference_steps = Some(count);
        self
    }

    /// How closely the image follows the prompt.
    #[must_use]
    pub fn guidance_scale(mut self, scale: f64) -> Self {
        self.guidance_scale = Some(scale);
        self
    }

    /// The name of the scheduler.
    #[must_use]
    pub fn scheduler(mut self, name: impl Into<String>) -> Self {
        self.scheduler = Some(name.into());
        self
    }

    /// The seed of the noise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// A parameter that has no name here, as it is.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// In the order in which Python's client writes them.
    fn to_wire(&self) -> Result<Map<String, Value>> {
        let mut wire = Map::new();
        for (name, value) in [("height", self.height), ("width", self.width)] {
            if value == Some(0) {
                let message = format!("{name} is 0, but it has to be at least 1");
                return Err(
                    Error::new(ErrorKind::Parameter, message).help("Leave it out for the model's size")
                );
            }
        }
        put(&mut wire, "negative_prompt", self.negative_prompt.clone());
        put(&mut wire, "height", self.height);
        put(&mut wire, "width", self.width);
        put(&mut wire, "num_inference_steps", self.num_inference_steps);
        put(&mut wire, "guidance_scale", self.guidance_scale.map(number).transpose()?);
        put(&mut wire, "scheduler", self.scheduler.clone());
        put(&mut wire, "seed", self.seed);
        wire.extend(self.extra.clone());
        Ok(wire)
    }
}

/// A number as people write it: a whole one without a fraction.
#[allow(clippy::cast_possible_truncation, reason = "the number is whole and small")]
fn number(value: f64) -> Result<Value> {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Ok((value as i64).into());
    }
    Number::from_f64(value).map(Value::Number).ok_or_else(|| {
        Error::new(ErrorKind::Parameter, format!("guidance_scale is {value}, but it has to be a number"))
            .help("Leave it out for the model's own")
    })
}

/// Parameters of speech: their names differ from model to model, such as `do_sample` or `voice`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpeechParameters(Map<String, Value>);

impl SpeechParameters {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

/// An image or a sound that was generated.
#[derive(Clone, PartialEq, Eq)]
pub struct GeneratedMedia {
    bytes: Vec<u8>,
    declared: Option<String>,
}

impl GeneratedMedia {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the bytes are, told by how they begin: what servers say about them is often wrong.
    pub fn format(&self) -> Option<MediaFormat> {
        MediaFormat::sniff(&self.bytes)
    }

    /// The media type by the bytes, else as the server says.
    pub fn media_type(&self) -> Option<&str> {
        self.format().map(MediaFormat::media_type).or(self.declared.as_deref())
    }

    /// The width and height of an image in pixels, if its head says.
    pub fn dimensions(&self) -> Option<(u32, u32)> {
        dimensions(&self.bytes)
    }

    /// Writes the bytes into a file, whose name gets the ending of their format if it has none; gives its path.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let mut path = path.as_ref().to_owned();
        if let (None, Some(format)) = (path.extension(), self.format()) {
            path.set_extension(format.extension());
        }
        std::fs::write(&path, &self.bytes).map_err(|error| {
            Error::new(ErrorKind::File, format!("cannot write {}: {error}", path.display()))
                .help("Check the path")
        })?;
        Ok(path)
    }
}

impl fmt::Debug for GeneratedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedMedia")
            .field("media_type", &self.media_type())
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// An image of what the prompt says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Endpoint`] when the provider has no route that is known; what the server or the network says;
    /// [`ErrorKind::Protocol`] when the answer is no image.
    pub async fn text_to_image(&self, prompt: &str, parameters: &ImageParameters) -> Result<GeneratedMedia> {
        let media = self.media(self.image_request(prompt, parameters)?).await?;
        if media.format().is_some_and(MediaFormat::is_image) {
            return Ok(media);
        }
        let mut start = String::from_utf8_lossy(media.bytes.get(..64).unwrap_or(&media.bytes)).into_owned();
        if media.bytes.len() > 64 {
            start.push('…');
        }
        let error =
            Error::new(ErrorKind::Protocol, "the answer is no image that is known").said(words(&start));
        Err(self.transport.hide(error.help("Check that the endpoint's model makes images")))
    }

    /// The text as speech: bytes of a sound file, as the server gives them.
    ///
    /// # Errors
    ///
    /// As [`Sender::text_to_image`].
    pub async fn text_to_speech(&self, text: &str, parameters: &SpeechParameters) -> Result<GeneratedMedia> {
        let body = json!({"inputs": filled(text)?, "parameters": parameters.0});
        let url = self.endpoint().native("")?;
        self.media(post(url, "*/*", &body)).await
    }

    fn image_request(&self, prompt: &str, parameters: &ImageParameters) -> Result<Request> {
        let prompt = filled(prompt)?;
        let mut parameters = parameters.to_wire()?;
        let Some(provider) = self.endpoint().provider_name().filter(|name| *name != "hf-inference") else {
            let url = self.endpoint().native("")?;
            return Ok(post(url, "image/png", &json!({"inputs": prompt, "parameters": parameters})));
        };
        let format = match provider {
            "together" => "base64",
            "nscale" => "b64_json",
            _ => {
                return Err(Error::new(
                    ErrorKind::Endpoint,
                    format!("how the provider {provider} is asked for images is not known here"),
                )
                .help("Use hf-inference, together or nscale, or the address of an endpoint"));
            }
        };
        let url = self.endpoint().openai("images/generations")?;
        let mut body = Map::new();
        put(&mut body, "model", self.endpoint().model_id());
        put(&mut body, "prompt", Some(prompt));
        put(&mut body, "response_format", Some(format));
        // Their name for it.
        if let Some(steps) = parameters.remove("num_inference_steps") {
            body.insert("steps".to_owned(), steps);
        }
        body.extend(parameters);
        Ok(post(url, "application/json", &Value::Object(body)))
    }

    async fn media(&self, request: Request) -> Result<GeneratedMedia> {
        let reply = self.transport.send(&request).await?;
        let (id, declared) = (reply.request_id(), media_type(reply.headers()));
        let bytes = self.transport.body(reply).await?;
        let found = find(&bytes).map_err(|error| self.transport.hide(error.requested_as(id)))?;
        match found {
            Found::Bytes => Ok(GeneratedMedia { bytes, declared }),
            Found::Inside(bytes) => Ok(GeneratedMedia { bytes, declared: None }),
            Found::At(address) => {
                let (bytes, declared) = self.transport.fetch(&address).await?;
                Ok(GeneratedMedia { bytes, declared })
            }
        }
    }
}

fn filled(text: &str) -> Result<&str> {
    if text.is_empty() {
        return Err(Error::new(ErrorKind::Parameter, "the text is empty").help("Give a text"));
    }
    Ok(text)
}

fn post(url: reqwest::Url, accept: &str, body: &Value) -> Request {
    let headers = vec![("content-type", "application/json".to_owned()), ("accept", accept.to_owned())];
    Request { method: "POST", url, headers, body: body.to_string() }
}

/// Where the media are.
#[derive(Debug, PartialEq)]
enum Found {
    /// They are the answer.
    Bytes,
    /// They are in the answer, as base64.
    Inside(Vec<u8>),
    /// The answer says where.
    At(String),
}

/// Looks for the media in an answer: bytes, or JSON in one of the shapes that providers have.
fn find(body: &[u8]) -> Result<Found> {
    if MediaFormat::sniff(body).is_some() {
        return Ok(Found::Bytes);
    }
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        if body.is_empty() || body.trim_ascii_start().starts_with(b"<") {
            return Err(Error::new(ErrorKind::Protocol, "the answer is no image and no sound")
                .said(words(&String::from_utf8_lossy(body)))
                .help("Check the endpoint"));
        }
        return Ok(Found::Bytes);
    };
    if has_error(&document) {
        return Err(failure::in_answer(&document));
    }
    let paths = [
        "/data/0/b64_json",
        "/data/0/url",
        "/images/0/url",
        "/images/0/b64_json",
        "/images/0",
        "/image/url",
        "/image",
        "/audio/url",
        "/audio",
        "/output/0",
        "/output",
        "/0/blob",
        "/0/b64_json",
        "/blob",
    ];
    let Some(text) = paths.iter().find_map(|path| document.pointer(path).and_then(Value::as_str)) else {
        return Err(Error::new(ErrorKind::Protocol, "the answer holds no image and no sound")
            .said(words(&document.to_string()))
            .help("A provider may take longer: ask again, or use another"));
    };
    if let Some(data) = text.strip_prefix("data:") {
        let encoded = data.split_once(";base64,").map_or("", |(_, encoded)| encoded);
        return decoded(encoded);
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Ok(Found::At(text.to_owned()));
    }
    decoded(text)
}

fn decoded(text: &str) -> Result<Found> {
    match STANDARD.decode(text) {
        Ok(bytes) if !bytes.is_empty() => Ok(Found::Inside(bytes)),
        _ => Err(Error::new(ErrorKind::Protocol, "the answer's data are not base64").said(words(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_as_python_writes_them() {
        let notebook = ImageParameters::new().guidance_scale(8.0).seed(42);
        let wire = Value::Object(notebook.to_wire().expect("fine"));
        assert_eq!(wire.to_string(), r#"{"guidance_scale":8,"seed":42}"#);
        let all = ImageParameters::new()
            .negative_prompt("n")
            .height(64)
            .width(32)
            .num_inference_steps(3)
            .guidance_scale(7.5)
            .scheduler("s")
            .seed(1);
        assert_eq!(
            Value::Object(all.to_wire().expect("fine")).to_string(),
            r#"{"negative_prompt":"n","height":64,"width":32,"num_inference_steps":3,"guidance_scale":7.5,"scheduler":"s","seed":1}"#
        );
        assert!(ImageParameters::new().guidance_scale(f64::NAN).to_wire().is_err());
        assert!(ImageParameters::new().width(0).to_wire().is_err());
    }

    #[test]
    fn media_in_every_shape() {
        let inside = || Found::Inside(b"GIF89a".to_vec());
        for (body, expected) in [
            (r#"{"data":[{"b64_json":"R0lGODlh"}]}"#, inside()),
            (r#"{"images":[{"url":"data:image/gif;base64,R0lGODlh"}]}"#, inside()),
            (r#"[{"blob":"R0lGODlh","content-type":"image/gif"}]"#, inside()),
            (r#"{"output":["https://x/y.png"]}"#, Found::At("https://x/y.png".to_owned())),
            (r#"{"output":"https://x/y.png"}"#, Found::At("https://x/y.png".to_owned())),
            (r#"{"audio":{"url":"https://x/y.wav"}}"#, Found::At("https://x/y.wav".to_owned())),
            ("GIF89a", Found::Bytes),
        ] {
            assert_eq!(find(body.as_bytes()).expect(body), expected, "{body}");
        }
        for body in
            ["", "<html>", r#"{"output":null}"#, r#"{"data":[{"b64_json":"%"}]}"#, r#"{"error":"no"}"#]
        {
            assert!(find(body.as_bytes()).is_err(), "{body}");
        }
    }
}
