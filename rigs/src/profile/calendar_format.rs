//! How a board writes dates and times of day: fixed-width fields in any order, `{hour}:{minute}:{second}`, also with twelve
//! hours, `{hour12}:{minute} {half}`.

use super::pattern::{PatternError, split};
use brownout_trace::{Civil, TimeOfDay};
use std::fmt;
use std::str::FromStr;

/// A field of a date or a time; always written with leading zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    Year2,
    Month,
    Day,
    Hour,
    /// 12, 1 to 11, twice a day.
    Hour12,
    /// `AM` or `PM`; read in small letters too.
    Half,
    Minute,
    Second,
}

impl Field {
    const ALL: [(Self, &'static str, usize); 9] = [
        (Self::Year, "year", 4),
        (Self::Year2, "year2", 2),
        (Self::Month, "month", 2),
        (Self::Day, "day", 2),
        (Self::Hour, "hour", 2),
        (Self::Hour12, "hour12", 2),
        (Self::Half, "half", 2),
        (Self::Minute, "minute", 2),
        (Self::Second, "second", 2),
    ];

    fn width(self) -> usize {
        Self::ALL.iter().find(|(field, ..)| *field == self).map_or(2, |(.., width)| *width)
    }
}

/// In seconds from midnight.
const NOON: u32 = 43_200;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(Field),
}

/// The format of a date or of a time of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFormat {
    pieces: Vec<Piece>,
    text: String,
}

impl FromStr for CalendarFormat {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let pieces = split(text)?
            .into_iter()
            .map(|piece| match piece {
                Ok(literal) => Ok(Piece::Literal(literal)),
                Err(name) => Field::ALL
                    .iter()
                    .find(|(_, known, _)| *known == name)
                    .map(|(field, ..)| Piece::Field(*field))
                    .ok_or(PatternError::Unknown { name }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { pieces, text: text.to_owned() })
    }
}

impl CalendarFormat {
    /// Whether every value it writes can be read back: hours of twelve need their half of the day.
    pub fn is_sound(&self) -> bool {
        let has = |field| self.pieces.contains(&Piece::Field(field));
        has(Field::Hour12) == has(Field::Half)
    }

    /// A date as the board writes it.
    pub fn write_date(&self, civil: Civil) -> String {
        self.write(civil)
    }

    /// A time of day as the board writes it.
    pub fn write_time(&self, time: TimeOfDay) -> String {
        self.write(Civil::from_secs(i64::from(time.0)))
    }

    fn write(&self, civil: Civil) -> String {
        let (year, month, day) = civil.date();
        let time = civil.time_of_day().0;
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Field(field) => {
                    let value = match field {
                        Field::Year => year,
                        Field::Year2 => year % 100,
                        Field::Month => i64::from(month),
                        Field::Day => i64::from(day),
                        Field::Hour => i64::from(time / 3600),
                        Field::Hour12 => i64::from((time / 3600 + 11) % 12 + 1),
                        Field::Half => return if time < NOON { "AM" } else { "PM" }.to_owned(),
                        Field::Minute => i64::from(time / 60 % 60),
                        Field::Second => i64::from(time % 60),
                    };
                    format!("{value:0width$}", width = field.width())
                }
            })
            .collect()
    }

    /// Midnight of the date the board wrote; `None` if it is no date in this format.
    pub fn read_date(&self, text: &str) -> Option<Civil> {
        let fields = self.read(text)?;
        let year = get(&fields, Field::Year).or_else(|| get(&fields, Field::Year2).map(|year| 2000 + year))?;
        Civil::from_date(i64::from(year), get(&fields, Field::Month)?, get(&fields, Field::Day)?)
    }

    /// The time of day the board wrote; a field that the format leaves out is 0.
    pub fn read_time(&self, text: &str) -> Option<TimeOfDay> {
        let fields = self.read(text)?;
        let part = |field, limit| {
            let value = get(&fields, field).unwrap_or(0);
            (value < limit).then_some(value)
        };
        let hour = match (get(&fields, Field::Hour12), get(&fields, Field::Half)) {
            (Some(hour), Some(half)) => (1..=12).contains(&hour).then_some(hour % 12 + 12 * half)?,
            (Some(_), None) => return None,
            (None, _) => part(Field::Hour, 24)?,
        };
        Some(TimeOfDay(hour * 3600 + part(Field::Minute, 60)? * 60 + part(Field::Second, 60)?))
    }

    fn read(&self, text: &str) -> Option<Vec<(Field, u32)>> {
        let mut rest = text;
        let mut fields = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Field(field) => {
                    let digits = rest.get(..field.width())?;
                    if *field == Field::Half {
                        let half = ["AM", "PM"].into_iter().position(|half| digits.eq_ignore_ascii_case(half))?;
                        fields.push((*field, half as u32));
                        rest = &rest[field.width()..];
                        continue;
                    }
                    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                        return None;
                    }
                    fields.push((*field, digits.parse().ok()?));
                    rest = &rest[field.width()..];
                }
            }
        }
        rest.is_empty().then_some(fields)
    }
}

fn get(fields: &[(Field, u32)], wanted: Field) -> Option<u32> {
    fields.iter().find(|(field, _)| *field == wanted).map(|(_, value)| *value)
}

impl fmt::Display for CalendarFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

brownout_trace::as_text!(CalendarFormat);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_fixed_fields() {
        let civil: Civil = "2024-02-29 07:05:09".parse().unwrap();
        let time: TimeOfDay = "07:05:09".parse().unwrap();
        for (format, text) in [
            ("{year}-{month}-{day}", "2024-02-29"),
            ("{day}.{month}.{year2}", "29.02.24"),
            ("{year2}{month}{day}", "240229"),
        ] {
            let format: CalendarFormat = format.parse().unwrap();
            assert_eq!(format.write_date(civil), text);
            assert_eq!(format.read_date(text), Some("2024-02-29 00:00:00".parse().unwrap()));
            assert_eq!(format.read_date("2024-02-30"), None);
        }
        let seconds: CalendarFormat = "{hour}{minute}{second}".parse().unwrap();
        assert_eq!(seconds.write_time(time), "070509");
        assert_eq!(seconds.read_time("070509"), Some(time));
        assert_eq!(seconds.read_time("246000"), None);
        let minutes: CalendarFormat = "{hour}:{minute}".parse().unwrap();
        assert_eq!(minutes.read_time("07:05"), Some(TimeOfDay(7 * 3600 + 300)));
    }

    #[test]
    fn twelve_hours_have_two_halves() {
        let format: CalendarFormat = "{hour12}.{minute} {half}".parse().unwrap();
        assert!(format.is_sound() && !"{hour12}:{minute}".parse::<CalendarFormat>().unwrap().is_sound());
        for (time, text) in
            [("00:05:00", "12.05 AM"), ("01:00:00", "01.00 AM"), ("12:00:00", "12.00 PM"), ("23:59:00", "11.59 PM")]
        {
            let time: TimeOfDay = time.parse().unwrap();
            assert_eq!((format.write_time(time), format.read_time(text)), (text.to_owned(), Some(time)));
        }
        assert_eq!(format.read_time("01.30 pm"), Some(TimeOfDay(13 * 3600 + 1800)));
        for wrong in ["13.00 PM", "00.00 AM", "01.00 XM", "01.00"] {
            assert_eq!(format.read_time(wrong), None, "{wrong}");
        }
    }
}
