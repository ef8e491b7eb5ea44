//! Order, completeness, bounds, and what happens when something fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// A piece: its number, and for how long a worker is at it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    number: usize,
    micros: u64,
    bytes: usize,
}

impl Held for Piece {
    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Gives pieces, counts them, and fails at the end if it is told to.
struct Pieces {
    rest: std::vec::IntoIter<Piece>,
    given: Arc<AtomicUsize>,
    fails: bool,
}

impl Source for Pieces {
    type Piece = Piece;

    fn next(&mut self) -> io::Result<Option<Piece>> {
        match self.rest.next() {
            Some(piece) => {
                self.given.fetch_add(1, Ordering::SeqCst);
                Ok(Some(piece))
            }
            None if self.fails => Err(io::Error::other("the disk is gone")),
            None => Ok(None),
        }
    }
}

/// Keeps what it takes, up to a number of results.
struct Kept {
    taken: Vec<usize>,
    most: usize,
    given: Arc<AtomicUsize>,
    /// The most pieces that had been given and not taken when a result came.
    ahead: usize,
}

impl Sink for Kept {
    type Result = Piece;
    type Error = &'static str;

    fn take(&mut self, result: Piece) -> Result<(), &'static str> {
        self.ahead = self.ahead.max(self.given.load(Ordering::SeqCst) - self.taken.len());
        if self.taken.len() == self.most {
            return Err("nobody reads");
        }
        self.taken.push(result.number);
        Ok(())
    }

    fn idle(&mut self) -> Result<(), &'static str> {
        Ok(())
    }
}

fn window(jobs: usize, pieces: usize, bytes: usize) -> Window {
    Window { jobs: NonZeroUsize::new(jobs).expect("some jobs"), pieces, bytes }
}

fn pieces(micros: &[u64], bytes: usize) -> Vec<Piece> {
    let pieces = micros.iter().enumerate();
    pieces.map(|(number, micros)| Piece { number, micros: *micros, bytes }).collect()
}

fn run_all(
    window: Window,
    pieces: Vec<Piece>,
    fails: bool,
    most: usize,
) -> (Kept, Result<(), Stopped<&'static str>>) {
    let given = Arc::new(AtomicUsize::new(0));
    let source = Pieces { rest: pieces.into_iter(), given: Arc::clone(&given), fails };
    let mut kept = Kept { taken: Vec::new(), most, given, ahead: 0 };
    let work = |piece: Piece| {
        if piece.micros > 0 {
            thread::sleep(Duration::from_micros(piece.micros));
        }
        piece
    };
    let ended = run(window, source, work, &mut kept);
    (kept, ended)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_piece_is_answered_once_and_in_order(
        micros in prop::collection::vec(prop_oneof![4 => Just(0), 1 => 0..2000_u64], 0..200),
        jobs in 1..6_usize,
        places in 0..12_usize,
        bytes in prop_oneof![Just(1_usize), Just(100), Just(usize::MAX)],
    ) {
        let (kept, ended) = run_all(window(jobs, places, bytes), pieces(&micros, 10), false, usize::MAX);
        prop_assert!(ended.is_ok());
        prop_assert_eq!(kept.taken, (0..micros.len()).collect::<Vec<_>>());
        prop_assert!(kept.ahead <= places.max(jobs), "{} pieces at once", kept.ahead);
    }

    #[test]
    fn a_sink_that_fails_ends_the_run(count in 1..200_usize, most in 0..200_usize, jobs in 1..6_usize) {
        let most = most.min(count - 1);
        let (kept, ended) = run_all(window(jobs, 8, 1000), pieces(&vec![0; count], 10), false, most);
        prop_assert!(matches!(ended, Err(Stopped::Sink("nobody reads"))));
        prop_assert_eq!(kept.taken, (0..most).collect::<Vec<_>>());
    }

    #[test]
    fn what_came_before_a_failing_source_is_answered(count in 0..200_usize, jobs in 1..6_usize) {
        let (kept, ended) = run_all(window(jobs, 8, 1000), pieces(&vec![0; count], 10), true, usize::MAX);
        prop_assert!(matches!(ended, Err(Stopped::Source(error)) if error.to_string() == "the disk is gone"));
        prop_assert_eq!(kept.taken, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn a_slow_piece_holds_up_the_reader_and_not_memory() {
    let mut micros = vec![0; 1000];
    micros[3] = 100_000;
    let (kept, _) = run_all(window(3, 10, usize::MAX), pieces(&micros, 1), false, usize::MAX);
    assert_eq!((kept.taken.len(), kept.ahead <= 10), (1000, true), "{}", kept.ahead);
}

#[test]
fn large_pieces_are_few_at_once() {
    let (kept, _) = run_all(window(2, 100, 50), pieces(&[200; 200], 10), false, usize::MAX);
    assert_eq!((kept.taken.len(), kept.ahead <= 5), (200, true), "{}", kept.ahead);
    // One that is larger than the window passes too, alone.
    let (kept, _) = run_all(window(2, 100, 50), pieces(&[200; 20], 60), false, usize::MAX);
    assert_eq!((kept.taken.len(), kept.ahead), (20, 1));
}

#[test]
fn a_closed_output_is_no_reason_to_wait_for_input() {
    struct Endless(mpsc::Receiver<Piece>);

    impl Source for Endless {
        type Piece = Piece;

        fn next(&mut self) -> io::Result<Option<Piece>> {
            Ok(self.0.recv().ok())
        }
    }

    let (input, source) = mpsc::channel();
    input.send(Piece { number: 0, micros: 0, bytes: 1 }).expect("sends");
    let given = Arc::new(AtomicUsize::new(1));
    let mut kept = Kept { taken: Vec::new(), most: 0, given, ahead: 0 };
    let ended = run(window(2, 8, 100), Endless(source), |piece| piece, &mut kept);
    assert!(matches!(ended, Err(Stopped::Sink(_))));
    drop(input);
}

#[test]
fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
    for jobs in [1, 3] {
        let ended = panic::catch_unwind(|| {
            let given = Arc::new(AtomicUsize::new(0));
            let rest = pieces(&[0; 100], 1).into_iter();
            let source = Pieces { rest, given: Arc::clone(&given), fails: false };
            let mut kept = Kept { taken: Vec::new(), most: usize::MAX, given, ahead: 0 };
            let work = |piece: Piece| {
                assert_ne!(piece.number, 50, "on purpose");
                piece
            };
            let _ = run(window(jobs, 4, 100), source, work, &mut kept);
        });
        assert!(ended.is_err());
    }
}
