//! An authority that stamps whatever it is told to, with signatures that hold:
//! what is wrong with a token must not be told by its signature.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use stella_forensic::digest::{Algorithm as Hash, Digest};
use stella_forensic::proof::x509::{Certificate, Oid};
use stella_forensic::wire::der::{Tag, encode, encode_bit_string, encode_unsigned_integer};

/// A dotted object identifier, whole.
pub fn oid(dotted: &str) -> Vec<u8> {
    encode(Tag::OID, &[Oid::from_dotted(dotted).expect("an identifier").content()])
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    encode(Tag::SEQUENCE, parts)
}

pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    encode(Tag::SET, parts)
}

pub fn octets(bytes: &[u8]) -> Vec<u8> {
    encode(Tag::OCTET_STRING, &[bytes])
}

pub fn integer(value: u64) -> Vec<u8> {
    encode_unsigned_integer(&value.to_be_bytes())
}

/// `[n]` around elements.
pub fn context(n: u8, parts: &[&[u8]]) -> Vec<u8> {
    encode(Tag::context_constructed(n), parts)
}

pub fn time(text: &str) -> Vec<u8> {
    encode(Tag::GENERALIZED_TIME, &[text.as_bytes()])
}

pub fn name(common: &str) -> Vec<u8> {
    let value = encode(Tag::UTF8_STRING, &[common.as_bytes()]);
    sequence(&[&set(&[&sequence(&[&oid("2.5.4.3"), &value])])])
}

/// An AlgorithmIdentifier without parameters.
pub fn algorithm(dotted: &str) -> Vec<u8> {
    sequence(&[&oid(dotted)])
}

pub const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub const SHA1: &str = "1.3.14.3.2.26";
pub const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub const SHA384: &str = "2.16.840.1.101.3.4.2.2";
pub const SHA512: &str = "2.16.840.1.101.3.4.2.3";
pub const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
pub const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";
pub const ESS_V1: &str = "1.2.840.113549.1.9.16.2.12";
pub const ESS_V2: &str = "1.2.840.113549.1.9.16.2.47";
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// A P-256 key.
pub struct Key(EcdsaKeyPair);

impl Key {
    pub fn generate() -> Key {
        Key(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"))
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
    }

    pub fn spki(&self) -> Vec<u8> {
        let kind = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
        sequence(&[&kind, &encode_bit_string(self.0.public_key().as_ref())])
    }
}

pub fn extension(dotted: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xFF] } else { &[] };
    sequence(&[&oid(dotted), flag, &octets(value)])
}

pub fn key_usage(bits: u8) -> Vec<u8> {
    let unused = bits.trailing_zeros() as u8;
    extension("2.5.29.15", true, &encode(Tag::BIT_STRING, &[&[unused, bits]]))
}

pub fn extended_key_usage(critical: bool, usages: &[&str]) -> Vec<u8> {
    let usages: Vec<u8> = usages.iter().flat_map(|usage| oid(usage)).collect();
    extension("2.5.29.37", critical, &sequence(&[&usages]))
}

pub const KEY_ID: &[u8] = b"the key of the authority";

/// What goes into a certificate.
#[derive(Clone)]
pub struct Template {
    pub subject: String,
    pub issuer: String,
    pub serial: u64,
    pub window: [&'static str; 2],
    pub extensions: Vec<Vec<u8>>,
}

impl Template {
    pub fn root() -> Template {
        Template {
            subject: "Root".into(),
            issuer: "Root".into(),
            serial: 1,
            window: ["20000101000000Z", "20991231235959Z"],
            extensions: vec![extension("2.5.29.19", true, &sequence(&[&[1, 1, 0xFF]])), key_usage(0x06)],
        }
    }

    pub fn stamping() -> Template {
        Template {
            subject: "Authority".into(),
            issuer: "Root".into(),
            serial: 0x80,
            window: ["20200101000000Z", "20291231235959Z"],
            extensions: vec![
                extended_key_usage(true, &[TIME_STAMPING]),
                key_usage(0x80),
                extension("2.5.29.14", false, &octets(KEY_ID)),
            ],
        }
    }

