//! The outline of a certificate: what a trust store must know of it to file it.
//!
//! This judges nothing: whether a path leads from here to a signature is the
//! business of the mechanism that builds paths. It says whose key it is, who
//! is said to have issued it, and whether its own key signed it.
//!
//! How it would be attacked: give a subject the name of its issuer without
//! being signed by itself, to pass for an anchor; carry an extension twice, so
//! that two readers see different ones; hide bytes behind the signature.

use crate::crypto::key::{KeyId, Kind, PublicKey};
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::digest::{Algorithm as Hash, Digest};
use crate::wire::der::{self, DerError, Reader, Tag};

/// What can be read off a certificate without judging it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateOutline<'a> {
    /// The part that is signed, as received.
    tbs: &'a [u8],
    /// The issuer's name in DER.
    pub issuer: &'a [u8],
    /// The subject's name in DER.
    pub subject: &'a [u8],
    /// The SubjectPublicKeyInfo in DER.
    pub spki: &'a [u8],
    /// Whether basicConstraints says that it may issue certificates.
    pub is_authority: bool,
    /// The OIDs of extKeyUsage, where it is there.
    extended_key_usage: Option<Vec<&'a [u8]>>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

/// Why some bytes are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutlineError {
    /// The structure is broken.
    #[error("not a certificate in DER: {0}")]
    Der(#[from] DerError),
    /// RFC 5280 4.2: an extension stands there once.
    #[error("the certificate has an extension twice")]
    RepeatedExtension,
    /// RFC 5280 4.1.1.2: both must be the same.
    #[error("the certificate names two signature algorithms")]
    TwoAlgorithms,
}

/// Whether a certificate is signed by its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfSigned {
    /// Issuer and subject are the same, and the signature holds under its own key.
    Yes,
    /// Another name or another key issued it.
    No,
    /// It names itself as issuer, and its key or algorithm is not known here.
    Unknown,
}

/// What a key may be used for at the other end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// Signing code, documents or mail.
    Signing,
    /// Issuing time stamps.
    TimeStamping,
}

/// 2.5.29.19 basicConstraints
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// 2.5.29.37 extKeyUsage
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// 2.5.29.37.0 anyExtendedKeyUsage
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// 1.3.6.1.5.5.7.3, under which 3 is codeSigning, 4 emailProtection, 8
/// timeStamping and 36 documentSigning.
const USAGES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03];

impl<'a> CertificateOutline<'a> {
    /// Reads the outline of one certificate and insists on its end.
    pub fn read(bytes: &'a [u8]) -> Result<CertificateOutline<'a>, OutlineError> {
        der::read_all(bytes, |reader| reader.sequence(certificate))
    }

    /// The id of its key: that of the key itself where its kind is known here,
    /// and the digest of what stands there otherwise.
    pub fn key_id(&self) -> KeyId {
        match PublicKey::from_spki_der(self.spki) {
            Ok(key) => key.id(),
            Err(_) => KeyId::new(Digest::sha256(self.spki)),
        }
    }

    /// Whether its own key signed it.
    pub fn self_signed(&self) -> SelfSigned {
        if self.issuer != self.subject {
            return SelfSigned::No;
        }
        let Ok(key) = PublicKey::from_spki_der(self.spki) else { return SelfSigned::Unknown };
        let Some(algorithm) = algorithm(self.algorithm, key.kind()) else { return SelfSigned::Unknown };
        match signature::verify(algorithm, Encoding::Der, &key, self.tbs, self.signature) {
            Ok(()) => SelfSigned::Yes,
            Err(_) => SelfSigned::No,
        }
    }

    /// Whether extKeyUsage leaves room for `usage`. Without the extension, or
    /// with anyExtendedKeyUsage in it, there is room for all.
    pub fn leaves_room_for(&self, usage: Usage) -> bool {
        let numbers: &[u8] = match usage {
            Usage::Signing => &[3, 4, 36],
            Usage::TimeStamping => &[8],
        };
        let fits = |oid: &&[u8]| {
            *oid == ANY_USAGE
                || oid.strip_prefix(USAGES).is_some_and(|last| last.len() == 1 && numbers.contains(&last[0]))
        };
        self.extended_key_usage.as_ref().is_none_or(|oids| oids.iter().any(fits))
    }
}

fn certificate<'a>(reader: &mut Reader<'a>) -> Result<CertificateOutline<'a>, OutlineError> {
    let tbs = reader.element(Tag::SEQUENCE)?;
    let algorithm = reader.element(Tag::SEQUENCE)?.whole;
    let signature = reader.bit_string()?;
    let mut outline = der::read_all(tbs.content, |reader| to_be_signed(reader, algorithm))?;
    (outline.tbs, outline.signature) = (tbs.whole, signature);
    Ok(outline)
}

