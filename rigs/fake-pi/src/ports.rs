//! The serial ports: what comes over them happens at the instant at which it was written, what is said is heard when it can
//! be.

use crate::clock::Monotonic;
use crate::protocol::{Port, Typed};
use crate::world::World;

impl World {
    /// Bytes that the program wrote.
    pub fn take_typed(&mut self, port: Port, typed: Typed) {
        let at = self.clock.instant(Monotonic(typed.at));
        let place = self.typed.partition_point(|(earlier, ..)| *earlier <= at);
        self.typed.insert(place, (at, port, typed.bytes));
    }

    /// What is due by now arrives.
    pub(crate) fn hear(&mut self) {
        let now = self.now();
        while let Some((_, port, bytes)) = self.typed.pop_front_if(|(at, ..)| *at <= now) {
            match port {
                Port::Console if self.mute || self.console.is_none() => {}
                Port::Console => self.board.lock().send_bytes(&bytes),
                Port::Supply => self.feed.supply.iter_mut().for_each(|supply| supply.hear(now, &bytes)),
            }
        }
    }

    /// What somebody wrote to a terminal without the library between: it is heard now.
    pub(crate) fn listen(&mut self, wall: Monotonic) {
        let console = self.console.as_mut().map(|console| console.typed());
        let supply = self.feed.supply.as_mut().map(|supply| supply.typed());
        for (port, typed) in [(Port::Console, console), (Port::Supply, supply)] {
            match typed {
                Some(Ok(bytes)) if !bytes.is_empty() => self.take_typed(port, Typed { at: wall.0, bytes }),
                Some(Err(error)) => self.troubles.push(error.to_string()),
                Some(Ok(_)) | None => {}
            }
        }
    }

    /// Says what is to be said.
    pub(crate) fn speak(&mut self) {
        let said = self.board.lock().take_tapped();
        let console = self.console.as_mut().filter(|_| !self.mute && !said.is_empty());
        let console = console.map(|console| console.say(&said));
        let supply = self.feed.supply.as_mut().map(|supply| supply.speak());
        for trouble in [console, supply].into_iter().flatten().filter_map(Result::err) {
            self.troubles.push(trouble.to_string());
        }
    }
}
