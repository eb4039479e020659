//! What each step does.

use super::arranging::Waiting;
use super::halt::Halt;
use super::lane::Join;
use super::ledger::Help;
use super::pressing::Pressing;
use super::session::{Doing, Session};
use super::shooting::{Ramping, Shooting};
use super::speech::only_asks;
use crate::scenario::step::{Course, Impedance, Moment, Power, ProgramStep, Required, ResetStep, Step};
use brownout_rigs::profile::{Command, Way};
use brownout_trace::event::{Level, What};
use brownout_trace::{Instant, Span, Volts};

/// How long `reset = "pin"` pulls the pin: a thumb's tap is longer, every chip's filter shorter.
const RESET_PULSE: Span = Span::millis(10);

impl<'a> Session<'a> {
    /// Does one step; returns when the step does.
    pub(super) fn perform(&mut self, index: usize) -> Result<(), Halt> {
        if let Some(mut doing) = self.begin(index)? {
            return self.drive(&mut *doing);
        }
        let case = self.case;
        match &case.steps[index].step {
            Step::SetClock(civil) => self.tell(&Command::SetClock(*civil)).map(drop),
            Step::Mode(mode) => self.tell(&Command::SetMode(*mode)).map(drop),
            Step::Program(program) => self.program(program),
            Step::Console(line) => {
                if !only_asks(self.console()?, line) {
                    // An operator's words are meant to bring the board back to where it should be.
                    self.ledger.meddled |= !self.ledger.is_helped();
                    self.ledger.mode = None;
                }
                self.say(line).map(drop)
            }
            Step::Reset(reset) => self.reset(*reset),
            Step::Measure(measure) => self.measure(index, &measure.value),
            Step::Flash(flash) => self.flash(flash),
            Step::Expect(expectation) => self.expect(index, &expectation.value),
            // Done by beginning them.
            _ => Ok(()),
        }
    }

    /// Begins a step that needs no answer of the board's; gives what is left to do, if it takes time.
    pub(super) fn begin(&mut self, index: usize) -> Result<Option<Box<dyn Doing<'a> + 'a>>, Halt> {
        let case = self.case;
        // Of what an expectation asks it is said when it is judged; a stimulus is not even delivered.
        if let (Some(why), Step::Cut(_) | Step::Dip(_) | Step::Ramp(_)) =
            (&case.steps[index].doubt, &case.steps[index].step)
        {
            return Err(Halt::Rig(why.clone()));
        }
        Ok(match &case.steps[index].step {
            Step::Power(Power::Ramp(ramp)) => {
                Ramping::begin(ramp, self)?;
                None
            }
            Step::Power(Power::Off) => {
                self.supply(Level::Open)?;
                None
            }
            Step::Power(Power::On) => {
                self.supply(Level::Volts(case.nominal))?;
                None
            }
            Step::Power(Power::To(volts)) => {
                self.supply(Level::Volts(*volts))?;
                None
            }
            Step::Power(Power::Bouncing { to, length }) => {
                self.switch_on(Level::Volts(*to), *length)?;
                None
            }
            Step::Cut(cut) => {
                let level = match cut.impedance {
                    Impedance::High => Level::Open,
                    Impedance::Low => Level::Volts(Volts::ZERO),
                };
                Some(Box::new(Shooting::new(level, cut.course, cut.measured)))
            }
            Step::Dip(dip) => Some(Box::new(Shooting::new(Level::Volts(dip.to), dip.course, dip.measured))),
            Step::Ramp(ramp) => Some(Box::new(Ramping::new(*ramp))),
            Step::Reset(ResetStep::Supply) => {
                let course = Course { width: ResetStep::UNPLUGGED, edges: Span::ZERO, repeat: None, angle: None };
                Some(Box::new(Shooting::new(Level::Open, course, Required::default())))
            }
            Step::Press(press) => {
                // What a button does is the firmware's affair: no oracle knows what the contact should do after it.
                // An operator's is meant to bring the board back to where it should be.
                self.ledger.meddled |= !self.ledger.is_helped();
                self.ledger.mode = None;
                Some(Box::new(Pressing::new(press)))
            }
            Step::Wait(span) => Some(Box::new(Waiting(self.now() + *span))),
            Step::Until(moment) => Some(Box::new(Waiting(self.moment(*moment)?))),
            Step::Join => Some(Box::new(Join)),
            Step::Operator(_) => {
                let now = self.now();
                self.ledger.help.push(Help { from: now, to: None });
                None
            }
            Step::Helped => {
                let now = self.now();
                if let Some(help) = self.ledger.help.last_mut() {
                    help.to = Some(now);
                }
                None
            }
            Step::Mark(name) => {
                let now = self.now();
                self.ledger.marks.push((name.clone(), now));
                self.note(What::Mark { name: name.clone() });
                None
            }
            _ => None,
        })
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
            ResetStep::Factory => {
                self.tell(&Command::FactoryReset)?;
            }
            // A shot like any other.
            ResetStep::Supply => {}
            ResetStep::Pin => {
                self.bench.set_reset(true)?;
                let now = self.now();
                let release = now + RESET_PULSE;
                self.release_reset = Some(release);
                self.ledger.reset(now, release, self.profile);
            }
            ResetStep::Software => {
                if let Some(Way::Macros(macros)) = self.profile.way(&Command::Reset) {
                    let reply = self.key_in(macros, &Command::Reset)?;
                    self.ledger.reset(reply.began, reply.got, self.profile);
                    return Ok(());
                }
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
