//! What bytes are: images and sounds, told by how they begin.

/// A format of images or sounds.
///
/// ```
/// use rolecall_sender::MediaFormat;
///
/// let kind = match MediaFormat::sniff(b"\xff\xd8\xff\xe0") {
///     Some(MediaFormat::Jpeg | MediaFormat::Png) => "a picture for the web",
///     Some(other) => other.media_type(),
///     None => "neither image nor sound",
/// };
/// assert_eq!(kind, "a picture for the web");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaFormat {
    /// A JPEG image.
    Jpeg,
    /// A PNG image.
    Png,
    /// A WebP image.
    WebP,
    /// A GIF image.
    Gif,
    /// A TIFF image.
    Tiff,
    /// A FLAC sound.
    Flac,
    /// A WAV sound.
    Wav,
    /// An MP3 sound.
    Mp3,
    /// An Ogg sound.
    Ogg,
}

impl MediaFormat {
    /// Tells the format by the first bytes, whatever a header says.
    ///
    /// ```
    /// use rolecall_sender::MediaFormat;
    ///
    /// assert_eq!(MediaFormat::sniff(b"fLaC\0\0\0\x22"), Some(MediaFormat::Flac));
    /// assert_eq!(MediaFormat::sniff(b"{\"error\": 1}"), None);
    /// ```
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if let Some(image) = rolecall::ImageFormat::sniff(bytes) {
            return match image {
                rolecall::ImageFormat::Jpeg => Some(Self::Jpeg),
                rolecall::ImageFormat::Png => Some(Self::Png),
                rolecall::ImageFormat::WebP => Some(Self::WebP),
                rolecall::ImageFormat::Gif => Some(Self::Gif),
                rolecall::ImageFormat::Tiff => Some(Self::Tiff),
                _ => None,
            };
        }
        match bytes {
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Self::Wav),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            // A tag, or the head of a frame: eleven bits that are set, layer III.
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Some(Self::Mp3),
            _ => None,
        }
    }

    /// The media type, such as `image/png`.
    ///
    /// ```
    /// use rolecall_sender::MediaFormat;
    ///
    /// assert_eq!(MediaFormat::Jpeg.media_type(), "image/jpeg");
    /// assert_eq!(MediaFormat::Mp3.media_type(), "audio/mpeg");
    /// ```
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Tiff => "image/tiff",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
        }
    }

    /// What a file's name ends with, without the dot.
    ///
    /// ```
    /// use rolecall_sender::MediaFormat;
    ///
    /// let name = format!("speech.{}", MediaFormat::Flac.extension());
    /// assert_eq!(name, "speech.flac");
    /// ```
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Tiff => "tiff",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
        }
    }

    /// Whether it is an image.
    ///
    /// ```
    /// use rolecall_sender::MediaFormat;
    ///
    /// assert!(MediaFormat::Gif.is_image());
    /// assert!(!MediaFormat::Wav.is_image());
    /// ```
    pub fn is_image(self) -> bool {
        self.media_type().starts_with("image/")
    }
}

/// The width and height of an image in pixels, as its head says: PNG, GIF, JPEG and WebP.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    match MediaFormat::sniff(bytes)? {
        MediaFormat::Png => Some((big_32(bytes, 16)?, big_32(bytes, 20)?)),
        MediaFormat::Gif => Some((little_16(bytes, 6)?, little_16(bytes, 8)?)),
        MediaFormat::Jpeg => jpeg_dimensions(bytes),
        MediaFormat::WebP => webp_dimensions(bytes),
        _ => None,
    }
}

/// The frame header is one of the segments: a marker, a length, the content.
fn jpeg_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (&[mark, kind], _) = bytes.get(at..)?.split_first_chunk::<2>()?;
        if mark != 0xff {
            return None;
        }
        match kind {
            // Markers may be preceded by any number of these bytes.
            0xff => at += 1,
            0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big_16(bytes, at + 7)?, big_16(bytes, at + 5)?));
            }
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => at += 2 + usize::try_from(big_16(bytes, at + 2)?).ok()?,
        }
    }
}

fn webp_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((little_16(bytes, 26)? & 0x3fff, little_16(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let (&bits, _) = bytes.get(21..)?.split_first_chunk::<4>()?;
            let bits = u32::from_le_bytes(bits);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at: usize| Some(1 + little_16(bytes, at)? + (u32::from(*bytes.get(at + 2)?) << 16));
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

fn big_32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

fn big_16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes).map(u32::from)
}

fn little_16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes).map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_bytes() {
        let rows: [(&[u8], &str); 12] = [
            (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\nrest", "image/png"),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
            (b"GIF89a", "image/gif"),
            (b"II*\0", "image/tiff"),
            (b"MM\0*", "image/tiff"),
            (b"fLaC", "audio/flac"),
            (b"RIFF\x01\x02\x03\x04WAVEfmt ", "audio/wav"),
            (b"ID3\x03", "audio/mpeg"),
            (b"\xff\xfb\x90", "audio/mpeg"),
            (b"\xff\xf3\x90", "audio/mpeg"),
            (b"OggS", "audio/ogg"),
        ];
        for (bytes, kind) in rows {
            assert_eq!(MediaFormat::sniff(bytes).map(MediaFormat::media_type), Some(kind), "{bytes:?}");
        }
        for bytes in [&b""[..], b"RIFF", b"{}", b"<svg/>", b"\xff\xff\xff", b"II\0*"] {
            assert_eq!(MediaFormat::sniff(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_size_of_an_image() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\x40";
        assert_eq!(dimensions(png), Some((512, 320)));
        assert_eq!(dimensions(b"GIF89a\x10\0\x20\0"), Some((16, 32)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0\0\x11\x08\0\x10\0\x20";
        assert_eq!(dimensions(jpeg), Some((32, 16)));
        assert_eq!(dimensions(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\0\0\x1f\0\0"), Some((64, 32)));
        assert_eq!(dimensions(b"RIFF\0\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x3f\xc0\x07\0"), Some((64, 32)));
        // Whatever is cut off has no size, and none makes it hang.
        for whole in [&png[..], jpeg, b"\xff\xd8\xff\xff\xff\xff", b"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0"] {
            for end in 0..whole.len().min(20) {
                assert_eq!(dimensions(&whole[..end]), None, "{end}");
            }
        }
    }
}
