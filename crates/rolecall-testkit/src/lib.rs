//! Real HTTP servers on loopback, for tests and for trying rolecall offline: a fake Hub and a fake
//! text-generation server, both scriptable.
//!
//! ```
//! use rolecall_testkit::{FakeHub, Repo};
//!
//! let hub = FakeHub::new().repo(Repo::new("org/name").file("chat_template.jinja", "{{ messages }}")).start()?;
//! assert!(hub.url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod demo;
mod generation;
mod http;
mod hub;
mod media;
pub mod refusals;

pub use demo::{demo_repos, tiny_llama};
pub use generation::{Engine, FakeGeneration};
pub use http::{Part, Request, Response, Server};
pub use hub::{FakeHub, Repo};
