//! Reading a record back: all at once, or event by event.

use super::error::{Damage, ReadError};
use super::header::{FORMAT, Header, Opening, Rest, VERSION};
use brownout_trace::{Event, Verdict, What};
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// No line of a record comes near this; what does is some other file.
const LONGEST_LINE: u64 = 16 << 20;

/// A last line that was not written to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Counted from 1, the header's.
    pub line: u64,
    /// How many bytes of it there are.
    pub bytes: usize,
}

/// A record in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its first line.
    pub header: Header,
    /// Every whole line after it, in order.
    pub events: Vec<Event>,
    /// The last line, if a kill or a full disk tore it.
    pub torn: Option<Torn>,
}

impl Record {
    /// Reads a whole record. One that was cut short is `Ok`: see [`Record::torn`] and [`Record::verdict`].
    ///
    /// # Errors
    /// See [`ReadError`]. [`ReadError::Damaged`] carries what stands before the damaged line.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        RecordReader::open(path)?.collect()
    }

    /// The verdict on the case; `None` if the record was cut short.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.events.last()?.what {
            What::Ended { verdict, .. } => Some(verdict),
            _ => None,
        }
    }
}

/// Reads a record event by event, in constant memory. After the first damaged line it gives nothing more.
#[derive(Debug)]
pub struct RecordReader<R> {
    input: R,
    path: PathBuf,
    header: Header,
    line: u64,
    buffer: Vec<u8>,
    torn: Option<Torn>,
    done: bool,
}

impl RecordReader<BufReader<File>> {
    /// Opens a record and reads its header.
    ///
    /// # Errors
    /// Every kind of [`ReadError`].
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
        Self::new(BufReader::new(file), path)
    }
}

impl<R: BufRead> RecordReader<R> {
    /// Reads the header from `input`; `path` is what errors name.
    ///
    /// # Errors
    /// Every kind of [`ReadError`].
    pub fn new(mut input: R, path: &Path) -> Result<Self, ReadError> {
        let path = path.to_owned();
        let mut buffer = Vec::new();
        let whole = match read_line(&mut input, &mut buffer) {
            Ok(whole) => whole,
            Err(LineError::Io(source)) => return Err(ReadError::Io { path, source }),
            Err(LineError::TooLong) => {
                let reason = too_long();
                return Err(ReadError::NotARecord { path, reason });
            }
        };
        let header = match header(&buffer) {
            Ok(header) => header,
            Err(HeaderError::Unparsed(_)) if !whole && looks_like_one(&buffer) => {
                return Err(ReadError::NoHeader { path });
            }
            Err(HeaderError::Unparsed(reason) | HeaderError::NotARecord(reason)) => {
                return Err(ReadError::NotARecord { path, reason });
            }
            Err(HeaderError::Newer(version)) => return Err(ReadError::Newer { path, version }),
            Err(HeaderError::Damaged(reason)) => {
                let (damage, before) = (Damage { line: 1, reason }, None);
                return Err(ReadError::Damaged { path, damage, before });
            }
        };
        Ok(Self { input, path, header, line: 1, buffer, torn: None, done: false })
    }

    /// The record's header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The torn last line, once the last event was given.
    pub fn torn(&self) -> Option<Torn> {
        self.torn
    }

    /// Reads the rest into memory.
    fn collect(mut self) -> Result<Record, ReadError> {
        let mut events = Vec::new();
        let mut damaged = None;
        for event in self.by_ref() {
            match event {
                Ok(event) => events.push(event),
                Err(damage) => damaged = Some(damage),
            }
        }
        let record = Record { header: self.header, events, torn: self.torn };
        match damaged {
            None => Ok(record),
            Some(damage) => Err(ReadError::Damaged { path: self.path, damage, before: Some(Box::new(record)) }),
        }
    }

    fn read_event(&mut self) -> Result<Option<Event>, String> {
        self.line += 1;
        let whole = read_line(&mut self.input, &mut self.buffer).map_err(|error| match error {
            LineError::Io(error) => format!("cannot be read: {error}"),
            LineError::TooLong => too_long(),
        })?;
        if self.buffer.is_empty() && !whole {
            return Ok(None);
        }
        match parse(&self.buffer) {
            Ok(event) => Ok(Some(event)),
            Err(_) if !whole => {
                let bytes = self.buffer.len();
                self.torn = Some(Torn { line: self.line, bytes });
                Ok(None)
            }
            Err(reason) => Err(reason),
        }
    }
}

impl<R: BufRead> Iterator for RecordReader<R> {
    type Item = Result<Event, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let read = self.read_event();
        self.done = !matches!(read, Ok(Some(_)));
        let line = self.line;
        read.map_err(|reason| Damage { line, reason }).transpose()
    }
}

pub(super) enum LineError {
    Io(std::io::Error),
    TooLong,
}

pub(super) fn too_long() -> String {
    format!("longer than {LONGEST_LINE} bytes")
}

/// Reads one line into `buffer`, without its `\n`; `false` if the file ended before one.
pub(super) fn read_line(input: &mut impl BufRead, buffer: &mut Vec<u8>) -> Result<bool, LineError> {
    buffer.clear();
    input.take(LONGEST_LINE).read_until(b'\n', buffer).map_err(LineError::Io)?;
    if buffer.pop_if(|last| *last == b'\n').is_some() {
        return Ok(true);
    }
    match buffer.len() as u64 {
        LONGEST_LINE => Err(LineError::TooLong),
        _ => Ok(false),
    }
}

enum HeaderError {
    /// No JSON, or none with what every version's first line has.
    Unparsed(String),
    NotARecord(String),
    Newer(u32),
    Damaged(String),
}

fn header(line: &[u8]) -> Result<Header, HeaderError> {
    let opening: Opening = parse(line).map_err(HeaderError::Unparsed)?;
    if opening.format != FORMAT {
        let reason = format!("its format is `{}`, not `{FORMAT}`", opening.format);
        return Err(HeaderError::NotARecord(reason));
    }
    match opening.version {
        0 => Err(HeaderError::NotARecord("there is no version 0".to_owned())),
        1..=VERSION => parse::<Rest>(line).map(|rest| rest.header).map_err(HeaderError::Damaged),
        newer => Err(HeaderError::Newer(newer)),
    }
}

/// Whether a torn first line is the beginning of ours.
fn looks_like_one(line: &[u8]) -> bool {
    let opening = format!("{{\"format\":\"{FORMAT}\",");
    line.iter().zip(opening.bytes()).all(|(is, ours)| *is == ours)
}

/// Parses one line; an error is a fragment that ends in the column, as the line is the caller's to name.
pub(super) fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| {
        let (text, column) = (error.to_string(), error.column());
        let reason = text.rfind(" at line ").map_or(&text[..], |end| &text[..end]);
        match column {
            // Nothing was read: the line is empty.
            0 => reason.to_owned(),
            _ => format!("{reason} (column {column})"),
        }
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
