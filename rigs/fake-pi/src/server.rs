//! The thread that answers the preloaded library, and turns the world.
//!
//! All that a child said is taken before the world moves: a store happens at the instant it carries, unless the world is
//! already past it.

use crate::clock::Monotonic;
use crate::protocol::{Kind, LONGEST, LineRequest, Port, Store, Transfer, Typed};
use crate::world::World;
use brownout_trace::{Instant, Span};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketFlags, accept_with, recv, send};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a connection is, once it has said so.
#[derive(Debug)]
enum Role {
    New,
    Chip,
    /// A bus, with the transfer that it is busy with, and its end.
    Bus(Option<(Transfer, Instant)>),
    Stores,
    /// Somebody who waits for edges, and up to when all have to be told.
    Watch(Option<Monotonic>),
    Port(Port),
}

#[derive(Debug)]
struct Connection {
    socket: OwnedFd,
    role: Role,
}

/// What came of listening to a connection.
enum Heard {
    /// Nothing more for now.
    Silence,
    /// It is gone.
    End,
    /// It became a listener to lines, and belongs to them.
    Listener(LineRequest),
}

/// The world, for as long as the guard lives.
pub fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers until it is over.
pub fn serve(listener: &OwnedFd, bus: u8, world: &Mutex<World>, over: &Arc<AtomicBool>) {
    let mut connections: Vec<Connection> = Vec::new();
    let mut patience = Span::ZERO;
    while !over.load(Ordering::Relaxed) {
        ready(listener, &connections, patience);
        let mut world = lock(world);
        let wall = Monotonic::now();
        // Looked at again: nobody said anything before `wall` that is not seen now.
        let (calls, speaks) = ready(listener, &connections, Span::ZERO);
        let (mut staying, mut listeners) = (Vec::with_capacity(connections.len()), Vec::new());
        for (mut connection, speaks) in connections.into_iter().zip(speaks) {
            match if speaks { connection.listen(bus, &mut world) } else { Heard::Silence } {
                Heard::Silence => staying.push(connection),
                Heard::End => {}
                Heard::Listener(request) => listeners.push((connection.socket, request)),
            }
        }
        connections = staying;
        for (socket, request) in listeners {
            // What happened before it asked is not its.
            world.catch_up(wall);
            world.pins.listen(socket, request);
        }
        while calls && let Ok(socket) = accept_with(listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
            connections.push(Connection { socket, role: Role::New });
        }
        world.turn(wall);
        patience = world.patience(Monotonic::now());
        for connection in &mut connections {
            patience = patience.min(connection.answer(&mut world));
        }
        world.pins.tell();
    }
}

/// Waits for so long until somebody speaks; whether somebody calls, and of each connection whether there is something to
/// hear.
fn ready(listener: &OwnedFd, connections: &[Connection], patience: Span) -> (bool, Vec<bool>) {
    let sockets = connections.iter().map(|connection| &connection.socket);
    let mut polled: Vec<PollFd<'_>> =
        std::iter::once(listener).chain(sockets).map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
    let patience = Timespec { tv_sec: 0, tv_nsec: patience.0.clamp(0, 999_999_999) };
    // Where it was interrupted everybody is listened to.
    let failed = poll(&mut polled, Some(&patience)).is_err();
    let mut ready = polled.iter().map(|polled| failed || !polled.revents().is_empty());
    (ready.next() == Some(true), ready.collect())
}

impl Connection {
    fn listen(&mut self, bus: u8, world: &mut World) -> Heard {
        let mut message = [0; LONGEST];
        loop {
            let length = match recv(&self.socket, &mut message[..], RecvFlags::DONTWAIT) {
                Ok((0, _)) => return Heard::End,
                Ok((length, _)) => length,
                Err(Errno::AGAIN) => return Heard::Silence,
                Err(Errno::INTR) => continue,
                Err(_) => return Heard::End,
            };
            let message = &message[..length];
            match &mut self.role {
                Role::New => match Kind::split(message) {
                    Some((Kind::Chip, _)) => {
                        self.role = Role::Chip;
                        self.answer_opening(world.lines_denied.then_some(Errno::ACCESS));
                    }
                    Some((Kind::Bus, number)) => {
                        let known = *number == u32::from(bus).to_ne_bytes();
                        self.role = Role::Bus(None);
                        let denied = world.bus_denied.then_some(Errno::ACCESS);
                        self.answer_opening(if known { denied } else { Some(Errno::NOENT) });
                    }
                    Some((Kind::Stores, _)) => self.role = Role::Stores,
                    Some((Kind::Watch, _)) => self.role = Role::Watch(None),
                    Some((Kind::Port, body)) => match Port::read(body) {
                        Some(port) => self.role = Role::Port(port),
                        None => return Heard::End,
                    },
                    Some((Kind::Lines, body)) => match LineRequest::read(body) {
                        Some(request) => return Heard::Listener(request),
                        None => return Heard::End,
                    },
                    None => return Heard::End,
                },
                Role::Chip => return Heard::End,
                Role::Bus(busy) => match Transfer::read(message) {
                    Some(transfer) => {
                        let end = world.end_of(&transfer);
                        *busy = Some((transfer, end));
                    }
                    None => return Heard::End,
                },
                Role::Watch(waits) => match message.try_into() {
                    Ok(at) => *waits = Some(Monotonic(u64::from_ne_bytes(at))),
                    Err(_) => return Heard::End,
                },
                Role::Port(port) => match Typed::read(message) {
                    Some(typed) => world.take_typed(*port, typed),
                    None => return Heard::End,
                },
                Role::Stores => match Store::read(message) {
                    Some(store) => world.take_store(store),
                    None => return Heard::End,
                },
            }
        }
    }

    /// Answers a transfer that is over, and who waits for edges; else how long it still takes.
    fn answer(&mut self, world: &mut World) -> Span {
        if let Role::Watch(waits) = &mut self.role {
            if let Some(at) = waits.take() {
                world.catch_up(at);
                world.tell();
                self.say(&0_i32.to_ne_bytes());
            }
            return Span::secs(1);
        }
        let Role::Bus(busy) = &mut self.role else { return Span::secs(1) };
        let Some((transfer, end)) = busy else { return Span::secs(1) };
        let left = *end - world.clock.instant(Monotonic::now());
        if left > Span::ZERO {
            return left;
        }
        let answer = world.transfer(transfer, *end);
        *busy = None;
        self.say(&answer);
        Span::secs(1)
    }

    fn answer_opening(&self, refused: Option<Errno>) {
        self.say(&refused.map_or(0, Errno::raw_os_error).to_ne_bytes());
    }

    fn say(&self, message: &[u8]) {
        // A child that is gone is noticed when it is listened to.
        let _ = send(&self.socket, message, SendFlags::NOSIGNAL);
    }
}
