//! Time stamps over rows. Signet authenticates a row without its stamp, has that
//! HMAC stamped, puts the answer into the row and authenticates it again.
//!
//! How it would be attacked: by somebody with the key, who writes rows anew and
//! keeps the stamps (then they are over something else); by a stamp of another
//! row, or of another time (so times may not run backwards along the rows).
//! Whoever has no key cannot say what a stamp is over, only whose it is.

use std::collections::VecDeque;

use super::seen::{Entry, Vouch};
use super::{Form, Row};
use crate::custody::BreakKind::{Anchor, Time};
use crate::custody::breaks::{At, Breaks};
use crate::custody::roster::Roster;
use crate::digest::{Digest, encode_hex};
use crate::limits;
use crate::proof::timestamp::Token;
use crate::time::{Interval, UnixTime};
use crate::wire::base64;
use crate::wire::json::Value;

/// The stamps of a log that are kept, to be asked for their authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// By line.
    pub rows: Vec<RowStamp>,
    /// How many are not among them.
    pub left_out: u64,
}

/// A stamp over a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowStamp {
    /// The line of the row, from 1.
    pub line: u64,
    /// The answer of the authority, in DER.
    pub response: Vec<u8>,
}

/// A stamp as it stands in a row.
pub(in crate::custody) enum SeenStamp {
    /// It cannot be read.
    Unreadable(String),
    /// What it says, unverified, and what it should be over.
    Read { response: Vec<u8>, imprint: Option<Digest>, at: Interval, over: Option<[u8; 32]> },
}

/// Reads the stamp of a row, and computes what it should be over.
pub(super) fn see(row: &Row, anchor: &Value, vouch: Vouch, roster: &Roster) -> SeenStamp {
    let Some(text) = anchor.get("receipt").and_then(Value::as_str) else {
        return SeenStamp::Unreadable("no receipt".to_owned());
    };
    let Ok(response) = base64::decode_standard(text) else {
        return SeenStamp::Unreadable("a receipt that is no base64".to_owned());
    };
    let token = match Token::parse(&response) {
        Ok(token) => token,
        Err(error) => return SeenStamp::Unreadable(error.to_string()),
    };
    let key = match vouch {
        Vouch::By(authority, key) => roster.shared_at(authority, key),
        _ => None,
    };
    let over = key.and_then(|key| {
        let mut stamped = Vec::with_capacity(1024);
        row.write(&mut stamped, Form::Stamped).ok()?;
        Some(key.tag(&stamped))
    });
    let imprint = token.imprint_unverified().digest();
    let at = token.interval_unverified(Some(limits::ACCURACY_UNSTATED_NANOS));
    SeenStamp::Read { response, imprint, at, over }
}

/// The stamps of a log so far.
#[derive(Default)]
pub(super) struct Stamps {
    first: Vec<RowStamp>,
    last: VecDeque<RowStamp>,
    left_out: u64,
    latest: Option<UnixTime>,
}

impl Stamps {
    pub fn add(&mut self, breaks: &mut Breaks, at: At, entry: &Entry, stamp: &SeenStamp) {
        breaks.examined(Anchor);
        let (response, imprint, interval, over) = match stamp {
            SeenStamp::Read { response, imprint, at, over } => (response, imprint, at, over),
            SeenStamp::Unreadable(why) => {
                breaks.broken(Anchor, at, "the answer of a time-stamp authority", why.clone());
                return;
            }
        };
        let shown = imprint.map_or("no digest that we know".to_owned(), |imprint| imprint.hex());
        match over {
            Some(over) if imprint.is_some_and(|imprint| imprint == super::links::digest(*over)) => {}
            Some(over) => {
                breaks.broken(Anchor, at, format!("a stamp over {}", encode_hex(over)), shown);
            }
            None if entry.vouch == Vouch::Wrong => breaks.cascaded(Anchor),
            None if self.first.is_empty() => {
                let found = format!("one over {shown}, without the secret that would tell");
                breaks.not_established(Anchor, at, "a stamp over this row", found);
            }
            None => breaks.not_established_again(Anchor),
        }
        breaks.examined(Time);
        if let (Some(before), Some(latest)) = (self.latest, interval.latest)
            && latest < before
        {
            breaks.not_established(Time, at, format!("a stamp not before {before}"), latest.to_string());
        }
        self.latest = self.latest.max(interval.earliest);
        self.keep(RowStamp { line: at.line, response: response.clone() });
    }

    fn keep(&mut self, stamp: RowStamp) {
        let half = limits::CUSTODY_STAMPS_KEPT_MAX / 2;
        if self.first.len() < half {
            self.first.push(stamp);
            return;
        }
        if self.last.len() == half {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(stamp);
    }

    pub fn finish(mut self) -> Kept {
        self.first.extend(self.last);
        Kept { rows: self.first, left_out: self.left_out }
    }
}
