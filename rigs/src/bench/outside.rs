//! What ends a bench from outside: somebody asks it to give up, or is about to end the whole process.
//!
//! The first is heard by the bench's own loop, wherever it waits. The second waits for nobody: what is driven is made safe
//! by whoever ends the process, and stays so however the bench's threads go on until then.

use super::RigFault;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Something that drives a rig.
pub trait Seal: Send + Sync {
    /// Makes it safe for good: nothing energises it any more.
    fn seal(&self);
}

/// Everything that drives a rig in this process. Clones share it.
#[derive(Clone, Default)]
pub struct Driven(Arc<Inner>);

#[derive(Default)]
struct Inner {
    all: Mutex<Vec<Weak<dyn Seal>>>,
    sealed: AtomicBool,
}

impl Driven {
    /// One more, which is sealed at once if the others were.
    pub fn add(&self, one: &Arc<impl Seal + 'static>) {
        let one: Weak<dyn Seal> = Arc::downgrade(one) as Weak<dyn Seal>;
        let mut all = self.lock();
        all.retain(|other| other.strong_count() > 0);
        if self.0.sealed.load(Ordering::Acquire) {
            seal(&one);
        }
        all.push(one);
    }

    /// Makes all of it safe for good.
    pub fn seal(&self) {
        let all = self.lock();
        self.0.sealed.store(true, Ordering::Release);
        all.iter().for_each(seal);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<dyn Seal>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seal(one: &Weak<dyn Seal>) {
    if let Some(one) = one.upgrade() {
        one.seal();
    }
}

impl fmt::Debug for Driven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Driven({})", self.lock().len())
    }
}

/// Whether a bench is to give up, and why.
pub type Asked = dyn Fn() -> Result<(), RigFault> + Send + Sync;

/// The outside as a bench sees it.
#[derive(Clone)]
pub struct Outside {
    asked: Arc<Asked>,
    driven: Driven,
}

impl Outside {
    /// `asked` is looked at again and again, while the rig waits for something too.
    pub fn new(asked: Arc<Asked>, driven: Driven) -> Self {
        Self { asked, driven }
    }

    /// Whether to give up.
    ///
    /// # Errors
    /// Why.
    pub fn asked(&self) -> Result<(), RigFault> {
        (self.asked)()
    }

    /// What drives the rig, for whoever ends the process.
    pub fn driven(&self) -> &Driven {
        &self.driven
    }
}

impl Default for Outside {
    /// Nobody asks.
    fn default() -> Self {
        Self::new(Arc::new(|| Ok(())), Driven::default())
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outside({:?}, {:?})", self.asked(), self.driven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[derive(Default)]
    struct Lines(AtomicU32);

    impl Seal for Lines {
        fn seal(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn all_that_drives_is_sealed_and_what_comes_later_too() {
        let driven = Driven::default();
        let [first, gone, late] = [(); 3].map(|()| Arc::new(Lines::default()));
        driven.add(&first);
        driven.add(&gone);
        drop(gone);
        driven.clone().seal();
        driven.add(&late);
        assert_eq!([first, late].map(|lines| lines.0.load(Ordering::Relaxed)), [1, 1]);
    }
}
