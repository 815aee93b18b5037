//! Sigstore's `trusted_root.json`: one instance of its services, public or
//! private, as protobuf-specs describe it (`sigstore_trustroot.proto`).
//!
//! | part | purpose | what counts |
//! |---|---|---|
//! | `certificateAuthorities` | identity issuer | paths to the last certificate of the chain, through those before it |
//! | `tlogs` | log | the key, under the origin that its base URL gives |
//! | `ctlogs` | certificate transparency | the key |
//! | `timestampAuthorities` | time stamps | the listed signer alone, where one is listed |
//!
//! Each part is an authority of its own, within its own window, both ends
//! inclusive. Members have one spelling, and those that are not known are
//! errors: what a newer form says may take something back.
//!
//! How this would be attacked: leave out the start of a window, so that it is
//! open; swap the kinds of keys and the hints of algorithms; give one log the
//! id of another; put into a chain what its authority never issued, so that
//! paths end where they should not; a chain without certificates.

use std::collections::BTreeSet;

use super::error::TrustErrorKind;
use super::store::{Draft, Unused};
use crate::anchor::{
    Accompanied, Authority, CertificateOutline, Chain, Identity, LogName, Profile, Purpose, TrustedKey,
};
use crate::crypto::key::{KeyError, PublicKey};
use crate::crypto::signature::Algorithm;
use crate::digest::{self, Digest};
use crate::limits;
use crate::path::escape;
use crate::proof::x509::Certificate;
use crate::time::{UnixTime, Window};
use crate::wire::json::Value;
use crate::wire::shape::Fields;
use crate::wire::{base64, pem};

type Kind = TrustErrorKind;

/// The media types of the two spellings.
const MEDIA_TYPES: [&str; 2] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/// Whether a JSON file says that it is one of these.
pub(super) fn recognise(value: &Value) -> bool {
    let media_type = value.get("mediaType").and_then(Value::as_str);
    media_type.is_some_and(|found| found.starts_with("application/vnd.dev.sigstore.trustedroot"))
}

/// Adds every part.
pub(super) fn add(draft: &mut Draft, value: &Value) -> Result<(), Kind> {
    let mut fields = Fields::closed(value, "")?;
    let media_type = fields.str("mediaType")?;
    if !MEDIA_TYPES.contains(&media_type) {
        return Err(fields.invalid("mediaType", &MEDIA_TYPES.join(" or "), media_type).into());
    }
    let issuers = entries(&mut fields, "certificateAuthorities")?;
    let logs = entries(&mut fields, "tlogs")?;
    let ct_logs = entries(&mut fields, "ctlogs")?;
    let clocks = entries(&mut fields, "timestampAuthorities")?;
    fields.finish()?;

    let mut root = Root { draft, named: BTreeSet::new() };
    // Whoever runs such logs has every certificate and every use of one in them.
    let accompanied = Accompanied { promise: !ct_logs.is_empty(), entry: !logs.is_empty() };
    for (pointer, value) in issuers {
        let mut issuer = root.certified(value, pointer, Purpose::IdentityIssuer)?;
        issuer.profile = Profile::ShortLived;
        issuer.accompanied = accompanied;
        root.draft.authorities.push(issuer);
    }
    for (purpose, logs) in [(Purpose::Log, logs), (Purpose::CertificateTransparency, ct_logs)] {
        for (pointer, value) in logs {
            root.log(value, pointer, purpose)?;
        }
    }
    for (pointer, value) in clocks {
        let mut clock = root.certified(value, pointer, Purpose::Timestamp)?;
        // The client specification holds the instant against windows, and signers of
        // these services stamp in the second in which they got their certificate.
        clock.exact = true;
        root.draft.authorities.push(clock);
    }
    Ok(())
}

type Entries<'v> = Vec<(String, &'v Value)>;

fn entries<'v>(fields: &mut Fields<'v>, name: &'static str) -> Result<Entries<'v>, Kind> {
    if fields.opt_array(name)?.is_none() {
        return Ok(Vec::new());
    }
    let entries: Entries<'v> = fields.elements(name)?.collect();
    match entries.len() {
        found if found > limits::TRUST_KEYS_MAX => {
            Err(Kind::TooMany { what: name, found, limit: limits::TRUST_KEYS_MAX })
        }
        _ => Ok(entries),
    }
}

struct Root<'d> {
    draft: &'d mut Draft,
    /// Names that are taken. The parts of a small instance have one host.
    named: BTreeSet<Identity>,
}

