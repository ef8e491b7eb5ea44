//! Parameters that a server's model does not use: servers of other kinds than TGI refuse a request for them.

use serde_json::{Map, Value};

use crate::{Dialect, Error, ErrorKind, Request};

/// What the sender adds by itself. It says what these servers do anyway.
pub(crate) const ADDED: &str = "return_full_text";

/// Whether a server refuses a request for nothing but what the sender added by itself. Nothing was generated then.
pub(crate) fn is_refused(error: &Error) -> bool {
    let names = error.server_message().map(names).unwrap_or_default();
    *error.kind() == ErrorKind::Validation && !names.is_empty() && names.iter().all(|name| *name == ADDED)
}

/// The parameters that a refusal names: ``The following `model_kwargs` are not used by the model: ['a', 'b'] (…)``.
fn names(said: &str) -> Vec<&str> {
    let Some((_, list)) = said.split_once("`model_kwargs` are not used by the model: [") else {
        return Vec::new();
    };
    let Some((list, _)) = list.split_once(']') else { return Vec::new() };
    list.split(',').map(|name| name.trim().trim_matches(['\'', '"'])).collect()
}

/// The request without it; nothing where somebody asked for the text with the prompt in front.
pub(crate) fn without(request: &Request, dialect: Dialect) -> Option<Request> {
    let mut body: Map<String, Value> = serde_json::from_str(&request.body).ok()?;
    let parameters = body.get_mut("parameters").filter(|_| dialect == Dialect::Tgi)?.as_object_mut()?;
    if parameters.shift_remove(ADDED) != Some(Value::Bool(false)) {
        return None;
    }
    Some(Request { body: Value::Object(body).to_string(), ..request.clone() })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use rolecall_testkit::{Response, Server};
    use serde_json::json;

    use crate::blocking::Sender;
    use crate::{Endpoint, ErrorKind, Note, Parameters};

    /// A server of another kind, which knows these parameters.
    fn server(known: &'static [&'static str]) -> Server {
        Server::start(move |request| {
            let body = request.json();
            let given = body["parameters"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            let unused: Vec<String> =
                given.filter(|name| !known.contains(name)).map(|name| format!("'{name}'")).collect();
            if unused.is_empty() {
                return Response::new(200).json(&json!([{"generated_text": "ok"}]));
            }
            let said = format!(
                "The following `model_kwargs` are not used by the model: [{}] (note: typos in the generate arguments will \
                 also show up in this list)",
                unused.join(", ")
            );
            Response::new(400).json(&json!({"error": [said]}))
        })
        .expect("a port")
    }

    #[test]
    fn what_the_sender_added_is_left_out() {
        let server = server(&["temperature"]);
        let notes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&notes);
        let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address"))
            .on_note(move |note| kept.lock().expect("notes").push(note.clone()));
        let parameters = Parameters::new().temperature(0.5);
        assert_eq!(sender.generate("hi", &parameters).expect("an answer").text, "ok");
        let bodies = || -> Vec<String> {
            server
                .requests()
                .iter()
                .map(|request| String::from_utf8_lossy(&request.body).into_owned())
                .collect()
        };
        let full = r#"{"inputs":"hi","parameters":{"return_full_text":false,"temperature":0.5}}"#;
        let bare = r#"{"inputs":"hi","parameters":{"temperature":0.5}}"#;
        assert_eq!(bodies(), [full, bare]);
        let told = |note: &Note| matches!(note, Note::LeftOut(name) if name == "return_full_text");
        assert_eq!(notes.lock().expect("notes").iter().filter(|note| told(note)).count(), 1);
        // It is remembered.
        sender.clone().generate_stream("hi", &parameters).expect("an answer");
        assert_eq!(bodies(), [full, bare, bare]);
    }

    #[test]
    fn what_somebody_asked_for_is_not_left_out() {
        let server = server(&[]);
        let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address"));
        for parameters in [Parameters::new().return_full_text(true), Parameters::new().seed(1)] {
            let before = server.requests().len();
            let error = sender.generate("hi", &parameters).expect_err("is refused");
            assert_eq!(*error.kind(), ErrorKind::Validation);
            assert!(error.to_string().contains("Leave out the parameters that it names"), "{error}");
            assert_eq!(server.requests().len(), before + 1);
        }
    }
}
