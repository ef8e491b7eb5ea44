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
/// ```
/// use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
/// # let router = Endpoint::parse(&server.url())?;
/// // The router is `Endpoint::hugging_face()`.
/// let sender = Sender::new(router.provider("hf-inference").model("org/name"));
/// let parameters = ImageParameters::new().width(512).height(512).seed(42);
/// let image = sender.text_to_image("A llama that cooks from a book", &parameters)?;
/// assert_eq!(image.media_type(), Some("image/jpeg"));
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

/// Settings of an image, each with the value of its example.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident($argument:ident: $type:ty) $value:literal;)*) => {$(
        $(#[doc = $doc])+
        ///
        /// ```
        /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
        /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
        /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
        /// let parameters = ImageParameters::new();
        #[doc = concat!("let parameters = parameters.", stringify!($name), "(", stringify!($value), ");")]
        /// sender.text_to_image("A llama that cooks", &parameters)?;
        /// let sent = &server.requests()[0].json()["parameters"];
        #[doc = concat!("assert_eq!(sent[\"", stringify!($name), "\"], ", stringify!($value), ");")]
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[must_use]
        pub fn $name(mut self, $argument: $type) -> Self {
            self.$name = Some($argument.into());
            self
        }
    )*};
}

impl ImageParameters {
    /// Nothing set.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// sender.text_to_image("A llama that cooks", &ImageParameters::new())?;
    /// assert_eq!(server.requests()[0].json()["parameters"], serde_json::json!({}));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    settings! {
        /// What should not be seen.
        negative_prompt(prompt: impl Into<String>) "text, blur";
        /// In pixels.
        height(pixels: u32) 768;
        /// In pixels.
        width(pixels: u32) 512;
        /// More steps take longer and give more detail.
        num_inference_steps(count: u32) 30;
        /// How closely the image follows the prompt.
        guidance_scale(scale: f64) 7.5;
        /// The name of the scheduler.
        scheduler(name: impl Into<String>) "EulerDiscreteScheduler";
        /// The seed of the noise.
        seed(seed: u64) 42;
    }

    /// A parameter that has no name here, as it is.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// let parameters = ImageParameters::new().extra("clip_skip", 2);
    /// sender.text_to_image("A llama that cooks", &parameters)?;
    /// assert_eq!(server.requests()[0].json()["parameters"]["clip_skip"], 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
///
/// ```
/// use rolecall_sender::{Endpoint, SpeechParameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
/// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
/// let parameters = SpeechParameters::new().set("do_sample", true).set("voice", "alto");
/// let sound = sender.text_to_speech("There once was a llama", &parameters)?;
/// assert_eq!(sound.media_type(), Some("audio/wav"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpeechParameters(Map<String, Value>);

impl SpeechParameters {
    /// Nothing set.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, SpeechParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// sender.text_to_speech("There once was", &SpeechParameters::new())?;
    /// assert_eq!(server.requests()[0].body, br#"{"inputs":"There once was","parameters":{}}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, SpeechParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// sender.text_to_speech("There once was", &SpeechParameters::new().set("voice", "alto"))?;
    /// assert_eq!(server.requests()[0].json()["parameters"]["voice"], "alto");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

/// An image or a sound that was generated.
///
/// ```
/// use rolecall_sender::{Endpoint, ImageParameters, MediaFormat, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
/// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
/// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new())?;
/// // Servers are asked for PNG, and give what they have.
/// assert_eq!((image.format(), image.dimensions()), (Some(MediaFormat::Jpeg), Some((64, 48))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct GeneratedMedia {
    bytes: Vec<u8>,
    declared: Option<String>,
}

impl GeneratedMedia {
    /// The bytes.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new())?;
    /// assert!(image.bytes().starts_with(b"\xff\xd8\xff"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without a copy.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, SpeechParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// let wav = sender.text_to_speech("There once was", &SpeechParameters::new())?.into_bytes();
    /// // A head of 44 bytes and a tenth of a second.
    /// assert_eq!(wav.len(), 44 + 1600);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the bytes are, told by how they begin: what servers say about them is often wrong.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, MediaFormat, SpeechParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// let sound = sender.text_to_speech("There once was", &SpeechParameters::new())?;
    /// assert_eq!(sound.format(), Some(MediaFormat::Wav));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn format(&self) -> Option<MediaFormat> {
        MediaFormat::sniff(&self.bytes)
    }

    /// The media type by the bytes, else as the server says.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, SpeechParameters, blocking::Sender};
    /// # use rolecall_testkit::{Response, Server};
    /// # let server = Server::start(|_| Response::new(200).header("content-type", "audio/L16").body([7]))?;
    /// # let sender = Sender::new(Endpoint::parse(&server.url())?);
    /// // Bytes without a head: only the server knows what they are.
    /// let sound = sender.text_to_speech("There once was", &SpeechParameters::new())?;
    /// assert_eq!((sound.format(), sound.media_type()), (None, Some("audio/l16")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn media_type(&self) -> Option<&str> {
        self.format().map(MediaFormat::media_type).or(self.declared.as_deref())
    }

    /// The width and height of an image in pixels, if its head says.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new())?;
    /// assert_eq!(image.dimensions(), Some((64, 48)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dimensions(&self) -> Option<(u32, u32)> {
        dimensions(&self.bytes)
    }

    /// Writes the bytes into a file, whose name gets the ending of their format if it has none; gives its path.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let sender = Sender::new(Endpoint::parse(&(server.url() + "/models/org/name"))?);
    /// # let folder = std::env::temp_dir().join(format!("rolecall-save-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new())?;
    /// let path = image.save(folder.join("llama"))?;
    /// assert_eq!(path, folder.join("llama.jpg"));
    /// assert_eq!(std::fs::read(path)?, image.bytes());
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let router = Endpoint::parse(&server.url())?;
    /// let sender = Sender::new(router.provider("hf-inference").model("org/name"));
    /// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new().seed(42)).await?;
    /// assert_eq!(image.dimensions(), Some((64, 48)));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// ```
    /// # use rolecall_sender::{Endpoint, MediaFormat, Sender, SpeechParameters};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let router = Endpoint::parse(&server.url())?;
    /// let sender = Sender::new(router.provider("hf-inference").model("org/name"));
    /// let sound = sender.text_to_speech("There once was", &SpeechParameters::new()).await?;
    /// assert_eq!(sound.format(), Some(MediaFormat::Wav));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
