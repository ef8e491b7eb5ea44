//! As much of an HTTP/1.1 server as tests need: on loopback, a thread for each connection, answers that can be
//! cut, delayed and split.

mod request;
mod response;
mod server;

pub use request::Request;
pub(crate) use request::decode;
pub use response::{Part, Response};
pub use server::Server;