    pub fn sign(&self, key: &Key, issuer: &Key) -> Vec<u8> {
        let algorithm = algorithm(ECDSA_SHA256);
        let extensions = sequence(&[&self.extensions.concat()]);
        let tbs = sequence(&[
            &context(0, &[&integer(2)]),
            &integer(self.serial),
            &algorithm,
            &name(&self.issuer),
            &sequence(&[&time(self.window[0]), &time(self.window[1])]),
            &name(&self.subject),
            &key.spki(),
            &context(3, &[&extensions]),
        ]);
        sequence(&[&tbs, &algorithm, &encode_bit_string(&issuer.sign(&tbs))])
    }
}

pub fn attribute(dotted: &str, values: &[&[u8]]) -> Vec<u8> {
    sequence(&[&oid(dotted), &set(values)])
}

/// An ESSCertID or ESSCertIDv2; SHA-256 is left out of the latter.
pub fn ess_id(hash: Hash, certificate: &[u8], rest: &[&[u8]]) -> Vec<u8> {
    let named: Vec<u8> = match hash {
        Hash::Sha384 => algorithm(SHA384),
        Hash::Sha512 => algorithm(SHA512),
        _ => Vec::new(),
    };
    sequence(&[&named, &octets(Digest::of(hash, certificate).bytes()), &rest.concat()])
}

/// `SigningCertificate` or `SigningCertificateV2` around such ids.
pub fn ess(dotted: &str, ids: &[&[u8]]) -> Vec<u8> {
    attribute(dotted, &[&sequence(&[&sequence(ids)])])
}

/// An IssuerSerial.
pub fn issuer_serial(issuer: &str, serial: u64) -> Vec<u8> {
    sequence(&[&sequence(&[&context(4, &[&name(issuer)])]), &integer(serial)])
}

/// What goes into a token; every part can be something else.
#[derive(Clone)]
pub struct Parts {
    pub version: u64,
    pub digest_algorithms: Vec<u8>,
    pub content_type: &'static str,
    /// What is in the OCTET STRING.
    pub content: Vec<u8>,
    pub certificates: Vec<Vec<u8>>,
    /// The content of `crls`, where there is one.
    pub revocation: Option<Vec<u8>>,
    pub signer_version: u64,
    pub signer: Vec<u8>,
    pub digest_algorithm: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    pub attributes: Vec<Vec<u8>>,
    /// The content of `unsignedAttrs`, where there are some.
    pub unsigned: Option<Vec<u8>>,
    /// How often the SignerInfo is there.
    pub signers: usize,
}

pub const DATA: &[u8] = b"what is stamped";

/// A TSTInfo over SHA-256 of [`DATA`] and with this behind its serial number.
pub fn tst_info(rest: &[&[u8]]) -> Vec<u8> {
    tst_info_over(&algorithm(SHA256), Digest::sha256(DATA).bytes(), rest)
}

pub fn tst_info_over(algorithm: &[u8], digest: &[u8], rest: &[&[u8]]) -> Vec<u8> {
    let imprint = sequence(&[algorithm, &octets(digest)]);
    sequence(&[&integer(1), &oid("1.2.3.4"), &imprint, &integer(7), &rest.concat()])
}

/// An accuracy of one second.
pub const SECOND: &[u8] = &[0x30, 3, 2, 1, 1];

/// Keys and certificates, once for all tokens of a test.
pub struct Authority {
    pub root_key: Key,
    pub key: Key,
    pub root: Vec<u8>,
    pub certificate: Vec<u8>,
}

impl Authority {
    pub fn new() -> Authority {
        Authority::with(Template::stamping())
    }

    pub fn with(template: Template) -> Authority {
        let [root_key, key] = [Key::generate(), Key::generate()];
        let root = Template::root().sign(&root_key, &root_key);
        let certificate = template.sign(&key, &root_key);
        Authority { root_key, key, root, certificate }
    }