/// RFC 5280 4.1.2, field by field.
fn to_be_signed<'a>(
    reader: &mut Reader<'a>,
    algorithm: &'a [u8],
) -> Result<CertificateOutline<'a>, OutlineError> {
    reader.optional(Tag::context_constructed(0))?;
    reader.element(Tag::INTEGER)?;
    if reader.element(Tag::SEQUENCE)?.whole != algorithm {
        return Err(OutlineError::TwoAlgorithms);
    }
    let issuer = reader.element(Tag::SEQUENCE)?.whole;
    reader.element(Tag::SEQUENCE)?;
    let subject = reader.element(Tag::SEQUENCE)?.whole;
    let spki = reader.element(Tag::SEQUENCE)?.whole;
    reader.optional(Tag::context(1))?;
    reader.optional(Tag::context(2))?;
    let mut outline = CertificateOutline {
        tbs: &[],
        issuer,
        subject,
        spki,
        is_authority: false,
        extended_key_usage: None,
        algorithm,
        signature: &[],
    };
    if reader.peek() == Some(Tag::context_constructed(3)) {
        reader.nested(Tag::context_constructed(3), |reader| {
            reader.sequence(|reader| extensions(reader, &mut outline))
        })?;
    }
    Ok(outline)
}

fn extensions<'a>(reader: &mut Reader<'a>, outline: &mut CertificateOutline<'a>) -> Result<(), OutlineError> {
    let mut seen: Vec<&[u8]> = Vec::new();
    while !reader.is_empty() {
        let (id, value) = reader.sequence(|reader| {
            let id = reader.oid()?;
            reader.optional(Tag::BOOLEAN)?;
            Ok::<_, DerError>((id, reader.octet_string()?))
        })?;
        if seen.contains(&id) {
            return Err(OutlineError::RepeatedExtension);
        }
        seen.push(id);
        match id {
            BASIC_CONSTRAINTS => outline.is_authority = der::read_all(value, basic_constraints)?,
            EXTENDED_KEY_USAGE => outline.extended_key_usage = Some(der::read_all(value, usages)?),
            _ => {}
        }
    }
    Ok(())
}

fn basic_constraints(reader: &mut Reader<'_>) -> Result<bool, DerError> {
    reader.sequence(|reader| {
        let is_authority = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
        reader.optional(Tag::INTEGER)?;
        Ok(is_authority)
    })
}

fn usages<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, DerError> {
    reader.sequence(|reader| {
        let mut oids = Vec::new();
        while !reader.is_empty() {
            oids.push(reader.oid()?);
        }
        Ok(oids)
    })
}

