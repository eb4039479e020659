//! What a rig's supply cannot do, known beforehand: a level that its power stage does not give, a shot shorter than it can
//! change over, a slope from a switch, an angle without a sine.

use super::Target;
use crate::execute::tread;
use crate::scenario::file::Choice;
use crate::scenario::step::{Course, Cut, Dip, Impedance, Power, Ramp, ResetStep, Step, Voltage};
use brownout_rigs::parts::supply::{can, can_ramp, can_shot};
use brownout_rigs::rig::Rig;
use brownout_rigs::rig::pi::SupplyWires;
use brownout_trace::event::Level;
use brownout_trace::{Span, Volts};

/// For each step why the rig's supply cannot do it, if it cannot.
pub(super) fn unable(choice: &Choice, target: Target<'_>) -> Vec<Option<String>> {
    let Some(rig) = target.rig else { return vec![None; choice.steps.len()] };
    let (nominal, standing) = (target.profile.supply, target.profile.supply);
    let mut asked = rig.stand.pi().map(|wires| Asked { wires: &wires.supply, nominal, standing });
    let why = |step: &Step| {
        let able = unphased(step, rig).map_or(Ok(()), Err);
        let able = able.and_then(|()| asked.as_mut().map_or(Ok(()), |asked| asked.step(step)));
        able.err().map(|why| format!("the rig `{}` {why}", rig.name))
    };
    choice.steps.iter().map(|read| &read.step.value).map(why).collect()
}

/// What needs a sine to time it by, or a contact that bounces, on a rig without.
fn unphased(step: &Step, rig: &Rig) -> Option<String> {
    let angle = match step {
        Step::Cut(Cut { course, .. }) | Step::Dip(Dip { course, .. }) => course.angle,
        Step::Power(Power::Bouncing { .. }) => {
            let bounces = rig.stand.wiring().is_some();
            return (!bounces).then(|| "has no contact that bounces as asked: what it plays is clean".to_owned());
        }
        _ => None,
    }?;
    match rig.stand.wiring() {
        Some(wiring) if wiring.supply.frequency.is_some() => None,
        Some(_) => Some(format!("has a DC supply: there is no {angle} to begin at")),
        None => Some(format!("cannot choose the angle of a disturbance: {angle} needs more than a switch")),
    }
}

/// What is asked of a supply, step by step.
struct Asked<'a> {
    wires: &'a SupplyWires,
    nominal: Volts,
    /// What stands there, as far as it is known: a ramp begins at it.
    standing: Volts,
}

