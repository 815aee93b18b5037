//! What auths' own verifier answers, in its words and its order. It is kept beside our
//! verdict and never part of it.

use std::collections::BTreeSet;

use super::{Bundle, DID, Walked};
use crate::crypto::key::SshKey;
use crate::digest::Digest;
use crate::proof::git::{Commit, Signature};
use crate::proof::keri::{Kel, KelError};
use crate::proof::sshsig::{self, SshSignature};
use crate::time::UnixTime;

/// What `auths verify-commit` says of a bundle: whose it is and how many devices it
/// has, or why it is refused.
pub fn bundle(bundle: &Bundle, walked: &Walked<'_>, now: UnixTime) -> Result<String, String> {
    let age = now.seconds().saturating_sub(bundle.made.seconds()).max(0);
    // A part of a second less is a second less.
    let age = if now.nanos() < bundle.made.nanos() { (age - 1).max(0) } else { age };
    if age as u64 > bundle.term {
        return Err(format!(
            "bundle is stale: Bundle is {age}s old (max {}s). Refresh with: auths id export-bundle",
            bundle.term
        ));
    }
    let unauthenticated =
        |error: &KelError| format!("bundle KEL failed signature authentication (RT-002): {error}");
    for (log, kel) in std::iter::once((&bundle.root, &walked.root))
        .chain(bundle.devices.iter().zip(bundle.devices.iter().map(|log| &walked.devices[log.did.as_str()])))
    {
        match log.begun() {
            Some(begun) if begun != log.prefix() => {
                return Err(format!(
                    "bundle does not self-certify: bundle identity_did {} does not self-certify to its inception SAID {DID}{begun}",
                    log.did
                ));
            }
            // One without events passes here, and fails where it is needed.
            None if log.attachments.is_empty() => continue,
            _ => {}
        }
        kel.as_ref().map_err(unauthenticated)?;
    }
    Ok(format!("{} {} devices", bundle.root.did, bundle.devices.len()))
}

/// What it says of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// In one word.
    pub code: &'static str,
    /// With what belongs to it.
    pub detail: String,
}

impl Verdict {
    fn of(code: &'static str, rest: impl AsRef<str>) -> Verdict {
        let detail = match rest.as_ref() {
            "" => code.to_owned(),
            rest => format!("{code} {rest}"),
        };
        Verdict { code, detail }
    }

    /// Whether it accepts the commit.
    pub fn is_valid(&self) -> bool {
        self.code == "valid"
    }
}

/// Whose device and whose identity a commit names.
pub fn named(commit: &Commit) -> Option<(&str, &str)> {
    Some((commit.trailer("Auths-Id")?, commit.trailer("Auths-Device")?))
}

/// The identity that counts: whom the log of the device names as its delegator, else whom
/// the commit names.
pub fn root(commit: &Commit, walked: &Walked<'_>) -> Option<String> {
    let (root, device) = named(commit)?;
    let first = walked.bundle.log(device).and_then(|log| log.events.first());
    let delegator = first.and_then(|event| event.delegator.as_ref()).map(|prefix| format!("{DID}{prefix}"));
    Some(delegator.unwrap_or_else(|| root.to_owned()))
}

/// What it says of a commit, given the whole object, under a bundle that it accepts.
/// `pins` are the identities that are trusted.
pub fn commit(
    bytes: &[u8],
    commit: &Commit,
    walked: &Walked<'_>,
    pins: &BTreeSet<String>,
    now: UnixTime,
) -> Verdict {
    let Some((_, device_did)) = named(commit) else { return Verdict::of("no-trailers", "") };
    let Some(device) = walked.of(device_did) else { return Verdict::of("kel-unavailable device", "") };
    let root_did = root(commit, walked).unwrap_or_default();
    let Some(root) = walked.of(&root_did) else { return Verdict::of("kel-unavailable root", "") };
    let Ok(root) = root else { return Verdict::of("root-kel-invalid", "") };
    if !pins.contains(&root_did) {
        return Verdict::of("root-not-pinned", format!("RootNotPinned({root_did:?})"));
    }
    if root.abandoned {
        return Verdict::of("root-abandoned", "RootAbandoned");
    }
    let device = match device {
        Ok(device) => device,
        Err(error) if error.is_delegation() => return Verdict::of("delegation-seal-not-found", ""),
        Err(_) => return Verdict::of("device-kel-invalid", ""),
    };
    if device.prefix != root.prefix {
        if device.delegator.as_ref() != Some(&root.prefix) {
            return Verdict::of("not-delegated-by-claimed-root", "");
        }
        if let Some(verdict) = authorised(bytes, device_did, device, root, now) {
            return verdict;
        }
    }
    signature(bytes, commit, device, device_did, &root_did)
}

