//! What the bench's threads tell the run loop.

use super::clock::Mono;
use super::edges::Edge;
use crate::bench::RigFault;

/// A piece of news.
#[derive(Debug)]
pub enum News {
    /// An edge of an input.
    Edge(Edge),
    /// Bytes of the board's console, read at this instant.
    Heard {
        /// After they were read.
        at: Mono,
        /// Some.
        bytes: Vec<u8>,
    },
    /// The strokes of a level were played.
    Played {
        /// The level's number, counted from 0 over the whole bench.
        level: usize,
        /// When its last stroke was done.
        at: Mono,
    },
    /// A thread cannot go on.
    Fault(RigFault),
}
