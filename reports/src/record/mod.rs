//! The record of one case: `record.jsonl`. This page is its only description.
//!
//! # Format, version 3
//!
//! UTF-8, one JSON object a line, each line ended by `\n` and written by one `write` call when the thing happens.
//!
//! **Line 1, the header** (wrapped here; it is one line in the file):
//! ```json
//! {"format":"brownout-record","version":3,"header":{"case":"power/outage@cut=10ms","title":"A short outage",
//!  "attempt":1,"seed":1,"tool":"0.1.0","firmware":"9f86…","scenario":"60b7…","rig-file":"fd61…","board-file":"a4e6…",
//!  "rig":"virtual","board":"reference","board-serial":null,"calibrated":null,"origin":-12000000000}}
//! ```
//! [`Header`] says what each field holds. Hashes are SHA-256, 64 lower-case hex digits.
//!
//! **Every further line, an event** in the order in which it was handed over: an instant in integer nanoseconds from
//! step 0, negative while the board is arranged, and what happened:
//! ```json
//! {"at":5000000000,"what":{"kind":"contact","relay":"K1","closed":true,"sequence":3}}
//! ```
//! The kinds and their fields are those of [`What`](brownout_trace::What); spans, voltages and other quantities are
//! text with a unit (`"500ms"`, `"12V"`). Verdicts are events too: `judged` for an expectation, `ended`, the last line,
//! for the case. When an attempt is spoiled an `attempt` event follows and instants begin again at the origin: the
//! attempts before it stay in the record, only the last one is judged.
//!
//! A record without `ended` was cut short: by a kill, a full disk or a loss of power. Its last line may be torn (no
//! `\n`, not whole JSON); the lines before it count.
//!
//! **Versions.** A new field that may be missing keeps the version; a reader ignores fields it does not know. A new
//! kind, or a changed meaning, raises it. A reader refuses a newer version; a kind that its own version does not know
//! is damage, reported with its line. Version 2 has the kind `button`. Version 3 has the kind `measured`: the figure of a
//! `measure` step with its `name`, `value`, `unit` to print it in, `uncertainty` of the rig, `min` and `max` where there
//! are any, and `standing` (`reported`, `inside`, `marginal`, `outside`, `doubtful`); each is followed by a `judged` of
//! its step. `judged` may have a `margin`, what was `left` (negative: overstepped) `of` the limit, and a
//! `detail` for people. `shot` has `slew`.
//!
//! **The same bytes for one seed**: no wall-clock date or duration stands here.
//!
//! # `timing.jsonl`, version 1
//!
//! What does differ from run to run, one file for a run, beside the folders of its cases. Written and torn as a record
//! is, read by [`Times`]. Line 1 says when the run began, in milliseconds since 1970-01-01 UTC:
//! ```json
//! {"format":"brownout-timing","version":1,"started-unix-ms":1767225600000}
//! ```
//! Every further line is a case that ended, in the order in which they did; [`Timing`] says what its fields hold. A case
//! without a line did not end: the run was killed, or its turn never came.
//! ```json
//! {"case":"power/outage@cut=10ms","attempt":1,"verdict":"passed","bench-ns":17000000000,"wall-ns":5200000}
//! ```

mod error;
mod header;
mod lines;
mod reader;
mod recorder;
mod timing;

pub use error::{Damage, ReadError, RecordError};
pub use header::{Header, Sha256, VERSION};
pub use reader::{Record, RecordReader, Torn};
pub use recorder::{CaseRecorder, Ended};
pub use timing::{Times, Timing};

pub(crate) use lines::{Lines, Sink};
pub(crate) use timing::Started;

#[cfg(test)]
mod full_disk_tests;
