//! Work on a stream by several threads: results in the order of the input, and a bound on what is held.
//!
//! A thread reads pieces from the source, the workers make results of them, and the caller's thread hands the
//! results to the sink. A piece takes a place in the window when it is read and gives it back when its result is
//! written. When the window is full nothing more is read: one slow piece holds up the others as soon as the
//! window has passed it, and memory stays flat however long the stream is.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How much is done at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// The number of workers.
    pub(crate) jobs: NonZeroUsize,
    /// The most pieces between the source and the sink. It is at least the number of workers.
    pub(crate) pieces: usize,
    /// The most bytes of pieces and results before no further piece is read. The last piece read and the results
    /// that the workers are at may go beyond it.
    pub(crate) bytes: usize,
}

/// A piece or a result, which takes memory while it waits.
pub(crate) trait Held: Send {
    /// About how many bytes it holds.
    fn bytes(&self) -> usize;
}

/// Where the pieces come from.
pub(crate) trait Source: Send + 'static {
    type Piece: Held + 'static;

    /// The next piece; none at the end.
    fn next(&mut self) -> io::Result<Option<Self::Piece>>;
}

/// Where the results go.
pub(crate) trait Sink {
    type Result: Held;
    type Error;

    /// Takes the next result in order.
    fn take(&mut self, result: Self::Result) -> Result<(), Self::Error>;

    /// Called when there is nothing to take for now, so that what was taken is not kept back.
    fn idle(&mut self) -> Result<(), Self::Error>;
}

/// What ended a run before the end of its source.
#[derive(Debug)]
pub(crate) enum Stopped<E> {
    /// The source failed. Everything that it gave before was worked on and written.
    Source(io::Error),
    /// The sink failed. Nothing was written after that.
    Sink(E),
    /// No thread could be started.
    Threads(io::Error),
}

/// Works on everything that the source gives.
///
/// The thread that reads is left to itself when the sink fails: it may be waiting for input that never comes.
pub(crate) fn run<S, K>(
    window: Window,
    source: S,
    work: impl Fn(S::Piece) -> K::Result + Sync,
    sink: &mut K,
) -> Result<(), Stopped<K::Error>>
where
    S: Source,
    K: Sink,
{
    let shared = Arc::new(Shared::new(window));
    let reader = thread::Builder::new().name("reader".to_owned()).spawn({
        let shared = Arc::clone(&shared);
        move || read(source, &shared)
    });
    let reader = reader.map_err(Stopped::Threads)?;
    let (sender, results) = mpsc::channel();
    let written = thread::scope(|scope| {
        let mut started = 0;
        for _ in 0..window.jobs.get() {
            let sender = sender.clone();
            let (shared, work) = (&*shared, &work);
            let worker = thread::Builder::new().name("worker".to_owned());
            match worker.spawn_scoped(scope, move || shared.serve(work, &sender)) {
                Ok(_) => started += 1,
                // Fewer do as well, if slower.
                Err(_) if started > 0 => break,
                Err(error) => {
                    shared.stop();
                    return Err(Stopped::Threads(error));
                }
            }
        }
        drop(sender);
        let written = write(&results, &shared, sink).map_err(Stopped::Sink);
        if written.is_err() {
            shared.stop();
        }
        written
    });
    written?;
    match reader.join() {
        Ok(read) => read.map_err(Stopped::Source),
        Err(panic) => panic::resume_unwind(panic),
    }
}

/// What the threads share.
struct Shared<P> {
    window: Window,
    state: Mutex<State<P>>,
    /// A piece is waiting, or there will be none.
    piece: Condvar,
    /// A place has become free, or none is needed any more.
    place: Condvar,
}

struct State<P> {
    waiting: VecDeque<(usize, P)>,
    /// Pieces that were read and are not written.
    pieces: usize,
    /// What they and their results hold.
    bytes: usize,
    /// Nothing more will be read.
    ended: bool,
    /// Nothing more will be written.
    stopped: bool,
}

