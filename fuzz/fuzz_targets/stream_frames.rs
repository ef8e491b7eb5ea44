//! Any bytes as a stream of server-sent events, in each dialect.
//!
//! The first byte says how large the pieces are in which they come; however they are cut, the same is read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_sender::{Dialect, Event, EventReader, Frames};

fuzz_target!(|input: &[u8]| {
    let Some((size, stream)) = input.split_first() else { return };
    let whole = data(stream.chunks(stream.len().max(1)));
    assert_eq!(
        data(stream.chunks(usize::from(*size).max(1))),
        whole,
        "cut otherwise, another stream is read"
    );
    assert_eq!(data(stream.chunks(1)), whole, "byte by byte, another stream is read");
    for dialect in [Dialect::Tgi, Dialect::Completions, Dialect::SgLang, Dialect::Chat] {
        let mut frames = Frames::new(dialect);
        let mut given = String::new();
        for frame in &whole {
            let Ok(events) = frames.read(frame) else { break };
            for event in events {
                if let Event::Token { text } = event {
                    given.push_str(&text);
                }
            }
            // The last frame of TGI has the whole text, which wins over the pieces.
            if !frames.has_ended() {
                assert_eq!(frames.text(), given, "the text so far is what was given out");
            }
        }
        let _ = frames.finish();
    }
});

/// The data of all events before what cannot be read.
fn data<'s>(pieces: impl Iterator<Item = &'s [u8]>) -> Vec<String> {
    let mut reader = EventReader::default();
    let mut events = Vec::new();
    for piece in pieces {
        let (more, broken) = reader.push(piece);
        events.extend(more);
        if broken.is_some() {
            return events;
        }
    }
    events.extend(reader.finish().ok().flatten());
    events
}
