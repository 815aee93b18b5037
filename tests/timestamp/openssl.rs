//! Held against `openssl ts`: what it stamps we accept, and what we accept of
//! its damaged answers it accepts too.
//!
//! Without that command the tests say so and pass.

use std::path::PathBuf;
use std::process::Command;

use stella_forensic::proof::timestamp::{Accuracy, Imprint, TimestampRequest, Token};
use stella_forensic::proof::x509::{Budget, Memo};
use stella_forensic::wire::pem;

use super::faults::{anchor, rules};

const DATA: &[u8] = b"what is stamped";

fn present() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("there is no openssl here: nothing was compared");
    }
    found
}

/// A directory with a root and an authority below it.
struct Authority {
    directory: tempfile::TempDir,
    root: Vec<u8>,
}

const EXTENSIONS: &str = "\
[stamping]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = root
[root]
new_certs_dir = .
database = issued
serial = serials
default_md = sha256
policy = any
[any]
commonName = supplied
";

impl Authority {
    fn new(key: &[&str]) -> Authority {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut authority = Authority { directory, root: Vec::new() };
        authority.write("extensions", EXTENSIONS.as_bytes());
        authority.write("data", DATA);
        for name in ["root", "tsa"] {
            authority.run(&[&["genpkey", "-out", &format!("{name}.key")], key].concat());
        }
        authority.write("issued", b"");
        authority.write("serials", b"80\n");
        let root = ["req", "-x509", "-new", "-key", "root.key", "-out", "root.pem", "-subj", "/CN=Root"];
        authority.run(&[&root[..], &["-days", "30"]].concat());
        authority.run(&["req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority"]);
        // Not from now on, or the first tokens would straddle that instant.
        let issue = ["ca", "-batch", "-notext", "-config", "extensions", "-extensions", "stamping"];
        let files = ["-in", "tsa.csr", "-cert", "root.pem", "-keyfile", "root.key", "-out", "tsa.pem"];
        let window = ["-startdate", "20200101000000Z", "-enddate", "20491231235959Z"];
        authority.run(&[&issue[..], &files, &window].concat());
        let pem = std::fs::read_to_string(authority.path("root.pem")).expect("it was written");
        authority.root = pem::blocks(&pem).expect("PEM")[0].der.clone();
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("writable");
    }

    fn openssl(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.directory.path()).output().expect("openssl starts")
    }

    fn run(&self, arguments: &[&str]) {
        let output = self.openssl(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    /// A response over [`DATA`].
    fn stamp(&self, imprint: &str, digest: &str, ess: &str, rest: &str) -> Vec<u8> {
        self.write("serial", b"01\n");
        let configuration = format!(
            "[tsa]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = {digest}\n\
             default_policy = 1.2.3.4\ndigests = sha256, sha384, sha512\ness_cert_id_alg = {ess}\n{rest}\n"
        );
        self.write("configuration", configuration.as_bytes());
        self.run(&["ts", "-query", "-data", "data", &format!("-{imprint}"), "-cert", "-out", "query"]);
        let reply = ["ts", "-reply", "-config", "configuration", "-section", "tsa", "-queryfile", "query"];
        self.run(&[&reply[..], &["-out", "response"]].concat());
        std::fs::read(self.path("response")).expect("it was written")
    }

    fn openssl_accepts(&self, response: &[u8]) -> bool {
        self.write("asked", response);
        let verify = ["ts", "-verify", "-data", "data", "-in", "asked", "-CAfile", "root.pem"];
        self.openssl(&verify).status.success()
    }

    fn accepts(&self, response: &[u8]) -> Result<Accuracy, String> {
        let token = Token::parse(response).map_err(|error| error.to_string())?;
        let (anchors, rules, memo) = ([anchor(&self.root)], rules(), Memo::new());
        let request = TimestampRequest {
            accuracy_nanos: Some(1_000_000_000),
            ..TimestampRequest::new(Imprint::Bytes(DATA), &anchors, &rules, &memo)
        };
        let verified = token.verify(&request, &mut Budget::new(), &mut |_, _| Ok(()));
        verified.map(|verified| verified.accuracy()).map_err(|error| error.to_string())
    }

    fn check(&self, response: &[u8], expected: Accuracy, what: &str) {
        assert_eq!(self.accepts(response), Ok(expected), "{what}");
        assert!(self.openssl_accepts(response), "{what}");
    }

    /// One bit of each byte is flipped: what we accept of it, openssl accepts.
    /// Gives at how many of how many places we do.
    fn damage(&self, response: &[u8]) -> (usize, usize) {
        let mut accepted = 0;
        for at in 0..response.len() {
            let mut damaged = response.to_vec();
            damaged[at] ^= 1 << (at % 8);
            if self.accepts(&damaged).is_ok() {
                accepted += 1;
                assert!(self.openssl_accepts(&damaged), "bit {} of byte {at}", at % 8);
            }
        }
        (accepted, response.len())
    }
}

const RSA: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

fn curve(option: &str) -> Vec<&str> {
    vec!["-algorithm", "EC", "-pkeyopt", option]
}

#[test]
fn what_openssl_stamps_is_accepted() {
    if !present() {
        return;
    }
    let ecdsa = ["ec_paramgen_curve:P-256", "ec_paramgen_curve:P-384", "ec_paramgen_curve:P-521"].map(curve);
    for key in [RSA, &ecdsa[0], &ecdsa[1], &ecdsa[2]] {
        let authority = Authority::new(key);
        for digest in ["sha256", "sha384", "sha512"] {
            for ess in ["sha1", "sha256", "sha384", "sha512"] {
                let what = format!("{key:?} {digest} {ess}");
                let response = authority.stamp(digest, digest, ess, "");
                authority.check(&response, Accuracy::Configured(1_000_000_000), &what);
            }
        }
        let rest = "accuracy = secs:1, millisecs:500, microsecs:100\nordering = yes\ntsa_name = yes\n\
                    clock_precision_digits = 6\n";
        // The root lies in the bag as well, and is named among what is signed.
        let more = format!("{rest}ess_cert_id_chain = yes\ncerts = root.pem");
        let response = authority.stamp("sha512", "sha256", "sha256", &more);
        authority.check(&response, Accuracy::Stated(1_500_100_000), &format!("{key:?} with all there is"));
        // Without it: what nobody signed and no path needs is read here, and not
        // judged, while openssl wants the names in it to be text.
        let response = authority.stamp("sha512", "sha256", "sha256", rest);
        let (accepted, places) = authority.damage(&response);
        assert!(places > 200 && accepted < places / 50, "{key:?}: {accepted} of {places}");
        println!("{key:?}: {accepted} of {places} damaged responses are accepted, here and by openssl");
    }
}

#[test]
fn what_openssl_refuses_is_refused() {
    if !present() {
        return;
    }
    let authority = Authority::new(RSA);
    authority.write("serial", b"01\n");
    let configuration = "[tsa]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
                         default_policy = 1.2.3.4\ndigests = sha512\n";
    authority.write("configuration", configuration.as_bytes());
    authority.run(&["ts", "-query", "-data", "data", "-sha256", "-out", "query"]);
    let reply =
        ["ts", "-reply", "-config", "configuration", "-section", "tsa", "-queryfile", "query", "-out", "no"];
    authority.openssl(&reply);
    let response = std::fs::read(authority.path("no")).expect("a refusal is written");
    let refusal = "the authority refused: rejection (badAlg): Message digest algorithm is not supported.";
    assert_eq!(authority.accepts(&response), Err(refusal.into()));
    assert!(!authority.openssl_accepts(&response));
}
