//! The peer of `make bench` for bundles: `bundles ROOT IDENTITY ISSUER FOLDER`
//! verifies every `*.sigstore.json` of the folder with sigstore-verify, each with
//! the file beside it, and prints how many of them held and in how many seconds,
//! reading and all. `bundles floor` prints the seconds that the bare verification of
//! one signature of P-256 takes.

use std::path::PathBuf;
use std::time::Instant;

use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::Bundle;
use sigstore_verify::{VerificationPolicy, Verifier};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["floor"] {
        return println!("{}", floor());
    }
    let [root, identity, issuer, folder] = arguments.as_slice() else {
        panic!("usage: bundles ROOT IDENTITY ISSUER FOLDER");
    };
    let begin = Instant::now();
    let root = std::fs::read_to_string(root).expect("the root is there");
    let verifier = Verifier::new(&TrustedRoot::from_json(&root).expect("a root")).expect("a root of use");
    let policy = VerificationPolicy::new(identity.as_str(), issuer.as_str());
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    let mut held = 0;
    for name in names {
        let text = name.to_str().expect("a name in UTF-8");
        let Some(artifact) = text.strip_suffix(".sigstore.json") else { continue };
        let artifact = std::fs::read(artifact).expect("the artifact is there");
        let bundle = Bundle::from_json(&std::fs::read_to_string(&name).expect("the bundle is there"));
        verifier.verify(artifact.as_slice(), &bundle.expect("a bundle"), &policy).expect("it holds");
        held += 1;
    }
    println!("{held} {}", begin.elapsed().as_secs_f64());
}

/// The median of many.
fn floor() -> f64 {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{self, KeyPair, UnparsedPublicKey};
    let (random, algorithm) = (SystemRandom::new(), &signature::ECDSA_P256_SHA256_ASN1_SIGNING);
    let document = signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let key = signature::EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).expect("a key");
    let message = [7; 300];
    let signed = key.sign(&random, &message).expect("a signature");
    let mut times: Vec<f64> = (0..5000)
        .map(|_| {
            let begin = Instant::now();
            let public = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, key.public_key().as_ref());
            public.verify(&message, signed.as_ref()).expect("it holds");
            begin.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
