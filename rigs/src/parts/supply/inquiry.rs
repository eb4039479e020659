//! What a bench supply tells of itself.

use super::dialect::Dialect;
use crate::bench::RigFault;
use std::io::{ErrorKind, Read, Write};

/// No supply says more.
const LONGEST: usize = 256;

/// Its name, and that it has nothing to complain of. `port` gives up reading by itself after a while: a Korad's answers
/// have no end but silence.
///
/// # Errors
/// It does not answer, or tells an error of an earlier command.
pub fn identify(port: &mut (impl Read + Write + ?Sized), dialect: Dialect) -> Result<String, RigFault> {
    let name = ask(port, &dialect.bytes(Dialect::IDENTIFY))?;
    if name.is_empty() {
        return Err(RigFault {
            what: format!("the bench supply does not answer `{}`", Dialect::IDENTIFY),
            hint: "look at its port, its speed, and whether it listens to that port at all".to_owned(),
        });
    }
    if let Some(query) = dialect.error_query() {
        let answer = ask(port, &query)?;
        if !Dialect::is_no_error(&answer) {
            return Err(RigFault {
                what: format!("the bench supply {name} tells an error: {answer}"),
                hint: "clear it by `*CLS`, and look whether it knows VOLT, CURR and OUTP".to_owned(),
            });
        }
    }
    Ok(name)
}

fn ask(port: &mut (impl Read + Write + ?Sized), question: &[u8]) -> Result<String, RigFault> {
    let gone = |error: std::io::Error| RigFault {
        what: format!("the bench supply's port is gone: {error}"),
        hint: "was the adapter unplugged? `dmesg` tells".to_owned(),
    };
    port.write_all(question).and_then(|()| port.flush()).map_err(gone)?;
    let (mut answer, mut byte) = (Vec::new(), [0]);
    while answer.len() < LONGEST {
        match port.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => answer.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::TimedOut => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(gone(error)),
        }
    }
    let text: String = String::from_utf8_lossy(&answer).chars().filter(|c| !c.is_control()).collect();
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Answers each question that it knows, then is silent.
    struct Supply {
        answers: Vec<(&'static [u8], &'static [u8])>,
        to_say: Vec<u8>,
    }

    impl Read for Supply {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.to_say.is_empty() {
                return Err(ErrorKind::TimedOut.into());
            }
            buffer[0] = self.to_say.remove(0);
            Ok(1)
        }
    }

    impl Write for Supply {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let answer = self.answers.iter().find(|(question, _)| *question == bytes);
            self.to_say.extend(answer.map_or(&b""[..], |(_, answer)| answer));
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn asked(dialect: Dialect, answers: &[(&'static [u8], &'static [u8])]) -> Result<String, String> {
        let mut supply = Supply { answers: answers.to_vec(), to_say: Vec::new() };
        identify(&mut supply, dialect).map_err(|fault| fault.what)
    }

    #[test]
    fn a_supply_says_who_it_is_and_what_it_complains_of() {
        let name = (&b"*IDN?\n"[..], &b"RIGOL TECHNOLOGIES,DP832,1,2\r\n"[..]);
        let sound = asked(Dialect::Scpi, &[name, (b"SYST:ERR?\n", b"0,\"No error\"\n")]);
        assert_eq!(sound.as_deref(), Ok("RIGOL TECHNOLOGIES,DP832,1,2"));
        let upset = asked(Dialect::Scpi, &[name, (b"SYST:ERR?\n", b"-113,\"Undefined header\"\n")]);
        assert!(upset.unwrap_err().ends_with("tells an error: -113,\"Undefined header\""));
        // Neither asks with an end of line nor answers with one.
        assert_eq!(asked(Dialect::Korad, &[(b"*IDN?", b"KORADKA3005PV2.0")]).as_deref(), Ok("KORADKA3005PV2.0"));
        assert_eq!(asked(Dialect::Korad, &[]).unwrap_err(), "the bench supply does not answer `*IDN?`");
    }
}
