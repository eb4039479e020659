//! An event in words, one line each.

use brownout_trace::event::{Crossing, Figure, ShotReport, Threshold};
use brownout_trace::{Span, What};

/// What happened, on one line. Nothing that a board says can move the cursor of who reads it.
pub fn event(what: &What) -> String {
    match what {
        What::Attempt { number } => format!("attempt {number}"),
        What::Arrange { action } => format!("arranging: {}", printable(action)),
        What::Step { index, text } => format!("step {index}: {}", printable(text)),
        What::Mark { name } => format!("mark `{}`", printable(name)),
        What::ClockSet { to } => format!("clock set to {}", printable(to)),
        What::Supply { level } => format!("supply {level}"),
        What::Shot(shot) => self::shot(shot),
        What::Rail { threshold, crossing, volts } => {
            let way = match crossing {
                Crossing::Rising => "rose above",
                Crossing::Falling => "fell below",
            };
            format!("logic supply {way} {volts} ({})", self::threshold(*threshold))
        }
        What::Reset { cause } => format!("out of reset: {cause}"),
        What::PowerDown => "the microcontroller lost its supply".to_owned(),
        What::Coil { relay, on } => format!("{relay} coil {}", if *on { "on" } else { "off" }),
        What::Contact { relay, closed, sequence } => {
            format!("{relay} contact {} (edge {sequence})", contact(*closed))
        }
        What::Button { button, pressed } => {
            format!("button {} {}", printable(button), if *pressed { "pressed" } else { "released" })
        }
        What::Sent { line } => format!("-> {}", printable(line)),
        What::Received { line } => format!("<- {}", printable(line)),
        What::Erase { address } => format!("flash: erasing the page at {address:#010x}"),
        What::Torn { address, operation } => format!("flash: torn {} at {address:#010x}", printable(operation)),
        What::Flashed { firmware, whole: true, .. } => format!("flashed {} and reset", printable(firmware)),
        What::Flashed { firmware, whole: false, .. } => {
            format!("flashing {} was cut short: the supply went away", printable(firmware))
        }
        What::Fault { crash, text } => format!("{crash}: {}", printable(text)),
        What::Unmodelled { text } => format!("not modelled: {}", printable(text)),
        What::RigFault { text } => format!("rig fault: {}", printable(text)),
        What::Measured(measurement) => format!("measured {}", printable(&measurement.to_string())),
        What::Judged { index, expectation, verdict, observed, .. } => {
            format!("step {index} {verdict}: {}: {}", printable(expectation), printable(observed))
        }
        What::Ended { verdict, criterion: None } => format!("ended: {verdict}"),
        What::Ended { verdict, criterion: Some(criterion) } => format!("ended: {verdict}, criterion {criterion}"),
    }
}

/// `closed` or `open`.
pub fn contact(closed: bool) -> &'static str {
    if closed { "closed" } else { "open" }
}

fn shot(shot: &ShotReport) -> String {
    let width = match shot.measured_width {
        Figure::Measured(width) => format!("measured {}", Span(width.0 / 1_000 * 1_000)),
        Figure::Unmeasured => "width not measured".to_owned(),
    };
    let depth = match shot.depth {
        Figure::Measured(depth) => format!("at {depth}"),
        Figure::Unmeasured => "depth not measured".to_owned(),
    };
    format!("shot over: {} for {}; {width}, {depth}", shot.level, shot.width)
}

fn threshold(threshold: Threshold) -> &'static str {
    match threshold {
        Threshold::PowerOn => "power-on reset",
        Threshold::PowerDown => "power-down reset",
        Threshold::Pvd => "voltage detector",
        Threshold::FlashWrite => "lowest for flash writes",
        Threshold::Backup => "clock reserve",
    }
}

/// The longest text shown on one line, in characters.
const LONGEST: usize = 300;

/// One line, without control characters, cut where nobody reads on.
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST));
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            line.push('…');
            break;
        }
        match c {
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::event::Level;
    use brownout_trace::{Instant, Volts};

    #[test]
    fn a_board_cannot_speak_to_the_terminal() {
        let line = "OK\x1b[2J\u{9b}31m\n".to_owned();
        assert_eq!(event(&What::Received { line }), r"<- OK\u{1b}[2J\u{9b}31m\n");
        assert_eq!(printable(&"é".repeat(1_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_shot_says_what_was_measured() {
        let mut report = ShotReport {
            level: Level::Volts(Volts(4.8)),
            width: Span::millis(100),
            start: Figure::Measured(Instant::ZERO),
            measured_width: Figure::Measured(Span(100_020_123)),
            depth: Figure::Unmeasured,
            slew: Figure::Unmeasured,
        };
        let text = event(&What::Shot(report.clone()));
        assert_eq!(text, "shot over: 4.8V for 100ms; measured 100.02ms, depth not measured");
        report.level = Level::Open;
        assert!(event(&What::Shot(report)).starts_with("shot over: open for 100ms"));
    }
}
