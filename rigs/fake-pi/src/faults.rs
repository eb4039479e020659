//! What a test breaks while a fake Pi runs. Each acts from now on, until it is taken back.

use crate::bench_supply::BenchSupply;
use crate::fake_pi::{FakePi, StartError};
use crate::feed::Abuse;
use brownout_rigs::live::console::Console;
use brownout_rigs::live::probe_socket::ProbeSocket;
use brownout_rigs::rig::pi::{Input, Line};
use brownout_trace::event::Level;
use brownout_trace::{Ohms, RelayName, Span, Volts};
use std::collections::BTreeSet;

impl FakePi {
    /// Nobody acknowledges an address of the I²C bus any more.
    pub fn silence_instrument(&self, address: u8, silent: bool) {
        self.world().desk.unplug(address, silent);
    }

    /// The console's cable is pulled: its port is gone, and who has it open finds it hung up.
    pub fn unplug_console(&self) {
        self.world().console = None;
    }

    /// The console's cable is back, at the same port.
    pub fn plug_console(&self) -> Result<(), StartError> {
        let console = Console::open(&self.console())?;
        self.world().console = Some(console);
        Ok(())
    }

    /// Nothing comes through the console's wires, though its port is there.
    pub fn mute_console(&self, mute: bool) {
        self.world().mute = mute;
    }

    /// The probe's cable is pulled.
    pub fn unplug_probe(&self) {
        // Dropped outside the lock: its thread is waited for.
        let socket = self.world().socket.take();
        drop(socket);
    }

    /// The probe is back.
    pub fn plug_probe(&self) -> Result<(), StartError> {
        let board = self.board();
        let socket = ProbeSocket::open(&self.folder().join("probe"), board)?;
        self.world().socket = Some(socket);
        Ok(())
    }

    /// The guard is opened, or closed: the power path with it.
    pub fn open_interlock(&self, open: bool) {
        let mut world = self.world();
        world.feed.guarded = !open;
        world.read_back();
    }

    /// The emergency stop is pressed, or released.
    pub fn press_e_stop(&self, pressed: bool) {
        let mut world = self.world();
        world.feed.stopped = pressed;
        world.read_back();
    }

    /// The next edges of a line get their sequence numbers, and nobody is told of them.
    pub fn lose_edges(&self, line: Line, edges: u32) {
        self.world().pins.lose(line, edges);
    }

    /// Somebody else has the line: who asks for it is told so.
    pub fn occupy_line(&self, line: Line, busy: bool) {
        self.world().pins.occupy(line, busy);
    }

    /// The user is not in the group that may use lines, or is again.
    pub fn deny_lines(&self, denied: bool) {
        self.world().lines_denied = denied;
    }

    /// The user is not in the group that may use the bus, or is again.
    pub fn deny_bus(&self, denied: bool) {
        self.world().bus_denied = denied;
    }

    /// What the program stores to a line takes effect so much later.
    pub fn delay_line(&self, line: Line, by: Option<Span>) {
        self.world().late = by.map(|by| (line, by));
    }

    /// An input keeps the level it has, whatever happens.
    pub fn stick_input(&self, line: Line, stuck: bool) {
        let mut world = self.world();
        let at = world.clock.monotonic(world.now());
        world.pins.stick(line, stuck, at);
    }

    /// The sense of a relay keeps what it tells.
    pub fn stick_relay(&self, relay: &RelayName, stuck: bool) {
        if let Some(line) = self.sense_of(relay).map(|input| input.line) {
            self.stick_input(line, stuck);
        }
    }

    /// The line that tells a relay's contact.
    pub fn sense_of(&self, relay: &RelayName) -> Option<Input> {
        self.wires().relays.iter().find(|wires| wires.name == *relay).map(|wires| wires.input)
    }

    /// The wire between power path and board is cut: the board is dead, though the rig's sense sees its supply.
    pub fn cut_board(&self, cut: bool) {
        self.world().cut(cut);
    }

    /// A resistor stands at the terminals in the board's place.
    pub fn replace_board(&self, load: Ohms) {
        let mut world = self.world();
        world.load = Some(load);
        world.cut(true);
    }

    /// The board's reset pin is shorted: it has its supply, and is silent.
    pub fn hold_in_reset(&self, held: bool) {
        self.board().lock().set_reset_pin(held);
    }

    /// A square wave on an input line: so many edges, one every so often.
    pub fn generate_edges(&self, line: Line, every: Span, edges: u32) {
        self.world().generate(line, every, edges);
    }

    /// The level at the terminals by the power path.
    pub fn level(&self) -> Level {
        self.world().level()
    }

    /// What the bench supply gives before its switch, where the stage is one; `None` while its output is off.
    pub fn supplied(&self) -> Option<Volts> {
        self.world().feed.supply.as_ref().and_then(BenchSupply::given)
    }

    /// Whether the stage has ever fed the terminals, the path to them being closed.
    pub fn was_fed(&self) -> bool {
        self.world().feed.has_fed
    }

    /// What the power path has been put through that a real one would not forgive.
    pub fn abuses(&self) -> BTreeSet<Abuse> {
        self.world().feed.abuses().clone()
    }

    /// Bench time that was let go since the machine did not keep up: figures taken meanwhile mean nothing.
    pub fn let_go(&self) -> Span {
        self.world().clock.let_go()
    }

    /// The furthest that the world was behind the wall's clock since this was asked last: a board that is late by that much
    /// is no slow board. While it is flashed it always is.
    pub fn most_behind(&self) -> Span {
        std::mem::take(&mut self.world().most_behind)
    }

    /// What went wrong on the simulator's side.
    pub fn troubles(&self) -> Vec<String> {
        self.world().troubles.clone()
    }
}
