//! Spread and age of parts.

mod figure;

pub use figure::{Distribution, Drawable, Figure, Tolerance};
