//! Connections and the threads that serve them.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::request::{self, Incoming};
use super::{Request, Response};

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// The most connections at a time; one more is closed at once.
const MAX_CONNECTIONS: usize = 512;

/// The most bytes of requests that are remembered; past that the oldest are forgotten.
const MAX_MEMORY: usize = 256 << 20;

type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// A server on a port of its own; it ends when it is dropped.
///
/// ```
/// use rolecall_testkit::{Response, Server};
///
/// let server = Server::start(|request| Response::new(200).text(&request.path))?;
/// println!("listening on {}", server.url());
/// assert!(server.requests().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    handler: Box<Handler>,
    memory: Mutex<Memory>,
    connections: Mutex<HashMap<u64, TcpStream>>,
    stop: Stop,
}

/// The requests so far.
#[derive(Default)]
struct Memory {
    requests: VecDeque<Arc<Request>>,
    size: usize,
}

/// The news that the server ends, for those who wait for something.
#[derive(Default)]
pub(super) struct Stop {
    has_come: Mutex<bool>,
    news: Condvar,
}

impl Stop {
    /// Waits so long; `true` if the server ends before that.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let end = Instant::now().checked_add(time);
        let mut has_come = lock(&self.has_come);
        loop {
            let left = match end {
                Some(end) => end.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if *has_come || left.is_zero() {
                return *has_come;
            }
            let waited = self.news.wait_timeout(has_come, left);
            has_come = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn has_come(&self) -> bool {
        *lock(&self.has_come)
    }

    fn come(&self) {
        *lock(&self.has_come) = true;
        self.news.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// Starts a server on any free port.
    ///
    /// # Errors
    ///
    /// When loopback has no port left.
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        Self::start_on(0, handler)
    }

    /// Starts a server on a port; 0 is any free one. A handler that panics answers 500.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub fn start_on(
        port: u16,
        handler: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            memory: Mutex::default(),
            connections: Mutex::default(),
            stop: Stop::default(),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::Builder::new().spawn(move || accept(&listener, &shared))?
        };
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// The server's address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far. Past 256 MiB of them the oldest are forgotten.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.memory).requests.iter().map(|request| Request::clone(request)).collect()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        *lock(&self.shared.memory) = Memory::default();
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        lock(&self.shared.connections).len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.come();
        // A connection of our own wakes the acceptor.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        // Their threads end by themselves then, except in a handler that waits for something of its own.
        for connection in lock(&self.shared.connections).values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (id, stream) in (0..).zip(listener.incoming()) {
        if shared.stop.has_come() {
            return;
        }
        let Ok(stream) = stream else {
            // Out of file handles, say: asking again at once would not help.
            shared.stop.pause(Duration::from_millis(10));
            continue;
        };
        let Ok(known) = stream.try_clone() else { continue };
        {
            let mut connections = lock(&shared.connections);
            if connections.len() == MAX_CONNECTIONS {
                continue;
            }
            connections.insert(id, known);
        }
        let connection = Connection { id, shared: Arc::clone(shared) };
        // Without a thread for it the connection ends, as the closure is dropped.
        let _ = thread::Builder::new().spawn(move || {
            // A client that goes away is not the server's problem.
            let _ = connection.serve(stream);
        });
    }
}

/// A connection, known to the server for as long as it is served.
struct Connection {
    id: u64,
    shared: Arc<Shared>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(stream) = lock(&self.shared.connections).remove(&self.id) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Connection {
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_write_timeout(Some(SILENCE))?;
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        loop {
            let request = match request::read(&mut reader, &mut stream)? {
                Incoming::Request(request) => Arc::new(request),
                Incoming::Refused(response) => {
                    response.write(&mut stream, true, true, &self.shared.stop)?;
                    return finish(&stream, &mut reader);
                }
                Incoming::End => return Ok(()),
            };
            lock(&self.shared.memory).keep(&request);
            let response = catch_unwind(AssertUnwindSafe(|| (self.shared.handler)(&request)))
                .unwrap_or_else(|_| Response::new(500).text("the handler panicked"));
            let with_body = request.method != "HEAD";
            if !response.write(&mut stream, with_body, request.is_last, &self.shared.stop)? {
                return Ok(());
            }
        }
    }
}

/// Lets a client read the answer to what it is still sending: closing at once would reset the connection and
/// take the answer with it.
fn finish(stream: &TcpStream, reader: &mut BufReader<TcpStream>) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut reader.take(256 << 20), &mut io::sink())?;
    Ok(())
}

impl Memory {
    fn keep(&mut self, request: &Arc<Request>) {
        self.size += weight(request);
        self.requests.push_back(Arc::clone(request));
        while self.size > MAX_MEMORY
            && let Some(oldest) = self.requests.pop_front()
        {
            self.size -= weight(&oldest);
        }
    }
}

fn weight(request: &Request) -> usize {
    let headers: usize = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    size_of::<Request>() + request.path.len() + request.query.len() + headers + request.body.len()
}
