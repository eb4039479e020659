//! Each defect that can be injected shows on a board that executes the shipped firmware's image or none.

use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Instant, Percent, RelayName, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::faults::{Capacitor, Fault};
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::relay::ContactFault;
use brownout_virtual::wiring::Wiring;
use std::sync::Arc;

fn wiring() -> Wiring {
    let text = include_str!("../../virtual-12v.toml");
    let file: toml::Table = text.parse().unwrap();
    file["virtual"].clone().try_into().unwrap()
}

/// A board with an empty flash: it has a supply, a reserve, a relay and buttons, and that is what is looked at.
fn board(wiring: Wiring) -> Board {
    let mut board = Board::new(Arc::new(wiring), Arc::default(), Image::erased(64), 1, Instant::ZERO).unwrap();
    board.play(&[(Instant::ZERO, Level::Volts(Volts(12.0)))]).unwrap();
    board
}

fn run(board: &mut Board, until: Span) -> Vec<Event> {
    let (mut events, until) = (Vec::new(), Instant::ZERO + until);
    while board.now() < until {
        board.advance(until, &mut events);
    }
    events
}

/// From the cut at one second to the power-down.
fn hold_up(board: &mut Board) -> f64 {
    run(board, Span::secs(1));
    board.play(&[(board.now(), Level::Open)]).unwrap();
    let events = run(board, Span::secs(60));
    let down = events.iter().find(|event| event.what == What::PowerDown).expect("it never lost its supply");
    (down.at - Instant::ZERO).as_secs_f64() - 1.0
}

#[test]
fn a_lost_capacitor_holds_up_for_less() {
    let whole = hold_up(&mut board(wiring()));
    let loss = Fault::CapacitorLoss { of: Capacitor::Supply, loss: Percent(60.0) };
    let mut from_the_start = wiring();
    from_the_start.faults.push(loss.clone());
    let started = hold_up(&mut board(from_the_start));
    assert!((started / whole - 0.4).abs() < 0.01, "{started} {whole}");
    let mut injected = board(wiring());
    run(&mut injected, Span::millis(500));
    injected.inject(&loss).unwrap();
    assert!((hold_up(&mut injected) / started - 1.0).abs() < 0.01);
}

#[test]
fn a_dead_reserve_loses_the_clock_with_the_supply() {
    let loses = |board: &mut Board| {
        run(board, Span::secs(1));
        board.play(&[(board.now(), Level::Open)]).unwrap();
        let lost = |event: &Event| {
            matches!(event.what, What::Rail { threshold: brownout_trace::event::Threshold::Backup, .. })
        };
        run(board, Span::secs(60)).iter().any(lost)
    };
    assert!(!loses(&mut board(wiring())));
    let mut dead = board(wiring());
    dead.inject(&Fault::DeadReserve {}).unwrap();
    assert!(loses(&mut dead));
}

#[test]
fn a_welded_contact_is_closed_without_a_coil() {
    let weld = Fault::Contact { relay: RelayName("K1".to_owned()), defect: ContactFault::Welded, closing: None };
    let mut welded = wiring();
    welded.faults.push(weld.clone());
    let closes = |events: &[Event]| events.iter().any(|event| matches!(event.what, What::Contact { closed: true, .. }));
    assert!(closes(&run(&mut board(welded), Span::secs(1))));
    let mut sound = board(wiring());
    assert!(!closes(&run(&mut sound, Span::secs(1))));
    sound.inject(&weld).unwrap();
    assert!(closes(&run(&mut sound, Span::secs(2))));
}

#[test]
fn what_a_board_lacks_cannot_fail() {
    let mut sound = board(wiring());
    let absent = Fault::Contact { relay: RelayName("K9".to_owned()), defect: ContactFault::StuckOpen, closing: None };
    assert!(sound.inject(&absent).unwrap_err().to_string().contains("no relay of that name"));
}

#[test]
fn a_rig_file_says_all_of_it() {
    let text = r#"
        temperature = "55C"
        [age]
        service = "1826d ±730d"
        temperature = "45C ±10C"
        operations = 50000
        [[faults]]
        capacitor-loss = { of = "supply", loss = "60%" }
        [[faults]]
        dead-reserve = {}
        [[faults]]
        contact = { relay = "K1", defect = "welded", closing = 1000 }
        [[faults]]
        noisy-button = { button = "SET", bounce = "15ms", spikes = "20s" }
        [[faults]]
        stopped-crystal = { at = "10s" }
    "#;
    let mut file: toml::Table = include_str!("../../virtual-12v.toml").parse().unwrap();
    let more: toml::Table = text.parse().unwrap();
    file["virtual"].as_table_mut().unwrap().extend(more);
    let wiring: Wiring = file["virtual"].clone().try_into().unwrap();
    assert_eq!((wiring.check(), wiring.faults.len()), (Ok(()), 5));
    let (drawn, figures) = brownout_virtual::spread::draw(&wiring, 1, 1);
    assert!(drawn.age.is_none() && figures.iter().any(|drawn| drawn.part == "supply.capacitor"));
}
