//! The performance criterion of IEC 61000-4, as far as one case can tell it (pre-compliance).

use super::View;
use crate::outcome::Judgement;
use brownout_trace::Criterion;

/// The criterion; `None` where no disturbance was applied, or none can be told.
pub fn judge(view: &View<'_>, _judgements: &[Judgement]) -> Option<Criterion> {
    let _ = view.ledger.outages.first()?;
    None
}
