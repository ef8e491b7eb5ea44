//! When a request may be sent again, and after how long. Only what generated nothing is repeated: a model that
//! is still loading, and a server that has too much to do.

use std::time::Duration;

use crate::{Error, ErrorKind};

/// The longest pause before asking again, whatever the server estimates.
const LONGEST: Duration = Duration::from_secs(30);

/// The shortest pause: an estimate of nothing is no reason to ask without end.
const SHORTEST: Duration = Duration::from_millis(200);

/// How long to wait before the next try; `None` if there is to be none. `left` is what remains of the time
/// that may be spent waiting, `attempt` counts from 0, `retry_after` is the server's header.
pub(crate) fn pause(
    error: &Error,
    retry_after: Option<Duration>,
    attempt: u32,
    left: Duration,
) -> Option<Duration> {
    let backoff = Duration::from_secs(1).saturating_mul(1 << attempt.min(5));
    let wanted = match error.kind() {
        ErrorKind::Loading { estimated_time } => retry_after.or(*estimated_time).unwrap_or(backoff),
        ErrorKind::Overloaded => {
            let wanted = retry_after.unwrap_or(backoff);
            // The server has said when; coming earlier only adds to its load.
            if retry_after.is_some_and(|wanted| wanted > left) {
                return None;
            }
            wanted
        }
        _ => return None,
    };
    (left > Duration::ZERO).then(|| wanted.clamp(SHORTEST, LONGEST).min(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_again_and_when() {
        let seconds = Duration::from_secs_f64;
        let error = |kind| Error::new(kind, "");
        let loading =
            |estimate: Option<f64>| error(ErrorKind::Loading { estimated_time: estimate.map(seconds) });
        let rows = [
            (loading(Some(5.0)), None, 0, 60.0, Some(5.0)),
            (loading(Some(5.0)), None, 0, 2.0, Some(2.0)),
            (loading(Some(2315.0)), None, 0, 600.0, Some(30.0)),
            (loading(Some(0.0)), None, 0, 60.0, Some(0.2)),
            (loading(None), None, 3, 60.0, Some(8.0)),
            (loading(Some(5.0)), None, 0, 0.0, None),
            (error(ErrorKind::Overloaded), Some(7.0), 0, 60.0, Some(7.0)),
            (error(ErrorKind::Overloaded), Some(70.0), 0, 60.0, None),
            (error(ErrorKind::Overloaded), None, 1, 60.0, Some(2.0)),
            (error(ErrorKind::Generation), None, 0, 60.0, None),
            (error(ErrorKind::Connection), None, 0, 60.0, None),
            (error(ErrorKind::Unauthorised), Some(1.0), 0, 60.0, None),
        ];
        for (error, retry_after, attempt, left, expected) in rows {
            let found = pause(&error, retry_after.map(seconds), attempt, seconds(left));
            assert_eq!(found, expected.map(seconds), "{error:?}");
        }
    }
}
