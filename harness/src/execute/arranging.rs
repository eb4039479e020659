//! Doing what [`crate::arrange`] computed.

use super::halt::Halt;
use super::session::{Doing, Poll, Session};
use super::speech::{Reply, Trouble};
use crate::arrange::{self, Action, wire_time};
use crate::oracle::history::Action as Done;
use brownout_rigs::profile::switches::Reset;
use brownout_rigs::profile::{Command, Console, Way};
use brownout_rigs::programme::Mode;
use brownout_trace::calendar::NominalClock;
use brownout_trace::event::What;
use brownout_trace::{Civil, Instant};

impl<'a> Session<'a> {
    /// Brings the board into its arranged state; ends at instant 0.
    pub(super) fn arrange(&mut self) -> Result<(), Halt> {
        let (start, now) = (arrange::start_instant(self.case, self.profile), self.now());
        if now > start {
            let why = format!("the bench's clock begins at {now}; arranging needs it to begin at {start}");
            return Err(Halt::Rig(why));
        }
        for action in arrange::actions(self.case, self.profile) {
            self.note(What::Arrange { action: action.to_string() });
            match action {
                Action::Supply(level) => self.supply(level)?,
                Action::Boot(limit) => self.drive(&mut Boot { deadline: self.now() + limit, cursor: 0 })?,
                Action::Until(at) => self.drive(&mut Waiting(at))?,
                Action::Speak(command) => {
                    self.tell(&command)?;
                }
                Action::Clock(value, at) => self.arrange_clock(value, at)?,
            }
        }
        // To `until`, the arranged clock counts as set at step 0.
        self.ledger.clock =
            self.ledger.clock.map(|clock| NominalClock { set_at: Instant::ZERO, value: clock.at(Instant::ZERO) });
        Ok(())
    }

    fn arrange_clock(&mut self, value: Civil, at: Instant) -> Result<(), Halt> {
        let command = Command::SetClock(value);
        if let Some(Way::Macros(macros)) = self.profile.way(&command) {
            let script = macros.script(&command, None).map_err(|why| Halt::Scenario(why.to_string()))?;
            let begin = at - script.acts();
            if self.now() > begin {
                return Err(Halt::Rig(format!(
                    "arranging took until {}, past the {begin} its budget ends at",
                    self.now()
                )));
            }
            self.drive(&mut Waiting(begin))?;
            return self.tell(&command).map(drop);
        }
        let console = self.console()?;
        let line = console.render(&command).map_err(|why| Halt::Scenario(why.to_string()))?;
        // The clock is set when the line has ended: it is sent that much earlier.
        let send = at - wire_time(console, &line);
        if self.now() > send {
            return Err(Halt::Rig(format!("arranging took until {}, past the {send} its budget ends at", self.now())));
        }
        self.drive(&mut Waiting(send))?;
        let reply = self.tell(&command)?;
        if reply.got > at + arrange::LEAD {
            return Err(Halt::Board(format!("the board took until {} to set its clock: sent `{line}`", reply.got)));
        }
        Ok(())
    }

    /// Says something that every further step needs the board to obey, and books what it did.
    pub(super) fn tell(&mut self, command: &Command) -> Result<Reply, Halt> {
        let reply = match self.profile.way(command) {
            Some(Way::Macros(macros)) => self.key_in(macros, command)?,
            // Without any way the console says that it has no such command.
            Some(Way::Console(_)) | None => self.ask(command)?,
        };
        match &reply.answer {
            Ok(answer) => self.book(command, answer.slot, &reply),
            Err(Trouble::Unpowered) => return Err(Halt::Scenario(Trouble::Unpowered.why().to_owned())),
            Err(trouble) => return Err(Halt::Board(self.blame(trouble))),
        }
        Ok(reply)
    }

    /// What the board did instead of answering; a firmware that never said anything is told apart.
    fn blame(&self, trouble: &Trouble) -> String {
        let events = self.log.events();
        let spoke = events.iter().any(|event| matches!(&event.what, What::Received { line } if !line.is_empty()));
        let mut why = match trouble {
            Trouble::Silent(why) if !spoke => format!("the firmware never answered after power-up: {why}"),
            trouble => trouble.why().to_owned(),
        };
        for event in events {
            if let What::Fault { text, .. } = &event.what {
                why.push_str(&format!("; at {} {text}", event.at));
                break;
            }
        }
        why
    }

    fn book(&mut self, command: &Command, slot: Option<u32>, reply: &Reply) {
        let (ledger, from, to) = (&mut self.ledger, reply.began, reply.got);
        match command {
            Command::SetClock(value) => {
                let clock = NominalClock { set_at: reply.sent, value: *value };
                ledger.clock = Some(clock);
                ledger.clocks.push(clock);
                ledger.deeds.push((from, to, Done::ClockSet(*value)));
                self.note(What::ClockSet { to: value.to_string() });
            }
            Command::AddProgram(programme) => {
                ledger.added(programme.clone(), slot);
                ledger.programmes_changed(from, to);
            }
            Command::ClearPrograms => {
                ledger.programmes.clear();
                ledger.programmes_changed(from, to);
            }
            Command::SetMode(mode) => {
                ledger.mode = Some(*mode);
                ledger.deeds.push((from, to, Done::Mode(*mode)));
            }
            Command::FactoryReset => {
                ledger.deeds.push((from, to, Done::FactoryReset));
                ledger.clock = None;
                if self.profile.schedule.reset != Reset::ClockOnly {
                    ledger.mode = Some(Mode::Auto);
                }
                if self.profile.schedule.reset == Reset::Wipe {
                    ledger.programmes.clear();
                }
            }
            // A deletion is booked with the scenario's number, by its step; the rest changes nothing.
            _ => {}
        }
    }
}

/// Lets time pass.
pub(super) struct Waiting(pub Instant);

impl<'a> Doing<'a> for Waiting {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        Ok(if session.now() >= self.0 { Poll::Done } else { Poll::Wait(self.0) })
    }
}

/// Waits for the boot line. That none comes is no failure yet: the first command will tell.
struct Boot {
    deadline: Instant,
    cursor: usize,
}

impl<'a> Doing<'a> for Boot {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let Some(console) = session.profile.console.as_ref().filter(|console| console.boot.is_some()) else {
            return Waiting(self.deadline).poll(session);
        };
        let events = session.log.events();
        let booted = events[self.cursor..].iter().any(|event| is_boot(console, &event.what));
        self.cursor = events.len();
        Ok(if booted || session.now() >= self.deadline { Poll::Done } else { Poll::Wait(self.deadline) })
    }
}

fn is_boot(console: &Console, what: &What) -> bool {
    matches!(what, What::Received { line } if console.boot_report(line).is_some())
}