    /// Another certificate of the same key.
    pub fn certify(&self, template: &Template) -> Vec<u8> {
        template.sign(&self.key, &self.root_key)
    }

    /// A sound token.
    pub fn parts(&self) -> Parts {
        let content = tst_info(&[&time("20250601120000Z"), SECOND]);
        Parts {
            version: 3,
            digest_algorithms: algorithm(SHA256),
            content_type: TST_INFO,
            attributes: self
                .attributes(&content, ess(ESS_V2, &[&ess_id(Hash::Sha256, &self.certificate, &[])])),
            content,
            certificates: vec![self.certificate.clone()],
            revocation: None,
            signer_version: 1,
            signer: self.by_issuer_and_serial(),
            digest_algorithm: algorithm(SHA256),
            signature_algorithm: algorithm(ECDSA_SHA256),
            unsigned: None,
            signers: 1,
        }
    }

    /// A sound token with this content.
    pub fn parts_of(&self, content: Vec<u8>) -> Parts {
        let mut parts = self.parts();
        parts.attributes[1] = message_digest(&content);
        Parts { content, ..parts }
    }

    /// A sound token in which this names the certificate.
    pub fn parts_bound(&self, binding: Vec<u8>) -> Parts {
        let parts = self.parts();
        Parts { attributes: self.attributes(&parts.content, binding), ..parts }
    }

    /// A sound token under another certificate of the same key.
    pub fn parts_under(&self, certificate: &[u8]) -> Parts {
        let read = Certificate::parse(certificate).expect("sound");
        let serial = encode(Tag::INTEGER, &[read.serial()]);
        Parts {
            certificates: vec![certificate.to_vec()],
            signer: sequence(&[read.issuer().der(), &serial]),
            ..self.parts_bound(ess(ESS_V2, &[&ess_id(Hash::Sha256, certificate, &[])]))
        }
    }

    pub fn attributes(&self, content: &[u8], binding: Vec<u8>) -> Vec<Vec<u8>> {
        vec![attribute(CONTENT_TYPE, &[&oid(TST_INFO)]), message_digest(content), binding]
    }

    pub fn by_issuer_and_serial(&self) -> Vec<u8> {
        sequence(&[&name("Root"), &integer(0x80)])
    }

    pub fn token(&self, parts: &Parts) -> Vec<u8> {
        let signature = self.key.sign(&set(&[&parts.attributes.concat()]));
        self.token_signed(parts, &signature)
    }

    pub fn token_signed(&self, parts: &Parts, signature: &[u8]) -> Vec<u8> {
        let attributes = match parts.attributes.is_empty() {
            true => Vec::new(),
            false => context(0, &[&parts.attributes.concat()]),
        };
        let unsigned = parts.unsigned.as_ref().map(|content| context(1, &[content])).unwrap_or_default();
        let signer = sequence(&[
            &integer(parts.signer_version),
            &parts.signer,
            &parts.digest_algorithm,
            &attributes,
            &parts.signature_algorithm,
            &octets(signature),
            &unsigned,
        ]);
        let content = context(0, &[&octets(&parts.content)]);
        let certificates = match parts.certificates.is_empty() {
            true => Vec::new(),
            false => context(0, &[&parts.certificates.concat()]),
        };
        let revocation = parts.revocation.as_ref().map(|content| context(1, &[content])).unwrap_or_default();
        let data = sequence(&[
            &integer(parts.version),
            &set(&[&parts.digest_algorithms]),
            &sequence(&[&oid(parts.content_type), &content]),
            &certificates,
            &revocation,
            &set(&[&signer.repeat(parts.signers)]),
        ]);
        sequence(&[&oid("1.2.840.113549.1.7.2"), &context(0, &[&data])])
    }
}

pub fn message_digest(content: &[u8]) -> Vec<u8> {
    attribute(MESSAGE_DIGEST, &[&octets(Digest::sha256(content).bytes())])
}
