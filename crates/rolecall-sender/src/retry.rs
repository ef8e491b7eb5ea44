//! When a request may be sent again, and after how long. Decisions only: nobody sleeps here.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::{Error, ErrorKind};

/// The longest pause before asking again, whatever the server estimates.
const LONGEST: Duration = Duration::from_secs(30);

/// The shortest pause: an estimate of nothing is no reason to ask without end.
const SHORTEST: Duration = Duration::from_millis(200);

/// What a decision is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// What the server asked for: see [`asked_for`].
    pub(crate) asked_for: Option<Duration>,
    /// How often it was sent again, from 0.
    pub(crate) attempt: u32,
    /// What remains of the time that may be spent waiting.
    pub(crate) left: Duration,
    /// From 0 to 1: callers that failed at once do not come back at once.
    pub(crate) jitter: f64,
    /// The caller accepts that something may be generated, and paid, twice.
    pub(crate) repeats_all: bool,
}

/// How long to wait before the next try; `None` if there is to be none.
///
/// Repeated is what generated nothing: no connection came about, the model is loading, the server has too much to do.
/// What may have generated something is repeated only for those who chose that: after a timeout, a 500, 502 or 504, a
/// broken connection. A stream that began never is.
pub(crate) fn pause(error: &Error, now: Circumstances) -> Option<Duration> {
    let backoff = Duration::from_secs(1).saturating_mul(1 << now.attempt.min(5));
    // Between the half and the whole.
    let jittered = backoff.mul_f64(0.5 + 0.5 * now.jitter.clamp(0.0, 1.0));
    // The server has said when; coming earlier only adds to its load.
    if now.left.is_zero() || now.asked_for.is_some_and(|asked| asked > now.left) {
        return None;
    }
    let wanted = match error.kind() {
        ErrorKind::Loading { estimated_time } => now.asked_for.or(*estimated_time).unwrap_or(jittered),
        _ if error.is_repeatable() => now.asked_for.unwrap_or(jittered),
        _ if now.repeats_all && may_be_repeated(error) => now.asked_for.unwrap_or(jittered),
        _ => return None,
    };
    // What the server asked for is kept to the end, an estimate is looked at again.
    let longest = now.asked_for.unwrap_or(LONGEST).max(LONGEST);
    Some(wanted.clamp(SHORTEST, longest).min(now.left))
}

fn may_be_repeated(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Timeout | ErrorKind::Connection | ErrorKind::Generation => true,
        ErrorKind::Server | ErrorKind::Incomplete { .. } => error.status().is_none_or(|status| status >= 500),
        _ => false,
    }
}

/// What a server asks for: `Retry-After` in seconds or as a date, else the `t` of a `RateLimit` that is used up.
pub(crate) fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(value) = text(RETRY_AFTER.as_str()) {
        if let Ok(seconds) = value.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        if let Ok(date) = httpdate::parse_http_date(value) {
            return Some(date.duration_since(now).unwrap_or_default());
        }
    }
    // RateLimit: "api";r=0;t=2, and more of them behind commas
    let used_up = |limit: &str| {
        let number = |name: &str| {
            limit.split(';').find_map(|part| {
                let (key, value) = part.split_once('=')?;
                (key.trim() == name).then(|| value.trim().parse::<u64>().ok()).flatten()
            })
        };
        (number("r")? == 0).then(|| number("t")).flatten()
    };
    text("ratelimit")?.split(',').filter_map(used_up).max().map(Duration::from_secs)
}

/// A number from 0 to 1, without a generator of random numbers: only that it differs between callers counts.
pub(crate) fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let bits = u32::try_from(RandomState::new().hash_one(0u8) >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn who_is_asked_again_and_when() {
        let error = |kind| Error::new(kind, "");
        let loading = |estimate: Option<f64>| {
            error(ErrorKind::Loading { estimated_time: estimate.map(seconds) }).repeatable()
        };
        let overloaded = || error(ErrorKind::Overloaded).repeatable();
        let rows = [
            (loading(Some(5.0)), None, 0, 60.0, Some(5.0)),
            (loading(Some(5.0)), None, 0, 2.0, Some(2.0)),
            (loading(Some(2315.0)), None, 0, 600.0, Some(30.0)),
            (loading(Some(0.0)), None, 0, 60.0, Some(0.2)),
            (loading(None), None, 3, 60.0, Some(8.0)),
            (loading(Some(5.0)), None, 0, 0.0, None),
            (overloaded(), Some(7.0), 0, 60.0, Some(7.0)),
            (overloaded(), Some(45.0), 0, 60.0, Some(45.0)),
            (overloaded(), Some(70.0), 0, 60.0, None),
            (overloaded(), None, 1, 60.0, Some(2.0)),
            (error(ErrorKind::Connection).repeatable(), None, 0, 60.0, Some(1.0)),
            (error(ErrorKind::Generation), None, 0, 60.0, None),
            (error(ErrorKind::Connection), None, 0, 60.0, None),
            (error(ErrorKind::Unauthorised), Some(1.0), 0, 60.0, None),
            (error(ErrorKind::TooLarge), None, 0, 60.0, None),
        ];
        for (error, asked_for, attempt, left, expected) in rows {
            let now = Circumstances {
                asked_for: asked_for.map(seconds),
                attempt,
                left: seconds(left),
                jitter: 1.0,
                repeats_all: false,
            };
            assert_eq!(pause(&error, now), expected.map(seconds), "{error:?}");
        }
    }

    #[test]
    fn what_is_repeated_only_by_choice() {
        let now = |repeats_all| Circumstances {
            asked_for: None,
            attempt: 0,
            left: seconds(60.0),
            jitter: 0.0,
            repeats_all,
        };
        for (kind, status) in [
            (ErrorKind::Timeout, None),
            (ErrorKind::Timeout, Some(504)),
            (ErrorKind::Connection, None),
            (ErrorKind::Server, Some(500)),
            (ErrorKind::Server, Some(502)),
        ] {
            let error = Error::new(kind, "");
            let error = status.map_or(error.clone(), |status| error.status_code(status));
            assert_eq!(pause(&error, now(false)), None, "{error:?}");
            assert_eq!(pause(&error, now(true)), Some(seconds(0.5)), "{error:?}");
        }
        for kind in [ErrorKind::Unauthorised, ErrorKind::TooLarge, ErrorKind::Validation, ErrorKind::Payment]
        {
            assert_eq!(pause(&Error::new(kind, ""), now(true)), None);
        }
    }

    #[test]
    fn what_a_server_asks_for() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        for (name, value, expected) in [
            ("retry-after", "7", Some(7)),
            ("retry-after", " 7 ", Some(7)),
            ("retry-after", "Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
            ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("ratelimit", r#""api";r=0;t=2"#, Some(2)),
            ("ratelimit", r#""api";r=5;t=2"#, None),
            ("ratelimit", r#""api";r=5;t=2, "pages";r=0;t=30"#, Some(30)),
            ("ratelimit", r#""api";r=0;t=2, "pages";r=7;t=30"#, Some(2)),
            ("ratelimit", "nonsense", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a header"));
            assert_eq!(asked_for(&headers, now), expected.map(Duration::from_secs), "{name}: {value}");
        }
        let mut both = HeaderMap::new();
        both.insert("retry-after", "9".parse().expect("a header"));
        both.insert("ratelimit", r#""api";r=0;t=2"#.parse().expect("a header"));
        assert_eq!(asked_for(&both, now), Some(Duration::from_secs(9)));
        assert!((0.0..=1.0).contains(&jitter()));
    }
}
