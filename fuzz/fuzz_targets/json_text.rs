//! rolecall's JSON reader beside `serde_json`: where both accept a text, they read the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_jinja::json::to_value;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(theirs) = serde_json::from_str::<Value>(text) else {
        let _ = to_value(text);
        return;
    };
    if let Ok(ours) = to_value(text) {
        assert!(same(&ours, &theirs), "read as {ours}, and by serde_json as {theirs}");
    }
    // What serde_json writes holds no number that cannot be kept: it has to be accepted.
    let written = theirs.to_string();
    match to_value(&written) {
        Ok(ours) => assert!(same(&ours, &theirs), "{written} is read as {ours}"),
        Err(error) => panic!("{written} is refused: {error}"),
    }
});

/// Equality that tells `1` from `1.0`, except that `-0` is the integer 0 in Python and -0.0 in `serde_json`.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((key, ours), (other, theirs))| key == other && same(ours, theirs))
        }
        (Value::Number(ours), Value::Number(theirs)) => {
            let minus_zero = |number: &serde_json::Number| {
                number.as_f64().is_some_and(|value| value == 0.0 && value.is_sign_negative())
            };
            ours == theirs && minus_zero(ours) == minus_zero(theirs)
                || ours.as_u64() == Some(0) && minus_zero(theirs)
        }
        _ => ours == theirs,
    }
}
