//! Receipts of signet: what it says to whoever asked, in a header of HTTP, about
//! the row that it wrote. `signet=v1; alg=ed25519; entry=...; key=...; sig=...`
//!
//! With Ed25519 a receipt is all of a log that somebody without the secret can
//! check. How it would be attacked: a receipt of another row; one whose algorithm
//! is left out, so that it means another one; a key of another name.

use crate::anchor::Identity;
use crate::crypto::key::KeyId;
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::custody::roster::Roster;
use crate::digest::{Digest, decode_hex};
use crate::limits;
use crate::wire::quoted;

use super::Stored;

/// As what an authority is asked for receipts, where it is narrowed.
pub const RECEIPT_TYPE: &str = "application/vnd.signet.receipt";

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt {
    /// With which algorithm.
    pub algorithm: Algorithm,
    /// Which row.
    pub entry: String,
    /// Under the key of which name.
    pub key: String,
    /// The signature or tag.
    pub signature: Vec<u8>,
}

/// Why a text is no receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// A part is not there.
    #[error("no {0}")]
    Missing(&'static str),
    /// A part stands there twice.
    #[error("{0} twice")]
    Repeated(&'static str),
    /// A part that the format does not allow.
    #[error("{part} is {found}, expected {expected}")]
    Part {
        /// Which one.
        part: &'static str,
        /// What would do.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// Not text.
    #[error("not UTF-8 of at most {} bytes", limits::CUSTODY_RECEIPT_BYTES_MAX)]
    Text,
    /// So many that none of them is read.
    #[error("{0} receipts, and at most {max} are read", max = limits::CUSTODY_RECEIPTS_MAX)]
    TooMany(usize),
}

/// A line of a file of receipts: its number, and what stands in it.
pub type Line = (u64, Result<Receipt, ReceiptError>);

/// What a receipt is to the row that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// It is over the row, under this key of this entry of the trust store.
    By(usize, usize),
    /// The same, by one who may not, for that reason.
    Refused(&'static str),
    /// Its tag is the HMAC that the row states, and nobody gave the secret.
    Agrees,
    /// Nobody in the trust store has a key of that name.
    Unknown,
    /// It is not over the row as it lies here.
    Wrong,
}

/// A receipt whose row was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The receipt.
    pub receipt: Receipt,
    /// The line of the row.
    pub line: u64,
    /// SHA-256 of what a receipt of the row is over.
    pub payload: Digest,
    /// What came of it.
    pub vouched: Vouched,
    /// By whom, and under which key, where it is by somebody.
    pub by: Option<(Identity, KeyId)>,
}

impl Receipt {
    /// Reads the value of the header, or the header.
    pub fn parse(text: &str) -> Result<Receipt, ReceiptError> {
        const HEADER: &str = "x-signet-receipt:";
        let start = text.get(..HEADER.len()).filter(|start| start.eq_ignore_ascii_case(HEADER));
        let text = start.map_or(text, |start| &text[start.len()..]);
        let mut parts: [(&'static str, Option<&str>); 5] =
            ["signet", "alg", "entry", "key", "sig"].map(|name| (name, None));
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else { continue };
            let Some((name, slot)) = parts.iter_mut().find(|(known, _)| *known == name.trim()) else {
                continue;
            };
            if slot.replace(value.trim()).is_some() {
                return Err(ReceiptError::Repeated(name));
            }
        }
        let [version, algorithm, entry, key, sig] = parts.map(|(_, value)| value);
        let wrong = |part, expected, found: &str| ReceiptError::Part { part, expected, found: quoted(found) };
        match version {
            Some("v1") => {}
            Some(other) => return Err(wrong("signet", "v1", other)),
            None => return Err(ReceiptError::Missing("signet")),
        }
        let (algorithm, size) = match algorithm {
            None | Some("hmac-sha256") => (Algorithm::HmacSha256, 32),
            Some("ed25519") => (Algorithm::Ed25519, 64),
            Some(other) => return Err(wrong("alg", "hmac-sha256 or ed25519", other)),
        };
        let demand = |value: Option<&str>, name| {
            value.filter(|value| !value.is_empty()).map(str::to_owned).ok_or(ReceiptError::Missing(name))
        };
        let (entry, key, sig) = (demand(entry, "entry")?, demand(key, "key")?, demand(sig, "sig")?);
        let signature = decode_hex(&sig).filter(|bytes| bytes.len() == size);
        let expected = "a signature of the algorithm in lower-case hexadecimal";
        let signature = signature.ok_or_else(|| wrong("sig", expected, &sig))?;
        Ok(Receipt { algorithm, entry, key, signature })
    }

    /// Reads a file of receipts, one on each line; empty lines say nothing.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Line>, ReceiptError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Text)?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let long = |line: &str| line.len() > limits::CUSTODY_RECEIPT_BYTES_MAX;
        let read = |line: &str| if long(line) { Err(ReceiptError::Text) } else { Receipt::parse(line) };
        let all: Vec<_> = lines.map(|(number, line)| (number, read(line))).collect();
        match all.len() {
            0 => Err(ReceiptError::Missing("receipt")),
            count if count > limits::CUSTODY_RECEIPTS_MAX => Err(ReceiptError::TooMany(count)),
            _ => Ok(all),
        }
    }

    /// What it is to a row, given what the HMAC of the row covers and states.
    pub(super) fn over(&self, payload: &[u8], stated: Stored, roster: &Roster) -> Vouched {
        match self.algorithm {
            Algorithm::HmacSha256 => self.tag(payload, stated, roster),
            _ => self.signed(payload, roster),
        }
    }

    fn tag(&self, payload: &[u8], stated: Stored, roster: &Roster) -> Vouched {
        let mut known = roster.shared(&self.key).take(limits::CUSTODY_KEYS_TRIED_MAX).peekable();
        if known.peek().is_none() {
            let agrees = stated.is_some_and(|stated| stated[..] == self.signature);
            return if agrees { Vouched::Agrees } else { Vouched::Unknown };
        }
        match known.find(|one| one.key.verify(payload, &self.signature).is_ok()) {
            None => Vouched::Wrong,
            Some(one) => match roster.refused_shared(&one, RECEIPT_TYPE) {
                None => Vouched::By(one.authority, one.index),
                Some(why) => Vouched::Refused(why),
            },
        }
    }

    fn signed(&self, payload: &[u8], roster: &Roster) -> Vouched {
        let known = roster.public(&self.key, Algorithm::Ed25519);
        let holds =
            |key| signature::verify(Algorithm::Ed25519, Encoding::Der, key, payload, &self.signature).is_ok();
        match known.iter().find(|(.., key)| holds(key)) {
            None if known.is_empty() => Vouched::Unknown,
            None => Vouched::Wrong,
            Some((authority, index, _)) => match roster.refused(*authority, RECEIPT_TYPE) {
                None => Vouched::By(*authority, *index),
                Some(why) => Vouched::Refused(why),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let sig = "00".repeat(32);
        let good = format!("signet=v1; alg=hmac-sha256; entry=e; key=k; sig={sig}");
        let read = Receipt::parse(&good).unwrap();
        assert_eq!(
            (read.algorithm, read.entry.as_str(), read.key.as_str()),
            (Algorithm::HmacSha256, "e", "k")
        );
        assert_eq!(Receipt::parse(&good.replace(" alg=hmac-sha256;", " more=x;")), Ok(read.clone()));
        assert_eq!(Receipt::parse(&format!("X-Signet-Receipt: {good}")), Ok(read));
        let check = |from: &str, to: &str, expected: &str| {
            assert_eq!(Receipt::parse(&good.replace(from, to)).unwrap_err().to_string(), expected);
        };
        check("signet=v1", "signet=v2", "signet is \"v2\", expected v1");
        check("entry=e;", "", "no entry");
        check("key=k", "key=k; key=l", "key twice");
        check("hmac-sha256", "none", "alg is \"none\", expected hmac-sha256 or ed25519");
        assert!(Receipt::parse(&good.replace("hmac-sha256", "ed25519")).is_err());
        assert_eq!(Receipt::parse_all(b"\n"), Err(ReceiptError::Missing("receipt")));
        assert_eq!(Receipt::parse_all(format!("{good}\n\nx\n").as_bytes()).unwrap().len(), 2);
    }
}
