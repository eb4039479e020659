//! Who approves or throws away, and whether it may be done here: what `accept`, `reject` and `review` have in common.

use crate::runner::quarantine::today;
use crate::snapshot::approval::{Approval, Day};
use crate::snapshot::store;
use std::env;
use std::process::{Command, Stdio};

/// What an approval says.
#[derive(clap::Args, Debug, Clone, Default)]
pub struct Approver {
    /// Why it is right, in a line; kept in each snapshot's file
    #[arg(long, value_name = "TEXT", env = "BROWNOUT_WHY")]
    pub why: Option<String>,
    /// Who says so; git's user.name if it is not given
    #[arg(long, value_name = "NAME", env = "BROWNOUT_WHO")]
    who: Option<String>,
    /// Which day it is; today by the system's clock (UTC) if it is not given
    #[arg(long, value_name = "YYYY-MM-DD", env = "BROWNOUT_DATE")]
    date: Option<Day>,
}

impl Approver {
    /// The approval, with what was not given asked of the machine.
    pub fn approval(&self) -> Approval {
        Approval {
            date: self.date.unwrap_or_else(|| Day::since_1970(today())),
            who: said(self.who.clone()).or_else(by_git).or_else(|| said(env::var("USER").ok())),
            why: said(self.why.clone()),
        }
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// The name that git signs with here, if there is a git and it knows one.
fn by_git() -> Option<String> {
    if let Some(name) = said(env::var("GIT_AUTHOR_NAME").ok()) {
        return Some(name);
    }
    let asked = Command::new("git").args(["config", "user.name"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
    said(asked.ok().and_then(|asked| String::from_utf8(asked.stdout).ok()))
}

/// Why no snapshot is approved or thrown away here; `None` if it may be.
pub fn refused() -> Option<&'static str> {
    store::is_ci()
        .then_some("CI is set: nothing is approved or thrown away in continuous integration; do it on your machine")
}
