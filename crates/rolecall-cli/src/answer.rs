//! What came back, as the commands show it.

use std::io;

use rolecall::TurnEnd;
use rolecall_sender::blocking::Events;
use rolecall_sender::{Event, Generation, Result, TokenInfo};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::output;

/// The whole answer of a stream.
pub(crate) fn whole(events: Events) -> Outcome<Generation> {
    for event in events {
        if let Event::End(answer) = event.map_err(Failure::job)? {
            return Ok(answer);
        }
    }
    Err(no_end())
}

/// Prints an answer as it comes, and gives the whole of it. In a conversation what the model thinks is shown beside it,
/// and what ends its turn is not shown.
pub(crate) fn print(
    events: impl IntoIterator<Item = Result<Event>>,
    turn: Option<&TurnEnd>,
) -> Outcome<Generation> {
    let mut out = io::stdout().lock();
    let mut text = String::new();
    let mut shown = 0;
    let mut show = |text: &str, end: usize| {
        let new = text.get(shown..end).unwrap_or_default();
        shown = shown.max(end);
        if new.is_empty() { Ok(()) } else { output::piece(&mut out, new) }
    };
    let mut thoughts = output::Aside::new("[thinks] ");
    let mut ended = Err(no_end());
    for event in events {
        match event {
            Ok(Event::Token { text: piece }) => {
                thoughts.end();
                text.push_str(&piece);
                show(&text, turn.map_or(text.len(), |turn| turn.may_begin(&text)))?;
            }
            Ok(Event::Reasoning { text }) if turn.is_some() => thoughts.piece(&text),
            Ok(Event::End(answer)) => {
                show(&text, turn.map_or(text.len(), |turn| turn.cut(&text).len()))?;
                ended = Ok(answer);
            }
            Ok(_) => {}
            Err(error) => {
                show(&text, text.len())?;
                ended = Err(Failure::job(error));
            }
        }
    }
    thoughts.end();
    let mut last = text;
    if let Ok(answer) = &ended
        && !answer.tool_calls.is_empty()
    {
        let calls = calls(answer);
        if !last.is_empty() && !last.ends_with('\n') {
            output::piece(&mut out, "\n")?;
        }
        output::piece(&mut out, &calls)?;
        last = calls;
    }
    match turn {
        // An empty answer has a line, and an answer that never came has none.
        Some(_) if last.ends_with('\n') || last.is_empty() && ended.is_err() => {}
        Some(_) => output::piece(&mut out, "\n")?,
        None => output::end(&mut out, &last)?,
    }
    ended
}

fn no_end() -> Failure {
    Failure::job("the answer broke off. Ask again.")
}

/// The text, and the functions that are to be called, each on a line of its own.
pub(crate) fn shown(answer: &Generation) -> String {
    let calls = calls(answer);
    let space =
        if calls.is_empty() || answer.text.is_empty() || answer.text.ends_with('\n') { "" } else { "\n" };
    format!("{}{space}{calls}", answer.text)
}

fn calls(answer: &Generation) -> String {
    let calls = answer.tool_calls.iter();
    let lines: Vec<String> = calls.map(|call| format!("{}({})", call.name, call.arguments)).collect();
    lines.join("\n")
}

/// All that is known of it.
pub(crate) fn document(answer: &Generation) -> Value {
    let mut fields = json!({
        "generated_text": answer.text,
        "finish_reason": answer.finish_reason,
        "generated_tokens": answer.generated_tokens,
        "prompt_tokens": answer.prompt_tokens,
        "seed": answer.seed,
    });
    let token = |token: &TokenInfo| json!({"id": token.id, "text": token.text, "logprob": token.logprob});
    let tokens = |tokens: &[TokenInfo]| tokens.iter().map(token).collect::<Vec<_>>();
    let calls = answer.tool_calls.iter();
    let more = [
        (
            "tool_calls",
            calls
                .map(|call| json!({"id": call.id, "name": call.name, "arguments": call.arguments}))
                .collect(),
        ),
        ("tokens", tokens(&answer.tokens)),
        ("top_tokens", answer.top_tokens.iter().map(|place| tokens(place).into()).collect()),
        ("others", answer.others.iter().map(document).collect::<Vec<Value>>()),
    ];
    if let Some(fields) = fields.as_object_mut() {
        for (name, list) in more.into_iter().filter(|(_, list)| !list.is_empty()) {
            fields.insert(name.to_owned(), list.into());
        }
        if let Some(reasoning) = &answer.reasoning {
            fields.insert("reasoning".to_owned(), reasoning.as_str().into());
        }
    }
    fields
}
