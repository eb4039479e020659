//! Stores to the line registers: the program's page can only be read, so that each store faults and is carried out here.

// A signal handler works on the bare state of the thread that it interrupted.
#![allow(unsafe_code)]

use crate::decode::{self, Instruction, Value};
use crate::protocol::{Kind, Store};
use crate::registers::{PAGE, Registers};
use crate::simulator::{connect, errno, fail, identity, kernel_mmap, kernel_open, monotonic, registers_path, send};
use libc::{c_int, c_void, siginfo_t};
use std::mem::zeroed;
use std::ptr::{null_mut, with_exposed_provenance};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

/// The pages of the program; 0 is none.
static PAGES: [AtomicUsize; 8] = [const { AtomicUsize::new(0) }; 8];
/// The same page, where it can be written.
static OWN: AtomicUsize = AtomicUsize::new(0);
/// The connection that stores are told on.
static STORES: AtomicI32 = AtomicI32::new(-1);
/// What handled the signal before.
static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();

/// Whether a mapping that is asked for is one of the line registers.
pub fn is_registers(length: usize, protection: c_int, fd: c_int) -> bool {
    if fd < 0 || length > PAGE || protection & libc::PROT_WRITE == 0 {
        return false;
    }
    let before = errno();
    let page = registers_path().and_then(|path| {
        let page = kernel_open(libc::AT_FDCWD, path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC, 0);
        let same = (page >= 0).then(|| identity(page)).flatten();
        crate::simulator::close(page);
        same
    });
    let same = page.is_some() && identity(fd) == page;
    fail(before);
    same
}

/// Maps the line registers so that stores to them are carried out here; as `mmap`.
pub fn map(fd: c_int) -> *mut c_void {
    match install(fd) {
        Ok(page) => page,
        Err(errno) => {
            fail(errno);
            libc::MAP_FAILED
        }
    }
}

fn install(fd: c_int) -> Result<*mut c_void, c_int> {
    let page = |protection| {
        let page = kernel_mmap(null_mut(), PAGE, protection, libc::MAP_SHARED, fd, 0);
        if page == libc::MAP_FAILED { Err(errno()) } else { Ok(page) }
    };
    if OWN.load(Ordering::SeqCst) == 0 {
        OWN.store(page(libc::PROT_READ | libc::PROT_WRITE)?.expose_provenance(), Ordering::SeqCst);
    }
    if STORES.load(Ordering::SeqCst) < 0 {
        STORES.store(connect(&Kind::Stores.begin())?, Ordering::SeqCst);
    }
    listen()?;
    let shown = page(libc::PROT_READ)?;
    let address = shown.expose_provenance();
    let take = |place: &&AtomicUsize| {
        let held = place.load(Ordering::SeqCst);
        // The same address again: the earlier mapping is gone.
        (held == 0 || held == address)
            && place.compare_exchange(held, address, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    };
    match PAGES.iter().find(take) {
        Some(_) => Ok(shown),
        None => Err(libc::ENOMEM),
    }
}

fn listen() -> Result<(), c_int> {
    if BEFORE.get().is_some() {
        return Ok(());
    }
    // Safety: plain data; the handler has the form that SA_SIGINFO asks for.
    unsafe {
        let mut before: libc::sigaction = zeroed();
        if libc::sigaction(libc::SIGSEGV, null_mut(), &raw mut before) < 0 {
            return Err(errno());
        }
        if BEFORE.set(before).is_err() {
            return Ok(());
        }
        let mut action: libc::sigaction = zeroed();
        let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_fault;
        action.sa_sigaction = handler as usize;
        // The thread's own signal stack where it has one: a stack that overflowed comes by here too.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        if libc::sigaction(libc::SIGSEGV, &raw const action, null_mut()) < 0 {
            return Err(errno());
        }
    }
    Ok(())
}

extern "C" fn on_fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let before = errno();
    // Safety: the kernel gives both with SA_SIGINFO.
    if unsafe { carry_out(info, context) }.is_none() {
        // Safety: likewise.
        unsafe { pass_on(signal, info, context) };
    }
    fail(before);
}

