//! Images: what they are, by their bytes.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, ErrorKind, Result};

/// The most bytes of an image file that is read.
const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// The formats that text-generation servers take.
///
/// ```
/// use rolecall::{Image, ImageFormat};
///
/// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
/// let extension = match image.format() {
///     ImageFormat::Jpeg => "jpg",
///     ImageFormat::Gif => "gif",
///     _ => "bin",
/// };
/// assert_eq!(extension, "gif");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// TIFF.
    Tiff,
}

impl ImageFormat {
    /// Tells the format by the first bytes, whatever the file is called.
    ///
    /// ```
    /// use rolecall::ImageFormat;
    ///
    /// assert_eq!(ImageFormat::sniff(b"GIF89a..."), Some(ImageFormat::Gif));
    /// assert_eq!(ImageFormat::sniff(b"<svg>"), None);
    /// ```
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Self::Tiff),
            _ => None,
        }
    }

    /// The media type that labels the bytes, such as `image/jpeg`.
    ///
    /// ```
    /// use rolecall::ImageFormat;
    ///
    /// assert_eq!(ImageFormat::sniff(b"\xff\xd8\xff\xe0").map(ImageFormat::media_type), Some("image/jpeg"));
    /// ```
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Tiff => "image/tiff",
        }
    }
}

/// An image's bytes and their format. Cheap to clone.
///
/// ```
/// use rolecall::{Image, ImageFormat};
///
/// // Or Image::read("dot.gif").
/// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
/// assert_eq!(image.format(), ImageFormat::Gif);
/// assert_eq!(image.to_data_url(), "data:image/gif;base64,R0lGODlh");
/// assert!(Image::from_bytes(*b"<svg/>", "dot.svg").is_err());
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    format: ImageFormat,
    bytes: Arc<[u8]>,
}

impl Image {
    /// Takes the bytes of a JPEG, PNG, WebP, GIF or TIFF file; `name` says in errors which image it is.
    ///
    /// ```
    /// use rolecall::Image;
    ///
    /// let error = Image::from_bytes(*b"<svg/>", "logo.svg").unwrap_err();
    /// assert_eq!(
    ///     error.message(),
    ///     "logo.svg is not a JPEG, PNG, WebP, GIF or TIFF image: it starts with the bytes 3c 73 76 67"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Media`] for anything else.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>, name: &str) -> Result<Self> {
        let bytes = bytes.into();
        if let Some(format) = ImageFormat::sniff(&bytes) {
            return Ok(Self { format, bytes });
        }
        let found = if bytes.is_empty() {
            "is empty".to_owned()
        } else {
            let start: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!(
                "is not a JPEG, PNG, WebP, GIF or TIFF image: it starts with the bytes {}",
                start.join(" ")
            )
        };
        Err(Error::new(ErrorKind::Media, format!("{name} {found}")).help("Convert it to JPEG or PNG first"))
    }

    /// Reads an image file.
    ///
    /// ```
    /// use rolecall::{Image, ImageFormat};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("dot.png");
    /// # std::fs::write(&path, b"\x89PNG\r\n\x1a\n")?;
    /// let image = Image::read(&path)?;
    /// assert_eq!(image.format(), ImageFormat::Png);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when it cannot be read, [`ErrorKind::Media`] when it is no image that servers take.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let fail = |problem: String, advice: &str| {
            Err(Error::new(ErrorKind::File, format!("cannot read the image {name}: {problem}")).help(advice))
        };
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => {
                return fail("it is not a regular file".into(), "Give a file");
            }
            Ok(metadata) if metadata.len() > MAX_IMAGE_BYTES => {
                return fail(format!("it has more than {} MiB", MAX_IMAGE_BYTES >> 20), "Make it smaller");
            }
            Ok(_) => {}
            Err(error) => return fail(error.to_string(), "Check the path"),
        }
        let mut bytes = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(MAX_IMAGE_BYTES).read_to_end(&mut bytes));
        match read {
            Ok(_) => Self::from_bytes(bytes, &name),
            Err(error) => fail(error.to_string(), "Check that it can be read"),
        }
    }

    /// What the bytes are.
    ///
    /// ```
    /// use rolecall::{Image, ImageFormat};
    ///
    /// // The name does not count.
    /// assert_eq!(Image::from_bytes(*b"GIF89a", "dot.png")?.format(), ImageFormat::Gif);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn format(&self) -> ImageFormat {
        self.format
    }

    /// The bytes of the file.
    ///
    /// ```
    /// use rolecall::Image;
    ///
    /// assert_eq!(Image::from_bytes(*b"GIF89a", "dot.gif")?.bytes(), b"GIF89a");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The image as a Markdown image with a `data:` URL, the form in which text-generation servers take
    /// images inside a prompt: `![](data:image/jpeg;base64,…)`.
    ///
    /// ```
    /// use rolecall::Image;
    ///
    /// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
    /// assert_eq!(image.to_markdown(), "![](data:image/gif;base64,R0lGODlh)");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn to_markdown(&self) -> String {
        format!("![]({})", self.to_data_url())
    }

    /// The image as a `data:` URL, the form in which chat completions take images.
    ///
    /// ```
    /// use rolecall::Image;
    ///
    /// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
    /// assert_eq!(image.to_data_url(), "data:image/gif;base64,R0lGODlh");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn to_data_url(&self) -> String {
        let mut out = format!("data:{};base64,", self.format.media_type());
        STANDARD.encode_string(&self.bytes, &mut out);
        out
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("format", &self.format).field("bytes", &self.bytes.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_bytes() {
        let rows: [(&[u8], &str); 7] = [
            (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\nrest", "image/png"),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
            (b"GIF87a", "image/gif"),
            (b"GIF89a", "image/gif"),
            (b"II*\0", "image/tiff"),
            (b"MM\0*", "image/tiff"),
        ];
        for (bytes, media_type) in rows {
            let image = Image::from_bytes(bytes, "it").expect("an image");
            assert_eq!(image.format().media_type(), media_type);
            assert!(image.to_markdown().starts_with(&format!("![](data:{media_type};base64,")));
        }
        for bytes in [&b""[..], b"\xff\xd8", b"RIFF....WAVE", b"<svg/>", b"GIF88a", b"\x89PNG\n"] {
            let error = Image::from_bytes(bytes, "cat.jpg").expect_err("no image");
            assert!(error.to_string().starts_with("cat.jpg is"), "{error}");
        }
    }

    #[test]
    fn base64_is_padded_and_not_wrapped() {
        let image = Image::from_bytes(*b"GIF89a\xfb\xff", "it").expect("an image");
        assert_eq!(image.to_markdown(), "![](data:image/gif;base64,R0lGODlh+/8=)");
    }
}
