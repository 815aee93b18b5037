//! An authority and its keys, unsplit.

use std::collections::BTreeSet;

use super::{Accompanied, Chain, Identity, LogName, Profile, Purpose};
use crate::crypto::key::{KeyId, Kind, PublicKey, SecurityKey, SshKey};
use crate::crypto::mac::SharedKey;
use crate::crypto::signature::{self, Algorithm};
use crate::digest::Digest;
use crate::time::{Interval, Position, Window};

/// What a key of a trust store is made of.
#[allow(clippy::large_enum_variant, reason = "keys are few and shared keys are fewer")]
#[derive(Clone, Debug)]
pub enum KeyMaterial {
    /// The public half of a key pair.
    Public(PublicKey),
    /// A key in a device, which signs in SSH's own formats and in no other.
    Security(SecurityKey),
    /// A secret that both sides hold; proves less than a signature.
    Shared(SharedKey),
}

/// A key that an authority answers for.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    /// Names the key in reports and in lists of distrusted keys.
    pub id: KeyId,
    /// The key itself.
    pub material: KeyMaterial,
    /// With which algorithms it may sign; empty where the key is too weak for any.
    pub algorithms: BTreeSet<Algorithm>,
    /// Every spelling by which a format may point at it. Hints select keys to
    /// try; they never prove anything.
    pub hints: BTreeSet<String>,
    /// When this key counts, within the window of its authority.
    pub window: Window,
    /// Why it is distrusted, where it is. Beats everything else.
    pub distrusted: Option<String>,
}

/// To which kinds of content an authority is confined; `None` is any content.
///
/// A set that is there and empty allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Narrowing {
    /// DSSE payload types.
    pub payload_types: Option<BTreeSet<String>>,
    /// Predicate types of in-toto statements.
    pub predicate_types: Option<BTreeSet<String>>,
    /// Build types of provenance.
    pub build_types: Option<BTreeSet<String>>,
}

/// Somebody who is trusted for something, as a trust store or an argument says.
#[derive(Clone, Debug)]
pub struct Authority {
    /// What thresholds count; see [`super::Persons`] for who is the same.
    pub identity: Identity,
    /// For people to read; means nothing.
    pub name: String,
    /// Old and rotated keys are all here: together they are one identity.
    pub keys: Vec<TrustedKey>,
    /// DER certificates that paths may end at.
    pub certificates: Vec<Vec<u8>>,
    /// What it is trusted for; never empty.
    pub purposes: BTreeSet<Purpose>,
    /// To which content that is confined.
    pub narrowing: Narrowing,
    /// When it is trusted.
    pub window: Window,
    /// How proven times are held against the windows of its certificates.
    pub profile: Profile,
    /// How far off its clock may be when its tokens do not say; `None` is
    /// unknown, which is not zero.
    pub accuracy_nanos: Option<u64>,
    /// Whether its tokens are taken at their word for the instant, whatever they
    /// state of accuracy.
    pub exact: bool,
    /// How it is called where it is a log.
    pub log: Option<LogName>,
    /// To which certificates paths to it are confined; `None` is any.
    pub chain: Option<Chain>,
    /// What must come with the certificates that it issues to persons.
    pub accompanied: Accompanied,
    /// Its keys are for trying things out: at most inconclusive.
    pub development: bool,
    /// Why it is distrusted, where it is. Beats everything else.
    pub distrusted: Option<String>,
}

impl TrustedKey {
    /// A public key with the algorithms and hints that follow from it.
    pub fn public(key: PublicKey) -> TrustedKey {
        TrustedKey {
            id: key.id(),
            algorithms: signature::default_algorithms(&key).iter().copied().collect(),
            hints: key.hints(),
            material: KeyMaterial::Public(key),
            window: Window::OPEN,
            distrusted: None,
        }
    }

    /// A key as SSH has it. With RSA, SSH signs SHA-512 as readily as SHA-256.
    pub fn ssh(key: SshKey) -> TrustedKey {
        match key {
            SshKey::Plain(key) => {
                let mut key = TrustedKey::public(key);
                if key.algorithms.contains(&Algorithm::RsaPkcs1Sha256) {
                    key.algorithms.insert(Algorithm::RsaPkcs1Sha512);
                }
                key
            }
            SshKey::Security(key) => TrustedKey {
                id: key.id(),
                algorithms: signature::default_algorithms(key.public()).iter().copied().collect(),
                hints: BTreeSet::from([key.id().to_string(), SshKey::Security(key.clone()).fingerprint()]),
                material: KeyMaterial::Security(key),
                window: Window::OPEN,
                distrusted: None,
            },
        }
    }