impl Asked<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Power(Power::Off) => self.stay(Level::Open, Volts::ZERO),
            Step::Power(Power::On) => self.stay(Level::Volts(self.nominal), self.nominal),
            Step::Power(Power::To(voltage) | Power::Bouncing { to: voltage, .. }) => {
                let volts = voltage.on(self.nominal);
                self.stay(Level::Volts(volts), volts)
            }
            Step::Power(Power::Ramp(ramp)) | Step::Ramp(ramp) => self.ramp(ramp),
            Step::Cut(cut) => match cut.impedance {
                Impedance::High => self.shot(Level::Open, cut.course),
                Impedance::Low => self.shot(Level::Volts(Volts::ZERO), cut.course),
            },
            Step::Dip(dip) => self.shot(Level::Volts(dip.to.on(self.nominal)), dip.course),
            Step::Reset(ResetStep::Supply) => can_shot(self.wires, Level::Open, ResetStep::UNPLUGGED),
            _ => Ok(()),
        }
    }

    fn stay(&mut self, level: Level, standing: Volts) -> Result<(), String> {
        self.standing = standing;
        can(self.wires, level)
    }

    fn shot(&self, level: Level, course: Course) -> Result<(), String> {
        can_shot(self.wires, level, course.width)?;
        match level {
            Level::Volts(volts) if course.edges > Span::ZERO => {
                let stair = tread(self.standing, volts, course.edges, Ramp::stair(self.nominal));
                can_ramp(self.wires, self.standing, volts, course.edges, stair)
            }
            _ => Ok(()),
        }
    }

    fn ramp(&mut self, ramp: &Ramp<Voltage>) -> Result<(), String> {
        let on = |voltage: Voltage| voltage.on(self.nominal);
        let (from, to) = (ramp.from.map_or(self.standing, on), on(ramp.to));
        let stair = tread(from, to, ramp.over, ramp.step.map_or(Ramp::stair(self.nominal), on));
        self.standing = to;
        can_ramp(self.wires, from, to, ramp.over, stair)
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{Plan, Target, plan_paths};
    use brownout_rigs::profile::Profile;
    use brownout_rigs::rig::Rig;
    use std::path::Path;

    const SWITCH: &str = include_str!("../../../rigs/pi-12v.toml");

    fn planned(rig: &str, steps: &str) -> Plan {
        let rig = Rig::parse(rig, Path::new("rig.toml")).unwrap();
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [\n{steps}\n  \
             {{ expect = {{ relay = \"K1\", is = \"open\" }} }},\n]\n"
        );
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        plan_paths(&[folder.path().to_path_buf()], Target { profile: &profile, highest: None, rig: Some(&rig) })
            .unwrap()
    }

    #[test]
    fn what_a_switch_cannot_give_skips_the_case_and_is_told_at_its_place() {
        for (steps, why) in [
            ("  { dip = { to = \"40%\", for = \"100ms\" } },", "gives 12V or nothing, not 4.8V"),
            ("  { power = { to = \"9V\" } },", "gives 12V or nothing, not 9V"),
            ("  { ramp = { to = \"0V\", over = \"10s\" } },", "gives 12V or nothing, and no slope"),
            ("  { power = { ramp = { to = \"0V\", over = \"10s\" } } },", "gives 12V or nothing, and no slope"),
            ("  { cut = { for = \"50ms\", impedance = \"low\", edges = \"5ms\" } },", "or nothing, and no slope"),
            ("  { cut = { for = \"50us\", impedance = \"low\" } },", "takes up to 100us to release its crowbar"),
            ("  { cut = { for = \"50ms\", angle = \"90deg\" } },", "cannot choose the angle of a disturbance: 90deg"),
            ("  { power = { to = \"100%\", bounce = \"5ms\" } },", "has no contact that bounces as asked"),
        ] {
            let plan = planned(SWITCH, steps);
            let skip = plan.cases[0].skip.as_deref().unwrap_or_default();
            assert!(skip.starts_with("the rig `pi-12v` ") && skip.contains(why), "{steps}: {skip}");
            let told = plan.unable();
            assert_eq!((told.len(), plan.notes().len()), (1, 0), "{steps}");
            let place = &told[0].span();
            assert_eq!((place.start, told[0].to_string().as_str()), (plan.cases[0].steps[0].span.start, skip));
        }
    }

    #[test]
    fn an_angle_needs_a_sine() {
        let dip = "  { dip = { to = \"0%\", for = \"10ms\", angle = \"180deg\" } },";
        let plan = planned(include_str!("../../../rigs/virtual-12v.toml"), dip);
        let why = "the rig `virtual-12v` has a DC supply: there is no 180deg to begin at";
        assert_eq!(plan.cases[0].skip.as_deref(), Some(why));
        let told = plan.unable();
        assert_eq!((told.len(), told[0].place().0, told[0].to_string().as_str()), (1, 5, why));
        assert!(told[0].advice().is_some_and(|help| help.contains("run it on a rig whose supply can")));
        let mains = planned(include_str!("../../../rigs/virtual-220v.toml"), dip);
        assert_eq!(mains.cases[0].skip, None);
    }

    #[test]
    fn what_it_can_give_is_run() {
        let steps = "  { power = \"off\" },\n  { wait = \"1s\" },\n  { power = \"on\" },\n  { cut = \"1ms\" },\n  \
                     { cut = { for = \"10ms\", impedance = \"low\" } },\n  { reset = \"supply\" },\n  { dip = { to = \"100%\", for = \"1s\" } },";
        let plan = planned(SWITCH, steps);
        assert_eq!(plan.cases[0].skip, None);
        assert!(plan.unable().is_empty());
        let bare = SWITCH.replace("crowbar = {", "# crowbar = {");
        let why = planned(&bare, steps).cases[0].skip.clone().unwrap_or_default();
        assert_eq!(why, "the rig `pi-12v` has no crowbar: it interrupts at high source impedance only");
    }
}
