//! Every fault of a `[pi]` as it is shown: place, reason, what to do. The words stand in `faults.txt`, to be read there;
//! `BROWNOUT_WRITE=1 cargo test -p brownout-rigs --lib faults` writes them anew.

use crate::rig::{Rig, SHIPPED};
use crate::uncertainty::Uncertainty;
use std::path::Path;

const FAULTS: &str = "src/rig/pi/check/faults.txt";

/// Changes that each make one fault in a shipped file.
const CHANGES: &[(&str, &[(&str, &str)])] = &[
    (
        "pi-12v",
        &[
            // Words and lines that are none.
            ("{ high-side", "{ hi-side"),
            ("by    = \"contact\"", "by    = \"contakt\""),
            ("interlock", "interlok"),
            ("ina226", "ina260"),
            ("GPIO17", "GPIO28"),
            ("GPIO17", "GPIO1"),
            ("GPIO17", "17"),
            // Lines.
            ("GPIO5", "GPIO17"),
            ("GPIO12", "GPIO6"),
            ("GPIO24", "GPIO23"),
            ("GPIO27", "GPIO3"),
            ("i2c       = 1", "i2c       = 6"),
            ("i2c       = 1", "i2c       = 0"),
            // The supply.
            ("nominal = \"12V\"", "nominal = \"0V\""),
            ("nominal = \"12V\"", "nominal = \"-12V\""),
            ("nominal = \"12V\"", "nominal = \"110V\""),
            ("nominal = \"12V\"", "nominal = \"12Vac\""),
            ("measures ", "highest = \"24V\"\nmeasures "),
            ("measures ", "highest = \"5V\"\nmeasures "),
            ("sense   =", "# "),
            ("\"5A\"", "\"0A\""),
            ("\"5A\"", "\"5A\", release = \"2s\""),
            // The watchdog and the guards.
            ("\"1s\"", "\"0s\""),
            ("\"1s\"", "\"3s\""),
            ("GPIO23\", active = \"low\"", "GPIO23\", active = \"high\""),
            ("GPIO24\", active = \"low\", pull = \"up\"", "GPIO24\", active = \"low\", pull = \"down\""),
            // Relays and buttons.
            ("by    = \"contact\"", "by    = \"mains-optocoupler\""),
            ("GPIO5\", active = \"low\"", "GPIO5\", active = \"high\""),
            ("GPIO5\", active = \"low\", pull = \"up\"", "GPIO5\", active = \"low\", pull = \"down\""),
            ("name   = \"MODE\"", "name   = \"SET\""),
            ("name   = \"MODE\"", "name   = \"\""),
            // What it measures.
            ("chip    = { ina226 = { shunt = \"20mohm\" } }", "chip    = { ads1115 = { divider = \"20%\" } }"),
            ("\"20mohm\"", "\"0ohm\""),
            ("address = 0x40", "address = 0x60"),
            ("time    = \"100us\"", ""),
            ("clock   = \"30ppm\"", ""),
            // Names and paths.
            ("\"pi-12v\"", "\"pi/12v\""),
            ("probe     = {}", "probe     = { selector = \"stlink\" }"),
            ("probe     = {}", "calibration = \"here.toml\""),
        ],
    ),
    (
        "pi-5v",
        &[
            ("\"6.144V\"", "\"4V\""),
            ("\"6.144V\"", "\"5.5V\""),
            ("\"6.144V\"", "\"80V\""),
            ("\"1.3V\"", "\"5V\""),
            ("\"1.3V\"", "\"-1V\""),
            ("0x60", "0x40"),
            ("0x60", "0x50"),
            (
                "[[pi.relays]]",
                "[pi.supply.crowbar]\noutput = { line = \"GPIO20\", active = \"high\" }\nlimit = \"5A\"\n\n[[pi.relays]]",
            ),
        ],
    ),
    (
        "pi-psu",
        &[
            ("baud     = 9600", "baud     = 9601"),
            ("baud     = 9600", "baud     = 0"),
            ("limit    = \"1A\"", "limit    = \"0A\""),
            ("\"50ms\"", "\"0s\""),
            ("\"50ms\"", "\"1min\""),
            ("/dev/serial/by-id/usb-FTDI_US232R_FT0KLTFN-if00-port0", "ttyUSB0"),
            ("usb-FTDI_US232R_FT0KLTFN-if00-port0", "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"),
        ],
    ),
    (
        "pi-mains",
        &[
            ("interlock =", "# "),
            ("e-stop    =", "# "),
            ("flashing  =", "# "),
            ("console = \"reinforced\"", "console = \"basic\""),
            ("probe   = \"reinforced\"\nsense   = \"reinforced\"", ""),
            ("relays  = \"reinforced\"", "relays  = \"renforced\""),
            ("by    = \"mains-optocoupler\"", "by    = \"contact\""),
            ("\"50Hz\"", "\"400Hz\""),
            ("\"220Vac\"", "\"12Vac\""),
            ("frequency  = \"50Hz\"", "frequency  = \"50Hz\"\nturn-on = \"20ms\""),
            (
                "frequency  = \"50Hz\"",
                "frequency  = \"50Hz\"\ntap = { ssr = { line = \"GPIO20\", active = \"high\" }, volts = \"0Vac\" }",
            ),
            (
                "frequency  = \"50Hz\"",
                "frequency  = \"50Hz\"\ntap = { ssr = { line = \"GPIO20\", active = \"high\" }, volts = \"220Vac\" }",
            ),
            (
                "frequency  = \"50Hz\"",
                "frequency  = \"50Hz\"\ntap = { ssr = { line = \"GPIO17\", active = \"high\" }, volts = \"154Vac\" }",
            ),
            (
                "[pi.supply.stage",
                "crowbar = { output = { line = \"GPIO20\", active = \"high\" }, limit = \"5A\" }\n\n[pi.supply.stage",
            ),
            ("[pi]\n", "[meter]\nchip = { ina226 = { shunt = \"1ohm\" } }\naddress = 0x40\n\n[pi]\n"),
            ("[pi]\n", "[meter]\nchip = { ads1115 = { divider = \"0.5%\" } }\naddress = 0x48\n\n[pi]\n"),
        ],
    ),
];

