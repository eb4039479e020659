//! What the instructions do. [`dispatch`] is the inner loop; the other files hold what is longer than a line.

mod alu;
mod dispatch;
pub(super) mod memory;
mod multiple;
mod system;
