//! Held against the `openssl` command: what it signs we accept, and what we
//! accept of its damaged signatures it accepts too.
//!
//! Without that command the tests say so and pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::{Kind, PublicKey};
use stella_forensic::crypto::mac::SharedKey;
use stella_forensic::crypto::pss::{Pss, SaltLength};
use stella_forensic::crypto::signature::{self, Algorithm, Encoding, SignatureError};
use stella_forensic::digest::{Algorithm as Hash, Digest, encode_hex};
use stella_forensic::proof::dsse::{Envelope, pae};
use stella_forensic::wire::base64::encode_standard;
use stella_forensic::wire::json;

/// Messages of lengths around the block sizes of the hash functions.
fn messages() -> Vec<Vec<u8>> {
    [0, 1, 55, 111, 1000].map(|n| (0..n).map(|i| (i * 7 + n) as u8).collect()).to_vec()
}

/// A directory with a key pair in it.
struct Pair {
    directory: tempfile::TempDir,
    public: PublicKey,
}

fn openssl(arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("openssl").args(arguments).output().expect("openssl starts");
    output.status.success().then_some(output.stdout)
}

fn present() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("there is no openssl here: nothing was compared");
    }
    found
}

impl Pair {
    fn generate(arguments: &[&str]) -> Pair {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = |name: &str| directory.path().join(name).to_str().expect("UTF-8").to_owned();
        let key = path("key");
        let generate = [&["genpkey", "-out", &key], arguments].concat();
        openssl(&generate).unwrap_or_else(|| panic!("{generate:?}"));
        openssl(&["pkey", "-in", &path("key"), "-pubout", "-out", &path("pem")]).expect("a public key");
        let pem = std::fs::read_to_string(path("pem")).expect("it was written");
        let public = PublicKey::from_pem(&pem).expect("openssl writes sound keys");
        let der = openssl(&["pkey", "-in", &path("key"), "-pubout", "-outform", "DER"]).expect("DER");
        assert_eq!(PublicKey::from_spki_der(&der), Ok(public.clone()));
        assert_eq!(public.spki_der(), der, "one form, and openssl writes it");
        Pair { directory, public }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("writable");
        path.to_str().expect("UTF-8").to_owned()
    }

    fn run(&self, options: &[&str], message: &[u8], signature: Option<&[u8]>) -> Option<Vec<u8>> {
        let message = self.file("message", message);
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let mut arguments = vec!["pkeyutl", "-rawin", "-in", &message];
        let (key, file);
        match signature {
            None => {
                key = text(&self.path("key"));
                arguments.extend(["-sign", "-inkey", &key]);
            }
            Some(signature) => {
                (key, file) = (text(&self.path("pem")), self.file("signature", signature));
                arguments.extend(["-verify", "-pubin", "-inkey", &key, "-sigfile", &file]);
            }
        }
        arguments.extend(options);
        openssl(&arguments)
    }

    fn sign(&self, options: &[&str], message: &[u8]) -> Vec<u8> {
        self.run(options, message, None).unwrap_or_else(|| panic!("openssl does not sign with {options:?}"))
    }

    /// Signs every message, has us verify it, and damages it.
    fn compare(&self, options: &[&str], verify: impl Fn(&[u8], &[u8]) -> Result<(), SignatureError>) {
        for message in messages() {
            // OpenSSL 3.0 signs no empty file with Ed25519.
            if message.is_empty() && self.public.kind() == Kind::Ed25519 {
                continue;
            }
            let signature = self.sign(options, &message);
            assert_eq!(verify(&message, &signature), Ok(()), "{options:?}, {} bytes", message.len());
            let other = [&message[..], &[0]].concat();
            assert_eq!(verify(&other, &signature), Err(SignatureError::Mismatch), "{options:?}");
        }
        let message = b"damaged below";
        let signature = self.sign(options, message);
        let mut damaged: Vec<Vec<u8>> = (0..signature.len() * 8)
            .step_by(signature.len() + 1)
            .map(|bit| {
                let mut damaged = signature.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                damaged
            })
            .collect();
        damaged.push(signature[1..].to_vec());
        damaged.push(signature[..signature.len() - 1].to_vec());
        damaged.push([&signature[..], &[0]].concat());
        damaged.push(vec![0; signature.len()]);
        damaged.push(vec![0xff; signature.len()]);
        for damaged in damaged {
            let theirs = self.run(options, message, Some(&damaged)).is_some();
            let ours = verify(message, &damaged);
            assert!(theirs || ours.is_err(), "{options:?}: we accept {}", encode_hex(&damaged));
        }
        assert!(self.run(options, message, Some(&signature)).is_some(), "openssl refuses its own signature");
    }

    fn compare_by_name(&self, name: &str, options: &[&str]) {
        let algorithm = Algorithm::from_name(name).unwrap_or_else(|| panic!("{name}"));
        self.compare(options, |message, sig| {
            let whole = signature::verify(algorithm, Encoding::Der, &self.public, message, sig);
            if let Some(hash) = algorithm.digest() {
                let digest = Digest::of(hash, message);
                let streamed = signature::verify_digest(algorithm, Encoding::Der, &self.public, &digest, sig);
                assert_eq!(streamed, whole);
            }
            whole
        });
    }
}

#[test]
fn ed25519() {
    if present() {
        Pair::generate(&["-algorithm", "ed25519"]).compare_by_name("ed25519", &[]);
    }
}

