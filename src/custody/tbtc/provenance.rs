//! The gate before a signer runs: an attestation of its version, signed, and
//! what it was compared with.

use std::cmp::Ordering;

use super::{Judged, Peer, holds, lenient, moment, xonly};
use crate::custody::BreakKind;
use crate::digest::{Digest, decode_hex};
use crate::wire::json::{self, Value};
use crate::wire::shape::{Fields, ShapeError};

/// How far ahead an attestation may expire: seven days.
const AHEAD_MAX: u64 = 604_800;
const COMMAND: &str = "provenance gate";

/// An attestation, and what the signer holds it against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    status: String,
    payload: String,
    signature: String,
    trust_root: String,
    runtime_version: String,
    version_min: String,
    /// When the gate was passed, in seconds since 1970, where that is recorded.
    pub at: Option<u64>,
}

impl Gate {
    pub(super) fn read(value: &Value) -> Result<Gate, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let mut text = |name: &str| fields.str(name).map(str::to_owned);
        let gate = Gate {
            status: text("status")?,
            payload: text("payload")?,
            signature: text("signature")?,
            trust_root: text("trust_root")?,
            runtime_version: text("runtime_version")?,
            version_min: text("minimum_approved_version")?,
            at: fields.opt_u64("evaluated_at_unix")?,
        };
        fields.finish()?;
        Ok(gate)
    }

    /// The first reason for which tBTC does not let the signer run at `now`.
    pub fn refused(&self, now: u64) -> Option<&'static str> {
        self.checked(now).err()
    }

    fn checked(&self, now: u64) -> Result<(), &'static str> {
        let demand = |holds: bool, code: &'static str| if holds { Ok(()) } else { Err(code) };
        let status = lenient(&self.status);
        demand(!status.is_empty(), "missing_attestation_status")?;
        demand(status == "approved", "unapproved_attestation_status")?;
        demand(!self.trust_root.trim().is_empty(), "missing_trust_root")?;
        demand(xonly(&lenient(&self.trust_root)).is_some(), "invalid_trust_root_format")?;
        demand(!self.payload.trim().is_empty(), "missing_attestation_payload")?;
        demand(!self.signature.trim().is_empty(), "missing_attestation_signature")?;
        let length = decode_hex(&lenient(&self.signature)).map(|bytes| bytes.len());
        demand(length == Some(64), "invalid_attestation_signature_format")?;
        let holds = holds(&self.trust_root, &self.payload, &self.signature);
        demand(holds, "attestation_signature_verification_failed")?;
        let payload =
            json::parse(self.payload.trim().as_bytes()).map_err(|_| "invalid_attestation_payload")?;
        let mut fields = Fields::open(&payload, "").map_err(|_| "invalid_attestation_payload")?;
        let mut text = |name: &str| fields.str(name).map_err(|_| "invalid_attestation_payload");
        let (attested, version) = (text("status")?, text("runtime_version")?);
        demand(lenient(attested) == status, "attestation_status_mismatch")?;
        demand(version.trim() == self.runtime_version.trim(), "runtime_version_not_attested")?;
        let expires = match payload.get("expires_at_unix") {
            None | Some(Value::Null) => return Err("missing_attestation_expiry"),
            Some(Value::Number(number)) => number.as_u64().ok_or("invalid_attestation_payload")?,
            Some(_) => return Err("invalid_attestation_payload"),
        };
        demand(now <= expires, "attestation_expired")?;
        demand(expires - now <= AHEAD_MAX, "attestation_expiry_too_far_in_future")?;
        demand(!self.version_min.trim().is_empty(), "missing_minimum_approved_version")?;
        let min = Version::read(&self.version_min).ok_or("invalid_minimum_approved_version")?;
        let version = Version::read(&self.runtime_version);
        demand(version.is_some_and(|version| version >= min), "runtime_version_below_minimum")
    }

    /// The gate at its own time, or at that of validation.
    pub fn judge(&self, now: Option<u64>) -> Judged {
        let mut judged = Judged::default();
        let digest = Digest::sha256(self.payload.trim().as_bytes());
        let (key, signature) = (lenient(&self.trust_root), lenient(&self.signature));
        judged.signature("signature", &key, digest, &signature);
        let Some(now) = self.at.or(now) else {
            judged.peer = Some(Peer::untold(COMMAND, "neither a recorded time nor a time of validation"));
            judged.open(
                BreakKind::Record,
                "evaluated_at_unix",
                "a recorded time, or one of validation",
                "none",
            );
            return judged;
        };
        judged.at = moment(now);
        let reasons: Vec<&'static str> = self.refused(now).into_iter().collect();
        match reasons.first() {
            None => judged.passed.push(BreakKind::Record),
            Some(code) => {
                judged.broken(BreakKind::Record, "payload", "an attestation that passes the gate", *code);
            }
        }
        let verdict = if reasons.is_empty() { "ok" } else { "broken" };
        judged.peer = Some(Peer { command: COMMAND, verdict, reasons, untold: None });
        judged
    }
}

/// A version of three numbers; one before its release is lower than it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version([u64; 3], Option<String>);

impl Version {
    fn read(text: &str) -> Option<Version> {
        let text = text.trim().split('+').next()?;
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before.to_owned())),
            None => (text, None),
        };
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|part| part.parse().ok()).collect();
        Some(Version(numbers?.try_into().ok()?, before))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        let released = |version: &Version| version.1.is_none();
        let by_numbers = self.0.cmp(&other.0);
        Some(by_numbers.then(released(self).cmp(&released(other))).then(self.1.cmp(&other.1)))
    }
}
