//! `trust.json` and the files that it refers to.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{TrustError, TrustErrorKind};
use super::store::{Distrust, Distrusted, Draft, TrustStore, Unused};
use super::{SCHEMA, STORE_FILE, bare};
use crate::anchor::{
    Accompanied, Authority, CertificateOutline, Chain, Identity, KeyMaterial, LogName, Narrowing, Profile,
    Purpose, TrustedKey,
};
use crate::crypto::key::{KeyId, PublicKey, SshKey};
use crate::crypto::mac::SharedKey;
use crate::crypto::signature::Algorithm;
use crate::digest::{self, Digest, decode_hex};
use crate::limits;
use crate::path::{EvidencePath, escape, misleads};
use crate::time::{UnixTime, Window};
use crate::wire::canonical;
use crate::wire::json::{self, Value};
use crate::wire::pem;
use crate::wire::shape::{Fields, ShapeError};

type Files = BTreeMap<String, Vec<u8>>;

/// A kind of fault, before it is known in which file.
type Kind = TrustErrorKind;

/// Reads the store whose `trust.json` is among `files`.
pub(super) fn parse(files: &Files) -> Result<TrustStore, TrustError> {
    let bytes = files.get(STORE_FILE).map(Vec::as_slice).unwrap_or_default();
    let mut form = Form { files, used: BTreeSet::from([STORE_FILE]) };
    let mut draft = form.document(bytes).map_err(|kind| TrustError::new(STORE_FILE, kind))?;
    draft.unused = files
        .keys()
        .filter(|name| !form.used.contains(name.as_str()))
        .map(|name| Unused { name: escape(name.as_bytes()), why: "the store does not refer to it" })
        .collect();
    Ok(draft.seal())
}

/// The value of canonical JSON without `null`, the only spelling that is read.
pub(super) fn canonical_value(bytes: &[u8]) -> Result<Value, Kind> {
    if bytes.len() > limits::TRUST_BYTES_MAX {
        return Err(Kind::TooLong { found: bytes.len(), limit: limits::TRUST_BYTES_MAX });
    }
    let value = json::parse(bytes)?;
    // One line feed at the end is what editors and `echo` leave.
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let expected = canonical::to_bytes(&value).map_err(|_| Kind::NotCanonical { offset: 0 })?;
    if expected != text {
        let offset = expected.iter().zip(text).take_while(|(a, b)| a == b).count();
        return Err(Kind::NotCanonical { offset });
    }
    if has_null(&value) { Err(Kind::Null) } else { Ok(value) }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().any(has_null),
        Value::Object(object) => object.iter().any(|(_, value)| has_null(value)),
        _ => false,
    }
}

struct Form<'f> {
    files: &'f Files,
    used: BTreeSet<&'f str>,
}

impl<'f> Form<'f> {
    fn document(&mut self, bytes: &[u8]) -> Result<Draft, Kind> {
        let value = canonical_value(bytes)?;
        let mut fields = Fields::closed(&value, "")?;
        let schema = fields.str("schema")?;
        if schema != SCHEMA {
            return Err(fields.invalid("schema", SCHEMA, schema).into());
        }
        let mut draft = Draft {
            sequence: Some(fields.decimal("sequence")?),
            issued_at: Some(time(&fields.pointer("issuedAt"), fields.str("issuedAt")?)?),
            ..Draft::default()
        };
        if let Some(text) = fields.opt_str("supersedes")? {
            draft.supersedes = Some(sha256(&fields.pointer("supersedes"), text)?);
        }
        if let Some(text) = fields.opt_str("source")? {
            draft.origin = Some(word(&fields.pointer("source"), text)?);
        }
        for (pointer, value) in elements(&mut fields, "authorities", limits::TRUST_AUTHORITIES_MAX)? {
            draft.authorities.push(self.authority(value, pointer)?);
        }
        distinct(&draft.authorities)?;
        for (pointer, value) in opt_elements(&mut fields, "intermediates", limits::TRUST_KEYS_MAX)? {
            draft.intermediates.insert(self.certificate(value, pointer)?);
        }
        for (pointer, value) in opt_elements(&mut fields, "distrusted", limits::TRUST_KEYS_MAX)? {
            draft.distrusted.insert(distrust(value, pointer)?);
        }
        fields.finish()?;
        Ok(draft)
    }