/// A result, with the number of its piece.
struct Done<R> {
    number: usize,
    result: R,
}

impl<P: Held> Shared<P> {
    fn new(window: Window) -> Self {
        let state = State { waiting: VecDeque::new(), pieces: 0, bytes: 0, ended: false, stopped: false };
        Self { window, state: Mutex::new(state), piece: Condvar::new(), place: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a free place; gives whether there is still something to do.
    fn wait_for_place(&self) -> bool {
        let pieces = self.window.pieces.max(self.window.jobs.get());
        let full = |state: &mut State<P>| {
            !state.stopped && (state.pieces >= pieces || state.bytes >= self.window.bytes)
        };
        let state = self.place.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    /// Puts a piece into the line.
    fn add(&self, number: usize, piece: P) {
        let mut state = self.state();
        state.pieces += 1;
        state.bytes += piece.bytes();
        state.waiting.push_back((number, piece));
        self.piece.notify_one();
    }

    /// Waits for the next piece; none when there will be none.
    fn next(&self) -> Option<(usize, P)> {
        let empty = |state: &mut State<P>| !state.stopped && !state.ended && state.waiting.is_empty();
        let mut state = self.piece.wait_while(self.state(), empty).unwrap_or_else(PoisonError::into_inner);
        if state.stopped { None } else { state.waiting.pop_front() }
    }

    /// Works on pieces until there are none.
    fn serve<R: Held>(&self, work: impl Fn(P) -> R, results: &Sender<Done<R>>) {
        // The result that this worker owes will never come.
        let _panic = Guard(|| {
            if thread::panicking() {
                self.stop();
            }
        });
        while let Some((number, piece)) = self.next() {
            let held = piece.bytes();
            let result = work(piece);
            self.exchange(held, result.bytes());
            if results.send(Done { number, result }).is_err() {
                break;
            }
        }
    }

    /// The bytes of a piece are those of its result from now on.
    fn exchange(&self, piece: usize, result: usize) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(piece).saturating_add(result);
        self.place.notify_one();
    }

    /// Gives a place back.
    fn leave(&self, bytes: usize) {
        let mut state = self.state();
        state.pieces = state.pieces.saturating_sub(1);
        state.bytes = state.bytes.saturating_sub(bytes);
        self.place.notify_one();
    }

    fn end(&self) {
        self.state().ended = true;
        self.piece.notify_all();
    }

    fn stop(&self) {
        self.state().stopped = true;
        self.piece.notify_all();
        self.place.notify_all();
    }
}

/// Reads until the end, or until nobody wants more.
fn read<S: Source>(mut source: S, shared: &Shared<S::Piece>) -> io::Result<()> {
    // Also when the source panics: the workers would wait for ever.
    let _end = Guard(|| shared.end());
    let mut number = 0;
    while shared.wait_for_place() {
        let Some(piece) = source.next()? else { break };
        shared.add(number, piece);
        number += 1;
    }
    Ok(())
}

/// Gives the results to the sink in order.
fn write<P: Held, K: Sink>(
    results: &Receiver<Done<K::Result>>,
    shared: &Shared<P>,
    sink: &mut K,
) -> Result<(), K::Error> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        let done = match results.try_recv() {
            Ok(done) => done,
            Err(TryRecvError::Disconnected) => return sink.idle(),
            Err(TryRecvError::Empty) => {
                sink.idle()?;
                match results.recv() {
                    Ok(done) => done,
                    Err(_) => return Ok(()),
                }
            }
        };
        early.insert(done.number, done.result);
        while let Some(result) = early.remove(&next) {
            next += 1;
            let bytes = result.bytes();
            sink.take(result)?;
            shared.leave(bytes);
        }
    }
}

/// Does something when it is dropped, on the way out of a panic too.
struct Guard<F: FnMut()>(F);

impl<F: FnMut()> Drop for Guard<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests;