    /// A shared key with its only algorithm.
    pub fn shared(key: SharedKey) -> TrustedKey {
        let id = key.id();
        TrustedKey {
            hints: BTreeSet::from([id.to_string(), id.digest().hex()]),
            id,
            material: KeyMaterial::Shared(key),
            algorithms: BTreeSet::from([Algorithm::HmacSha256]),
            window: Window::OPEN,
            distrusted: None,
        }
    }

    /// Whether the maker of a signature is whoever can check it.
    pub fn is_shared(&self) -> bool {
        matches!(self.material, KeyMaterial::Shared(_))
    }

    /// Whether each signature has to be held against the whole message anew, and
    /// not against a digest of it that all keys can share.
    pub fn goes_over_all(&self) -> bool {
        match &self.material {
            KeyMaterial::Public(key) => key.kind() == Kind::Ed25519,
            KeyMaterial::Security(_) => false,
            KeyMaterial::Shared(_) => true,
        }
    }

    /// Whether `hint` is one of the spellings of this key.
    pub fn is_hinted_by(&self, hint: &str) -> bool {
        self.hints.contains(hint)
    }
}

impl Narrowing {
    /// No confinement at all.
    pub const NONE: Narrowing = Narrowing { payload_types: None, predicate_types: None, build_types: None };

    /// Whether content of that DSSE payload type is covered. `None` is content
    /// without one, such as a signature over a file: confined means not covered.
    pub fn allows_payload_type(&self, payload_type: Option<&str>) -> bool {
        allows(&self.payload_types, payload_type)
    }

    /// Whether a statement of that predicate type is covered; `None` is content
    /// that is no statement.
    pub fn allows_predicate_type(&self, predicate_type: Option<&str>) -> bool {
        allows(&self.predicate_types, predicate_type)
    }

    /// Whether provenance of that build type is covered; `None` is content that
    /// names none.
    pub fn allows_build_type(&self, build_type: Option<&str>) -> bool {
        allows(&self.build_types, build_type)
    }

    /// Whether nothing is confined.
    pub fn is_none(&self) -> bool {
        *self == Narrowing::NONE
    }
}

fn allows(set: &Option<BTreeSet<String>>, value: Option<&str>) -> bool {
    match (set, value) {
        (None, _) => true,
        (Some(set), Some(value)) => set.contains(value),
        (Some(_), None) => false,
    }
}

impl Authority {
    /// An authority without keys yet, always valid, long-lived, not narrowed.
    pub fn new(identity: Identity, purposes: impl IntoIterator<Item = Purpose>) -> Authority {
        Authority {
            name: identity.to_string(),
            identity,
            keys: Vec::new(),
            certificates: Vec::new(),
            purposes: purposes.into_iter().collect(),
            narrowing: Narrowing::NONE,
            window: Window::OPEN,
            profile: Profile::LongLived,
            accuracy_nanos: None,
            exact: false,
            log: None,
            chain: None,
            accompanied: Accompanied::BY_NOTHING,
            development: false,
            distrusted: None,
        }
    }

    /// The same with one more key.
    pub fn with_key(mut self, key: TrustedKey) -> Authority {
        self.keys.push(key);
        self
    }

    /// Whether it is trusted for `purpose`.
    pub fn may(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }

    /// Whether a path of these certificates, by SHA-256 and the target first, is
    /// one of those to which it is confined.
    pub fn admits(&self, path: &[Digest]) -> bool {
        self.chain.as_ref().is_none_or(|chain| chain.admits(path))
    }

    /// The key of that id.
    pub fn key(&self, id: &KeyId) -> Option<&TrustedKey> {
        self.keys.iter().find(|key| key.id == *id)
    }

    /// How `interval` lies to the authority's own window.
    ///
    /// `interval` is that of a proof of time, or the instant of validation.
    pub fn window_position(&self, interval: &Interval) -> Position {
        self.window.position(interval)
    }

    /// What the windows of the authority and of this key leave open together;
    /// `None` where they do not meet.
    pub fn window_of(&self, key: &TrustedKey) -> Option<Window> {
        let (ours, theirs) = (self.window, key.window);
        // `None` sorts first: the least lower bound, but the greatest upper one.
        let not_before = ours.not_before.max(theirs.not_before);
        let not_after = match (ours.not_after, theirs.not_after) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        match (not_before, not_after) {
            (Some(from), Some(to)) if from > to => None,
            _ => Some(Window { not_before, not_after }),
        }
    }

    /// How `interval` lies to [`Authority::window_of`] this key. Two windows that
    /// do not meet leave nothing open.
    pub fn key_position(&self, key: &TrustedKey, interval: &Interval) -> Position {
        self.window_of(key).map_or(Position::Outside, |window| window.position(interval))
    }

