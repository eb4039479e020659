//! A list of strokes as it is written: instants never decrease, and a rest moves what comes after it.

use crate::rig::pi::{Input, Output};
use crate::shot::Stroke;
use brownout_trace::{Instant, Span};

/// Strokes so far, and the instant of the next one.
#[derive(Debug)]
pub struct Score {
    strokes: Vec<(Instant, Stroke)>,
    next: Instant,
}

impl Score {
    /// Nothing comes before `first`.
    pub fn new(first: Instant) -> Self {
        Self { strokes: Vec::new(), next: first }
    }

    /// What comes next happens at this instant, or later if what came before takes longer.
    pub fn at(&mut self, at: Instant) {
        self.next = self.next.max(at);
    }

    /// When what comes next happens.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Any stroke.
    pub fn push(&mut self, stroke: Stroke) {
        self.strokes.push((self.next, stroke));
    }

    /// Makes an output do what it is named for, or stop it.
    pub fn set(&mut self, output: Output, on: bool) {
        self.push(set(output, on));
    }

    /// At least so long from the last stroke to the next one.
    pub fn rest(&mut self, span: Span) {
        if span <= Span::ZERO {
            return;
        }
        // Both count from the stroke before them: two in a row are one.
        match self.strokes.last_mut() {
            Some((_, Stroke::Rest(before))) => *before = *before + span,
            _ => self.push(Stroke::Rest(span)),
        }
        self.next += span;
    }

    /// Nothing more before the input is inactive.
    pub fn await_inactive(&mut self, input: Input, within: Span) {
        self.push(Stroke::AwaitInactive { input, within });
    }

    /// Nothing more before the input is active.
    pub fn await_active(&mut self, input: Input, within: Span) {
        self.push(Stroke::AwaitActive { input, within });
    }

    /// The whole list.
    pub fn finish(self) -> Vec<(Instant, Stroke)> {
        self.strokes
    }
}

/// An output made to do what it is named for, or stopped.
pub fn set(output: Output, on: bool) -> Stroke {
    Stroke::Set { line: output.line, high: output.active.high_for(on) }
}
