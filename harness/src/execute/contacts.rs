//! The raw contact edges of each relay, kept apart from the trace so that judging need not search for them.

use super::halt::Halt;
use brownout_trace::{Instant, RelayName};

/// Raw edges, bounce included, of every relay heard of.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    channels: Vec<Channel>,
}

#[derive(Debug, Clone)]
struct Channel {
    relay: RelayName,
    sequence: u32,
    raw: Vec<(Instant, bool)>,
}

impl Contacts {
    /// Takes one edge. A gap in the numbers means that edges were lost: a rig's fault.
    pub fn take(&mut self, at: Instant, relay: &RelayName, closed: bool, sequence: u32) -> Result<(), Halt> {
        let channel = match self.channels.iter_mut().position(|channel| channel.relay == *relay) {
            Some(index) => &mut self.channels[index],
            None => {
                self.channels.push(Channel { relay: relay.clone(), sequence: 0, raw: Vec::new() });
                let last = self.channels.len() - 1;
                &mut self.channels[last]
            }
        };
        let before = channel.sequence;
        channel.sequence = sequence;
        channel.raw.push((at, closed));
        if before.checked_add(1) == Some(sequence) {
            return Ok(());
        }
        Err(Halt::Rig(format!(
            "edges of {relay} were lost before {at}: number {sequence} came after number {before}, so its contact cannot be judged"
        )))
    }

    /// The raw edges of a relay, in order; none if it never moved.
    pub fn raw(&self, relay: &RelayName) -> &[(Instant, bool)] {
        self.channels.iter().find(|channel| channel.relay == *relay).map_or(&[], |channel| &channel.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_the_rigs_fault() {
        let k1 = RelayName("K1".into());
        let mut contacts = Contacts::default();
        contacts.take(Instant(5), &k1, true, 1).unwrap();
        contacts.take(Instant(6), &RelayName("K2".into()), true, 1).unwrap();
        let Err(Halt::Rig(why)) = contacts.take(Instant(7), &k1, true, 3) else { panic!("taken") };
        assert!(why.contains("number 3 came after number 1"), "{why}");
        assert_eq!(contacts.raw(&k1).len(), 2);
    }
}
