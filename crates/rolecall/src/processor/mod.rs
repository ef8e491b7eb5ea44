//! The processor's form of a prompt: placeholders for images and videos become as many as the model wants.
//!
//! Each family of models has a rule of its own, which depends on the size of the image and the settings in the model's
//! files. What is not known exactly is refused.

mod class;
mod idefics2;
mod loaded;
mod placed;
mod resize;
mod settings;

use std::ops::Range;

use rolecall_jinja::ErrorKind as Class;
use serde_json::Value;

pub(crate) use class::check_own_way;
pub(crate) use loaded::Loaded;
pub(crate) use placed::{Part, PartKind, Placed, Replacement};
use resize::{MOST, Pixels, shortest_edge, within_pixels};
pub(crate) use settings::processor_class;
use settings::{Settings, Size, model_type, unsupported};

use crate::{Error, ErrorKind, ModelFiles, Options, Result, SpecialTokens, engine};

/// The size of an image in pixels, as it is stored.
///
/// ```
/// use rolecall::{ImageSize, Message, Model, Options, Part};
///
/// # let mut files = rolecall::ModelFiles::new("my-qwen");
/// # files.insert("chat_template.jinja", "<|image_pad|>");
/// # files.insert("processor_config.json", r#"{"processor_class": "Qwen2VLProcessor",
/// #     "image_processor": {"image_processor_type": "Qwen2VLImageProcessor"}}"#);
/// # let model = Model::from_files(files)?;
/// let options = Options::new().expand_images([ImageSize { width: 640, height: 480 }]);
/// let prompt = model.apply_chat_template(&[Message::user(Part::image())], &options)?;
/// assert_eq!(prompt.text().matches("<|image_pad|>").count(), 391);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// The size of a video.
///
/// ```
/// use rolecall::{Message, Model, Options, Part, VideoSize};
///
/// # let mut files = rolecall::ModelFiles::new("my-qwen");
/// # files.insert("chat_template.jinja", "<|video_pad|>");
/// # files.insert("processor_config.json", r#"{"processor_class": "Qwen2VLProcessor",
/// #     "image_processor": {"image_processor_type": "Qwen2VLImageProcessor"},
/// #     "video_processor": {"video_processor_type": "Qwen2VLVideoProcessor"}}"#);
/// # let model = Model::from_files(files)?;
/// let count = |frames| {
///     let options = Options::new().expand_videos([VideoSize { width: 640, height: 480, frames }]);
///     let prompt = model.apply_chat_template(&[Message::user(Part::video())], &options)?;
///     Ok::<_, rolecall::Error>(prompt.text().matches("<|video_pad|>").count())
/// };
/// // Frames count in pairs.
/// assert_eq!((count(3)?, count(4)?), (782, 782));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VideoSize {
    /// From left to right, in pixels.
    pub width: u32,
    /// From top to bottom, in pixels.
    pub height: u32,
    /// How many frames the model gets: those that are left when frames were sampled.
    pub frames: u32,
}

/// The media for which placeholders are expanded.
#[derive(Debug, Clone, Default)]
pub(crate) struct MediaSizes {
    pub(crate) images: Vec<ImageSize>,
    pub(crate) videos: Vec<VideoSize>,
}

/// Keywords of the reference's processors that decide what becomes of a prompt. The reference hands a template variable
/// of such a name on to the processor, if the template does not read it.
const KEYWORDS: [&str; 37] = [
    "add_special_tokens",
    "audio",
    "audio_kwargs",
    "cap_pixels_per_frame",
    "common_kwargs",
    "crop_size",
    "default_to_square",
    "do_center_crop",
    "do_image_splitting",
    "do_pad",
    "do_resize",
    "do_sample_frames",
    "fps",
    "images",
    "images_kwargs",
    "is_split_into_words",
    "max_length",
    "max_pixels",
    "merge_size",
    "min_pixels",
    "num_frames",
    "pad_size",
    "pad_to_multiple_of",
    "padding",
    "padding_side",
    "patch_size",
    "return_overflowing_tokens",
    "size",
    "stride",
    "temporal_patch_size",
    "text",
    "text_kwargs",
    "text_pair",
    "text_target",
    "truncation",
    "videos",
    "videos_kwargs",
];

