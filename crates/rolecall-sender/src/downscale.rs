//! Makes images smaller, so that a server takes them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits, Rgb, RgbImage};
use rolecall::Image;

use crate::{Error, ErrorKind, Result};

/// As Python's PIL, which the field's images are mostly made with.
const QUALITY: u8 = 75;

/// The most memory that an image may take when it is read: a small file can hold an enormous one.
const MAX_MEMORY: u64 = 512 << 20;

/// The smallest side that is tried.
const SMALLEST: u32 = 16;

/// The most bytes that `count` images may have each, for a request of at most `limit` bytes with a text of `text` bytes:
/// base64 makes four bytes of three.
///
/// ```
/// use rolecall_sender::{TGI_PAYLOAD_LIMIT, image_budget};
///
/// assert_eq!(image_budget(TGI_PAYLOAD_LIMIT, 10_000, 1), 1_491_000);
/// ```
pub fn image_budget(limit: usize, text: usize, count: usize) -> usize {
    /// What stands around a request's text and around each image, and some to spare.
    const AROUND: usize = 2_000;
    let left = limit.saturating_sub(text + AROUND);
    left / count.max(1) / 4 * 3
}

/// An image of at most so many bytes: the same if it is small enough, else a JPEG with as many pixels as fit. Sides keep
/// their proportion; what is transparent becomes white.
///
/// ```
/// use rolecall::{Image, ImageFormat};
/// use rolecall_sender::{downscale, image_budget};
///
/// // A server that was started with --payload-limit 30000.
/// let budget = image_budget(30_000, 1_000, 1);
/// # let pixels = image::RgbImage::from_fn(300, 200, |x, y| {
/// #     image::Rgb([x * y, x * 7 + y, x + y * 13].map(|part| u8::try_from(part % 251).unwrap_or_default()))
/// # });
/// # let mut photo = std::io::Cursor::new(Vec::new());
/// # pixels.write_to(&mut photo, image::ImageFormat::Png)?;
/// # let photo = photo.into_inner();
/// let image = Image::from_bytes(photo, "photo.png")?;
/// assert!(image.bytes().len() > budget);
/// let smaller = downscale(&image, budget)?;
/// assert_eq!(smaller.format(), ImageFormat::Jpeg);
/// assert!(smaller.bytes().len() <= budget);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Parameter`] when the image cannot be read, or when nothing of it fits.
pub fn downscale(image: &Image, max_bytes: usize) -> Result<Image> {
    if image.bytes().len() <= max_bytes {
        return Ok(image.clone());
    }
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Parameter, format!("the image cannot be read to make it smaller: {error}"))
            .help("Make it smaller with another program")
    };
    let mut reader = ImageReader::new(Cursor::new(image.bytes()))
        .with_guessed_format()
        .map_err(|error| unreadable(&error))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let pixels = reader.decode().map_err(|error| unreadable(&error))?;
    let (mut width, mut height) = (pixels.width(), pixels.height());
    loop {
        let smaller = if (width, height) == (pixels.width(), pixels.height()) {
            opaque(&pixels)
        } else {
            opaque(&pixels.resize_exact(width, height, FilterType::Lanczos3))
        };
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        smaller.write_with_encoder(encoder).map_err(|error| unreadable(&error))?;
        if bytes.len() <= max_bytes {
            return Image::from_bytes(bytes, "the smaller image").map_err(|error| unreadable(&error));
        }
        if width.min(height) <= SMALLEST {
            return Err(Error::new(
                ErrorKind::Parameter,
                format!("no image of {max_bytes} bytes can be made of it"),
            )
            .help("Use fewer images, or a shorter prompt"));
        }
        // Seven eighths a step: the last of them that is too large loses little.
        width = (width / 8 * 7).max(SMALLEST.min(width));
        height = (height / 8 * 7).max(SMALLEST.min(height));
    }
}

/// JPEG has no transparency.
fn opaque(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let pixels = image.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let over = |part: u8| {
            let mixed = (u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}