impl Root<'_> {
    /// `TransparencyLogInstance`
    fn log(&mut self, value: &Value, pointer: String, purpose: Purpose) -> Result<(), Kind> {
        let mut fields = Fields::closed(value, pointer)?;
        let url = fields.opt_str("baseUrl")?.unwrap_or_default();
        let hash = fields.str("hashAlgorithm")?;
        let operator = fields.opt_str("operator")?.unwrap_or_default();
        let mut stated = BTreeSet::new();
        for name in ["logId", "checkpointKeyId"] {
            if let Some(mut id) = fields.opt_nested_closed(name)? {
                stated.insert(bytes(&mut id, "keyId")?);
                id.finish()?;
            }
        }
        let mut key_fields = fields.nested_closed("publicKey")?;
        let key = public_key(&mut key_fields)?;
        let window = window(&mut key_fields)?;
        key_fields.finish()?;
        let pointer = fields.pointer("logId");
        fields.finish()?;
        if let Some(id) = stated.iter().find(|id| id.is_empty() || id.len() > limits::LOG_ID_BYTES_MAX) {
            let expected = format!("1 to {} bytes", limits::LOG_ID_BYTES_MAX);
            return Err(shape(pointer, &expected, &format!("{} bytes", id.len())));
        }
        let (key, algorithm) = match key {
            Ok(key) if hash == "SHA2_256" => key,
            Ok(_) => return self.unused(url, "a log whose tree is hashed in a way that is not known here"),
            Err(why) => return self.unused(url, why),
        };
        let mut key = TrustedKey::public(key);
        key.algorithms = BTreeSet::from([algorithm]);
        let mut authority = self.authority(url, &key.id.to_string(), purpose, Identity::of_bare_key(&key.id));
        if !operator.is_empty() {
            authority.name = escape(operator.as_bytes());
        }
        // RFC 6962 3.2: the id of a log is the digest of its key.
        stated.insert(key.id.digest().bytes().to_vec());
        let origin = place(url).to_owned();
        authority.log = Some(LogName { origin, ids: stated, hash: digest::Algorithm::Sha256 });
        authority.window = window;
        authority.keys.push(key);
        self.draft.authorities.push(authority);
        Ok(())
    }

    /// `CertificateAuthority`: a chain that ends at what is trusted.
    fn certified(&mut self, value: &Value, pointer: String, purpose: Purpose) -> Result<Authority, Kind> {
        let mut fields = Fields::closed(value, pointer)?;
        let url = fields.opt_str("uri")?.unwrap_or_default();
        let mut name = String::new();
        if let Some(mut subject) = fields.opt_nested_closed("subject")? {
            let organization = subject.opt_str("organization")?.unwrap_or_default();
            let common = subject.opt_str("commonName")?.unwrap_or_default();
            name = [organization, common].join(" ").trim().to_owned();
            subject.finish()?;
        }
        fields.opt_str("operator")?;
        let window = window(&mut fields)?;
        let window_at = fields.pointer("validFor");
        let mut chain = fields.nested_closed("certChain")?;
        let certificates = elements_of_chain(&mut chain)?;
        chain.finish()?;
        fields.finish()?;

        let (anchor, below) = certificates.split_last().expect("a chain has a certificate");
        let outline = CertificateOutline::read(anchor)?;
        let identity = Identity::of_bare_key(&outline.key_id());
        let mut authority = self.authority(url, &name, purpose, identity);
        if !name.is_empty() {
            authority.name = escape(name.as_bytes());
        }
        let mut confined = Chain::default();
        for der in below {
            let digest = Digest::sha256(der);
            match CertificateOutline::read(der)?.is_authority {
                true => drop(confined.between.insert(digest)),
                false => drop(confined.leaves.get_or_insert_default().insert(digest)),
            }
            self.draft.intermediates.insert(der.clone());
        }
        // A signer that is listed alone issues nothing and ends every path.
        if !outline.is_authority {
            confined.leaves.get_or_insert_default().insert(Digest::sha256(anchor));
        }
        authority.chain = Some(confined);
        authority.certificates.push(anchor.clone());
        // Not longer than the certificate itself, which a path would not ask.
        let own = Certificate::parse(anchor).ok().map(|certificate| certificate.window());
        authority.window = match own.map(|own| meet(window, own)) {
            Some(Some(both)) => both,
            Some(None) => return Err(Kind::WindowsApart { pointer: window_at }),
            None => window,
        };
        Ok(authority)
    }

    /// An authority by the place where it is reached, else by its key. Those at
    /// one place are told apart by a number.
    fn authority(&mut self, url: &str, name: &str, purpose: Purpose, bare: Identity) -> Authority {
        let named = |text: &str| Identity::new(text).ok().filter(|identity| !identity.is_bare_key());
        let wanted = named(place(url)).or_else(|| named(name)).unwrap_or(bare);
        let numbered = |number: usize| match number {
            1 => Some(wanted.clone()),
            _ => Identity::new(&format!("{wanted} #{number}")).ok(),
        };
        let free = (1..).map_while(numbered).find(|identity| !self.named.contains(identity));
        let identity = free.unwrap_or(wanted);
        self.named.insert(identity.clone());
        Authority::new(identity, [purpose])
    }

    fn unused(&mut self, url: &str, why: &'static str) -> Result<(), Kind> {
        self.draft.unused.insert(Unused { name: escape(url.as_bytes()), why });
        Ok(())
    }
}

/// Host and path of a URL: what the checkpoints of a log begin with.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

