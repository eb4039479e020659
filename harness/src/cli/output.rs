//! Where the command's words go: data to stdout, talk to stderr, progress to a terminal only.

use super::exit::Exit;
use crate::show::Look;
use crate::show::paint::Tint;
use clap::ValueEnum;
use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Both streams, and how to write to them.
pub struct Output {
    data: Box<dyn Write + Send>,
    talk: Box<dyn Write + Send>,
    /// How data looks.
    pub data_look: Look,
    /// How talk looks.
    pub talk_look: Look,
    progress: Option<String>,
    trouble: Option<io::Error>,
}

impl Output {
    /// The process's own streams.
    pub fn standard(color: Color) -> Self {
        let (data, talk) = (io::stdout(), io::stderr());
        let look =
            |is_terminal: bool| Look { colour: colours(color, is_terminal), unicode: shows_unicode(), ..Look::PLAIN };
        Self {
            data_look: look(data.is_terminal()),
            talk_look: look(talk.is_terminal()),
            progress: (talk.is_terminal() && !is_dumb()).then(String::new),
            data: Box::new(data),
            talk: Box::new(talk),
            trouble: None,
        }
    }

    /// Any two streams, without colours and progress.
    pub fn plain(data: Box<dyn Write + Send>, talk: Box<dyn Write + Send>) -> Self {
        Self { data, talk, data_look: Look::PLAIN, talk_look: Look::PLAIN, progress: None, trouble: None }
    }

    /// Writes data; adds the line end.
    pub fn data(&mut self, text: &str) {
        self.clear();
        if self.trouble.is_none() {
            self.trouble = writeln!(self.data, "{text}").and_then(|()| self.data.flush()).err();
        }
    }

    /// Says something; adds the line end.
    pub fn talk(&mut self, text: &str) {
        self.clear();
        // Nobody can be told that nobody can be told.
        let _ = writeln!(self.talk, "{text}");
    }

    /// Says what is wrong.
    pub fn error(&mut self, text: &str) {
        let word = self.talk_look.paint(Tint::Bad, "error:");
        self.talk(&format!("{word} {text}"));
    }

    /// Writes data as it is, without a line end: what a person types is shown so.
    pub fn echo(&mut self, text: &str) {
        self.clear();
        if self.trouble.is_none() {
            self.trouble = write!(self.data, "{text}").and_then(|()| self.data.flush()).err();
        }
    }

    /// Shows what goes on, over what it showed before; on a terminal only.
    pub fn progress(&mut self, text: &str) {
        if self.progress.is_some() {
            let _ = write!(self.talk, "\r\x1b[K{text}").and_then(|()| self.talk.flush());
            self.progress = Some(text.to_owned());
        }
    }

    /// Whether [`Output::progress`] shows anything.
    pub fn shows_progress(&self) -> bool {
        self.progress.is_some()
    }

    fn clear(&mut self) {
        if self.progress.as_ref().is_some_and(|shown| !shown.is_empty()) {
            let _ = write!(self.talk, "\r\x1b[K").and_then(|()| self.talk.flush());
            self.progress = Some(String::new());
        }
    }

    /// At the end: whether all data was written. A reader who closed the pipe has read enough.
    pub fn finish(&mut self) -> Exit {
        self.clear();
        match self.trouble.take() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.error(&format!("cannot write to stdout: {error}"));
                Exit::RigTrouble
            }
            _ => Exit::Fine,
        }
    }
}

fn colours(color: Color, is_terminal: bool) -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !refused && !is_dumb(),
    }
}

/// Whether the locale's characters are more than ASCII: by the first of its variables that says anything.
fn shows_unicode() -> bool {
    let said =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|said| !said.is_empty()));
    let said = said.unwrap_or_default().to_lowercase();
    said.contains("utf-8") || said.contains("utf8")
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_nobody_s_fault_and_a_full_disk_is() {
        for (kind, exit) in [(ErrorKind::BrokenPipe, Exit::Fine), (ErrorKind::StorageFull, Exit::RigTrouble)] {
            let mut output = Output::plain(Box::new(Closed(kind)), Box::new(io::sink()));
            output.data("x");
            output.data("y");
            assert_eq!(output.finish(), exit);
        }
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        assert!(colours(Color::Always, false) && !colours(Color::Never, true) && !colours(Color::Auto, false));
    }
}
