//! Edges of input lines as the kernel tells them, and whether it told all of them.

use super::clock::Mono;
use crate::bench::RigFault;
use crate::rig::pi::Line;
use std::collections::BTreeMap;

/// An edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Of which line.
    pub line: Line,
    /// To 3.3 V, or to 0 V.
    pub high: bool,
    /// When, stamped by the kernel in its interrupt.
    pub at: Mono,
    /// Counted by the kernel for each line, from 1 since it was opened.
    pub sequence: u32,
}

/// Looks for gaps in the kernel's numbers: its queue holds 1024 edges, and drops the oldest.
#[derive(Debug, Clone, Default)]
pub struct Sequences(BTreeMap<Line, u32>);

impl Sequences {
    /// Takes the next edge of its line.
    ///
    /// # Errors
    /// Edges of the line were lost before it.
    pub fn check(&mut self, edge: &Edge, what: &str) -> Result<(), RigFault> {
        let before = self.0.insert(edge.line, edge.sequence).unwrap_or(0);
        if before.wrapping_add(1) == edge.sequence {
            return Ok(());
        }
        Err(RigFault {
            what: format!(
                "edges of {what} ({}) were lost: number {} came after number {before}",
                edge.line, edge.sequence
            ),
            hint: "the machine was too busy to read them: end what else runs on it".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(line: &str, sequence: u32) -> Edge {
        Edge { line: line.parse().unwrap(), high: true, at: Mono(0), sequence }
    }

    #[test]
    fn a_gap_is_the_rig_s_fault_and_says_which_line() {
        let mut sequences = Sequences::default();
        for (line, sequence) in [("GPIO5", 1), ("GPIO6", 1), ("GPIO5", 2), ("GPIO6", 2)] {
            sequences.check(&edge(line, sequence), "K1").unwrap();
        }
        let fault = sequences.check(&edge("GPIO5", 4), "the contact of K1").unwrap_err();
        assert_eq!(fault.what, "edges of the contact of K1 (GPIO5) were lost: number 4 came after number 2");
    }

    #[test]
    fn the_first_edge_has_number_1_and_the_count_wraps() {
        assert!(Sequences::default().check(&edge("GPIO5", 2), "K1").is_err());
        let mut sequences = Sequences::default();
        sequences.0.insert("GPIO5".parse().unwrap(), u32::MAX);
        sequences.check(&edge("GPIO5", 0), "K1").unwrap();
    }
}