/// Refuses template variables that the reference would take for keywords of the processor.
pub(crate) fn check_keywords(options: &Options, read_by_template: &[&str]) -> Result<()> {
    let is_keyword =
        |name: &&String| KEYWORDS.contains(&name.as_str()) && !read_by_template.contains(&name.as_str());
    match options.variables.keys().find(is_keyword) {
        None => Ok(()),
        Some(name) => Err(Error::new(
            ErrorKind::Conversation,
            format!("the template does not read the variable {name:?}, and the reference takes it for a setting of the processor"),
        )
        .help("Leave it out: settings are those of the model's files and of EncodeOptions")),
    }
}

/// A model's processor.
#[derive(Debug)]
pub(crate) struct Processor {
    family: Family,
    image_token: String,
    video_token: Option<String>,
    sizes: MediaSizes,
}

/// How the processors of a family of models make placeholders of one.
#[derive(Debug)]
enum Family {
    Llava {
        clip: Clip,
        patch: Option<u64>,
        additional: u64,
        /// The strategy `default`, which leaves out one token.
        one_less: bool,
    },
    Qwen {
        images: Patches,
        videos: Option<(Patches, u64)>,
    },
    Idefics2 {
        fake_token: String,
        length: u64,
        splits: bool,
    },
    Mllama {
        bos_token: Option<String>,
    },
}

/// CLIP's way to resize and crop.
#[derive(Debug)]
struct Clip {
    resize: Option<Size>,
    crop: Option<Size>,
    /// Whether an image becomes a square before.
    square: bool,
}

/// Qwen2-VL's way to cut an image into patches.
#[derive(Debug)]
struct Patches {
    patch: u64,
    merge: u64,
    min: u64,
    max: u64,
}

impl Processor {
    /// The processor of a model, for media of these sizes.
    pub(crate) fn new(files: &ModelFiles, tokens: &SpecialTokens, sizes: &MediaSizes) -> Result<Self> {
        let class = match processor_class(files)? {
            Some(class) => class,
            None => class_of_type(model_type(files)?.as_deref())?.to_owned(),
        };
        let named = |name: &str| tokens.get(name);
        // A tokenizer that names its image token names the others too.
        let token = |name: &str, default: &str| named(name).unwrap_or(default).to_owned();
        let (family, default, video_token) = match class.as_str() {
            "LlavaProcessor" => {
                let settings = Settings::of_processor(files)?;
                let default = settings.text("image_token").unwrap_or("<image>").to_owned();
                (llava(files, &settings)?, default, None)
            }
            "Qwen2VLProcessor" | "Qwen2_5_VLProcessor" | "Qwen3VLProcessor" => {
                let family = qwen(files, &class, sizes)?;
                (family, "<|image_pad|>".to_owned(), Some(token("video_token", "<|video_pad|>")))
            }
            "Idefics2Processor" => (idefics2(files, tokens)?, "<image>".to_owned(), None),
            "MllamaProcessor" => {
                let bos_token = named("bos_token").map(str::to_owned);
                (Family::Mllama { bos_token }, "<|image|>".to_owned(), None)
            }
            other => return Err(unsupported(format!("the rule of the processor {other} is not known"))),
        };
        if video_token.is_none() && !sizes.videos.is_empty() {
            return Err(unsupported(format!("a {class} takes no videos")));
        }
        let sides = sizes.images.iter().map(|image| (image.width, image.height));
        let mut sides = sides.chain(sizes.videos.iter().map(|video| (video.width, video.height)));
        let fits = |side: u32| (1..=MOST).contains(&u64::from(side));
        if let Some((width, height)) = sides.find(|(width, height)| !fits(*width) || !fits(*height)) {
            return Err(unsupported(format!("{width} × {height} pixels are no size of an image")));
        }
        if sizes.videos.iter().any(|video| video.frames == 0) {
            return Err(unsupported("a video has no frames".to_owned()));
        }
        let image_token = token("image_token", &default);
        if image_token.is_empty()
            || video_token.as_deref().is_some_and(|token| token.is_empty() || *token == image_token)
        {
            return Err(unsupported("the files name no placeholder of images and videos".to_owned()));
        }
        Ok(Self { family, image_token, video_token, sizes: sizes.clone() })
    }

