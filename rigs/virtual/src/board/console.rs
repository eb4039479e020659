//! From bytes on the console's wire to lines of a trace.

use std::fmt::Write;

/// A line longer than this is cut into several: a board that never ends its line must not eat memory.
const LONGEST: usize = 1024;

/// Gathers bytes until a line ends.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// Takes a byte; gives the line it ends. `\r` is dropped, bytes that are no UTF-8 are written `\xNN`.
    pub fn push(&mut self, byte: u8) -> Option<String> {
        match byte {
            b'\r' => return None,
            b'\n' => {}
            other => {
                self.partial.push(other);
                if self.partial.len() < LONGEST {
                    return None;
                }
            }
        }
        let bytes = std::mem::take(&mut self.partial);
        let mut line = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            line.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(line, "\\x{byte:02x}");
            }
        }
        Some(line)
    }

    /// The board lost its supply in the middle of a line: what came so far stands alone.
    pub fn cut(&mut self) -> Option<String> {
        if self.partial.is_empty() { None } else { self.push(b'\n') }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_and_noise_is_shown() {
        let mut lines = Lines::default();
        let mut feed = |bytes: &[u8]| bytes.iter().filter_map(|byte| lines.push(*byte)).collect::<Vec<_>>();
        assert_eq!(feed(b"OK\r\n\xff\xfeA\nrest"), ["OK", "\\xff\\xfeA"]);
        assert_eq!(feed(&[b'x'; 1020]).len(), 1, "a line without end is cut");
    }
}
