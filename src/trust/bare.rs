//! Keys and certificates that lie about without a store.
//!
//! What a file is, is read off its first bytes, which are distinct for every
//! form; nothing is tried in turn. Names of files mean nothing, except that a
//! file whose name promises a key must hold one.

use std::collections::{BTreeMap, BTreeSet};

use super::allowed_signers::{self, is_allowed_signers};
use super::error::{TrustError, TrustErrorKind};
use super::identities::{self, is_identities};
use super::log_policy::{LogPolicy, is_log_policy};
use super::store::{Draft, TrustStore, Unused};
use super::{CertificateUse, Naming, STORE_FILE, actors, keyring, roots, rules, trusted_root};
use crate::anchor::{
    Authority, CertificateOutline, Identity, LogName, Purpose, SelfSigned, TrustedKey, Usage,
};
use crate::crypto::key::{KeyError, PublicKey, SshKey};
use crate::digest::Algorithm as Hash;
use crate::limits;
use crate::path::escape;
use crate::time::UnixTime;
use crate::wire::der::{self, DerError, Tag};
use crate::wire::json::{self, Value};
use crate::wire::pem::{self, Block};

type Kind = TrustErrorKind;

/// What the first bytes say that a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pem,
    Minisign,
    Ssh,
    Json,
    Der,
    LogPolicy,
    AllowedSigners,
    Identities,
    Other,
}

fn form_of(bytes: &[u8]) -> Form {
    let starts = |prefix: &str| bytes.starts_with(prefix.as_bytes());
    // RFC 7468 5.2: text may stand before the first block.
    const BEGIN: &[u8] = b"-----BEGIN ";
    let line_starts = || bytes.split(|b| *b == b'\n').any(|line| line.starts_with(BEGIN));
    match () {
        () if starts("untrusted comment: ") => Form::Minisign,
        () if starts("ssh-") || starts("ecdsa-sha2-") || starts("sk-") => Form::Ssh,
        () if is_identities(bytes) => Form::Identities,
        () if starts("{") || starts("[") => Form::Json,
        () if is_log_policy(bytes) => Form::LogPolicy,
        () if starts("0") && !bytes.is_ascii() => Form::Der,
        () if line_starts() => Form::Pem,
        () if is_allowed_signers(bytes) => Form::AllowedSigners,
        () => Form::Other,
    }
}

