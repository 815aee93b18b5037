//! Certificates, lists and responses made for tests, each as wrong as asked for.

use ed25519_dalek::{Signer as _, SigningKey};

use super::{Crl, CrlError, OcspError, OcspResponse};
use crate::digest::{Algorithm as Hash, Digest};
use crate::proof::x509::{Certificate, Name};
use crate::time::UnixTime;
use crate::wire::der::{Tag, encode, encode_bit_string, read_all};

/// Midnight of a day, counted from the beginning of 2020.
pub fn day(n: i64) -> UnixTime {
    UnixTime::new(1_577_836_800 + n * 86_400, 0).unwrap()
}

pub fn seq(parts: &[&[u8]]) -> Vec<u8> {
    encode(Tag::SEQUENCE, parts)
}

pub fn explicit(n: u8, content: &[u8]) -> Vec<u8> {
    encode(Tag::context_constructed(n), &[content])
}

pub fn integer(content: &[u8]) -> Vec<u8> {
    encode(Tag::INTEGER, &[content])
}

pub fn enumerated(code: u8) -> Vec<u8> {
    encode(Tag::ENUMERATED, &[&[code]])
}

pub fn octets(content: &[u8]) -> Vec<u8> {
    encode(Tag::OCTET_STRING, &[content])
}

/// GeneralizedTime.
pub fn time(time: UnixTime) -> Vec<u8> {
    let digits: String = time.to_string().chars().filter(|c| c.is_ascii_digit() || *c == 'Z').collect();
    encode(Tag::GENERALIZED_TIME, &[digits.as_bytes()])
}

pub fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xFF] } else { &[] };
    seq(&[&encode(Tag::OID, &[oid]), flag, &octets(value)])
}

/// A name of one common name.
pub fn name(common: &str) -> Vec<u8> {
    let value = encode(Tag::UTF8_STRING, &[common.as_bytes()]);
    let attribute = seq(&[&encode(Tag::OID, &[&[0x55, 4, 3]]), &value]);
    seq(&[&encode(Tag::SET, &[&attribute])])
}

pub fn parsed(common: &str) -> Name {
    Name::parse(&name(common)).unwrap()
}

fn ed25519() -> Vec<u8> {
    seq(&[&encode(Tag::OID, &[&[0x2B, 0x65, 0x70]])])
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn spki(seed: u8) -> Vec<u8> {
    seq(&[&ed25519(), &encode_bit_string(key(seed).verifying_key().as_bytes())])
}

fn signature(seed: u8, tbs: &[u8]) -> Vec<u8> {
    encode_bit_string(&key(seed).sign(tbs).to_bytes())
}

/// What a certificate is made of.
#[derive(Clone)]
pub struct CertSpec {
    pub subject: &'static str,
    pub issuer: &'static str,
    pub serial: Vec<u8>,
    /// Seeds of the subject's and of the issuer's key.
    pub key: u8,
    pub signer: u8,
    pub window: (i64, i64),
    pub extensions: Vec<Vec<u8>>,
}

pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
pub const POINTS: &[u8] = &[0x55, 0x1D, 31];
pub const NOCHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 5];
pub const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];

pub fn authority() -> Vec<u8> {
    extension(BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xFF]]))
}

/// keyUsage: 0x04 keyCertSign, 0x02 cRLSign, 0x80 digitalSignature.
pub fn key_usage(bits: u8) -> Vec<u8> {
    let unused = bits.trailing_zeros() as u8;
    extension(KEY_USAGE, true, &encode(Tag::BIT_STRING, &[&[unused, bits]]))
}

pub fn extended(purpose: &[u8]) -> Vec<u8> {
    extension(EXTENDED_KEY_USAGE, false, &seq(&[&encode(Tag::OID, &[purpose])]))
}

impl CertSpec {
    /// A certificate of an end entity for ten years.
    pub fn new(subject: &'static str, key: u8, issuer: &'static str, signer: u8) -> CertSpec {
        let extensions = Vec::new();
        CertSpec { subject, issuer, serial: vec![5], key, signer, window: (-100, 3650), extensions }
    }

    /// A root, which may do everything.
    pub fn root(subject: &'static str, key: u8) -> CertSpec {
        CertSpec::new(subject, key, subject, key).with(authority()).with(key_usage(0x06))
    }

    pub fn with(mut self, extension: Vec<u8>) -> CertSpec {
        self.extensions.push(extension);
        self
    }