    /// What stands for an image.
    pub(crate) fn image_token(&self) -> &str {
        &self.image_token
    }

    /// Whether the reference's processor moves the ranges of generation blocks by what was put in before them.
    pub(crate) fn moves_generations(&self) -> bool {
        matches!(self.family, Family::Llava { .. } | Family::Qwen { .. })
    }

    /// The tokens that the processor's tokenizer has to know, each with what the reference calls it if it is counted.
    pub(crate) fn tokens(&self) -> Vec<(String, Option<&'static str>)> {
        let mut tokens = vec![(self.image_token.clone(), Some("image"))];
        tokens.extend(self.video_token.clone().map(|token| (token, Some("video"))));
        if let Family::Idefics2 { fake_token, .. } = &self.family {
            tokens.push((fake_token.clone(), None));
        }
        tokens
    }

    /// Expands the placeholders of a text. `own` are its parts that no user wrote: only in them are placeholders.
    pub(crate) fn expand(&self, text: &str, own: &[Range<usize>], most_bytes: usize) -> Result<Placed> {
        let images = engine::found(text, own, &self.image_token);
        let videos = self.video_token.as_deref().map(|token| engine::found(text, own, token));
        let videos = videos.unwrap_or_default();
        self.check_counts(images.len(), videos.len())?;
        let mut counts = Vec::with_capacity(images.len() + videos.len());
        for (index, range) in images.into_iter().enumerate() {
            counts.push((range, PartKind::Image(index), self.tokens_of_image(index)?));
        }
        for (index, range) in videos.into_iter().enumerate() {
            counts.push((range, PartKind::Video(index), self.tokens_of_video(index)?));
        }
        counts.sort_by_key(|(range, ..)| range.start);
        let mut replacements = Vec::with_capacity(counts.len());
        let mut bytes = text.len();
        for (range, kind, count) in counts {
            let token = match kind {
                PartKind::Video(_) => self.video_token.as_deref().unwrap_or_default(),
                _ => &self.image_token,
            };
            let repeated = |count: u64| -> Result<String> {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                match count.checked_mul(token.len()).filter(|length| *length <= most_bytes) {
                    Some(_) => Ok(token.repeat(count)),
                    None => Err(too_long(most_bytes)),
                }
            };
            let piece = match &self.family {
                Family::Idefics2 { fake_token, splits, .. } => {
                    format!("{fake_token}{}{fake_token}", repeated(count)?).repeat(if *splits {
                        5
                    } else {
                        1
                    })
                }
                _ => repeated(count)?,
            };
            bytes = bytes.saturating_add(piece.len());
            if bytes > most_bytes {
                return Err(too_long(most_bytes));
            }
            replacements.push(Replacement { range, text: piece, kind });
        }
        match &self.family {
            Family::Idefics2 { fake_token, .. } => {
                Ok(idefics2::mend(Placed::new(text, replacements), own, fake_token))
            }
            Family::Mllama { bos_token } => {
                self.with_bos(Placed::new(text, replacements), text, own, bos_token.as_deref())
            }
            _ => Ok(Placed::new(text, replacements)),
        }
    }