/// The blocks of a file in PEM; `None` if it is in DER.
pub(super) fn blocks(bytes: &[u8]) -> Result<Option<Vec<Block>>, Kind> {
    match form_of(bytes) {
        Form::Pem => Ok(Some(pem::blocks(text(bytes)?)?)),
        Form::Der => Ok(None),
        _ => Err(Kind::Unrecognised),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Kind> {
    std::str::from_utf8(bytes).map_err(|_| Kind::Unrecognised)
}

/// The only public key of a file that a store refers to.
pub(super) fn one_public_key(bytes: &[u8]) -> Result<TrustedKey, Kind> {
    bounded(bytes)?;
    Ok(TrustedKey::public(match form_of(bytes) {
        Form::Pem => PublicKey::from_pem(text(bytes)?)?,
        Form::Minisign => PublicKey::from_minisign(text(bytes)?)?,
        Form::Ssh => return Ok(TrustedKey::ssh(SshKey::from_line(text(bytes)?)?)),
        Form::Json => PublicKey::from_jwk(&json::parse(bytes)?)?,
        Form::Der => PublicKey::from_spki_der(bytes)?,
        Form::LogPolicy | Form::AllowedSigners | Form::Identities | Form::Other => {
            return Err(Kind::Unrecognised);
        }
    }))
}

fn bounded(bytes: &[u8]) -> Result<(), Kind> {
    match bytes.len() {
        found if found > limits::TRUST_BYTES_MAX => {
            Err(Kind::TooLong { found, limit: limits::TRUST_BYTES_MAX })
        }
        _ => Ok(()),
    }
}

/// One file that the user pointed at: it must hold something to trust.
pub(super) fn parse_file(
    name: &str,
    bytes: &[u8],
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<TrustStore, TrustError> {
    let wrong = |kind| TrustError::new(name, kind);
    bounded(bytes).map_err(wrong)?;
    if form_of(bytes) == Form::Json && is_store(&json::parse(bytes).map_err(|e| wrong(e.into()))?) {
        let files = BTreeMap::from([(STORE_FILE.to_owned(), bytes.to_vec())]);
        return super::parse_directory(&files, naming, at)
            .map_err(|error| if error.file == STORE_FILE { wrong(error.kind) } else { error });
    }
    let mut draft = Draft::default();
    add(&mut draft, name, bytes, naming, at).map_err(wrong)?;
    let empty = draft.authorities.is_empty() && draft.intermediates.is_empty() && draft.unused.is_empty();
    if empty && draft.rules.is_empty() {
        return Err(wrong(Kind::Empty));
    }
    Ok(draft.seal())
}

fn is_store(value: &Value) -> bool {
    value.get("schema").is_some()
}

/// Files that lie side by side. Those that are no key are named as unused; one
/// that promises a key by its name or its first bytes must hold one.
pub(super) fn parse_directory(
    files: &BTreeMap<String, Vec<u8>>,
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<TrustStore, TrustError> {
    const PROMISES: [&str; 8] = [".pem", ".pub", ".crt", ".cer", ".der", ".key", ".jwk", ".json"];
    if files.len() > limits::TRUST_FILES_MAX {
        let (found, limit) = (files.len(), limits::TRUST_FILES_MAX);
        return Err(TrustError::new("", Kind::TooMany { what: "files", found, limit }));
    }
    let mut draft = Draft::default();
    for (name, bytes) in files {
        let promises = PROMISES.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
        if form_of(bytes) == Form::Other && !promises {
            let why = "neither a key nor a certificate";
            draft.unused.insert(Unused { name: escape(name.as_bytes()), why });
            continue;
        }
        add(&mut draft, name, bytes, naming, at).map_err(|kind| TrustError::new(name, kind))?;
    }
    Ok(draft.seal())
}

/// Adds what one file holds.
fn add(
    draft: &mut Draft,
    name: &str,
    bytes: &[u8],
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<(), Kind> {
    bounded(bytes)?;
    match form_of(bytes) {
        Form::Minisign => add_key(draft, PublicKey::from_minisign(text(bytes)?)?, naming),
        Form::Ssh => {
            for line in text(bytes)?.lines().filter(|line| !line.is_empty()) {
                add_trusted(draft, TrustedKey::ssh(SshKey::from_line(line)?), naming)?;
            }
            Ok(())
        }
        Form::Json => {
            let value = json::parse(bytes)?;
            match () {
                () if value.get("kty").is_some() => add_key(draft, PublicKey::from_jwk(&value)?, naming),
                () if keyring::recognise(&value) => keyring::add(draft, &value, naming),
                () if actors::recognise(&value) => actors::add(draft, &value, naming),
                () if rules::form(&value).is_some() => rules::add(draft, bytes, &value, naming),
                () if roots::recognise(&value) => roots::add(draft, &value, naming, at),
                () if trusted_root::recognise(&value) => match naming {
                    Naming::Bare(_) => trusted_root::add(draft, &value),
                    // Its parts have purposes of their own.
                    Naming::Purpose(purpose) => Err(Kind::NamedStore { purpose }),
                },
                () => Err(Kind::Unrecognised),
            }
        }
        Form::Der if is_certificate(bytes) => add_certificates(draft, &[bytes], naming),
        Form::Der => add_key(draft, PublicKey::from_spki_der(bytes)?, naming),
        Form::LogPolicy => match naming {
            Naming::Bare(_) => add_log_policy(draft, LogPolicy::parse(bytes)?),
            // Its logs and witnesses are for what their lines say.
            Naming::Purpose(purpose) => Err(Kind::NamedStore { purpose }),
        },
        Form::Identities => identities::add(draft, bytes, naming),
        Form::AllowedSigners => allowed_signers::add(draft, bytes, naming),
        Form::Pem => add_blocks(draft, &pem::blocks(text(bytes)?)?, naming),
        // What a name promised and the content is not.
        Form::Other if name.ends_with(".json") => {
            Err(Kind::Json(json::parse(bytes).err().ok_or(Kind::Unrecognised)?))
        }
        Form::Other => Err(Kind::Unrecognised),
    }
}

/// Both begin with a sequence in a sequence. That of a key begins with an OID,
/// that of a certificate with a version or a serial number.
fn is_certificate(bytes: &[u8]) -> bool {
    let first = der::read_all(bytes, |reader| {
        reader.sequence(|reader| {
            let inner = reader.element(Tag::SEQUENCE)?.content.first().copied();
            while !reader.is_empty() {
                reader.any()?;
            }
            Ok::<_, DerError>(inner)
        })
    });
    first != Ok(Some(Tag::OID.octet()))
}

fn add_blocks(draft: &mut Draft, blocks: &[Block], naming: Naming) -> Result<(), Kind> {
    let mut certificates = Vec::new();
    for block in blocks {
        match block.label.as_str() {
            "CERTIFICATE" => certificates.push(block.der.as_slice()),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => {
                let key = PublicKey::from_pem(&pem::encode(&block.label, &block.der))?;
                add_key(draft, key, naming)?;
            }
            label if label.ends_with("PRIVATE KEY") => return Err(Kind::PrivateKey),
            label => return Err(Kind::Label { label: label.to_owned() }),
        }
    }
    add_certificates(draft, &certificates, naming)
}

/// A raw key: for attestation, or for the purpose that it was given with.
fn add_key(draft: &mut Draft, key: PublicKey, naming: Naming) -> Result<(), Kind> {
    add_trusted(draft, TrustedKey::public(key), naming)
}

/// The same with its algorithms.
fn add_trusted(draft: &mut Draft, key: TrustedKey, naming: Naming) -> Result<(), Kind> {
    let purpose = naming.of_keys();
    if key.algorithms.is_empty() {
        return Err(Kind::Weak(key.id));
    }
    draft.authorities.push(Authority::new(Identity::of_bare_key(&key.id), [purpose]).with_key(key));
    Ok(())
}

/// The logs and the witnesses of a policy, each under the name of its key, and
/// the policy itself.
fn add_log_policy(draft: &mut Draft, policy: LogPolicy) -> Result<(), Kind> {
    let logs = policy.logs().iter().map(|key| (key, Purpose::Log));
    let all = logs.chain(policy.witnesses().map(|key| (key, Purpose::Witness)));
    for (key, purpose) in all {
        let trusted = key.trusted().clone();
        let identity = Identity::new(key.name()).unwrap_or_else(|_| Identity::of_bare_key(&trusted.id));
        let mut authority = Authority::new(identity, [purpose]);
        let ids = [trusted.id.digest().bytes().to_vec()].into();
        authority.log = Some(LogName { origin: key.name().to_owned(), ids, hash: Hash::Sha256 });
        draft.authorities.push(authority.with_key(trusted));
    }
    draft.log_policies.push(policy);
    Ok(())
}

/// The certificates of one file. Self-signed ones are anchors. The others help
/// to build paths, unless a single one was given with a purpose.
fn add_certificates(draft: &mut Draft, certificates: &[&[u8]], naming: Naming) -> Result<(), Kind> {
    for der in certificates {
        let outline = CertificateOutline::read(der)?;
        let alone = certificates.len() == 1;
        let purposes = match (naming, outline.self_signed()) {
            (Naming::Purpose(purpose), SelfSigned::Yes) => BTreeSet::from([purpose]),
            (Naming::Purpose(purpose), _) if alone => BTreeSet::from([purpose]),
            (_, SelfSigned::No) => {
                draft.intermediates.insert(der.to_vec());
                continue;
            }
            (_, SelfSigned::Unknown) => return Err(Kind::SelfSignatureUnknown),
            (Naming::Bare(usage), SelfSigned::Yes) => bare_purposes(&outline, usage)?,
        };
        let mut authority = Authority::new(Identity::of_bare_key(&outline.key_id()), purposes);
        authority.certificates.push(der.to_vec());
        draft.authorities.push(authority);
    }
    Ok(())
}

/// What a self-signed certificate without a name counts for: what it says
/// itself, of what was asked for; never kit, log or custody.
fn bare_purposes(outline: &CertificateOutline<'_>, asked: CertificateUse) -> Result<BTreeSet<Purpose>, Kind> {
    if !outline.is_authority {
        return Err(Kind::NotAuthority);
    }
    let mut purposes = BTreeSet::new();
    if asked != CertificateUse::Timestamp && outline.leaves_room_for(Usage::Signing) {
        purposes.insert(Purpose::Attestation);
    }
    if asked != CertificateUse::Attestation && outline.leaves_room_for(Usage::TimeStamping) {
        purposes.insert(Purpose::Timestamp);
    }
    if purposes.is_empty() { Err(Kind::NoUsage) } else { Ok(purposes) }
}

/// A private key is told from other faults, whatever it is spelt in.
impl From<KeyError> for TrustErrorKind {
    fn from(error: KeyError) -> TrustErrorKind {
        match error {
            KeyError::Private => Kind::PrivateKey,
            error => Kind::Key(error),
        }
    }
}