/// Carries out the store that faulted; `None` if it is none of ours.
///
/// # Safety
///
/// Both as a handler gets them.
unsafe fn carry_out(info: *mut siginfo_t, context: *mut c_void) -> Option<()> {
    let at = monotonic();
    // Safety: the caller's word.
    let (address, context) = unsafe { ((*info).si_addr() as usize, &mut *context.cast::<libc::ucontext_t>()) };
    let page = |place: &AtomicUsize| {
        let page = place.load(Ordering::SeqCst);
        (page != 0 && (page..page + PAGE).contains(&address)).then_some(page)
    };
    let page = PAGES.iter().find_map(page)?;
    let (instruction, value) = machine::instruction(context)?;
    let offset = (address - page) as u32;
    registers()?.store(offset, value);
    send(STORES.load(Ordering::SeqCst), &Store { at, offset, value }.message());
    machine::step_over(context, instruction);
    Some(())
}

fn registers() -> Option<Registers<'static>> {
    let own = OWN.load(Ordering::SeqCst);
    // Safety: a page that is mapped for ever, of a file of that size; all who share it do so by atomic operations.
    (own != 0).then(|| Registers::new(unsafe { &*with_exposed_provenance::<[AtomicU32; PAGE / 4]>(own) }))
}

/// Does what would have been done without this library.
///
/// # Safety
///
/// All as a handler gets them.
unsafe fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(before) = BEFORE.get() else { return };
    // Safety: it was installed for this signal with these flags.
    unsafe {
        match before.sa_sigaction {
            // The instruction faults again, and the kernel does what it does by itself.
            libc::SIG_DFL | libc::SIG_IGN => {
                libc::sigaction(signal, before, null_mut());
            }
            handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod machine {
    use super::{Instruction, Value, decode};
    use std::ptr::with_exposed_provenance;

    /// General registers in the order of the instruction set.
    const ORDER: [libc::c_int; 16] = [
        libc::REG_RAX,
        libc::REG_RCX,
        libc::REG_RDX,
        libc::REG_RBX,
        libc::REG_RSP,
        libc::REG_RBP,
        libc::REG_RSI,
        libc::REG_RDI,
        libc::REG_R8,
        libc::REG_R9,
        libc::REG_R10,
        libc::REG_R11,
        libc::REG_R12,
        libc::REG_R13,
        libc::REG_R14,
        libc::REG_R15,
    ];

    /// The store that the thread stands at, with its value.
    pub fn instruction(context: &libc::ucontext_t) -> Option<(Instruction, u32)> {
        let registers = &context.uc_mcontext.gregs;
        let code = with_exposed_provenance::<u8>(registers[libc::REG_RIP as usize] as usize);
        // Safety: the processor has just read this instruction, and no byte beyond it is asked for.
        let instruction = decode::x86_64(|index| unsafe { code.add(index).read() })?;
        let value = match instruction.value {
            Value::Immediate(value) => value,
            Value::Register(number) => registers[ORDER[usize::from(number)] as usize] as u32,
        };
        Some((instruction, value))
    }

    /// Goes on behind it.
    pub fn step_over(context: &mut libc::ucontext_t, instruction: Instruction) {
        context.uc_mcontext.gregs[libc::REG_RIP as usize] += instruction.length as i64;
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use super::{Instruction, Value, decode};
    use std::ptr::with_exposed_provenance;

    /// The store that the thread stands at, with its value.
    pub fn instruction(context: &libc::ucontext_t) -> Option<(Instruction, u32)> {
        let code = with_exposed_provenance::<u32>(context.uc_mcontext.pc as usize);
        // Safety: the processor has just read this instruction.
        let instruction = decode::aarch64(unsafe { code.read() })?;
        let value = match instruction.value {
            Value::Immediate(value) => value,
            Value::Register(number) => context.uc_mcontext.regs[usize::from(number)] as u32,
        };
        Some((instruction, value))
    }

    /// Goes on behind it.
    pub fn step_over(context: &mut libc::ucontext_t, instruction: Instruction) {
        context.uc_mcontext.pc += instruction.length as u64;
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod machine {
    use super::Instruction;

    pub fn instruction(_context: &libc::ucontext_t) -> Option<(Instruction, u32)> {
        None
    }

    pub fn step_over(_context: &mut libc::ucontext_t, _instruction: Instruction) {}
}