    fn authority(&mut self, value: &Value, pointer: String) -> Result<Authority, Kind> {
        let mut fields = Fields::closed(value, pointer.as_str())?;
        let text = fields.str("identity")?;
        let identity = identity(&fields.pointer("identity"), text)?;
        let purposes = named_set(&mut fields, "purposes", Purpose::from_name)?
            .ok_or_else(|| missing(&fields, "purposes"))?;
        let mut authority = Authority::new(identity.clone(), purposes);
        if let Some(text) = fields.opt_str("name")? {
            authority.name = word(&fields.pointer("name"), text)?;
        }
        authority.window = window(&mut fields, &pointer)?;
        if let Some(text) = fields.opt_str("profile")? {
            let wrong = || fields.invalid("profile", "\"short-lived\" or \"long-lived\"", text);
            authority.profile = Profile::from_name(text).ok_or_else(wrong)?;
        }
        authority.accuracy_nanos = fields.opt_decimal("accuracyNanos")?;
        authority.development = fields.opt_bool("development")?.unwrap_or(false);
        authority.exact = fields.opt_bool("exact")?.unwrap_or(false);
        if let Some(words) = named_set(&mut fields, "accompanied", accompaniment)? {
            let (promise, entry) = (words.contains("promise"), words.contains("entry"));
            authority.accompanied = Accompanied { promise, entry };
        }
        if let Some(mut chain) = fields.opt_nested_closed("chain")? {
            let between = digests(&mut chain, "between")?.unwrap_or_default();
            authority.chain = Some(Chain { between, leaves: digests(&mut chain, "leaves")? });
            chain.finish()?;
        }
        if let Some(log) = fields.opt_nested_closed("log")? {
            authority.log = Some(log_name(log)?);
        }
        if let Some(narrowing) = fields.opt_nested_closed("narrowing")? {
            authority.narrowing = read_narrowing(narrowing)?;
        }
        for (pointer, value) in opt_elements(&mut fields, "keys", limits::TRUST_KEYS_MAX)? {
            authority.keys.push(self.key(value, pointer, &authority)?);
        }
        for (pointer, value) in opt_elements(&mut fields, "certificates", limits::TRUST_KEYS_MAX)? {
            authority.certificates.push(self.certificate(value, pointer)?);
        }
        fields.finish()?;
        consistent(&authority)?;
        Ok(authority)
    }

    fn key(&mut self, value: &Value, pointer: String, authority: &Authority) -> Result<TrustedKey, Kind> {
        let mut fields = Fields::closed(value, pointer.as_str())?;
        let mut key = match spelling(&mut fields)? {
            "shared" => TrustedKey::shared(self.shared(&mut fields)?),
            "pem" => public(PublicKey::from_pem(fields.str("pem")?)?),
            "ssh" => TrustedKey::ssh(SshKey::from_line(fields.str("ssh")?)?),
            "minisign" => public(PublicKey::from_minisign(fields.str("minisign")?)?),
            "jwk" => public(PublicKey::from_jwk(fields.value("jwk")?)?),
            "bip340" => public(PublicKey::from_xonly_hex(fields.str("bip340")?)?),
            _ => {
                let bytes = self.referred(&mut fields)?;
                bare::one_public_key(bytes)?
            }
        };
        if let Some(algorithms) = named_set(&mut fields, "algorithms", Algorithm::from_name)? {
            let fits = |algorithm: &&Algorithm| match &key.material {
                KeyMaterial::Public(public) => algorithm.fits(public.kind()),
                KeyMaterial::Security(key) => algorithm.fits(key.public().kind()),
                KeyMaterial::Shared(_) => **algorithm == Algorithm::HmacSha256,
            };
            if let Some(algorithm) = algorithms.iter().find(|algorithm| !fits(algorithm)) {
                return Err(Kind::Algorithm { key: key.id, algorithm: *algorithm });
            }
            key.algorithms = algorithms;
        }
        if key.algorithms.is_empty() {
            return Err(Kind::Weak(key.id));
        }
        if let Some(hints) = words(&mut fields, "hints")? {
            key.hints.extend(hints);
        }
        key.window = window(&mut fields, &pointer)?;
        if authority.window_of(&key).is_none() {
            return Err(Kind::WindowsApart { pointer });
        }
        fields.finish()?;
        Ok(key)
    }

