//! `rolecall tokens` and `rolecall render --spans`, as a person runs them.

mod common;

use common::rolecall;
use serde_json::{Value, json};

const CHAT: &str =
    r#"[{"role": "user", "content": "Hi <|eot_id|>"}, {"role": "assistant", "content": "Yo"}]"#;

/// The folder of the model with a small tokenizer.
fn tiny() -> String {
    rolecall_testkit::tiny_llama().display().to_string()
}

#[test]
fn ids_are_one_line() {
    let out = rolecall(["tokens", "--model", &tiny()]).input(CHAT).ok();
    let ids: Vec<u32> = serde_json::from_str(&out).expect("a list of ids");
    // Only the template's control tokens are some: 0 begins a text, 2 and 3 are around roles, 4 ends a turn.
    let control: Vec<u32> = ids.iter().copied().filter(|id| *id < 5).collect();
    assert_eq!(control, [0, 2, 3, 4, 2, 3, 4]);
    assert_eq!(out.lines().count(), 1);

    let anywhere = rolecall(["tokens", "--model", &tiny(), "--control-tokens", "anywhere"]).input(CHAT).ok();
    let anywhere: Vec<u32> = serde_json::from_str(&anywhere).expect("a list of ids");
    assert_eq!(anywhere.iter().filter(|id| **id == 4).count(), 3);

    let first = rolecall(["tokens", "--model", &tiny(), "--max-length", "3"]).input(CHAT).ok();
    assert_eq!(serde_json::from_str::<Vec<u32>>(&first).expect("ids"), ids[..3]);
}

#[test]
fn a_table_tells_what_each_token_is() {
    let out = rolecall(["tokens", "--model", &tiny(), "--table", "--mask"]).input(CHAT).ok();
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["id", "token", "kind", "message", "field"]);
    assert_eq!(rows[1], ["0", "\"<|begin_of_text|>\"", "control"]);
    assert!(rows.contains(&vec!["61", "\"Y\"", "content", "1", "content", "assistant"]), "{out}");
}

#[test]
fn programs_get_a_document() {
    let out = rolecall(["tokens", "--model", &tiny(), "--json", "--mask"]).input(CHAT).ok();
    let document: Value = serde_json::from_str(&out).expect("a JSON document");
    let length = document["ids"].as_array().expect("ids").len();
    for list in ["offsets", "attention_mask", "messages", "kinds", "assistant_mask"] {
        assert_eq!(document[list].as_array().map(Vec::len), Some(length), "{list}");
    }
    assert_eq!(document["offsets"][0], json!([0, 17]));
}

#[test]
fn a_model_without_a_tokenizer_says_so() {
    rolecall(["tokens", "--model", "builtin:llama-3"]).input(CHAT).fails(1, &["there is no tokenizer.json"]);
}

#[test]
fn spans_say_who_wrote_what() {
    let run = || rolecall(["render", "--model", "builtin:llama-3", "--spans"]);
    let out = run().input(r#"[{"role": "user", "content": "a\u001b\n"}]"#).ok();
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["0..17", "bos_token", "\"<|begin_of_text|>\""]);
    assert_eq!(rows[2], ["36..40", "/messages/0/role", "0..4", "\"user\""]);
    assert_eq!(rows[4], ["59..61", "/messages/0/content", "0..2", "\"a\\u001b\""]);

    let out = rolecall(["render", "--model", "builtin:llama-3", "--spans", "--json"]).input(CHAT).ok();
    let document: Value = serde_json::from_str(&out).expect("a JSON document");
    assert_eq!(
        document["spans"][0],
        json!({"start": 0, "end": 17, "origin": "special_token", "variable": "bos_token"})
    );
    assert_eq!(
        document["spans"][2],
        json!({"start": 36, "end": 40, "origin": "copied", "pointer": "/messages/0/role", "range": [0, 4]})
    );
}
