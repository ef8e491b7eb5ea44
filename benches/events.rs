//! A stream of server-sent events, as a text-generation server writes it.

use rolecall_sender::EventReader;
use serde_json::{Value, json};

use crate::timing::Entry;

/// How many events there are.
const EVENTS: usize = 8000;

/// The stream.
pub struct Stream(String);

impl Stream {
    /// Tokens, each an event.
    pub fn new() -> Self {
        let event = |number: usize| {
            let text = [" a", " spoon", " of", " crème", " fraîche", ","].get(number % 6);
            let token = json!({"id": number, "text": text, "logprob": -0.25, "special": false});
            let event = json!({"index": number, "token": token, "generated_text": null, "details": null});
            format!("data:{event}\n\n")
        };
        Self((0..EVENTS).map(event).collect())
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// What is measured, after a look at whether all find the same events.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let expected = self.handwritten();
        let reader = |name, most: usize| {
            assert_eq!(self.read(most), expected);
            Entry::new(name, move || self.read(most).len())
        };
        vec![
            reader("EventReader, 16 kB at a time", 16 << 10),
            reader("EventReader, 1,448 bytes at a time", 1448),
            reader("EventReader, 128 bytes at a time", 128),
            Entry::new("handwritten, from the whole text", || self.handwritten().len()),
            Entry::new("serde_json, each event's data", move || {
                let read = |event: &String| serde_json::from_str::<Value>(event).is_ok();
                expected.iter().filter(|event| read(event)).count()
            }),
        ]
    }

    fn read(&self, most: usize) -> Vec<String> {
        let mut reader = EventReader::default();
        let mut events = Vec::new();
        for bytes in self.0.as_bytes().chunks(most) {
            let (complete, broken) = reader.push(bytes);
            assert!(broken.is_none(), "the stream is whole");
            events.extend(complete);
        }
        events
    }

    /// The least that there is to do: it knows of no other line than those of this stream.
    fn handwritten(&self) -> Vec<String> {
        self.0.split("\n\n").filter_map(|event| event.strip_prefix("data:")).map(str::to_owned).collect()
    }
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}