/// Two rails on the 12 V rig: the other rail, and how they change over.
const RAILS: &[(&str, &str)] = &[
    ("0V", "break-before-make = \"100us\""),
    ("-5V", "break-before-make = \"100us\""),
    ("12V", "break-before-make = \"100us\""),
    ("15V", "break-before-make = \"100us\""),
    ("4.8V", "break-before-make = \"0s\""),
    ("4.8V", "break-before-make = \"1s\""),
    ("4.8V", "diode-isolated = \"0s\""),
    ("4.8V", "diode-isolated = \"20ms\""),
    ("4.8V", "both = \"20ms\""),
];

fn shipped(name: &str) -> &'static str {
    SHIPPED.iter().find(|(known, _)| *known == name).unwrap().1
}

fn changed(name: &str, from: &str, to: &str) -> String {
    let text = shipped(name);
    assert!(text.contains(from), "{name}: {from}");
    text.replacen(from, to, 1)
}

fn rails(volts: &str, change: &str) -> String {
    let stage = format!(
        "{{ rails = {{ nominal = {{ line = \"GPIO17\", active = \"high\" }}, other = {{ line = \"GPIO26\", active = \
         \"high\" }}, volts = \"{volts}\", change = {{ {change} }} }} }}"
    );
    changed("pi-12v", "{ high-side = { line = \"GPIO17\", active = \"high\" } }", &stage)
}

/// Without what stands between two places, the first of them included.
fn without(text: &str, from: &str, to: &str) -> String {
    let (from, to) = (text.find(from).unwrap(), text.find(to).unwrap());
    format!("{}{}", &text[..from], &text[to..])
}

/// Faults that more than one change makes.
fn others() -> Vec<(String, String)> {
    let uart = changed("pi-12v", "serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", "serial0");
    let bare = without(shipped("pi-12v"), "[meter]", "[pi]");
    let two = "[pi.supply.stage.rails]\nnominal = { line = \"GPIO17\", active = \"high\" }\nother = { line = \"GPIO18\", \
               active = \"high\" }\nvolts = \"154V\"\nchange = { diode-isolated = \"1ms\" }\n\n[[pi.relays]]";
    let both = without(shipped("pi-mains"), "[pi.supply.stage.mains]", "[[pi.relays]]").replace("[[pi.relays]]", two);
    let meter = changed("pi-5v", "address = 0x40", "address = 0x60");
    let others = [
        ("the console on the header, and one of its lines used", uart.replace("GPIO25", "GPIO14")),
        ("no meter", bare.clone()),
        ("a switch on a line that is pulled up", bare.replace(", \"depth\"", "").replace("GPIO17", "GPIO3")),
        ("two rails of mains", both),
        ("meter and DAC on one address", meter),
    ];
    others.map(|(what, text)| (what.to_owned(), text)).into()
}