    fn certificate(&mut self, value: &Value, pointer: String) -> Result<Vec<u8>, Kind> {
        let mut fields = Fields::closed(value, pointer)?;
        let der = match fields.opt_str("pem")? {
            Some(text) => one_certificate(text.as_bytes())?,
            None => {
                let bytes = self.referred(&mut fields)?;
                one_certificate(bytes)?
            }
        };
        fields.finish()?;
        CertificateOutline::read(&der)?;
        Ok(der)
    }

    /// A secret lies in a file of its own, so that the store can be shown and
    /// copied. Lower-case hexadecimal and nothing else: the text of a public
    /// key is none, and cannot become a secret that everybody knows.
    fn shared(&mut self, fields: &mut Fields<'_>) -> Result<SharedKey, Kind> {
        let mut reference = fields.nested_closed("shared")?;
        let bytes = self.referred(&mut reference)?;
        let pointer = reference.pointer("path");
        reference.finish()?;
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let secret = std::str::from_utf8(line).ok().and_then(decode_hex);
        let secret = secret.ok_or_else(|| ShapeError::Value {
            pointer,
            expected: "a file of lower-case hexadecimal on one line".to_owned(),
            found: "other content".to_owned(),
        })?;
        Ok(SharedKey::from_bytes(&secret)?)
    }

