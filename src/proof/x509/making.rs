//! Makes certificates for tests, from Ed25519 keys that are a byte repeated.

use ed25519_dalek::{Signer, SigningKey};

use super::{Anchor, Certificate, id};
use crate::anchor::Identity;
use crate::crypto::key::PublicKey;
use crate::wire::der::{self, Tag};

/// A `SEQUENCE` of these.
pub fn sequence(contents: &[&[u8]]) -> Vec<u8> {
    der::encode(Tag::SEQUENCE, contents)
}

/// The public key that belongs to `seed`.
pub fn public_key(seed: u8) -> PublicKey {
    let key = SigningKey::from_bytes(&[seed; 32]).verifying_key();
    PublicKey::from_ed25519_bytes(key.as_bytes()).unwrap()
}

/// A name: `CN=text`, or `O=a,CN=b` from the root downwards; empty is nobody.
pub fn name(text: &str) -> Vec<u8> {
    let relative: Vec<u8> = text
        .split(',')
        .filter(|part| !part.is_empty())
        .flat_map(|part| {
            let (oid, value): (&[u8], &str) = match part.split_once('=') {
                Some(("O", value)) => (&[0x55, 4, 10], value),
                Some(("E", value)) => (b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", value),
                Some((_, value)) => (&[0x55, 4, 3], value),
                None => (&[0x55, 4, 3], part),
            };
            let value = der::encode(Tag::UTF8_STRING, &[value.as_bytes()]);
            der::encode(Tag::SET, &[&sequence(&[&der::encode(Tag::OID, &[oid]), &value])])
        })
        .collect();
    sequence(&[&relative])
}

/// One extension.
pub fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = der::encode(Tag::BOOLEAN, &[&[0xFF]]);
    let flag: &[u8] = if critical { &flag } else { &[] };
    sequence(&[&der::encode(Tag::OID, &[oid]), flag, &der::encode(Tag::OCTET_STRING, &[value])])
}

/// An `INTEGER`.
pub fn integer(n: u8) -> Vec<u8> {
    der::encode_unsigned_integer(&[n])
}

/// basicConstraints of an authority.
pub fn authority(path_length: Option<u8>) -> Vec<u8> {
    let flag = der::encode(Tag::BOOLEAN, &[&[0xFF]]);
    let length = path_length.map(integer).unwrap_or_default();
    extension(id::BASIC_CONSTRAINTS, true, &sequence(&[&flag, &length]))
}

/// keyUsage of one octet, the unused bits left out.
pub fn key_usage(bits: u8) -> Vec<u8> {
    let unused = bits.trailing_zeros() as u8;
    extension(id::KEY_USAGE, true, &der::encode(Tag::BIT_STRING, &[&[unused, bits]]))
}

/// extKeyUsage of usages under 1.3.6.1.5.5.7.3; 0 is anyExtendedKeyUsage.
pub fn extended_key_usage(critical: bool, usages: &[u8]) -> Vec<u8> {
    let oid = |last: &u8| match last {
        0 => der::encode(Tag::OID, &[id::ANY_USAGE]),
        last => der::encode(Tag::OID, &[&[0x2B, 6, 1, 5, 5, 7, 3, *last]]),
    };
    extension(
        id::EXTENDED_KEY_USAGE,
        critical,
        &sequence(&[&usages.iter().flat_map(oid).collect::<Vec<u8>>()]),
    )
}

/// A name in the form of that number.
pub fn general(form: u8, content: &[u8]) -> Vec<u8> {
    let constructed = matches!(form, 0 | 3 | 4 | 5);
    der::encode(if constructed { Tag::context_constructed(form) } else { Tag::context(form) }, &[content])
}

/// subjectAltName of these.
pub fn alternative_names(names: &[Vec<u8>]) -> Vec<u8> {
    extension(id::SUBJECT_ALT_NAME, false, &sequence(&[&names.concat()]))
}

/// nameConstraints of these.
pub fn name_constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let trees = |n, names: &[Vec<u8>]| {
        let trees: Vec<u8> = names.iter().flat_map(|name| sequence(&[name])).collect();
        if trees.is_empty() { Vec::new() } else { der::encode(Tag::context_constructed(n), &[&trees]) }
    };
    extension(id::NAME_CONSTRAINTS, true, &sequence(&[&trees(0, permitted), &trees(1, excluded)]))
}