    pub fn serial(mut self, serial: &[u8]) -> CertSpec {
        self.serial = serial.to_vec();
        self
    }

    pub fn until(mut self, end: i64) -> CertSpec {
        self.window.1 = end;
        self
    }

    pub fn make(&self) -> Certificate {
        let parts: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = if parts.is_empty() { Vec::new() } else { explicit(3, &seq(&parts)) };
        let tbs = seq(&[
            &explicit(0, &integer(&[2])),
            &integer(&self.serial),
            &ed25519(),
            &name(self.issuer),
            &seq(&[&time(day(self.window.0)), &time(day(self.window.1))]),
            &name(self.subject),
            &spki(self.key),
            &extensions,
        ]);
        let der = seq(&[&tbs, &ed25519(), &signature(self.signer, &tbs)]);
        Certificate::parse(&der).expect("a certificate")
    }
}

/// What a list is made of.
#[derive(Clone)]
pub struct CrlSpec {
    pub issuer: &'static str,
    pub signer: u8,
    pub version: Vec<u8>,
    pub this_update: i64,
    pub next_update: Option<i64>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
    pub inner_algorithm: Vec<u8>,
}

/// An entry: a serial number, the day of revocation, extensions.
pub fn entry(serial: &[u8], at: i64, extensions: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
    let extensions = if parts.is_empty() { Vec::new() } else { seq(&parts) };
    seq(&[&integer(serial), &time(day(at)), &extensions])
}

pub fn reason(code: u8) -> Vec<u8> {
    extension(&[0x55, 0x1D, 21], false, &enumerated(code))
}

pub fn certificate_issuer(common: &str) -> Vec<u8> {
    extension(&[0x55, 0x1D, 29], true, &seq(&[&explicit(4, &name(common))]))
}

pub fn crl_number(number: u8) -> Vec<u8> {
    extension(&[0x55, 0x1D, 20], false, &integer(&[number]))
}

pub fn delta_of(number: u8) -> Vec<u8> {
    extension(&[0x55, 0x1D, 27], true, &integer(&[number]))
}

/// issuingDistributionPoint of these parts.
pub fn idp(parts: &[&[u8]]) -> Vec<u8> {
    extension(&[0x55, 0x1D, 28], true, &seq(parts))
}

/// DistributionPointName of a URI.
pub fn point_uri(uri: &str) -> Vec<u8> {
    explicit(0, &explicit(0, &encode(Tag::context(6), &[uri.as_bytes()])))
}

impl CrlSpec {
    /// An empty list, from that day for a week.
    pub fn new(issuer: &'static str, signer: u8, this_update: i64) -> CrlSpec {
        CrlSpec {
            issuer,
            signer,
            version: integer(&[1]),
            this_update,
            next_update: Some(this_update + 7),
            entries: Vec::new(),
            extensions: Vec::new(),
            inner_algorithm: ed25519(),
        }
    }

    pub fn entry(mut self, entry: Vec<u8>) -> CrlSpec {
        self.entries.push(entry);
        self
    }

    pub fn with(mut self, extension: Vec<u8>) -> CrlSpec {
        self.extensions.push(extension);
        self
    }

    pub fn der(&self) -> Vec<u8> {
        let entries: Vec<&[u8]> = self.entries.iter().map(Vec::as_slice).collect();
        let parts: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let tbs = seq(&[
            &self.version,
            &self.inner_algorithm,
            &name(self.issuer),
            &time(day(self.this_update)),
            &self.next_update.map(|next| time(day(next))).unwrap_or_default(),
            &if entries.is_empty() { Vec::new() } else { seq(&entries) },
            &if parts.is_empty() { Vec::new() } else { explicit(0, &seq(&parts)) },
        ]);
        seq(&[&tbs, &ed25519(), &signature(self.signer, &tbs)])
    }

    pub fn parse(&self) -> Result<Crl, CrlError> {
        Crl::parse(&self.der())
    }

    pub fn make(&self) -> Crl {
        self.parse().expect("a list")
    }
}

/// What a response is made of.
#[derive(Clone)]
pub struct OcspSpec {
    pub responder: Vec<u8>,
    pub signer: u8,
    pub version: Vec<u8>,
    pub produced_at: i64,
    pub singles: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub status: u8,
    pub kind: Vec<u8>,
}

/// One answer, in its parts.
#[derive(Clone)]
pub struct SingleSpec {
    pub hash: Hash,
    pub issuer_name: Vec<u8>,
    pub issuer_key: Vec<u8>,
    pub serial: Vec<u8>,
    pub status: Vec<u8>,
    pub this_update: i64,
    pub next_update: Option<i64>,
    pub extensions: Vec<Vec<u8>>,
}