/// `X509CertificateChain`, from the leaf upwards.
fn elements_of_chain(fields: &mut Fields<'_>) -> Result<Vec<Vec<u8>>, Kind> {
    let pointer = fields.pointer("certificates");
    let elements: Vec<_> = fields.elements("certificates")?.collect();
    let limit = limits::PATH_CERTIFICATES_MAX;
    match elements.len() {
        0 => return Err(shape(pointer, "at least one certificate", "none")),
        found if found > limit => return Err(Kind::TooMany { what: "certificates", found, limit }),
        _ => {}
    }
    let mut chain = Vec::new();
    for (pointer, element) in elements {
        let mut fields = Fields::closed(element, pointer)?;
        let der = bytes(&mut fields, "rawBytes")?;
        fields.finish()?;
        CertificateOutline::read(&der)?;
        chain.push(der);
    }
    Ok(chain)
}

/// `TimeRange`: closed at both ends, and its start is always there.
fn window(fields: &mut Fields<'_>) -> Result<Window, Kind> {
    let mut range = fields.nested_closed("validFor")?;
    let mut time = |name: &str| -> Result<Option<UnixTime>, Kind> {
        let Some(text) = range.opt_str(name)? else { return Ok(None) };
        let time = UnixTime::parse_rfc3339(text);
        time.map(Some).map_err(|_| range.invalid(name, "an RFC 3339 time", text).into())
    };
    let (from, to) = (time("start")?, time("end")?);
    let pointer = range.pointer("start");
    range.finish()?;
    match (from, to) {
        (None, _) => Err(crate::wire::shape::ShapeError::Missing { pointer }.into()),
        (Some(from), Some(to)) if from > to => Err(Kind::WindowReversed { pointer }),
        (from, to) => Ok(Window { not_before: from, not_after: to }),
    }
}

/// What two windows have in common; `None` where they do not meet.
fn meet(a: Window, b: Window) -> Option<Window> {
    let not_before = a.not_before.max(b.not_before);
    let not_after = match (a.not_after, b.not_after) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let apart = matches!((not_before, not_after), (Some(from), Some(to)) if from > to);
    (!apart).then_some(Window { not_before, not_after })
}

/// `PublicKey`, with the one algorithm that its details name; or why it is of
/// no use here.
fn public_key(fields: &mut Fields<'_>) -> Result<Result<(PublicKey, Algorithm), &'static str>, Kind> {
    let raw = bytes(fields, "rawBytes")?;
    let details = fields.str("keyDetails")?;
    let pkcs1 = matches!(details, "PKCS1_RSA_PKCS1V5" | "PKCS1_RSA_PSS");
    let algorithm = match details {
        "PKIX_ED25519" => Algorithm::Ed25519,
        "PKIX_ED25519_PH" => Algorithm::Ed25519ph,
        "PKIX_ECDSA_P256_SHA_256" => Algorithm::EcdsaP256Sha256,
        "PKIX_ECDSA_P384_SHA_384" => Algorithm::EcdsaP384Sha384,
        "PKIX_ECDSA_P384_SHA_256" => Algorithm::EcdsaP384Sha256,
        "PKIX_ECDSA_P521_SHA_512" => Algorithm::EcdsaP521Sha512,
        "PKIX_ECDSA_P521_SHA_256" => Algorithm::EcdsaP521Sha256,
        "PKCS1_RSA_PKCS1V5"
        | "PKIX_RSA_PKCS1V5"
        | "PKIX_RSA_PKCS1V15_2048_SHA256"
        | "PKIX_RSA_PKCS1V15_3072_SHA256"
        | "PKIX_RSA_PKCS1V15_4096_SHA256" => Algorithm::RsaPkcs1Sha256,
        "PKCS1_RSA_PSS"
        | "PKIX_RSA_PSS"
        | "PKIX_RSA_PSS_2048_SHA256"
        | "PKIX_RSA_PSS_3072_SHA256"
        | "PKIX_RSA_PSS_4096_SHA256" => Algorithm::RsaPssSha256,
        _ => return Ok(Err("a key of a kind that is not known here")),
    };
    let key = match pkcs1 {
        true => PublicKey::from_pem(&pem::encode("RSA PUBLIC KEY", &raw)),
        false => PublicKey::from_spki_der(&raw),
    };
    let key = match key {
        Ok(key) => key,
        Err(KeyError::Unsupported { .. }) => return Ok(Err("a key of a kind that is not known here")),
        Err(KeyError::ModulusBits { .. }) => return Ok(Err("a key that is too weak or too large")),
        Err(error) => return Err(error.into()),
    };
    if !algorithm.fits(key.kind()) {
        let found = format!("{} with a key of {}", details, key.kind());
        return Err(fields.invalid("keyDetails", "what its key can do", &found).into());
    }
    Ok(Ok((key, algorithm)))
}

fn bytes(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, Kind> {
    let text = fields.str(name)?;
    base64::decode_standard(text).map_err(|error| Kind::Base64 { pointer: fields.pointer(name), error })
}

fn shape(pointer: String, expected: &str, found: &str) -> Kind {
    let (expected, found) = (expected.to_owned(), found.to_owned());
    crate::wire::shape::ShapeError::Value { pointer, expected, found }.into()
}

#[cfg(test)]
mod tests;