fn faults() -> Vec<(String, String)> {
    let one = |name: &'static str| {
        move |(from, to): &(&str, &str)| (format!("{name}: {from} -> {to}").replace('\n', " "), changed(name, from, to))
    };
    let simple = CHANGES.iter().flat_map(|(name, changes)| changes.iter().map(one(name)));
    let rails =
        RAILS.iter().map(|(volts, change)| (format!("rails of 12V and {volts}, {change}"), rails(volts, change)));
    simple.chain(rails).chain(others()).collect()
}

#[test]
fn faults_are_told_with_place_reason_and_advice() {
    let told = faults().into_iter().map(|(what, text)| {
        let error = Rig::parse(&text, Path::new("rig.toml")).expect_err(&what);
        format!("{what}\n    {error}\n")
    });
    let told = told.collect::<Vec<_>>().join("\n");
    if std::env::var_os("BROWNOUT_WRITE").is_some() {
        std::fs::write(FAULTS, &told).unwrap();
    }
    let known = std::fs::read_to_string(FAULTS).unwrap();
    for (told, known) in told.lines().zip(known.lines()) {
        assert_eq!(told, known);
    }
    assert_eq!(told, known);
}

#[test]
fn the_shipped_ones_are_sound() {
    for name in ["pi-5v", "pi-12v", "pi-psu", "pi-mains"] {
        let rig = Rig::parse(shipped(name), Path::new("rig.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((rig.name.as_str(), rig.stand.is_mains()), (name, name == "pi-mains"));
    }
}

fn with_rails() -> String {
    let text = shipped("pi-5v").replace("stage   = { dac", "# stage = { dac").replace(", \"slew\"]", "]");
    text.replace("highest     = \"6V\"", "highest     = \"5V\"")
}

#[test]
fn so_are_the_variants_in_their_comments() {
    let five = with_rails();
    let rails: Vec<&str> = five.lines().filter(|line| line.starts_with("# stage = { rails")).collect();
    assert_eq!(rails.len(), 2);
    let (scpi, rest) = shipped("pi-psu").split_once("[pi.supply.stage.scpi]").unwrap();
    let (_, rest) = rest.split_once("instead of the table above:\n").unwrap();
    let (korad, rest) = rest.split_once("\n\n").unwrap();
    let korad = format!("{scpi}{}\n\n{rest}", korad.replace("# ", ""));
    for text in rails.iter().map(|line| five.replace(line, &line[2..])).chain([korad]) {
        Rig::parse(&text, Path::new("rig.toml")).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}

#[test]
fn a_rail_is_above_nominal_only_where_the_file_says_so() {
    let text = with_rails();
    let line = text.lines().find(|line| line.contains("diode-isolated")).unwrap();
    let higher = text.replace(line, &line[2..].replace("3.5V", "5.75V"));
    Rig::parse(&higher, Path::new("rig.toml")).unwrap_err();
    Rig::parse(&higher.replace("\"5V\"\n", "\"5.75V\"\n"), Path::new("rig.toml")).unwrap_err();
    let meant = higher.replace("highest     = \"5V\"", "highest     = \"5.75V\"");
    Rig::parse(&meant, Path::new("rig.toml")).unwrap();
}

/// A header UART's lines are free as long as nothing uses it.
#[test]
fn what_the_rig_does_not_use_is_free() {
    Rig::parse(&changed("pi-12v", "GPIO25", "GPIO14"), Path::new("rig.toml")).unwrap();
    let bare = without(shipped("pi-12v"), "[meter]", "[pi]").replace(", \"depth\"", "");
    Rig::parse(&bare.replace("GPIO5", "GPIO3"), Path::new("rig.toml")).unwrap();
}

/// Where a file says nothing it promises nothing that its parts cannot keep.
#[test]
fn what_is_not_said_is_what_the_parts_can() {
    use brownout_trace::event::ShotFigure::{Depth, Slew, Start, Width};
    let text = shipped("pi-12v").replace("measures    =", "# ");
    let rig = |text: &str| Rig::parse(text, Path::new("rig.toml")).unwrap();
    let bare = rig(&without(&text, "[uncertainty]", "[pi]"));
    assert_eq!((bare.measures, bare.uncertainty), (vec![Start, Width], Uncertainty::USUAL_PI));
    assert_eq!(rig(&text).measures, [Start, Width, Depth, Slew]);
}
