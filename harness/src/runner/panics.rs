//! Panics of one case: caught and told of as a bug of ours, without taking the other cases along.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// File and line.
    pub place: String,
    /// If `RUST_BACKTRACE` asks for one.
    pub backtrace: Option<String>,
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static SEEN: RefCell<Option<(String, Option<String>)>> = const { RefCell::new(None) };
}

/// What `work` gives, or the panic that ended it. Nothing is printed on the way.
///
/// # Errors
/// The panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !WATCHED.get() {
                return before(info);
            }
            let place = info.location().map_or_else(String::new, ToString::to_string);
            let trace = Backtrace::capture();
            let trace = (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string());
            SEEN.set(Some((place, trace)));
        }));
    });
    let outer = WATCHED.replace(true);
    // What `work` held is not looked at again: a case keeps nothing beyond itself.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    WATCHED.set(outer);
    result.map_err(|payload| {
        let (place, backtrace) = SEEN.take().unwrap_or_default();
        Panic { message: message(payload.as_ref()), place, backtrace }
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_place() {
        assert_eq!(caught(|| 7), Ok(7));
        let panic = caught(|| panic!("no {}", "way")).unwrap_err();
        assert_eq!(panic.message, "no way");
        assert!(panic.place.contains("panics.rs:"), "{}", panic.place);
        // One within another keeps to itself.
        let outer = caught(|| {
            let inner = caught(|| panic!("inner")).unwrap_err();
            panic!("outer after {}", inner.message)
        });
        assert_eq!(outer.unwrap_err().message, "outer after inner");
    }
}
