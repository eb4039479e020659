//! The README's "Your own firmware", done as it says, with each of the firmwares that it names.

use crate::support::Place;
use brownout_reports::Record;
use brownout_trace::What;
use std::fs;

const README: &str = include_str!("../../../README.md");
const SHIPPED_RIG: &str = include_str!("../../../rigs/virtual-12v.toml");

/// The files that the section shows: the profile, then the scenario.
fn shown() -> [String; 2] {
    let section = README.split("\n## ").find(|section| section.starts_with("Your own firmware")).unwrap();
    let blocks = section.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let unindented = |block: &str| block.lines().map(|line| format!("{}\n", line.trim())).collect::<String>();
    blocks.map(unindented).collect::<Vec<_>>().try_into().unwrap()
}

/// Step 1: the shipped rig with wires of one's own. The fixtures share all but the console's pins.
fn rig(console: &str) -> String {
    let mut rig = SHIPPED_RIG.split("[[virtual.buttons]]").next().unwrap().to_owned();
    for (is, instead) in [
        (r#"board       = "weekly""#, r#"board = "my-board""#),
        (r#"hsi = "8MHz""#, "hsi = \"8MHz\"\nhse = \"8MHz\""),
        (r#"pin    = "PB0""#, r#"pin    = "PB1""#),
        ("baud = 115200", console),
    ] {
        assert!(rig.contains(is), "{is}");
        rig = rig.replace(is, instead);
    }
    for (from, to) in [("PA6", "PA0"), ("PA2", "PA3"), ("PB15", "PB14")] {
        rig += &format!("[[virtual.links]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
    }
    rig += "[[virtual.senses]]\npin = \"PA1\"\nof = \"bulk\"\nupper = \"100kohm\"\nlower = \"15kohm\"\n";
    for (scl, sda) in [("PB8", "PB9"), ("PB10", "PB11")] {
        rig += &format!("[[virtual.eeproms]]\nscl = \"{scl}\"\nsda = \"{sda}\"\naddress = 80\n");
    }
    rig
}

/// What the firmware printed in the run that was recorded.
fn printed(here: &Place) -> Vec<String> {
    let records = brownout_reports::records(&here.path("records").join("run-0001")).unwrap();
    let events = records.iter().flat_map(|path| Record::read(path).unwrap().events);
    events.filter_map(|event| if let What::Received { line } = event.what { Some(line) } else { None }).collect()
}

#[test]
fn each_firmware_that_the_readme_names_runs_as_it_says() {
    let [profile, scenario] = shown();
    let usual = "baud = 115200";
    let remapped = "tx = \"PB6\"\nrx = \"PB7\"\nbaud = 115200";
    for (name, console) in [("bare", usual), ("cmsis", usual), ("hal", usual), ("opencm3", remapped), ("rtos", usual)] {
        let here = Place::new();
        fs::create_dir(here.path("boards")).unwrap();
        here.write("boards/my-board.toml", &profile);
        here.write("my.toml", rig(console));
        here.scenario("comes-back", &scenario);
        let elf = format!("{}/../rigs/virtual/firmware/elf/fixture-{name}.elf", env!("CARGO_MANIFEST_DIR"));
        fs::copy(elf, here.path("my.elf")).unwrap();
        let run = ["run", "--rig", "my.toml", "--firmware", "my.elf", "--record", "records"];
        let first = here.run(&run);
        first.prints(1, &["new           power/comes-back"]);
        first.says(1, &["1 snapshot pending"]);
        assert_eq!(here.run(&["accept", "--why", "read"]).status, 0, "{name}");
        here.run(&run).prints(0, &["passed        power/comes-back"]);
        let lines = printed(&here);
        // Once as the rig was switched on, once after the cut.
        assert_eq!(lines.iter().filter(|line| *line == "done").count(), 2, "{name}: {lines:#?}");
        assert!(!lines.iter().any(|line| line.starts_with("FAILED")), "{name}: {lines:#?}");
    }
}
