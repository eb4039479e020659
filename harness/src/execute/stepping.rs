//! What each step does.

use super::arranging::Waiting;
use super::halt::Halt;
use super::pressing::Pressing;
use super::session::Session;
use super::shooting::{Ramping, Shooting};
use super::speech::only_asks;
use crate::scenario::step::{Impedance, Moment, Power, ProgramStep, ResetStep, Step};
use brownout_rigs::profile::Command;
use brownout_trace::event::{Level, What};
use brownout_trace::{Instant, Span, Volts};

/// How long `reset = "pin"` pulls the pin: a thumb's tap is longer, every chip's filter shorter.
const RESET_PULSE: Span = Span::millis(10);

impl<'a> Session<'a> {
    /// Does one step; returns when the step does.
    pub(super) fn perform(&mut self, index: usize) -> Result<(), Halt> {
        let case = self.case;
        match &case.steps[index].step {
            Step::Power(Power::Ramp(ramp)) => Ramping::begin(ramp, self).map(drop),
            Step::Power(Power::Off) => self.supply(Level::Open),
            Step::Power(Power::On) => self.supply(Level::Volts(case.nominal)),
            Step::Power(Power::To(volts)) => self.supply(Level::Volts(*volts)),
            Step::Cut(cut) => {
                let level = match cut.impedance {
                    Impedance::High => Level::Open,
                    Impedance::Low => Level::Volts(Volts::ZERO),
                };
                self.drive(&mut Shooting::new(level, cut.course))
            }
            Step::Dip(dip) => self.drive(&mut Shooting::new(Level::Volts(dip.to), dip.course)),
            Step::Ramp(ramp) => self.drive(&mut Ramping::new(*ramp)),
            Step::Press(press) => {
                // What a button does is the firmware's affair: no oracle knows what the contact should do after it.
                self.ledger.meddled = true;
                self.drive(&mut Pressing::new(press))
            }
            Step::SetClock(civil) => self.tell(&Command::SetClock(*civil)).map(drop),
            Step::Mode(mode) => self.tell(&Command::SetMode(*mode)).map(drop),
            Step::Program(program) => self.program(program),
            Step::Console(line) => {
                self.ledger.meddled |= !only_asks(self.console()?, line);
                self.say(line).map(drop)
            }
            Step::Reset(reset) => self.reset(*reset),
            Step::Wait(span) => self.drive(&mut Waiting(self.now() + *span)),
            Step::Until(moment) => {
                let at = self.moment(*moment)?;
                self.drive(&mut Waiting(at))
            }
            Step::Mark(name) => {
                let now = self.now();
                self.ledger.marks.push((name.clone(), now));
                self.note(What::Mark { name: name.clone() });
                Ok(())
            }
            Step::Expect(expectation) => self.expect(index, &expectation.value),
        }
    }

    fn program(&mut self, program: &ProgramStep) -> Result<(), Halt> {
        match program {
            ProgramStep::Add(programme) => self.tell(&Command::AddProgram(programme.clone())).map(drop),
            ProgramStep::Clear => self.tell(&Command::ClearPrograms).map(drop),
            ProgramStep::Delete(number) => {
                let slot = self.ledger.slot(*number);
                let reply = self.tell(&Command::DeleteProgram(slot))?;
                self.ledger.deleted(*number);
                self.ledger.programmes_changed(reply.began, reply.got);
                Ok(())
            }
        }
    }

    fn reset(&mut self, reset: ResetStep) -> Result<(), Halt> {
        match reset {
            ResetStep::Pin => {
                self.bench.set_reset(true)?;
                let now = self.now();
                let release = now + RESET_PULSE;
                self.release_reset = Some(release);
                self.ledger.reset(now, release, self.profile);
            }
            ResetStep::Software => {
                let console = self.console()?;
                let line = console.render(&Command::Reset).map_err(|why| Halt::Scenario(why.to_string()))?;
                let now = self.now();
                let sent = self.say(&line)?;
                // It answers first, and has that long for it.
                self.ledger.reset(now, sent + console.ack_timeout, self.profile);
            }
        }
        Ok(())
    }

    /// When a moment comes on the nominal clock.
    fn moment(&self, moment: Moment) -> Result<Instant, Halt> {
        let Some(clock) = self.ledger.clock else {
            return Err(Halt::Scenario(format!("`until {moment}` reads the clock, which was never set")));
        };
        let (at, now) = (moment.when(clock), self.now());
        if at < now {
            return Err(Halt::Scenario(format!(
                "`until {moment}` is past: it was at {at}, and the steps before lasted until {now}"
            )));
        }
        Ok(at)
    }
}