/// What the root says against its device.
fn authorised(bytes: &[u8], did: &str, device: &Kel, root: &Kel, now: UnixTime) -> Option<Verdict> {
    let text = String::from_utf8_lossy(bytes);
    let revoked = root.digests().find(|(_, said)| *said == device.prefix).map(|(sequence, _)| sequence);
    if let Some(revoked_at) = revoked {
        let claimed = first_line(&text, "Auths-Anchor-Seq").and_then(|text| text.parse::<u64>().ok());
        return Some(match claimed {
            Some(signed_at) if signed_at >= revoked_at => Verdict::of(
                "signed-after-revocation",
                format!(
                    "SignedAfterRevocation {{ signer_did: {did:?}, signed_at: {signed_at}, revoked_at: {revoked_at} }}"
                ),
            ),
            _ => Verdict::of("device-revoked", "DeviceRevoked"),
        });
    }
    let scope = format!("agentscope:{}:", device.prefix);
    let scope = root.digests().filter_map(|(_, said)| said.strip_prefix(&scope)).last()?;
    let (expires, allowed) = scope.split_once(':').unwrap_or((scope, ""));
    let Ok(expires) = expires.parse::<i64>() else {
        return Some(Verdict::of("agent-scope-malformed", ""));
    };
    if expires != 0 && now.seconds() >= expires {
        let signed_at = now.seconds();
        return Some(Verdict::of(
            "agent-expired",
            format!("AgentExpired {{ signer_did: {did:?}, expired_at: {expires}, signed_at: {signed_at} }}"),
        ));
    }
    let allowed: Vec<&str> = allowed.split(',').filter(|name| !name.is_empty()).collect();
    let claimed = first_line(&text, "Auths-Scope").unwrap_or_default();
    let mut claimed = claimed.split(',').map(str::trim).filter(|name| !name.is_empty());
    let outside = claimed.find(|name| !allowed.is_empty() && !allowed.contains(name))?;
    let rest = format!("OutsideAgentScope {{ signer_did: {did:?}, capability: {outside:?} }}");
    Some(Verdict::of("outside-agent-scope", rest))
}

/// The value of the first line of the whole object that begins with `key`, spaces and
/// a colon.
fn first_line<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix(key)?;
        rest.trim_start_matches(' ').strip_prefix(':').map(str::trim)
    })
}

fn signature(bytes: &[u8], commit: &Commit, device: &Kel, did: &str, root: &str) -> Verdict {
    const PGP: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
    if bytes.windows(PGP.len()).any(|window| window == PGP) {
        return Verdict::of("gpg-unsupported", "GpgUnsupported");
    }
    let text = match commit.signature() {
        None => return Verdict::of("unsigned", "Unsigned"),
        Some(Signature::Ssh(text)) => SshSignature::parse(text.as_bytes()).ok(),
        Some(_) => None,
    };
    let invalid = Verdict::of("ssh-signature-invalid", "SshSignatureInvalid");
    let Some(signature) = text else { return invalid };
    let message = Digest::of(signature.hash(), commit.payload());
    if signature.namespace_unverified() != sshsig::GIT || signature.verify(&message).is_err() {
        return invalid;
    }
    let SshKey::Plain(key) = signature.key_unverified() else { return invalid };
    if device.current().first().is_some_and(|current| current.key == *key) {
        let as_of = device.sequence;
        return Verdict::of(
            "valid",
            format!(
                "Valid {{ signer_did: {did:?}, root_did: {root:?}, duplicitous_root: false, as_of: {as_of}, freshness: Unknown }}"
            ),
        );
    }
    match device.keys.iter().flatten().any(|known| known.key == *key) {
        true => Verdict::of("signed-by-superseded-key", "SignedBySupersededKey"),
        false => Verdict::of("signer-key-mismatch", "SignerKeyMismatch"),
    }
}
