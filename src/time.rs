//! Instants, intervals and windows, as integers.
//!
//! There is no `now()` here. A verdict never reads a clock: whoever wants the
//! present moment in must pass it as an argument, and the report says so.

use std::fmt;

/// Seconds since 1970-01-01T00:00:00Z and nanoseconds within that second.
///
/// Leap seconds do not exist on this scale: `23:59:60` is read as an interval
/// that ends with the following second, see [`Interval::parse_rfc3339`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    seconds: i64,
    nanos: u32,
}

/// Why a time could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The text is not of the form that RFC 3339 gives.
    #[error("not an RFC 3339 time with a zone")]
    Grammar,
    /// A field is outside its range (month 13, 30 February, hour 24).
    #[error("a field of the time is out of range")]
    Range,
}

/// 0001-01-01T00:00:00Z
const SECONDS_MIN: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z
const SECONDS_MAX: i64 = 253_402_300_799;

impl UnixTime {
    /// 0001-01-01T00:00:00Z
    pub const MIN: UnixTime = UnixTime { seconds: SECONDS_MIN, nanos: 0 };

    /// The last instant of the year 9999.
    pub const MAX: UnixTime = UnixTime { seconds: SECONDS_MAX, nanos: 999_999_999 };

    /// Makes an instant; refuses what no calendar form of ours can spell.
    pub fn new(seconds: i64, nanos: u32) -> Result<UnixTime, TimeError> {
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) || nanos >= 1_000_000_000 {
            return Err(TimeError::Range);
        }
        Ok(UnixTime { seconds, nanos })
    }

    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// Reads an RFC 3339 time, any offset, up to nine digits of fraction.
    /// A leap second is refused here; [`Interval::parse_rfc3339`] reads it.
    pub fn parse_rfc3339(text: &str) -> Result<UnixTime, TimeError> {
        let (time, leap) = parse(text)?;
        if leap { Err(TimeError::Range) } else { Ok(time) }
    }
}

/// Canonical spelling: UTC, `Z`, a fraction only where there is one.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.seconds.div_euclid(86_400);
        let in_day = self.seconds.rem_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            in_day / 3600,
            in_day / 60 % 60,
            in_day % 60
        )?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// What is known of when something happened: not before `earliest`, not after
/// `latest`, both inclusive; `None` is unbounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// Inclusive lower end.
    pub earliest: Option<UnixTime>,
    /// Inclusive upper end.
    pub latest: Option<UnixTime>,
}

impl Interval {
    /// Nothing is known.
    pub const UNKNOWN: Interval = Interval { earliest: None, latest: None };

    /// Known to have existed at `latest`, which bounds it from above only.
    pub fn until(latest: UnixTime) -> Interval {
        Interval { earliest: None, latest: Some(latest) }
    }

    /// Reads an RFC 3339 time; a leap second becomes the interval up to the
    /// next second.
    pub fn parse_rfc3339(text: &str) -> Result<Interval, TimeError> {
        let (time, leap) = parse(text)?;
        let latest = if leap { UnixTime::new(time.seconds + 1, 0)? } else { time };
        Ok(Interval { earliest: Some(time), latest: Some(latest) })
    }
}

/// When a key or certificate may be relied on; both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant of validity.
    pub not_before: Option<UnixTime>,
    /// Last instant of validity.
    pub not_after: Option<UnixTime>,
}

/// How an interval lies to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Wholly inside.
    Inside,
    /// Across an edge, so nothing can be said.
    Straddling,
    /// Wholly outside.
    Outside,
}

impl Window {
    /// Valid for ever.
    pub const OPEN: Window = Window { not_before: None, not_after: None };

    /// Where `interval` lies.
    pub fn position(&self, interval: &Interval) -> Position {
        let starts_inside = match (self.not_before, interval.earliest) {
            (None, _) => true,
            (Some(bound), Some(earliest)) => earliest >= bound,
            (Some(_), None) => false,
        };
        let ends_inside = match (self.not_after, interval.latest) {
            (None, _) => true,
            (Some(bound), Some(latest)) => latest <= bound,
            (Some(_), None) => false,
        };
        let before = matches!((self.not_before, interval.latest), (Some(b), Some(l)) if l < b);
        let after = matches!((self.not_after, interval.earliest), (Some(b), Some(e)) if e > b);
        if before || after {
            Position::Outside
        } else if starts_inside && ends_inside {
            Position::Inside
        } else {
            Position::Straddling
        }
    }
}