/// The policy 1.2.n; 0 is anyPolicy.
pub fn policy(n: u8) -> Vec<u8> {
    match n {
        0 => der::encode(Tag::OID, &[id::ANY_POLICY]),
        n => der::encode(Tag::OID, &[&[0x2A, n]]),
    }
}

/// certificatePolicies of these.
pub fn policies(all: &[u8]) -> Vec<u8> {
    let all: Vec<u8> = all.iter().flat_map(|n| sequence(&[&policy(*n)])).collect();
    extension(id::CERTIFICATE_POLICIES, false, &sequence(&[&all]))
}

/// A certificate to be.
#[derive(Clone)]
pub struct Made {
    pub subject: String,
    pub issuer: String,
    pub seed: u8,
    pub signer: u8,
    pub serial: Vec<u8>,
    /// `None` leaves the version out.
    pub version: Option<u8>,
    pub window: (String, String),
    pub extensions: Vec<Vec<u8>>,
}

impl Made {
    /// A leaf without extensions of 2020 to 2030.
    pub fn leaf(subject: &str, seed: u8, issuer: &str, signer: u8) -> Made {
        Made {
            subject: subject.into(),
            issuer: issuer.into(),
            seed,
            signer,
            serial: vec![7],
            version: Some(2),
            window: ("20200101000000Z".into(), "20300101000000Z".into()),
            extensions: Vec::new(),
        }
    }

    /// An authority.
    pub fn authority(subject: &str, seed: u8, issuer: &str, signer: u8) -> Made {
        Made::leaf(subject, seed, issuer, signer).with(authority(None))
    }

    /// One that signs itself.
    pub fn root(subject: &str, seed: u8) -> Made {
        Made::authority(subject, seed, subject, seed)
    }

    pub fn with(mut self, extension: Vec<u8>) -> Made {
        self.extensions.push(extension);
        self
    }

    /// Without what was there before.
    pub fn bare(mut self) -> Made {
        self.extensions.clear();
        self
    }

    pub fn valid(mut self, from: &str, to: &str) -> Made {
        self.window = (from.into(), to.into());
        self
    }

    pub fn version(mut self, version: Option<u8>) -> Made {
        self.version = version;
        self
    }

    pub fn tbs(&self) -> Vec<u8> {
        let version = self.version.map(|v| der::encode(Tag::context_constructed(0), &[&integer(v)]));
        let time = |text: &str| der::encode(Tag::GENERALIZED_TIME, &[text.as_bytes()]);
        let extensions = match self.extensions.is_empty() {
            true => Vec::new(),
            false => der::encode(Tag::context_constructed(3), &[&sequence(&[&self.extensions.concat()])]),
        };
        sequence(&[
            &version.unwrap_or_default(),
            &der::encode(Tag::INTEGER, &[&self.serial]),
            &ed25519(),
            &name(&self.issuer),
            &sequence(&[&time(&self.window.0), &time(&self.window.1)]),
            &name(&self.subject),
            &public_key(self.seed).spki_der(),
            &extensions,
        ])
    }

    pub fn der(&self) -> Vec<u8> {
        signed(&self.tbs(), self.signer)
    }

    pub fn certificate(&self) -> Certificate {
        Certificate::parse(&self.der()).unwrap()
    }

    pub fn anchor(&self) -> Anchor {
        Anchor::new(Identity::new("anchor").unwrap(), self.certificate()).unwrap()
    }
}

/// The AlgorithmIdentifier of Ed25519.
pub fn ed25519() -> Vec<u8> {
    sequence(&[&der::encode(Tag::OID, &[b"\x2b\x65\x70"])])
}

/// What is to be signed, signed.
pub fn signed(tbs: &[u8], signer: u8) -> Vec<u8> {
    let signature = SigningKey::from_bytes(&[signer; 32]).sign(tbs).to_bytes();
    sequence(&[tbs, &ed25519(), &der::encode_bit_string(&signature)])
}