    /// The reference's checks, which come before anything is replaced.
    fn check_counts(&self, images: usize, videos: usize) -> Result<()> {
        let given = self.sizes.images.len();
        if let Family::Idefics2 { .. } = self.family {
            // It does not mind placeholders without images.
            if given == 0 || given == images {
                return Ok(());
            }
            return Err(refused(format!(
                "The number of images in the text [{images}] and images  [{given}] should be the same."
            )));
        }
        check_count(&self.image_token, images, given, "images")?;
        match &self.video_token {
            Some(token) => check_count(token, videos, self.sizes.videos.len(), "videos"),
            None => Ok(()),
        }
    }

    fn tokens_of_image(&self, index: usize) -> Result<u64> {
        let image = self
            .sizes
            .images
            .get(index)
            .map(|image| Pixels { height: image.height.into(), width: image.width.into() });
        match (&self.family, image) {
            (Family::Idefics2 { length, .. }, _) => Ok(*length),
            (Family::Llava { clip, patch, additional, one_less }, Some(image)) => {
                let Some(patch) = patch else {
                    let words = "unsupported operand type(s) for //: 'int' and 'NoneType'";
                    return Err(Error::from_reference(
                        ErrorKind::Media,
                        rolecall_jinja::Error::new(Class::Type, words),
                    )
                    .help("Put the model's patch_size into processor_config.json"));
                };
                let size = clip.processed(image)?;
                let tokens = (size.height / patch) * (size.width / patch) + additional;
                Ok(tokens.saturating_sub(u64::from(*one_less)))
            }
            (Family::Qwen { images, .. }, Some(image)) => images.tokens(image, 1),
            // Mllama's placeholders stay what they are.
            _ => Ok(1),
        }
    }

    fn tokens_of_video(&self, index: usize) -> Result<u64> {
        match (&self.family, self.sizes.videos.get(index)) {
            (Family::Qwen { videos: Some((patches, frames_of_patch)), .. }, Some(video)) => {
                let size = Pixels { height: video.height.into(), width: video.width.into() };
                patches.tokens(size, u64::from(video.frames).div_ceil(*frames_of_patch))
            }
            _ => Ok(1),
        }
    }

    /// Mllama puts the BOS token, if the prompt has none, behind the images that it begins with.
    fn with_bos(
        &self,
        placed: Placed,
        text: &str,
        own: &[Range<usize>],
        bos_token: Option<&str>,
    ) -> Result<Placed> {
        let Some(bos_token) = bos_token else {
            let words = "'in <string>' requires string as left operand, not NoneType";
            return Err(Error::from_reference(
                ErrorKind::Media,
                rolecall_jinja::Error::new(Class::Type, words),
            )
            .help("Give the model a bos_token"));
        };
        if bos_token.is_empty() || !engine::found(text, own, bos_token).is_empty() {
            return Ok(placed);
        }
        let start = own.first().filter(|first| first.start == 0).and_then(|first| text.get(first.clone()));
        let mut rest = start.unwrap_or_default();
        let mut at = 0;
        while let Some(next) = rest.strip_prefix(self.image_token.as_str()) {
            rest = next;
            at += self.image_token.len();
        }
        Ok(placed.edited(&[(at..at, bos_token)]))
    }
}

fn llava(files: &ModelFiles, settings: &Settings) -> Result<Family> {
    let image = image_settings(files, &["CLIPImageProcessor", "LlavaImageProcessor"], "llava")?;
    let pads = image.flag("do_pad", false)?;
    let is_clip = image_class(&image).is_some_and(|class| class == "CLIPImageProcessor");
    if pads && is_clip {
        return Err(unsupported("images are padded to the largest one (\"do_pad\")".to_owned()));
    }
    let square = image.flag("default_to_square", false)?;
    let resize = image.size("size", square, Size::Shortest(224))?;
    let crop = image.size("crop_size", true, Size::Sides { height: 224, width: 224 })?;
    let patch = match settings.get("patch_size") {
        None => None,
        Some(_) => Some(settings.length("patch_size", 1)?),
    };
    Ok(Family::Llava {
        clip: Clip {
            resize: image.flag("do_resize", true)?.then_some(resize),
            crop: image.flag("do_center_crop", true)?.then_some(crop),
            square: pads,
        },
        patch,
        additional: settings.count("num_additional_image_tokens", 0)?,
        one_less: settings.text("vision_feature_select_strategy") == Some("default"),
    })
}

