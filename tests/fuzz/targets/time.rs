//! A time is read as a count that steps through the calendar day by day gives,
//! and written in one way; windows are what trying every instant says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::time::{Interval, Position, UnixTime, Window};

/// Days from 0001-01-01, by adding up months.
fn days(year: u32, month: u32, day: u32) -> i64 {
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = |year| [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    years + lengths(year).iter().take(month as usize - 1).sum::<i64>() + i64::from(day) - 1
}

/// Seconds since the epoch of a text that is known to be a time.
fn seconds(text: &str) -> i64 {
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().expect("digits");
    // The year 0 is that before 1: one of 366 days.
    let date = match number(0, 4) {
        0 => days(400, number(5, 7), number(8, 10)) - days(400, 1, 1) - 366,
        year => days(year, number(5, 7), number(8, 10)),
    };
    let clock = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19).min(59);
    let offset = match text.strip_suffix('Z') {
        Some(_) => 0,
        None => {
            let zone = &text[text.len() - 6..];
            let minutes =
                zone[1..3].parse::<i64>().expect("digits") * 60 + zone[4..].parse::<i64>().expect("digits");
            if zone.starts_with('-') { -60 * minutes } else { 60 * minutes }
        }
    };
    (date - days(1970, 1, 1)) * 86_400 + i64::from(clock) - offset
}

fn instants(from: Option<u8>, to: Option<u8>) -> impl Iterator<Item = i64> {
    // One step beyond each end stands for all that lie there.
    from.map_or(-1, i64::from)..=to.map_or(256, i64::from)
}

fn windows(window: (Option<u8>, Option<u8>), interval: (Option<u8>, Option<u8>)) {
    let at = |second: Option<u8>| second.map(|s| UnixTime::new(i64::from(s), 0).expect("in range"));
    let found = Window { not_before: at(window.0), not_after: at(window.1) }
        .position(&Interval { earliest: at(interval.0), latest: at(interval.1) });
    let valid: Vec<i64> = instants(window.0, window.1).collect();
    let mut possible = instants(interval.0, interval.1).peekable();
    if valid.is_empty() {
        assert_ne!(found, Position::Inside);
    } else if possible.peek().is_some() {
        let inside: Vec<bool> = possible.map(|instant| valid.contains(&instant)).collect();
        let expected = match (inside.contains(&true), inside.contains(&false)) {
            (true, false) => Position::Inside,
            (false, _) => Position::Outside,
            (true, true) => Position::Straddling,
        };
        assert_eq!(found, expected);
    }
}

type Ends = (Option<u8>, Option<u8>);

fuzz_target!(|input: (Ends, Ends, &str)| {
    let (window, interval, text) = input;
    windows(window, interval);
    let read = UnixTime::parse_rfc3339(text);
    let whole = Interval::parse_rfc3339(text);
    match (read, whole) {
        (Ok(time), Ok(interval)) => {
            assert_eq!(interval, Interval { earliest: Some(time), latest: Some(time) });
            assert_eq!(time.seconds(), seconds(text));
            let form = time.to_string();
            assert_eq!(UnixTime::parse_rfc3339(&form), Ok(time));
            assert!(text != form || (text.ends_with('Z') && !text.contains(".0Z")));
            assert!((UnixTime::MIN..=UnixTime::MAX).contains(&time));
        }
        (Err(_), Ok(interval)) => {
            // A leap second: from the last one of the day to the first of the next.
            assert_eq!(&text[17..19], "60");
            let (earliest, latest) =
                (interval.earliest.expect("has an end"), interval.latest.expect("as well"));
            assert_eq!(earliest.seconds(), seconds(text));
            assert_eq!((latest.seconds(), latest.nanos()), (earliest.seconds() + 1, 0));
            assert_eq!(latest.seconds().rem_euclid(86_400), 0);
        }
        (Err(_), Err(_)) => {}
        (Ok(time), Err(error)) => panic!("{time} is no interval: {error}"),
    }
});
