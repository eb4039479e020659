//! Edges of all inputs, as the kernel stamped them.
//!
//! One thread asks the kernel for all inputs in one call: rppal keeps one edge per line between two calls, and asking for a
//! single line would throw away those of the others. Its shortest wait is a millisecond; anything less does not wait at
//! all, which is how the queue is emptied.

use super::clock::Mono;
use super::edges::Edge;
use super::lines::Lines;
use super::news::News;
use crate::bench::RigFault;
use brownout_trace::Span;
use rppal::gpio::{Error, Event, InputPin, Trigger};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// The shortest wait there is.
const WAIT: Duration = Duration::from_millis(1);

/// The thread.
#[derive(Debug)]
pub struct Capture {
    clear: Arc<AtomicI64>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Listens from now on. `grace`: so long it may take from the kernel's stamp to its queue.
    pub fn start(lines: Arc<Lines>, news: Sender<News>, grace: Span) -> Self {
        let clear = Arc::new(AtomicI64::new(i64::MIN));
        let over = Arc::new(AtomicBool::new(false));
        let (told, ended) = (Arc::clone(&clear), Arc::clone(&over));
        let thread = spawn(move || listen(&lines, &news, &told, &ended, grace));
        Self { clear, over, thread: Some(thread) }
    }

    /// Every edge up to here was told.
    pub fn clear(&self) -> Mono {
        Mono(self.clear.load(Ordering::Acquire))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen(lines: &Lines, news: &Sender<News>, clear: &AtomicI64, over: &AtomicBool, grace: Span) {
    let pins = lines.inputs();
    while !over.load(Ordering::Relaxed) {
        let asked = Mono::now();
        let mut got = lines.gpio().poll_interrupts(&pins, false, Some(Duration::ZERO));
        if matches!(got, Ok(None)) {
            clear.store((asked - grace).0, Ordering::Release);
            got = lines.gpio().poll_interrupts(&pins, false, Some(WAIT));
        }
        let told = match got {
            Ok(None) => continue,
            Ok(Some((pin, event))) => edge(pin, event).map(News::Edge),
            // A signal came to this thread; nothing was taken from the queue.
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Some(News::Fault(RigFault {
                what: format!("the edges of the inputs cannot be read any more: {error}"),
                hint: String::new(),
            })),
        };
        let fault = matches!(told, Some(News::Fault(_)));
        let gone = told.is_some_and(|told| news.send(told).is_err());
        if fault || gone {
            return;
        }
    }
}

fn edge(pin: &InputPin, event: Event) -> Option<Edge> {
    Some(Edge {
        line: format!("GPIO{}", pin.pin()).parse().ok()?,
        high: event.trigger == Trigger::RisingEdge,
        at: Mono::since_boot(event.timestamp),
        sequence: event.seqno,
    })
}
