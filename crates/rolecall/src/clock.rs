//! The computer's clock, as Python's `datetime.now()` shows it.

use jiff::ZonedDateTime;
use rolecall_jinja::{Clock, DateTime};

/// The local time of this computer.
pub(crate) fn system() -> Clock {
    Clock::from_fn(|| local(&ZonedDateTime::now()))
}

fn local(now: &ZonedDateTime) -> DateTime {
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let date = (i32::from(now.year()), part(now.month()), part(now.day()));
    // A leap second is not a time that Python knows.
    let time = (part(now.hour()), part(now.minute()), part(now.second()).min(59));
    let microsecond = u32::try_from(now.subsec_nanosecond() / 1000).unwrap_or_default();
    DateTime::new(date, time)
        .or_else(|| DateTime::new((1970, 1, 1), (0, 0, 0)))
        .unwrap_or_else(|| unreachable!("the first of January 1970 is a date"))
        .with_microsecond(microsecond)
        .with_utc_offset(now.offset().seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_and_its_offset() {
        let now: ZonedDateTime = "2026-07-04T12:34:56.123456789+02:00[+02:00]".parse().expect("a time");
        assert_eq!(local(&now).strftime("%Y-%m-%d %H:%M:%S.%f %s"), "2026-07-04 12:34:56.123456 1783161296");
    }
}