/// The algorithm of an AlgorithmIdentifier, for a key of that kind; the common
/// ones without parameters.
fn algorithm(identifier: &[u8], kind: Kind) -> Option<Algorithm> {
    let (oid, parameters) = der::read_all(identifier, |reader| {
        reader.sequence(|reader| {
            let oid = reader.oid()?;
            let parameters = if reader.is_empty() { None } else { Some(reader.any()?.whole) };
            Ok::<_, DerError>((oid, parameters))
        })
    })
    .ok()?;
    const NULL: &[u8] = &[0x05, 0x00];
    let (family, hash) = match (oid, parameters) {
        // RFC 8410: 1.3.101.112
        (b"\x2b\x65\x70", None) => return Some(Algorithm::Ed25519).filter(|a| a.fits(kind)),
        // RFC 5758: 1.2.840.10045.4, without parameters
        (b"\x2a\x86\x48\xce\x3d\x04\x01", None) => ("ecdsa-", Hash::Sha1),
        (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", None) => ("ecdsa-", Hash::Sha256),
        (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", None) => ("ecdsa-", Hash::Sha384),
        (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", None) => ("ecdsa-", Hash::Sha512),
        // RFC 4055: 1.2.840.113549.1.1, with NULL
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", Some(NULL)) => ("pkcs1-", Hash::Sha1),
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", Some(NULL)) => ("pkcs1-", Hash::Sha256),
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", Some(NULL)) => ("pkcs1-", Hash::Sha384),
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", Some(NULL)) => ("pkcs1-", Hash::Sha512),
        _ => return None,
    };
    let of_family = |a: &Algorithm| a.name().contains(family) && a.digest() == Some(hash) && a.fits(kind);
    Algorithm::ALL.into_iter().find(of_family)
}

/// Makes certificates for tests, from Ed25519 keys that are a byte repeated.
#[cfg(test)]
pub(crate) mod making {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    /// The OID of a usage under 1.3.6.1.5.5.7.3.
    pub fn usage(last: u8) -> Vec<u8> {
        [USAGES, &[last]].concat()
    }

    fn sequence(contents: &[&[u8]]) -> Vec<u8> {
        der::encode(Tag::SEQUENCE, contents)
    }

    fn extension(id: &[u8], value: &[u8]) -> Vec<u8> {
        sequence(&[&der::encode(Tag::OID, &[id]), &der::encode(Tag::OCTET_STRING, &[value])])
    }

    /// The public key that belongs to `seed`.
    pub fn public_key(seed: u8) -> PublicKey {
        let key = SigningKey::from_bytes(&[seed; 32]).verifying_key();
        PublicKey::from_ed25519_bytes(key.as_bytes()).unwrap()
    }

    /// A certificate of `subject` with the key of `seed`, issued under the
    /// name `issuer` with the key of `signer`.
    pub struct Made<'a> {
        pub subject: &'a str,
        pub issuer: &'a str,
        pub seed: u8,
        pub signer: u8,
        pub authority: Option<bool>,
        pub usages: &'a [u8],
    }

    impl Made<'_> {
        pub fn extensions(&self) -> Vec<Vec<u8>> {
            let mut all = Vec::new();
            if let Some(authority) = self.authority {
                let flag = der::encode(Tag::BOOLEAN, &[&[0xff]]);
                let flag = if authority { flag.as_slice() } else { &[] };
                all.push(extension(BASIC_CONSTRAINTS, &sequence(&[flag])));
            }
            if !self.usages.is_empty() {
                let oids: Vec<Vec<u8>> =
                    self.usages.iter().map(|last| der::encode(Tag::OID, &[&usage(*last)])).collect();
                let oids: Vec<&[u8]> = oids.iter().map(Vec::as_slice).collect();
                all.push(extension(EXTENDED_KEY_USAGE, &sequence(&oids)));
            }
            all
        }

        pub fn der(&self) -> Vec<u8> {
            self.der_with(&self.extensions())
        }

        pub fn der_with(&self, extensions: &[Vec<u8>]) -> Vec<u8> {
            let name = |text: &str| {
                let value = der::encode(Tag::OCTET_STRING, &[text.as_bytes()]);
                sequence(&[&der::encode(Tag::SET, &[&sequence(&[&value])])])
            };
            let algorithm = sequence(&[&der::encode(Tag::OID, &[b"\x2b\x65\x70"])]);
            let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
            let extensions = der::encode(Tag::context_constructed(3), &[&sequence(&extensions)]);
            let version = der::encode(Tag::context_constructed(0), &[&[2, 1, 2]]);
            let tbs = sequence(&[
                &version,
                &der::encode_unsigned_integer(&[7]),
                &algorithm,
                &name(self.issuer),
                &sequence(&[]),
                &name(self.subject),
                &public_key(self.seed).spki_der(),
                &extensions,
            ]);
            let signature = SigningKey::from_bytes(&[self.signer; 32]).sign(&tbs).to_bytes();
            sequence(&[&tbs, &algorithm, &der::encode_bit_string(&signature)])
        }
    }

    /// A self-signed authority.
    pub fn root(subject: &str, seed: u8, usages: &[u8]) -> Vec<u8> {
        Made { subject, issuer: subject, seed, signer: seed, authority: Some(true), usages }.der()
    }
}

#[cfg(test)]
mod tests {
    use super::making::{Made, public_key, root};
    use super::*;
    use crate::wire::pem;

    const ROOT: Made<'_> =
        Made { subject: "r", issuer: "r", seed: 1, signer: 1, authority: Some(true), usages: &[] };

    #[test]
    fn self_signed_or_not() {
        let check = |made: Made<'_>, expected| {
            let der = made.der();
            assert_eq!(CertificateOutline::read(&der).unwrap().self_signed(), expected);
        };
        check(ROOT, SelfSigned::Yes);
        check(Made { issuer: "x", signer: 2, ..ROOT }, SelfSigned::No);
        check(Made { issuer: "x", ..ROOT }, SelfSigned::No);
        // The name of its issuer, and another key: a roll-over, or an impostor.
        check(Made { signer: 2, ..ROOT }, SelfSigned::No);
    }

    #[test]
    fn authority_or_not() {
        for (authority, expected) in [(None, false), (Some(false), false), (Some(true), true)] {
            let der = Made { authority, ..ROOT }.der();
            assert_eq!(CertificateOutline::read(&der).unwrap().is_authority, expected);
        }
    }

    #[test]
    fn room_for_usages() {
        let check = |usages: &[u8], signing, stamping| {
            let der = root("r", 1, usages);
            let outline = CertificateOutline::read(&der).unwrap();
            let room = [Usage::Signing, Usage::TimeStamping].map(|usage| outline.leaves_room_for(usage));
            assert_eq!(room, [signing, stamping], "{usages:?}");
        };
        check(&[], true, true);
        check(&[8], false, true);
        check(&[3], true, false);
        check(&[4], true, false);
        check(&[36], true, false);
        check(&[1], false, false);
        check(&[1, 8, 3], true, true);
    }

    #[test]
    fn the_key_has_the_id_that_it_has_elsewhere() {
        let der = root("r", 1, &[]);
        assert_eq!(CertificateOutline::read(&der).unwrap().key_id(), public_key(1).id());
    }

    #[test]
    fn broken() {
        let der = ROOT.der();
        for cut in 0..der.len() {
            assert!(CertificateOutline::read(&der[..cut]).is_err(), "cut at {cut}");
        }
        assert!(CertificateOutline::read(&[&der[..], &[0]].concat()).is_err());
        let twice = [ROOT.extensions(), ROOT.extensions()].concat();
        let twice = ROOT.der_with(&twice);
        assert_eq!(CertificateOutline::read(&twice), Err(OutlineError::RepeatedExtension));
        let mut other = der.clone();
        let at = other.windows(3).rposition(|w| w == b"\x2b\x65\x70").unwrap();
        other[at + 2] = 0x71;
        assert_eq!(CertificateOutline::read(&other), Err(OutlineError::TwoAlgorithms));
        for at in 0..der.len() {
            let mut flipped = der.clone();
            flipped[at] ^= 1;
            let yes = CertificateOutline::read(&flipped).map(|outline| outline.self_signed());
            assert_ne!(yes, Ok(SelfSigned::Yes), "flipped at {at}");
        }
    }

    /// Two that OpenSSL made (`req -x509`), with ECDSA and RSA, and the latter
    /// for servers only.
    #[test]
    fn made_by_another_program() {
        let check = |text: &str, signing| {
            let block = pem::blocks(text).unwrap().remove(0);
            let outline = CertificateOutline::read(&block.der).unwrap();
            assert_eq!(outline.self_signed(), SelfSigned::Yes);
            assert!(outline.is_authority);
            assert_eq!(outline.leaves_room_for(Usage::Signing), signing);
        };
        check(ECDSA_ROOT, true);
        check(RSA_ROOT, false);
    }

    const ECDSA_ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUMB7C6u/4s2m+3dP5tVLXf2GF7K4wCgYIKoZIzj0EAwIw
JTEjMCEGA1UEAwwaVGVzdCBDQSBvZiB0aGUgdHJ1c3Qgc3RvcmUwIBcNMjYxMTIx
MTI0MDEwWhgPMjEyNjEwMjgxMjQwMTBaMCUxIzAhBgNVBAMMGlRlc3QgQ0Egb2Yg
dGhlIHRydXN0IHN0b3JlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESkSaFO/z
cuFMNE7NxDeglarUjsMXTMXdNMedUe0px1STKcfIYPGB3ceDsZ46NSGlPT9y9Osc
LMNNfzAPQ8Ro8KNTMFEwHQYDVR0OBBYEFKyNYI6tRqBq5NGlnPu2g+mz2yEgMB8G
A1UdIwQYMBaAFKyNYI6tRqBq5NGlnPu2g+mz2yEgMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSAAwRQIhAMCubNPqP4SdkThhYrbRYfq6BWdYuAn/CTobsmiZ
CgTQAiB3oPGLVwBg85usqr23gdyIxMGrt/L9QRp8f/rOe2lYuA==
-----END CERTIFICATE-----
";

    const RSA_ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIDJDCCAgygAwIBAgIUZnjUtkAaHz0b97DeCsEnmt4bMkcwDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLVGVzdCB3ZWIgQ0EwIBcNMjYxMTIxMTI0MDEwWhgPMjEy
NjEwMjgxMjQwMTBaMBYxFDASBgNVBAMMC1Rlc3Qgd2ViIENBMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEA39L6kRrHasvJhBvMw3hC7g2idIkdMRmDfURy
jnII3kmtXPOCK4sfFOXADBqkgjNt4ajVrX6v//uHJePo4+1b8yD8gljCRchlYzW7
QCZjk1r2qqZBMJ6rilS8luU8Q+IleAH2ne7PhSM2IT3gayYzLmfvIyOUecc6qmKX
NJqObcqJBG3oIFJm7+TwG4tNIASWV/z506ScazqiikMlWrXz3wD/qudEUeXSQpnk
C0AX/8WJHqXKjq9VUJD+jhtlXkIUgvpRygbUSDYCxEfzd6ME3kXc+B/t17UVUJmT
M0HuVh/vwleeQFGpFiSIuIrCC67EGvVZ5LmZGZz5y1MRPJtvTwIDAQABo2gwZjAd
BgNVHQ4EFgQUri4+/A/mMZkXawa1Anu3JE6PD08wHwYDVR0jBBgwFoAUri4+/A/m
MZkXawa1Anu3JE6PD08wDwYDVR0TAQH/BAUwAwEB/zATBgNVHSUEDDAKBggrBgEF
BQcDATANBgkqhkiG9w0BAQsFAAOCAQEAGncAXev+OBww15uSIfRPyyqgDx1BHi/e
lOzALDi8sLF5WVRP0oxeSlU0IFtVWKUiTwETcbWtmIM34G6d8xNqwxjuJSKFlSt4
5b+Byf9JjORas89Ze52PSwMq5M/EclJhomiIsIqGIzMVov2kIojkzToh+qVag2LP
jpid+xe2hrl998K4Okc4/OnXTfcp2UNBmmpHUmmNAo7jSjt9VpAQBlxkFplb3wtg
t5cTxPAk5cwbwf7I5edU0SvZxiF4kYZAm/V9jKTp7AIIfvhe7qBVAFusR8BYqQIO
W7+Ko74YfbSoVRlZLNkb7M26Qr/OOHW8CfaIgduccQlV7FeHt5Umiw==
-----END CERTIFICATE-----
";
}
