//! To which size the reference's image processors bring an image.

use rolecall_jinja::ErrorKind as Class;

use crate::{Error, ErrorKind, Result};

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pixels {
    pub(super) height: u64,
    pub(super) width: u64,
}

/// The largest side and the largest setting: with them all products are exact as floating-point numbers, which is what
/// the reference computes with.
pub(super) const MOST: u64 = 1 << 24;

/// Sides that are multiples of `factor`, near the given ones, with a number of pixels between two bounds: Qwen2-VL's
/// rule. The numbers are Python's floating-point ones, halves are rounded to even.
#[expect(clippy::cast_precision_loss, reason = "no number is above 2^48")]
pub(super) fn within_pixels(image: Pixels, factor: u64, min: u64, max: u64) -> Result<Pixels> {
    let (height, width) = (image.height as f64, image.width as f64);
    let ratio = height.max(width) / height.min(width);
    if ratio > 200.0 {
        let message = format!("absolute aspect ratio must be smaller than 200, got {}", float(ratio)?);
        return Err(Error::from_reference(
            ErrorKind::Media,
            rolecall_jinja::Error::new(Class::Value, message),
        ));
    }
    let unit = factor as f64;
    let nearest = |side: f64| whole((side / unit).round_ties_even()) * factor;
    let (h, w) = (nearest(height), nearest(width));
    let pixels = h.saturating_mul(w);
    if pixels > max {
        let shrink = (height * width / max as f64).sqrt();
        let below = |side: f64| (whole((side / shrink / unit).floor()) * factor).max(factor);
        return Ok(Pixels { height: below(height), width: below(width) });
    }
    if pixels < min {
        let grow = (min as f64 / (height * width)).sqrt();
        let above = |side: f64| whole((side * grow / unit).ceil()) * factor;
        return Ok(Pixels { height: above(height), width: above(width) });
    }
    Ok(Pixels { height: h, width: w })
}

/// The size whose shorter side is the given one.
#[expect(clippy::cast_precision_loss, reason = "no number is above 2^48")]
pub(super) fn shortest_edge(image: Pixels, edge: u64) -> Pixels {
    let (short, long) = (image.height.min(image.width), image.height.max(image.width));
    let long = whole((edge * long) as f64 / short as f64);
    if image.width <= image.height {
        Pixels { height: long, width: edge }
    } else {
        Pixels { height: edge, width: long }
    }
}

/// `int(x)` of a number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "no number is negative or above 2^53"
)]
fn whole(x: f64) -> u64 {
    x as u64
}

/// The number as Python prints it.
fn float(x: f64) -> Result<String> {
    let shown = rolecall_jinja::Template::new("{{ x }}")
        .and_then(|template| template.render(&serde_json::json!({ "x": x })));
    shown.map_err(|error| Error::from_reference(ErrorKind::Media, error))
}