    /// The file that `path` and `sha256` mean: within the folder, and that one.
    fn referred(&mut self, fields: &mut Fields<'_>) -> Result<&'f [u8], Kind> {
        let path = fields.str("path")?;
        let pointer = fields.pointer("path");
        let hex = fields.str("sha256")?;
        let expected = Digest::from_hex(digest::Algorithm::Sha256, hex)
            .map_err(|_| fields.invalid("sha256", "SHA-256 in lower-case hexadecimal", hex))?;
        let named = EvidencePath::new(path.as_bytes())
            .map_err(|error| Kind::Reference { pointer: pointer.clone(), error })?;
        let path = named.as_str().to_owned();
        let Some((name, bytes)) = self.files.get_key_value(path.as_str()) else {
            return Err(Kind::Missing { pointer, path });
        };
        let found = Digest::sha256(bytes);
        if found != expected {
            return Err(Kind::Digest { pointer, path, expected, found });
        }
        self.used.insert(name);
        Ok(bytes)
    }
}

/// The one member that says how a key is spelt.
fn spelling(fields: &mut Fields<'_>) -> Result<&'static str, Kind> {
    let mut found = Vec::new();
    for name in ["path", "pem", "ssh", "minisign", "jwk", "bip340", "shared"] {
        if fields.opt_value(name)?.is_some() {
            found.push(name);
        }
    }
    match found[..] {
        [one] => Ok(one),
        _ => {
            let expected = "exactly one of path, pem, ssh, minisign, jwk, bip340 and shared";
            Err(ShapeError::Value {
                pointer: fields.pointer("path"),
                expected: expected.to_owned(),
                found: format!("{} of them", found.len()),
            }
            .into())
        }
    }
}

fn public(key: PublicKey) -> TrustedKey {
    TrustedKey::public(key)
}

/// The only certificate of a file, in PEM or DER.
fn one_certificate(bytes: &[u8]) -> Result<Vec<u8>, Kind> {
    match bare::blocks(bytes)? {
        None => Ok(bytes.to_vec()),
        Some(blocks) => match &blocks[..] {
            [pem::Block { label, der }] if label == "CERTIFICATE" => Ok(der.clone()),
            [block] => Err(Kind::Label { label: block.label.clone() }),
            blocks => Err(Kind::Blocks { found: blocks.len() }),
        },
    }
}

/// What no authority may be, whoever wrote it down.
pub(super) fn consistent(authority: &Authority) -> Result<(), Kind> {
    let identity = || authority.identity.clone();
    // The name of an identity of auths is the hash of what began it.
    let named = authority.identity.as_str().starts_with(super::identities::DID);
    if authority.keys.is_empty() && authority.certificates.is_empty() && !named {
        return Err(Kind::NoKey(identity()));
    }
    let mut ids = BTreeSet::new();
    for key in &authority.keys {
        if !ids.insert(key.id) {
            return Err(Kind::RepeatedKey(key.id));
        }
    }
    if authority.identity.is_bare_key() {
        let named = |id: &KeyId| Identity::of_bare_key(id) == authority.identity;
        let certified = authority.certificates.iter().filter_map(|der| CertificateOutline::read(der).ok());
        if !ids.iter().any(named) && !certified.map(|outline| outline.key_id()).any(|id| named(&id)) {
            return Err(Kind::ForeignKeyIdentity(identity()));
        }
    }
    if authority.log.is_some()
        && ![Purpose::Log, Purpose::CertificateTransparency].iter().any(|one| authority.may(*one))
    {
        return Err(Kind::NoLog(identity()));
    }
    let of_clock = authority.accuracy_nanos.is_some() || authority.exact;
    if of_clock && !authority.may(Purpose::Timestamp) {
        return Err(Kind::Accuracy(identity()));
    }
    if authority.keys.iter().any(TrustedKey::is_shared) {
        // Whoever can check such a proof can make it, so it convinces only its holders.
        let private = [Purpose::Attestation, Purpose::Promotion, Purpose::Custody];
        if let Some(purpose) = authority.purposes.iter().find(|purpose| !private.contains(purpose)) {
            return Err(Kind::SharedPurpose { identity: identity(), purpose: *purpose });
        }
    }
    Ok(())
}

/// No identity stands there twice, nor one that a reader would take for another.
fn distinct(authorities: &[Authority]) -> Result<(), Kind> {
    let mut seen: BTreeMap<String, &Identity> = BTreeMap::new();
    for authority in authorities {
        match seen.insert(authority.identity.folded(), &authority.identity) {
            None => {}
            Some(other) if *other == authority.identity => {
                return Err(Kind::RepeatedIdentity(authority.identity.clone()));
            }
            Some(other) => {
                return Err(Kind::AlikeIdentities(other.clone(), authority.identity.clone()));
            }
        }
    }
    Ok(())
}

fn distrust(value: &Value, pointer: String) -> Result<Distrust, Kind> {
    let mut fields = Fields::closed(value, pointer)?;
    let (key, name) = (fields.opt_str("key")?, fields.opt_str("identity")?);
    let whom = match (key, name) {
        (Some(text), None) => Distrusted::Key(KeyId::new(sha256(&fields.pointer("key"), text)?)),
        (None, Some(text)) => Distrusted::Identity(identity(&fields.pointer("identity"), text)?),
        _ => return Err(fields.invalid("key", "either key or identity", "both or neither").into()),
    };
    let reason = fields.str("reason")?;
    let reason = word(&fields.pointer("reason"), reason)?;
    fields.finish()?;
    Ok(Distrust { whom, reason })
}

fn accompaniment(name: &str) -> Option<&'static str> {
    ["entry", "promise"].into_iter().find(|known| *known == name)
}

/// A list of SHA-256 of certificates, where the member is there; it may be empty.
fn digests(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<BTreeSet<Digest>>, Kind> {
    if fields.opt_value(name)?.is_none() {
        return Ok(None);
    }
    let mut all = BTreeSet::new();
    for (pointer, element) in elements(fields, name, limits::TRUST_KEYS_MAX)? {
        let text = element.as_str().unwrap_or_default();
        if !all.insert(sha256(&pointer, text)?) {
            return Err(value(&pointer, "an element that is not there yet", text));
        }
    }
    Ok(Some(all))
}

fn log_name(mut fields: Fields<'_>) -> Result<LogName, Kind> {
    let origin = fields.str("origin")?;
    let origin = word(&fields.pointer("origin"), origin)?;
    let hash = fields.str("hash")?;
    if hash != digest::Algorithm::Sha256.name() {
        return Err(fields.invalid("hash", "sha256", hash).into());
    }
    let ids = set(&mut fields, "ids", |pointer, text| {
        let id = decode_hex(text).filter(|id| !id.is_empty() && id.len() <= limits::LOG_ID_BYTES_MAX);
        id.ok_or_else(|| value(pointer, "a log id in lower-case hexadecimal", text))
    })?;
    let ids = ids.ok_or_else(|| missing(&fields, "ids"))?;
    fields.finish()?;
    Ok(LogName { origin, ids, hash: digest::Algorithm::Sha256 })
}

fn read_narrowing(mut fields: Fields<'_>) -> Result<Narrowing, Kind> {
    let narrowing = Narrowing {
        payload_types: words(&mut fields, "payloadTypes")?,
        predicate_types: words(&mut fields, "predicateTypes")?,
        build_types: words(&mut fields, "buildTypes")?,
    };
    if narrowing.is_none() {
        return Err(missing(&fields, "payloadTypes").into());
    }
    fields.finish()?;
    Ok(narrowing)
}

fn window(fields: &mut Fields<'_>, pointer: &str) -> Result<Window, Kind> {
    let mut bound = |name: &str| -> Result<Option<UnixTime>, Kind> {
        let text = fields.opt_str(name)?;
        text.map(|text| time(&fields.pointer(name), text)).transpose()
    };
    let window = Window { not_before: bound("notBefore")?, not_after: bound("notAfter")? };
    match window {
        Window { not_before: Some(from), not_after: Some(to) } if from > to => {
            Err(Kind::WindowReversed { pointer: pointer.to_owned() })
        }
        window => Ok(window),
    }
}

/// An instant in the one spelling that it has when we write it.
pub(super) fn time(pointer: &str, text: &str) -> Result<UnixTime, Kind> {
    match UnixTime::parse_rfc3339(text) {
        Ok(time) if time.to_string() == text => Ok(time),
        _ => Err(value(pointer, "an RFC 3339 time in UTC with 'Z', in its shortest form", text)),
    }
}

fn identity(pointer: &str, text: &str) -> Result<Identity, Kind> {
    Identity::new(text).map_err(|error| value(pointer, &format!("an identity: {error}"), text))
}

fn sha256(pointer: &str, text: &str) -> Result<Digest, Kind> {
    match Digest::parse(text) {
        Ok(digest) if digest.algorithm() == digest::Algorithm::Sha256 => Ok(digest),
        _ => Err(value(pointer, "sha256:<lower-case hexadecimal>", text)),
    }
}

/// A text of the user's own: printable, bounded, not empty.
fn word(pointer: &str, text: &str) -> Result<String, Kind> {
    let limit = limits::TRUST_WORD_BYTES_MAX;
    if text.is_empty() || text.len() > limit || text.chars().any(misleads) {
        return Err(value(pointer, &format!("1 to {limit} bytes that a reader can see"), text));
    }
    Ok(text.to_owned())
}

fn value(pointer: &str, expected: &str, found: &str) -> Kind {
    let (pointer, expected, found) = (pointer.to_owned(), expected.to_owned(), found.to_owned());
    ShapeError::Value { pointer, expected, found }.into()
}

fn missing(fields: &Fields<'_>, name: &str) -> ShapeError {
    ShapeError::Missing { pointer: fields.pointer(name) }
}

fn elements<'v>(
    fields: &mut Fields<'v>,
    name: &'static str,
    limit: usize,
) -> Result<Vec<(String, &'v Value)>, Kind> {
    let elements: Vec<_> = fields.elements(name)?.collect();
    match elements.len() {
        found if found > limit => Err(Kind::TooMany { what: name, found, limit }),
        _ => Ok(elements),
    }
}

fn opt_elements<'v>(
    fields: &mut Fields<'v>,
    name: &'static str,
    limit: usize,
) -> Result<Vec<(String, &'v Value)>, Kind> {
    match fields.opt_value(name)? {
        None => Ok(Vec::new()),
        Some(_) => elements(fields, name, limit),
    }
}

/// A set of words of the user's own, where the member is there; never empty.
fn words(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<BTreeSet<String>>, Kind> {
    set(fields, name, word)
}

/// A set of a few known words, where the member is there; never empty.
fn named_set<T: Ord>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<BTreeSet<T>>, Kind> {
    set(fields, name, |pointer, text| read(text).ok_or_else(|| value(pointer, "a known name", text)))
}

fn set<T: Ord>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&str, &str) -> Result<T, Kind>,
) -> Result<Option<BTreeSet<T>>, Kind> {
    let elements = opt_elements(fields, name, limits::TRUST_KEYS_MAX)?;
    let mut set = BTreeSet::new();
    for (pointer, element) in &elements {
        let text = element.as_str().ok_or_else(|| ShapeError::Type {
            pointer: pointer.clone(),
            expected: "a string",
            found: element.type_name(),
        })?;
        if !set.insert(read(pointer, text)?) {
            return Err(value(pointer, "an element that is not there yet", text));
        }
    }
    match fields.opt_value(name)? {
        None => Ok(None),
        Some(_) if set.is_empty() => Err(fields.invalid(name, "at least one element", "none").into()),
        Some(_) => Ok(Some(set)),
    }
}