/// The instant, and whether the seconds field said 60.
fn parse(text: &str) -> Result<(UnixTime, bool), TimeError> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() < 20 {
        return Err(TimeError::Grammar);
    }
    let number = |from: usize, to: usize| -> Result<i64, TimeError> {
        let digits = &bytes[from..to];
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(TimeError::Grammar);
        }
        Ok(digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
    };
    // RFC 3339 5.6 lets 'T' and 'Z' be lower case; we take the upper one only.
    if bytes[4] != b'-' || bytes[7] != b'-' || bytes[10] != b'T' || bytes[13] != b':' || bytes[16] != b':' {
        return Err(TimeError::Grammar);
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let mut rest = &bytes[19..];
    let mut nanos = 0u32;
    if rest[0] == b'.' {
        let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return Err(TimeError::Grammar);
        }
        for place in 0..9 {
            let digit = if place < digits { u32::from(rest[1 + place] - b'0') } else { 0 };
            nanos = nanos * 10 + digit;
        }
        rest = &rest[1 + digits..];
    }
    let offset = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]
            if [h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit()) =>
        {
            let hours = i64::from(h1 - b'0') * 10 + i64::from(h2 - b'0');
            let minutes = i64::from(m1 - b'0') * 10 + i64::from(m2 - b'0');
            if hours > 23 || minutes > 59 {
                return Err(TimeError::Range);
            }
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return Err(TimeError::Grammar),
    };
    let leap = second == 60;
    if month == 0 || month > 12 || day == 0 || day > days_in_month(year, month) {
        return Err(TimeError::Range);
    }
    if hour > 23 || minute > 59 || second > 60 {
        return Err(TimeError::Range);
    }
    let clock = hour * 3600 + minute * 60 + if leap { 59 } else { second };
    let seconds = days_from_civil(year, month, day) * 86_400 + clock - offset;
    // A leap second is only ever inserted at the end of a UTC day.
    if leap && seconds.rem_euclid(86_400) != 86_399 {
        return Err(TimeError::Range);
    }
    Ok((UnixTime::new(seconds, nanos)?, leap))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since the epoch of a date of the proleptic Gregorian calendar, counted
/// in eras of 400 years that begin on 1 March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(i64, u32), TimeError>) {
        let found = UnixTime::parse_rfc3339(text).map(|t| (t.seconds, t.nanos));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn rfc3339() {
        check("1970-01-01T00:00:00Z", Ok((0, 0)));
        check("2000-02-29T23:59:59.5Z", Ok((951_868_799, 500_000_000)));
        check("1900-02-29T00:00:00Z", Err(TimeError::Range));
        check("1985-04-12T23:20:50.52Z", Ok((482_196_050, 520_000_000)));
        check("1996-12-19T16:39:57-08:00", Ok((851_042_397, 0)));
        check("9999-12-31T23:59:59.999999999Z", Ok((SECONDS_MAX, 999_999_999)));
        check("9999-12-31T23:59:59-00:01", Err(TimeError::Range));
        check("2016-12-31T23:59:60Z", Err(TimeError::Range));
        check("2016-12-31 23:59:59Z", Err(TimeError::Grammar));
        check("2016-12-31T23:59:59", Err(TimeError::Grammar));
        check("2016-12-31T23:59:59.Z", Err(TimeError::Grammar));
        check("2016-12-31T24:00:00Z", Err(TimeError::Range));
    }

    #[test]
    fn a_leap_second_is_an_interval() {
        let interval = Interval::parse_rfc3339("2016-12-31T23:59:60Z").unwrap();
        assert_eq!(interval.earliest.unwrap().to_string(), "2016-12-31T23:59:59Z");
        assert_eq!(interval.latest.unwrap().to_string(), "2017-01-01T00:00:00Z");
        assert!(Interval::parse_rfc3339("2016-12-31T12:00:60Z").is_err());
    }

    #[test]
    fn every_day_survives_the_round_trip() {
        let mut expected = (1, 1, 1);
        for days in (SECONDS_MIN / 86_400)..=(SECONDS_MAX / 86_400) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!((year, month, day), expected);
            assert_eq!(days_from_civil(year, month, day), days);
            expected = if day < days_in_month(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
    }

    #[test]
    fn positions() {
        let at = |s| Some(UnixTime::new(s, 0).unwrap());
        let window = Window { not_before: at(10), not_after: at(20) };
        let position = |e, l| window.position(&Interval { earliest: e, latest: l });
        assert_eq!(position(at(10), at(20)), Position::Inside);
        assert_eq!(position(at(9), at(20)), Position::Straddling);
        assert_eq!(position(None, at(15)), Position::Straddling);
        assert_eq!(position(None, at(9)), Position::Outside);
        assert_eq!(position(at(21), None), Position::Outside);
        assert_eq!(Window::OPEN.position(&Interval::UNKNOWN), Position::Inside);
    }
}
