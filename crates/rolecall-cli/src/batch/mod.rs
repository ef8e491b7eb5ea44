//! Chat requests as JSON lines in, prompts as JSON lines out.
//!
//! [`lines`] reads pieces of the input, [`answer`] makes their answers, and [`ordered`] lets several threads do
//! that and gives the answers back in order.

pub(crate) mod answer;
pub(crate) mod lines;
pub(crate) mod ordered;
