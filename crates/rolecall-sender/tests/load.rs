//! A thousand streams at once over 64 connections: everything arrives, in order, and nothing is left behind.
//!
//! It prints what it measured: `cargo test --release -p rolecall-sender --test load -- --nocapture`. Client and server share
//! one process and its processors.

#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects, and what it measured"
)]

use std::alloc::System;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rolecall_sender::{Dialect, Endpoint, Event, Parameters, Sender};
use rolecall_testkit::{Part, Request, Response, Server};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Both tests measure: one after the other.
static ALONE: Mutex<()> = Mutex::new(());

const STREAMS: usize = 1000;
const CONNECTIONS: usize = 64;
const TOKENS: usize = 12;
const ROUNDS: usize = 5;

/// The tokens of a stream differ from those of any other: the prompt's number and their own.
fn token(stream: &str, at: usize) -> String {
    format!("{stream}.{at} ")
}

/// Writes as many tokens as are asked for, each in an event of its own.
fn server() -> Server {
    let answer = |request: &Request| {
        let body = request.json();
        let stream = body["prompt"].as_str().unwrap_or_default();
        let count =
            body["max_tokens"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
        let event = |data: String| Part::Bytes(format!("data: {data}\n\n").into_bytes());
        let chunk = |text: &str, reason: &str| {
            event(format!(r#"{{"choices":[{{"index":0,"text":"{text}","finish_reason":{reason}}}]}}"#))
        };
        let mut parts: Vec<Part> = (0..count).map(|at| chunk(&token(stream, at), "null")).collect();
        parts.push(chunk("", r#""stop""#));
        parts.push(event("[DONE]".to_owned()));
        Response::new(200).header("content-type", "text/event-stream").parts(parts)
    };
    Server::start(answer).expect("loopback has a port")
}

fn sender(server: &Server) -> Sender {
    let endpoint = Endpoint::parse(&server.url()).expect("an address");
    Sender::new(endpoint)
        .dialect(Dialect::Completions)
        .connections(CONNECTIONS)
        .deadline(Duration::from_secs(60))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Reads a stream and holds every token of it to what was sent.
async fn read(sender: Sender, name: String, tokens: usize) {
    let parameters = Parameters::new().max_new_tokens(u32::try_from(tokens).expect("few"));
    let mut stream = sender.generate_stream(name.as_str(), &parameters).await.expect("begins");
    let mut count = 0;
    loop {
        match stream.next().await.expect("an end").expect("no error") {
            Event::Token { text } => {
                assert_eq!(text, token(&name, count), "in order, none lost, none doubled");
                count += 1;
            }
            Event::End(answer) => {
                let whole: String = (0..tokens).map(|at| token(&name, at)).collect();
                assert_eq!((count, answer.text), (tokens, whole));
                break;
            }
            _ => {}
        }
    }
    assert!(stream.next().await.is_none());
}

/// All streams at once.
async fn round(sender: &Sender) {
    let streams: Vec<_> =
        (0..STREAMS).map(|at| tokio::spawn(read(sender.clone(), at.to_string(), TOKENS))).collect();
    for stream in streams {
        stream.await.expect("no panic");
    }
}

/// How many files this process has open, where that can be seen.
fn open_files() -> Option<usize> {
    std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count)
}

/// The memory of this process in KiB, where that can be seen.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// The bytes that were taken and not given back.
fn kept(stats: &Stats) -> isize {
    stats.bytes_allocated.cast_signed() - stats.bytes_deallocated.cast_signed()
}

#[test]
fn a_thousand_streams_leave_nothing_behind() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = server();
    let sender = sender(&server);
    let runtime = runtime();
    let region = Region::new(ALLOCATOR);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let peak = runtime.block_on(async {
            let all = round(&sender);
            tokio::pin!(all);
            let mut peak = 0;
            while tokio::time::timeout(Duration::from_millis(2), &mut all).await.is_err() {
                peak = peak.max(server.connections());
            }
            peak
        });
        let time = start.elapsed();
        assert_eq!(server.requests().len(), STREAMS, "one request for each stream");
        server.forget();
        // What ended is put away in the background.
        let ended = Instant::now();
        std::thread::sleep(Duration::from_millis(50));
        while server.connections() > CONNECTIONS && ended.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let (files, memory, heap) = (open_files(), resident(), kept(&region.change()));
        let rate = (STREAMS * TOKENS) as f64 / time.as_secs_f64();
        println!(
            "{STREAMS} streams of {TOKENS} tokens in {time:.2?}: {rate:.0} tokens/s; {peak} connections at most, {} then, {files:?} files, {heap} bytes of heap, {memory:?} KiB",
            server.connections()
        );
        rounds.push((files, memory, heap));
    }
    // The first rounds make threads and buffers.
    let [_, _, (files, memory, heap), .., (last_files, last_memory, last_heap)] = rounds[..] else {
        panic!("{ROUNDS} rounds");
    };
    assert!(server.connections() <= CONNECTIONS, "{} connections", server.connections());
    // A connection is four files here, three of them the server's.
    assert!(last_files <= files.map(|count| count + 16), "{files:?} open files became {last_files:?}");
    // Two rounds are two thousand streams: one that left 500 bytes behind would show.
    assert!(last_heap - heap < 1_000_000, "{heap} bytes of heap became {last_heap}");
    let grown = memory.zip(last_memory).map(|(before, after)| after.saturating_sub(before));
    assert!(grown.is_none_or(|grown| grown < 16 << 10), "{memory:?} KiB of memory became {last_memory:?}");
}

/// Reads an answer in chunks to its end, and looks at nothing.
fn read_raw(connection: &mut TcpStream, request: &[u8]) -> usize {
    connection.write_all(request).expect("sent");
    let (mut buffer, mut end, mut total) = (vec![0; 64 << 10], Vec::new(), 0);
    while !end.ends_with(b"0\r\n\r\n") {
        let count = connection.read(&mut buffer).expect("an answer");
        assert!(count > 0, "the server goes on");
        total += count;
        end.extend_from_slice(&buffer[..count]);
        end.drain(..end.len().saturating_sub(5));
    }
    total
}

#[test]
fn what_a_token_costs() {
    const MANY: usize = 5000;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = server();
    let sender = sender(&server);
    // One thread, as the blocking sender has it: with more the time goes into waking each other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = server.url();
    let mut connection = TcpStream::connect(address.trim_start_matches("http://")).expect("connected");
    let body = format!(r#"{{"prompt":"1","max_tokens":{MANY},"stream":true}}"#);
    let request = format!(
        "POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (mut raw, mut sent) = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        let start = Instant::now();
        assert!(read_raw(&mut connection, request.as_bytes()) > MANY * 50);
        raw = raw.min(start.elapsed());
        let start = Instant::now();
        runtime.block_on(read(sender.clone(), "1".to_owned(), MANY));
        sent = sent.min(start.elapsed());
    }
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / MANY as f64;
    println!(
        "a token costs {:.2} µs by the sender and {:.2} µs by a bare socket: {:.2} µs more, {:.1} times as much",
        micros(sent),
        micros(raw),
        micros(sent) - micros(raw),
        micros(sent) / micros(raw)
    );
}
