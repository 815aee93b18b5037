//! Our path validation beside that of rustls-webpki, over PKITS and over changed
//! certificates. Every class of disagreement stands in a table here, and in
//! docs/deviations.md in words.

#[path = "x509/differential.rs"]
mod differential;

use std::time::Duration;

use aws_lc_rs::signature as lc;
use differential::{Answer, Chain, compare, kind, mutated, pkits};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// An algorithm, for a library that has none of its own.
#[derive(Debug)]
struct Verifies {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    algorithm: &'static dyn lc::VerificationAlgorithm,
}

impl SignatureVerificationAlgorithm for Verifies {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        lc::UnparsedPublicKey::new(self.algorithm, key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

fn webpki_says(chain: &Chain) -> Answer {
    let ed25519 = Verifies { key: alg_id::ED25519, signature: alg_id::ED25519, algorithm: &lc::ED25519 };
    let rsa = Verifies {
        key: alg_id::RSA_ENCRYPTION,
        signature: alg_id::RSA_PKCS1_SHA256,
        algorithm: &lc::RSA_PKCS1_2048_8192_SHA256,
    };
    let target = CertificateDer::from(chain.target.as_slice());
    let anchor = CertificateDer::from(chain.anchor.as_slice());
    let issuers: Vec<_> = chain.issuers.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let target = EndEntityCert::try_from(&target).map_err(|error| kind(&error))?;
    let anchors = [anchor_from_trusted_cert(&anchor).expect("the anchor is sound")];
    let at = UnixTime::since_unix_epoch(Duration::from_secs(chain.at as u64));
    // Our side asks for no usage; this one takes any that is there.
    let usage = KeyUsage::required_if_present(&[0x2B, 6, 1, 5, 5, 7, 3, 2]);
    target
        .verify_for_usage(&[&ed25519, &rsa], &anchors, &issuers, at, usage, None, None)
        .map(drop)
        .map_err(|error| kind(&error))
}

const NO_POLICIES: &str = "it knows no policies";
const NO_KEY_USAGE: &str = "it does not look at key usages";
const LEAVES_ONLY: &str = "it validates no authorities as targets";
const BYTES: &str = "it compares names byte by byte, and takes the first issuer whose name fits";
const NO_DIRECTORY: &str = "it compares no directory names, mailboxes and URIs with constraints";
const CRITICAL: &str = "it knows no policies and key identifiers, so refuses them where they are critical";
const KEY: &str = "it does not read the key of a target";
const UNREAD: &str = "it does not read this part";

/// What we say, what rustls-webpki says, and why.
const PKITS: &[(&str, &str, &str)] = &[
    ("KeyUsage", "accepts", NO_KEY_USAGE),
    ("Policy", "accepts", NO_POLICIES),
    ("accepts", "BadDerTime", "it takes no GeneralizedTime before 2050"),
    ("accepts", "CaUsedAsEndEntity", LEAVES_ONLY),
    (
        "accepts",
        "InvalidSignatureForPublicKey",
        "it treats self-issued certificates like others, and tells the error of another branch",
    ),
    ("accepts", "NameConstraintViolation", NO_DIRECTORY),
    ("accepts", "TrailingData/CertificateExtensions", "it does not know unique identifiers"),
    ("accepts", "UnknownIssuer", BYTES),
    ("accepts", "UnsupportedCriticalExtension", CRITICAL),
];

/// The same, over changed certificates.
const CHANGED: &[(&str, &str, &str)] = &[
    ("AnyPolicyMapped", "accepts", NO_POLICIES),
    ("Der/Content", "accepts", "it takes a serial number with superfluous zeros"),
    ("Der/Length", "accepts", KEY),
    ("Der/Tag/Tag", "accepts", KEY),
    ("Der/Trailing", "accepts", KEY),
    ("Der/Truncated", "accepts", KEY),
    ("Extension/Oid/Der", "accepts", "it takes an object identifier that is none"),
    ("Extension/Repeated", "accepts", "it lets extensions that it does not know stand there twice"),
    ("Extension/Value/Address", "accepts", UNREAD),
    ("Extension/Value/Ascii", "accepts", UNREAD),
    ("Extension/Value/Der", "accepts", UNREAD),
    ("Extension/Value/Empty", "accepts", UNREAD),
    ("Extension/Value/Mask", "accepts", "it reads masks only when an address is compared"),
    ("Extension/Value/Name", "accepts", UNREAD),
    ("Extension/Value/NameForm", "accepts", UNREAD),
    ("Extension/Value/Oid", "accepts", UNREAD),
    ("Extension/Value/Repeated", "accepts", NO_POLICIES),
    ("KeyUsage", "accepts", NO_KEY_USAGE),
    ("Policy", "accepts", NO_POLICIES),
    ("Serial", "accepts", "it takes longer serial numbers"),
    ("Subject/Der/Length", "accepts", UNREAD),
    ("Subject/Der/Tag", "accepts", UNREAD),
    ("Subject/Der/Truncated", "accepts", UNREAD),
    ("Subject/Oid/Der", "accepts", UNREAD),
    ("accepts", "CaUsedAsEndEntity", LEAVES_ONLY),
    ("accepts", "NameConstraintViolation", NO_DIRECTORY),
    (
        "accepts",
        "RequiredEkuNotFoundContext/RequiredEkuNotFoundContext/KeyPurposeId",
        "it wants a usage, and we were not asked for one",
    ),
    ("accepts", "UnknownIssuer", BYTES),
    ("accepts", "UnsupportedCriticalExtension", CRITICAL),
];

#[test]
fn pkits_beside_webpki() {
    let Some(chains) = pkits() else {
        println!("PKITS is not at hand");
        return;
    };
    compare(chains.into_iter(), webpki_says).judge("PKITS", PKITS);
}

#[test]
fn changed_certificates_beside_webpki() {
    compare(mutated(20_000), webpki_says).judge("changed", CHANGED);
}
