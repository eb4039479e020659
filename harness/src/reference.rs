//! The files' languages as tables: every word, every key, what each takes and means. The JSON Schemas for editors
//! (`brownout schema`) and the language reference (`scenarios/README.md`) are written from them.
//!
//! Readers do not use these tables: they say more than a table can. Tests keep both in step, word by word and key by
//! key, so that a word which only one of them knows is found. A new step or predicate is one entry in
//! [`scenario::STEPS`] or [`scenario::PREDICATES`], with an example that a test runs; then `BROWNOUT_WRITE=1 cargo
//! test --lib reference` writes schemas and reference anew.

pub mod board;
pub mod kind;
pub mod pi;
pub mod rig;
pub mod scenario;
pub mod schema;

#[cfg(test)]
mod example_tests;
#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod page;
#[cfg(test)]
mod validator;
#[cfg(test)]
mod word_tests;
