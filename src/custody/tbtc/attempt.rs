//! Attempt contexts: who takes part in an attempt at a signature, and the two
//! names that follow from it.
//!
//! `framed(x)` is the length of `x` as 32 bits, big-endian, and `x`. How it
//! would be attacked: two lists of participants that frame alike; an attempt of
//! another session or over another message under the same name.

use super::{Fault, Judged, Peer, hex64, identifiers, text_id};
use crate::custody::BreakKind;
use crate::digest::{Digest, encode_hex};
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

const FINGERPRINT: &[u8] = b"FROST-ROAST-INCLUDED-FPR-v1";
const ATTEMPT: &[u8] = b"FROST-ROAST-ATTEMPT-ID-v1";

fn framed(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The fingerprint of those who take part: the same in whatever order.
pub fn fingerprint(included: &[u16]) -> Digest {
    let mut sorted = included.to_vec();
    sorted.sort_unstable();
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    sorted.iter().for_each(|id| framed(&mut ids, &id.to_be_bytes()));
    framed(&mut all, FINGERPRINT);
    framed(&mut all, &ids);
    Digest::sha256(&all)
}

/// The id of an attempt, which is counted from 1.
pub fn id(session: &str, message_digest: &str, attempt: u32, coordinator: u16, fingerprint: &str) -> Digest {
    let mut all = Vec::new();
    framed(&mut all, ATTEMPT);
    framed(&mut all, session.as_bytes());
    framed(&mut all, message_digest.to_ascii_lowercase().as_bytes());
    framed(&mut all, &attempt.to_be_bytes());
    framed(&mut all, &coordinator.to_be_bytes());
    framed(&mut all, fingerprint.as_bytes());
    Digest::sha256(&all)
}

/// What an attempt context says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The number of the attempt, from 1.
    pub number: u32,
    /// Who coordinates it.
    pub coordinator: u16,
    /// Who takes part, ascending.
    pub included: Vec<u16>,
    /// The stated fingerprint.
    pub fingerprint: String,
    /// The stated id.
    pub attempt_id: String,
    /// The session, where it is told.
    pub session: Option<String>,
    /// SHA-256 of the message in hexadecimal, where it is told.
    pub message_digest: Option<String>,
    /// The message, where it is told.
    pub message: Option<Vec<u8>>,
    /// The key of the group, where it is told.
    pub key_group: Option<String>,
}