fn qwen(files: &ModelFiles, class: &str, sizes: &MediaSizes) -> Result<Family> {
    const CLASSES: [&str; 2] = ["Qwen2VLImageProcessor", "Qwen2_5_VLImageProcessor"];
    let types = ["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe"];
    let type_of_files = model_type(files)?;
    let own = types.into_iter().find(|name| type_of_files.as_deref() == Some(name)).unwrap_or("qwen2_vl");
    let images = Patches::new(&image_settings(files, &CLASSES, own)?, (56 * 56, 28 * 28 * 1280))?;
    let videos = if sizes.videos.is_empty() {
        None
    } else if class == "Qwen3VLProcessor" {
        return Err(unsupported("a Qwen3VLProcessor writes the times of a video's frames".to_owned()));
    } else {
        let files = Settings::of_part(
            files,
            "video_processor",
            &["video_preprocessor_config.json", "preprocessor_config.json"],
        )?;
        match files.text("video_processor_type").or_else(|| image_class(&files)) {
            Some("Qwen2VLVideoProcessor" | "Qwen2VLImageProcessor") => {}
            other => {
                return Err(unsupported(format!("the rule of the video processor {other:?} is not known")));
            }
        }
        if files.flag("cap_pixels_per_frame", false)? {
            return Err(unsupported(
                "the pixels of a video's frames are bounded (\"cap_pixels_per_frame\")".to_owned(),
            ));
        }
        let patches = Patches::new(&files, (128 * 28 * 28, 28 * 28 * 768))?;
        Some((patches, files.length("temporal_patch_size", 2)?))
    };
    Ok(Family::Qwen { images, videos })
}

fn idefics2(files: &ModelFiles, tokens: &SpecialTokens) -> Result<Family> {
    let image = image_settings(files, &["Idefics2ImageProcessor"], "idefics2")?;
    let fake_token = match (tokens.get("image_token"), tokens.get("image_boundary_token")) {
        (None, _) => "<fake_token_around_image>",
        (Some(_), Some(token)) if !token.is_empty() => token,
        _ => {
            return Err(unsupported(
                "the tokenizer names an image_token, but no image_boundary_token".to_owned(),
            ));
        }
    };
    Ok(Family::Idefics2 {
        fake_token: fake_token.to_owned(),
        length: Settings::of_processor(files)?.count("image_seq_len", 64)?,
        splits: image.flag("do_image_splitting", false)?,
    })
}

/// The settings of images, of a processor of one of these classes.
fn image_settings(files: &ModelFiles, classes: &[&str], own_type: &str) -> Result<Settings> {
    let settings = Settings::of_part(files, "image_processor", &["preprocessor_config.json"])?;
    match image_class(&settings) {
        Some(class) if classes.contains(&class) => Ok(settings),
        Some(class) => Err(unsupported(format!("the rule of the image processor {class} is not known"))),
        // The reference goes by the model's type then.
        None if settings.get("feature_extractor_type").is_none()
            && settings.get("auto_map").is_none()
            && model_type(files)?.as_deref() == Some(own_type) =>
        {
            Ok(settings)
        }
        None => Err(unsupported("the files do not say which image processor it is".to_owned())),
    }
}

/// The class of an image processor; those whose names end in `Fast` are the same ones.
fn image_class(settings: &Settings) -> Option<&str> {
    let class = settings.text("image_processor_type")?;
    Some(class.strip_suffix("Fast").unwrap_or(class))
}

/// The class of the processor of a type of models.
fn class_of_type(model_type: Option<&str>) -> Result<&'static str> {
    Ok(match model_type {
        Some("idefics2") => "Idefics2Processor",
        Some("llava") => "LlavaProcessor",
        Some("mllama") => "MllamaProcessor",
        Some("qwen2_vl") => "Qwen2VLProcessor",
        Some("qwen2_5_vl") => "Qwen2_5_VLProcessor",
        Some("qwen3_vl" | "qwen3_vl_moe") => "Qwen3VLProcessor",
        _ => return Err(unsupported("the model's files name no processor".to_owned())),
    })
}