pub fn good() -> Vec<u8> {
    encode(Tag::context(0), &[])
}

pub fn unknown() -> Vec<u8> {
    encode(Tag::context(2), &[])
}

pub fn revoked(at: i64, reason: Option<u8>) -> Vec<u8> {
    let reason = reason.map(|code| explicit(0, &enumerated(code))).unwrap_or_default();
    encode(Tag::context_constructed(1), &[&time(day(at)), &reason])
}

/// The bits of a key.
pub fn key_bits(certificate: &Certificate) -> Vec<u8> {
    let bits = read_all(certificate.spki_der(), |reader| {
        reader.sequence(|reader| reader.any().and_then(|_| reader.bit_string()))
    });
    bits.unwrap().to_vec()
}

impl SingleSpec {
    /// About a certificate, from that day for a week.
    pub fn new(subject: &Certificate, issuer: &Certificate, status: Vec<u8>, this_update: i64) -> SingleSpec {
        SingleSpec {
            hash: Hash::Sha1,
            issuer_name: subject.issuer().der().to_vec(),
            issuer_key: key_bits(issuer),
            serial: subject.serial().to_vec(),
            status,
            this_update,
            next_update: Some(this_update + 7),
            extensions: Vec::new(),
        }
    }

    pub fn with(mut self, extension: Vec<u8>) -> SingleSpec {
        self.extensions.push(extension);
        self
    }

    pub fn der(&self) -> Vec<u8> {
        let oid: &[u8] = match self.hash {
            Hash::Sha1 => &[0x2B, 0x0E, 3, 2, 0x1A],
            Hash::Sha256 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
            Hash::Sha384 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2],
            _ => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3],
        };
        let hash = |bytes: &[u8]| octets(Digest::of(self.hash, bytes).bytes());
        let id = seq(&[
            &seq(&[&encode(Tag::OID, &[oid]), &[5, 0]]),
            &hash(&self.issuer_name),
            &hash(&self.issuer_key),
            &integer(&self.serial),
        ]);
        let parts: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        seq(&[
            &id,
            &self.status,
            &time(day(self.this_update)),
            &self.next_update.map(|next| explicit(0, &time(day(next)))).unwrap_or_default(),
            &if parts.is_empty() { Vec::new() } else { explicit(1, &seq(&parts)) },
        ])
    }
}

impl OcspSpec {
    /// By a responder of that name, of that day, with one answer.
    pub fn new(responder: &'static str, signer: u8, single: &SingleSpec) -> OcspSpec {
        OcspSpec {
            responder: explicit(1, &name(responder)),
            signer,
            version: Vec::new(),
            produced_at: single.this_update,
            singles: vec![single.der()],
            extensions: Vec::new(),
            certificates: Vec::new(),
            status: 0,
            kind: vec![0x2B, 6, 1, 5, 5, 7, 48, 1, 1],
        }
    }

    pub fn with(mut self, extension: Vec<u8>) -> OcspSpec {
        self.extensions.push(extension);
        self
    }

    pub fn and(mut self, single: &SingleSpec) -> OcspSpec {
        self.singles.push(single.der());
        self
    }

    pub fn bringing(mut self, certificate: &Certificate) -> OcspSpec {
        self.certificates.push(certificate.der().to_vec());
        self
    }

    pub fn der(&self) -> Vec<u8> {
        let singles: Vec<&[u8]> = self.singles.iter().map(Vec::as_slice).collect();
        let parts: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let tbs = seq(&[
            &self.version,
            &self.responder,
            &time(day(self.produced_at)),
            &seq(&singles),
            &if parts.is_empty() { Vec::new() } else { explicit(1, &seq(&parts)) },
        ]);
        let basic = seq(&[
            &tbs,
            &ed25519(),
            &signature(self.signer, &tbs),
            &if certificates.is_empty() { Vec::new() } else { explicit(0, &seq(&certificates)) },
        ]);
        let bytes = seq(&[&encode(Tag::OID, &[&self.kind]), &octets(&basic)]);
        seq(&[&enumerated(self.status), &explicit(0, &bytes)])
    }

    pub fn parse(&self) -> Result<OcspResponse, OcspError> {
        OcspResponse::parse(&self.der())
    }

    pub fn make(&self) -> OcspResponse {
        self.parse().expect("a response")
    }
}