    /// Why this key of this authority is distrusted, where it is.
    pub fn distrust_of<'a>(&'a self, key: &'a TrustedKey) -> Option<&'a str> {
        self.distrusted.as_deref().or(key.distrusted.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UnixTime;

    fn shared(byte: u8) -> TrustedKey {
        TrustedKey::shared(SharedKey::from_bytes(&[byte; 32]).expect("long enough"))
    }

    fn authority(purposes: &[Purpose]) -> Authority {
        Authority::new(Identity::new("a").unwrap(), purposes.iter().copied())
    }

    fn at(seconds: i64) -> UnixTime {
        UnixTime::new(seconds, 0).unwrap()
    }

    #[test]
    fn every_ordered_pair_of_purposes() {
        for given in Purpose::ALL {
            for wanted in Purpose::ALL {
                assert_eq!(authority(&[given]).may(wanted), given == wanted, "{given} used for {wanted}");
            }
        }
        assert!(Purpose::ALL.iter().all(|wanted| !authority(&[]).may(*wanted)));
    }

    #[test]
    fn narrowing() {
        let none = Narrowing::NONE;
        assert!(none.allows_payload_type(None) && none.allows_payload_type(Some("x")));
        let only = |set: &[&str]| Some(set.iter().map(|s| s.to_string()).collect());
        let narrow = Narrowing {
            payload_types: only(&["application/vnd.in-toto+json"]),
            predicate_types: only(&["https://slsa.dev/provenance/v1"]),
            build_types: only(&[]),
        };
        assert!(narrow.allows_payload_type(Some("application/vnd.in-toto+json")));
        assert!(!narrow.allows_payload_type(Some("application/vnd.in-toto+JSON")));
        assert!(!narrow.allows_payload_type(None), "a plain signature has no payload type");
        assert!(narrow.allows_predicate_type(Some("https://slsa.dev/provenance/v1")));
        assert!(!narrow.allows_predicate_type(Some("https://slsa.dev/provenance/v1.1")));
        assert!(!narrow.allows_build_type(Some("")), "an empty set allows nothing");
        assert!(!narrow.allows_build_type(None));
    }

    #[test]
    fn windows_of_authority_and_key_together() {
        let check = |ours: (i64, i64), theirs: (i64, i64), interval: Interval, expected| {
            let window = |(from, to)| Window { not_before: Some(at(from)), not_after: Some(at(to)) };
            let mut authority = authority(&[Purpose::Attestation]);
            authority.window = window(ours);
            let mut key = shared(1);
            key.window = window(theirs);
            assert_eq!(authority.key_position(&key, &interval), expected, "{ours:?} {theirs:?} {interval:?}");
        };
        let point = |t| Interval { earliest: Some(at(t)), latest: Some(at(t)) };
        check((0, 9), (0, 9), point(5), Position::Inside);
        check((0, 9), (0, 9), point(9), Position::Inside);
        check((0, 9), (0, 9), point(10), Position::Outside);
        check((0, 9), (4, 6), point(3), Position::Outside);
        check((4, 6), (0, 9), point(3), Position::Outside);
        check((0, 9), (4, 6), Interval { earliest: Some(at(5)), latest: Some(at(8)) }, Position::Straddling);
        check((0, 9), (0, 9), Interval::UNKNOWN, Position::Straddling);
        check((0, 3), (6, 9), Interval::UNKNOWN, Position::Outside);
        check((0, 3), (6, 9), point(5), Position::Outside);
    }

    #[test]
    fn open_windows_hold_without_any_time() {
        let authority = authority(&[Purpose::Attestation]).with_key(shared(1));
        assert_eq!(authority.key_position(&authority.keys[0], &Interval::UNKNOWN), Position::Inside);
        assert_eq!(authority.window_position(&Interval::UNKNOWN), Position::Inside);
    }

    #[test]
    fn hints_select_and_distrust_beats() {
        let mut key = shared(1);
        key.hints.insert("build-7".into());
        let mut authority = authority(&[Purpose::Attestation]).with_key(key).with_key(shared(2));
        let hinted = |hint: &str| authority.keys.iter().filter(|key| key.is_hinted_by(hint)).count();
        assert_eq!((hinted("build-7"), hinted("build"), hinted("")), (1, 0, 0));
        let id = authority.keys[1].id;
        assert!(authority.key(&id).is_some());
        assert_eq!(authority.distrust_of(&authority.keys[1]), None);
        authority.keys[1].distrusted = Some("leaked".into());
        assert_eq!(authority.distrust_of(&authority.keys[0]), None);
        assert_eq!(authority.distrust_of(&authority.keys[1]), Some("leaked"));
        authority.distrusted = Some("gone".into());
        assert_eq!(authority.distrust_of(&authority.keys[0]), Some("gone"));
    }
}
