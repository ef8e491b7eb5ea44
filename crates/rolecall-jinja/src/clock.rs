//! The clock that templates see.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A moment in local time, as `strftime_now` formats it.
///
/// ```
/// use rolecall_jinja::DateTime;
///
/// let moment: DateTime = "2026-07-04T12:34:56".parse()?;
/// assert_eq!(moment.strftime("%d %b %Y"), "04 Jul 2026");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    pub(crate) microsecond: u32,
    pub(crate) utc_offset: i32,
}

/// The source of the time that `strftime_now` prints. A render has no clock of its own.
///
/// ```
/// use rolecall_jinja::Clock;
///
/// let clock = Clock::fixed("2026-07-04T12:34:56".parse()?);
/// assert_eq!(clock.now().strftime("%H:%M"), "12:34");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime + Send + Sync>);

impl Clock {
    /// A clock that stands still.
    ///
    /// ```
    /// let clock = rolecall_jinja::Clock::fixed("2026-07-04T12:34:56".parse()?);
    /// assert_eq!(clock.now(), clock.now());
    /// # Ok::<(), String>(())
    /// ```
    pub fn fixed(moment: DateTime) -> Self {
        Self::from_fn(move || moment)
    }

    /// A clock that asks `now` each time it is read: once for each `strftime_now` of a render.
    ///
    /// ```
    /// use rolecall_jinja::{Clock, DateTime};
    ///
    /// let clock = Clock::from_fn(|| DateTime::new((2026, 7, 4), (12, 34, 56)).unwrap());
    /// assert_eq!(clock.now().strftime("%Y"), "2026");
    /// ```
    pub fn from_fn(now: impl Fn() -> DateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The moment the clock shows.
    ///
    /// ```
    /// use rolecall_jinja::{Clock, DateTime};
    ///
    /// let moment: DateTime = "2026-07-04T12:34:56".parse()?;
    /// assert_eq!(Clock::fixed(moment).now(), moment);
    /// # Ok::<(), String>(())
    /// ```
    pub fn now(&self) -> DateTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

impl DateTime {
    /// A moment from year, month and day, and hour, minute and second; `None` when there is no such date or time.
    /// Years 1 to 9999, as in Python.
    ///
    /// ```
    /// use rolecall_jinja::DateTime;
    ///
    /// assert_eq!(DateTime::new((2026, 7, 4), (12, 34, 56)), "2026-07-04T12:34:56".parse().ok());
    /// assert_eq!(DateTime::new((2026, 2, 29), (0, 0, 0)), None);
    /// ```
    pub fn new(date: (i32, u8, u8), time: (u8, u8, u8)) -> Option<Self> {
        let (year, month, day) = date;
        let (hour, minute, second) = time;
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        valid.then_some(Self { year, month, day, hour, minute, second, microsecond: 0, utc_offset: 0 })
    }

    /// The same moment with a fraction of a second; values above 999,999 count as 999,999.
    ///
    /// ```
    /// let moment = rolecall_jinja::DateTime::new((2026, 7, 4), (12, 34, 56)).unwrap().with_microsecond(500);
    /// assert_eq!(moment.strftime("%S.%f"), "56.000500");
    /// ```
    #[must_use]
    pub fn with_microsecond(mut self, microsecond: u32) -> Self {
        self.microsecond = microsecond.min(999_999);
        self
    }

    /// The same moment in a zone that is `seconds` east of Greenwich. Only the directive `%s` shows it, the seconds
    /// since 1970.
    ///
    /// ```
    /// let noon = rolecall_jinja::DateTime::new((1970, 1, 1), (12, 0, 0)).unwrap();
    /// assert_eq!(noon.strftime("%s"), "43200");
    /// assert_eq!(noon.with_utc_offset(3600).strftime("%s"), "39600");
    /// ```
    #[must_use]
    pub fn with_utc_offset(mut self, seconds: i32) -> Self {
        self.utc_offset = seconds.clamp(-86_399, 86_399);
        self
    }
}

pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days between 1 January of year 1 and of `year`.
pub(crate) fn days_before_year(year: i32) -> i64 {
    let years = i64::from(year) - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for DateTime {
    type Err = String;

    /// Reads `YYYY-MM-DDTHH:MM:SS`, with an optional fraction of one to six digits. A blank may stand for the `T`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a local time: write it as 2026-07-04T12:34:56");
        let number = |from: usize, to: usize| -> Option<u32> {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let separators = [(4, "-"), (7, "-"), (13, ":"), (16, ":")];
        if separators.iter().any(|&(at, wanted)| text.get(at..=at) != Some(wanted))
            || !matches!(text.get(10..11), Some("T" | " "))
        {
            return Err(wrong());
        }
        let part = |from: usize, to: usize| number(from, to).and_then(|n| u8::try_from(n).ok());
        let moment = (|| {
            let year = i32::try_from(number(0, 4)?).ok()?;
            Self::new((year, part(5, 7)?, part(8, 10)?), (part(11, 13)?, part(14, 16)?, part(17, 19)?))
        })()
        .ok_or_else(wrong)?;
        match text.get(19..) {
            Some("") => Ok(moment),
            Some(rest) => {
                let digits = rest.strip_prefix('.').unwrap_or_default();
                if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(wrong());
                }
                format!("{digits:0<6}").parse().map(|n| moment.with_microsecond(n)).map_err(|_| wrong())
            }
            None => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_moments_are_read() {
        for good in ["2026-07-04T12:34:56", "2026-07-04 12:34:56", "2024-02-29T00:00:00.5"] {
            assert!(good.parse::<DateTime>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "2026-07-04",
            "2026-13-04T12:34:56",
            "2026-02-29T00:00:00",
            "2026-07-04T24:00:00",
            "2026-07-04T12:34:56Z",
            "2026-07-04T12:34:56.",
            "+026-07-04T12:34:56",
            "2026-07-0éT12:34:56",
        ] {
            assert!(bad.parse::<DateTime>().is_err(), "{bad}");
        }
    }
}