#[test]
fn ecdsa() {
    if !present() {
        return;
    }
    for curve in ["p256", "p384", "p521"] {
        let group = format!("ec_paramgen_curve:P-{}", &curve[1..]);
        let pair = Pair::generate(&["-algorithm", "EC", "-pkeyopt", &group]);
        for hash in ["sha256", "sha384", "sha512"] {
            pair.compare_by_name(&format!("ecdsa-{curve}-{hash}"), &["-digest", hash]);
        }
    }
}

#[test]
fn rsa_pkcs1() {
    if !present() {
        return;
    }
    for arguments in [
        &["-pkeyopt", "rsa_keygen_bits:2048"][..],
        &["-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:3"],
        &["-pkeyopt", "rsa_keygen_bits:2049"],
    ] {
        let pair = Pair::generate(&[&["-algorithm", "RSA"], arguments].concat());
        for hash in ["sha256", "sha384", "sha512"] {
            pair.compare_by_name(&format!("rsa-pkcs1-{hash}"), &["-digest", hash]);
        }
    }
}

#[test]
fn rsa_pss() {
    if !present() {
        return;
    }
    // 2049 bits: the encoded message is a byte shorter than the modulus.
    for bits in ["rsa_keygen_bits:2048", "rsa_keygen_bits:2049"] {
        let pair = Pair::generate(&["-algorithm", "RSA", "-pkeyopt", bits]);
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let name = hash.name();
            let pss = ["-digest", name, "-pkeyopt", "rsa_padding_mode:pss"];
            let with = |name: &str, salt: SaltLength, mgf: Hash| {
                let salt_option = format!("rsa_pss_saltlen:{name}");
                let mgf_option = format!("rsa_mgf1_md:{}", mgf.name());
                let options = [&pss[..], &["-pkeyopt", &salt_option, "-pkeyopt", &mgf_option]].concat();
                let parameters = Pss { mgf, salt };
                pair.compare(&options, |message, sig| {
                    signature::verify_pss_digest(&parameters, &pair.public, &Digest::of(hash, message), sig)
                        .map(drop)
                });
            };
            with("0", SaltLength::Exactly(0), hash);
            with("20", SaltLength::Exactly(20), Hash::Sha1);
            with("max", SaltLength::Any, hash);
            pair.compare_by_name(
                &format!("rsa-pss-{name}"),
                &[&pss[..], &["-pkeyopt", "rsa_pss_saltlen:digest"]].concat(),
            );
        }
    }
}

#[test]
fn legacy() {
    if !present() {
        return;
    }
    let pair = Pair::generate(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    pair.compare_by_name("legacy-rsa1024-pkcs1-sha1", &["-digest", "sha1"]);
    pair.compare_by_name("legacy-rsa1024-pkcs1-sha256", &["-digest", "sha256"]);
    let pair = Pair::generate(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    pair.compare_by_name("legacy-rsa-pkcs1-sha1", &["-digest", "sha1"]);
    let pair = Pair::generate(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    pair.compare_by_name("legacy-ecdsa-p256-sha1", &["-digest", "sha1"]);
}

#[test]
fn hmac() {
    if !present() {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("message");
    let file = file.to_str().expect("UTF-8");
    for length in [16, 32, 64, 65, 200] {
        let bytes: Vec<u8> = (0..length).collect();
        let key = SharedKey::from_bytes(&bytes).expect("long enough");
        let option = format!("hexkey:{}", encode_hex(&bytes));
        for message in messages() {
            std::fs::write(file, &message).expect("writable");
            let tag =
                openssl(&["mac", "-digest", "SHA256", "-macopt", &option, "-binary", "-in", file, "HMAC"])
                    .expect("openssl makes MACs");
            assert_eq!(key.verify(&message, &tag), Ok(()), "{length}");
        }
    }
}

/// An envelope put together with a shell, a key and nothing of ours but the PAE.
#[test]
fn envelope() {
    if !present() {
        return;
    }
    const PSS: &str = "rsa_padding_mode:pss";
    let (payload_type, payload) = ("application/vnd.in-toto+json", b"{}");
    let rsa = || Pair::generate(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let pairs = [
        (Pair::generate(&["-algorithm", "ed25519"]), &[][..]),
        (
            Pair::generate(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
            &["-digest", "sha512"],
        ),
        (rsa(), &["-digest", "sha256"]),
        // Salts as long as the hash, as long as fits, and none.
        (rsa(), &["-digest", "sha256", "-pkeyopt", PSS, "-pkeyopt", "rsa_pss_saltlen:digest"]),
        (rsa(), &["-digest", "sha256", "-pkeyopt", PSS, "-pkeyopt", "rsa_pss_saltlen:max"]),
        (rsa(), &["-digest", "sha256", "-pkeyopt", PSS, "-pkeyopt", "rsa_pss_saltlen:0"]),
    ];
    let signatures: Vec<String> = pairs
        .iter()
        .map(|(pair, options)| pair.sign(options, &pae(payload_type, payload)))
        .map(|sig| format!(r#"{{"sig":"{}"}}"#, encode_standard(&sig)))
        .collect();
    let text = format!(
        r#"{{"payload":"{}","payloadType":"{payload_type}","signatures":[{}]}}"#,
        encode_standard(payload),
        signatures.join(",")
    );
    let envelope = Envelope::parse(&json::parse(text.as_bytes()).expect("JSON")).expect("an envelope");
    for (signer, (pair, _)) in pairs.iter().enumerate() {
        let key = TrustedKey::public(pair.public.clone());
        for index in 0..pairs.len() {
            assert_eq!(envelope.signed_by(index, &key).is_ok(), index == signer, "{index} by {signer}");
        }
    }
}