impl Clip {
    fn processed(&self, image: Pixels) -> Result<Pixels> {
        if let Some(crop) = self.crop {
            return match crop {
                // What is too small for it is padded.
                Size::Sides { height, width } => Ok(Pixels { height, width }),
                _ => Err(unsupported("\"crop_size\" is not a height and a width".to_owned())),
            };
        }
        let side = image.height.max(image.width);
        let image = if self.square { Pixels { height: side, width: side } } else { image };
        match self.resize {
            None => Ok(image),
            Some(Size::Sides { height, width }) => Ok(Pixels { height, width }),
            Some(Size::Shortest(edge)) => Ok(shortest_edge(image, edge)),
            Some(Size::Edges { .. }) => Err(unsupported(
                "\"size\" has a shortest and a longest edge, and nothing is cropped".to_owned(),
            )),
        }
    }
}

impl Patches {
    fn new(settings: &Settings, bounds: (u64, u64)) -> Result<Self> {
        if !settings.flag("do_resize", true)? {
            return Err(unsupported("images are not resized (\"do_resize\")".to_owned()));
        }
        let (min, max) = settings.pixel_bounds(bounds)?;
        let (patch, merge) = (settings.length("patch_size", 14)?, settings.length("merge_size", 2)?);
        if patch.saturating_mul(merge) > MOST {
            return Err(unsupported("\"patch_size\" and \"merge_size\" are too large".to_owned()));
        }
        Ok(Self { patch, merge, min, max })
    }

    /// The number of placeholders for an image, or for so many of a video's.
    fn tokens(&self, image: Pixels, times: u64) -> Result<u64> {
        let size = within_pixels(image, self.patch * self.merge, self.min, self.max)?;
        let patches = (size.height / self.patch).saturating_mul(size.width / self.patch);
        Ok(patches.saturating_mul(times) / (self.merge * self.merge))
    }
}

fn check_count(token: &str, found: usize, given: usize, what: &str) -> Result<()> {
    if given == found {
        return Ok(());
    }
    Err(refused(if given == 0 {
        format!("Found {found} {token} tokens in the text but no {what} were passed.")
    } else {
        format!(
            "The total number of {token} tokens in the prompts should be the same as the number of {what} passed. \
             Found total {found} {token} tokens and {given} {what}."
        )
    }))
}

fn refused(message: String) -> Error {
    Error::from_reference(ErrorKind::Media, rolecall_jinja::Error::new(Class::Value, message))
        .help("A placeholder that a user typed is text: only those that the template writes are for images")
}

fn too_long(most_bytes: usize) -> Error {
    Error::new(
        ErrorKind::Media,
        format!("the prompt with its placeholders expanded has more than {most_bytes} bytes (limit `output_bytes`)"),
    )
    .help("Give the sizes of the real images, or raise the limit")
}

/// The reference's check that no token of an image was cut off.
#[cfg_attr(not(feature = "tokenizers"), expect(dead_code, reason = "only tokens are counted"))]
pub(crate) fn mismatch(modality: &str, ids: usize, text: usize) -> Error {
    Error::from_reference(
        ErrorKind::Tokenizer,
        rolecall_jinja::Error::new(
            Class::Value,
            format!(
                "Mismatch in `{modality}` token count between text and `input_ids`. Got ids=[{ids}] and text=[{text}]. \
                 Likely due to `truncation='max_length'`. Please disable truncation or increase `max_length`."
            ),
        ),
    )
}

/// Whether a value counts as nothing where a processor takes the content of a message.
pub(crate) fn is_no_content(content: Option<&Value>) -> bool {
    content.is_none_or(|content| !crate::python::is_true(content))
}