impl Context {
    pub(super) fn read(value: &Value) -> Result<Context, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let number = fields.u64("attempt_number")?;
        let expected = "a number from 1 to 128";
        let number = u32::try_from(number)
            .ok()
            .filter(|number| (1..=super::ATTEMPTS_MAX).contains(number))
            .ok_or_else(|| fields.invalid("attempt_number", expected, &number.to_string()))?;
        let coordinator = super::identifier(&mut fields, "coordinator_identifier")?;
        let mut included = identifiers(&mut fields, "included_participants")?;
        included.sort_unstable();
        if !included.windows(2).all(|pair| pair[0] < pair[1]) || included.is_empty() {
            let expected = "each participant once, and one at least";
            return Err(fields.invalid("included_participants", expected, "something else"));
        }
        let fingerprint = hex64(&mut fields, "included_participants_fingerprint")?;
        let attempt_id = hex64(&mut fields, "attempt_id")?;
        let session = fields.opt_str("session_id")?.map(str::to_owned);
        if session.as_deref().is_some_and(|session| !text_id(session)) {
            let found = session.as_deref().unwrap_or_default();
            return Err(fields.invalid("session_id", "an id of a session", found));
        }
        let message_digest = match fields.opt_str("message_digest_hex")? {
            Some(_) => Some(hex64(&mut fields, "message_digest_hex")?),
            None => None,
        };
        let message = fields.opt_str("message_hex")?;
        let message = match message {
            Some(text) => Some(
                crate::digest::decode_hex(text)
                    .ok_or_else(|| fields.invalid("message_hex", "lower-case hexadecimal", text))?,
            ),
            None => None,
        };
        let key_group = fields.opt_str("key_group")?.map(str::to_owned);
        fields.finish()?;
        Ok(Context {
            number,
            coordinator,
            included,
            fingerprint,
            attempt_id,
            session,
            message_digest,
            message,
            key_group,
        })
    }

    /// SHA-256 of the message, stated or computed.
    fn digest(&self) -> Option<String> {
        let computed = self.message.as_deref().map(|message| Digest::sha256(message).hex());
        self.message_digest.clone().or(computed)
    }

    /// Everything in it that can be computed.
    pub fn judge(&self) -> Judged {
        let mut judged = Judged::default();
        let fingerprint = fingerprint(&self.included).hex();
        judged.compare(BreakKind::Hash, "included_participants_fingerprint", &fingerprint, &self.fingerprint);
        match (&self.session, self.digest()) {
            (Some(session), Some(digest)) => {
                let id = id(session, &digest, self.number, self.coordinator, &fingerprint).hex();
                judged.compare(BreakKind::Hash, "attempt_id", &id, &self.attempt_id);
            }
            _ => judged.open(
                BreakKind::Hash,
                "attempt_id",
                "session_id and message_digest_hex, from which it follows",
                "not both of them",
            ),
        }
        if let (Some(message), Some(stated)) = (&self.message, &self.message_digest) {
            judged.compare(BreakKind::Hash, "message_digest_hex", &Digest::sha256(message).hex(), stated);
        }
        if !self.included.contains(&self.coordinator) {
            let expected = "one of those who take part";
            judged.broken(BreakKind::Actor, "coordinator_identifier", expected, self.coordinator.to_string());
        } else {
            self.selected(&mut judged);
        }
        let broken = judged.faults.iter().any(|fault| {
            fault.standing == crate::custody::Standing::Broken && fault.at != "coordinator_identifier"
        }) || !self.included.contains(&self.coordinator);
        judged.peer = Some(Peer {
            command: "validate_attempt_context",
            verdict: if broken { "broken" } else { "ok" },
            reasons: Vec::new(),
            untold: None,
        });
        judged
    }

    /// Whether the coordinator is the one that follows from the seed.
    fn selected(&self, judged: &mut Judged) {
        let at = "coordinator_identifier";
        let (Some(group), Some(session), Some(message)) = (&self.key_group, &self.session, &self.message)
        else {
            let expected = "key_group, session_id and message_hex, from which the choice follows";
            return judged.open(BreakKind::Actor, at, expected, "not all of them");
        };
        match super::coordinator::seed(group, session, message) {
            Some(seed) => {
                let chosen = super::coordinator::select(seed, u64::from(self.number - 1), &self.included);
                let chosen = chosen.map_or_else(String::new, |id| id.to_string());
                judged.compare(BreakKind::Actor, at, &chosen, &self.coordinator.to_string());
            }
            None => judged.broken(
                BreakKind::Actor,
                at,
                "a message of 32 bytes at most",
                format!("{} bytes", message.len()),
            ),
        }
    }

    /// How it goes together with a transition of a transcript out of it, or into it.
    pub(super) fn holds(&self, id: &str, coordinator: u16) -> Result<(), Fault> {
        if self.attempt_id != id {
            return Err(Fault::broken(BreakKind::Link, "attempt_id", &self.attempt_id, id));
        }
        if self.coordinator != coordinator {
            let (expected, found) = (self.coordinator.to_string(), coordinator.to_string());
            return Err(Fault::broken(BreakKind::Link, "coordinator_identifier", expected, found));
        }
        Ok(())
    }
}

/// The bytes of an attempt in the hash that the other implementation makes of it.
pub fn go_hash(attempt: &GoAttempt<'_>) -> String {
    let mut all = Vec::new();
    framed(&mut all, attempt.session.as_bytes());
    framed(&mut all, attempt.key_group.as_bytes());
    all.extend_from_slice(attempt.message);
    all.extend_from_slice(&attempt.number.to_be_bytes());
    for set in [attempt.included, attempt.excluded] {
        all.extend_from_slice(&(set.len() as u32).to_be_bytes());
        all.extend_from_slice(set);
    }
    all.extend_from_slice(attempt.seed);
    encode_hex(Digest::sha256(&all).bytes())
}

/// What goes into [`go_hash`].
#[derive(Clone, Copy, Debug)]
pub struct GoAttempt<'a> {
    /// The session.
    pub session: &'a str,
    /// The key of the group.
    pub key_group: &'a str,
    /// 32 bytes.
    pub message: &'a [u8; 32],
    /// The number of the attempt, from 0.
    pub number: u32,
    /// Who takes part.
    pub included: &'a [u8],
    /// Who does not any more.
    pub excluded: &'a [u8],
    /// 32 bytes.
    pub seed: &'a [u8; 32],
}
