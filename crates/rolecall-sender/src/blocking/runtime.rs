//! The runtime that does the work, and how a thread waits for it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::{Error, ErrorKind, Result};

/// Does the work on the runtime's thread, and waits for it.
pub(crate) fn run<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let (done, result) = oneshot::channel();
    handle()?.spawn(async move {
        // Nobody waits any more if the caller's thread is gone.
        let _ = done.send(work.await);
    });
    wait(result)
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Connection, "the thread of the request broke off")))
}

/// The runtime of all blocking senders, on a thread of its own: connections outlive the calls.
pub(super) fn handle() -> Result<&'static Handle> {
    static HANDLE: OnceLock<Result<Handle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Connection, format!("cannot set up connections: {error}"))
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let work = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name("rolecall-sender".to_owned()).spawn(work).map_err(failed)?;
        Ok(handle)
    });
    handle.as_ref().map_err(Clone::clone)
}

/// Waits for a future on this thread. A runtime's own way of waiting panics inside of async code.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = wait_until(future.as_mut(), None) {
            return output;
        }
    }
}

/// The same, up to a moment.
pub(super) fn wait_until<F: Future>(mut future: Pin<&mut F>, end: Option<Instant>) -> Poll<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Poll::Ready(output);
        }
        match end.map(|end| end.saturating_duration_since(Instant::now())) {
            None => thread::park(),
            Some(Duration::ZERO) => return Poll::Pending,
            Some(left) => thread::park_timeout(left),
        }
    }
}
