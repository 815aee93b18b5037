//! A small authority kept with `openssl ca`, its lists and its OCSP responder:
//! what `openssl verify` and `openssl ocsp` say of a certificate is held against
//! what we say. Where we differ on purpose, the difference is written down here.
//!
//! Without that command the tests say so and pass.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::revocation::{
    Answer, Context, Crl, Currency, Data, Distrust, OcspResponse, Reason, Responders, along, examine,
};
use stella_forensic::proof::x509::path::{PathRequest, PolicyInputs, Usage, find};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo};
use stella_forensic::time::{Interval, UnixTime};
use stella_forensic::wire::pem;

const CONFIG: &str = r#"
[ca]
default_ca = here
[here]
database = DIR/index.txt
new_certs_dir = DIR
serial = DIR/serial
crlnumber = DIR/crlnumber
certificate = DIR/ca.pem
private_key = DIR/ca.key
default_md = sha256
default_days = 3650
default_crl_days = 30
policy = any
unique_subject = no
crl_extensions = plain_list
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
crlDistributionPoints = URI:http://crl.example/1
[responder]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = yes
[checked_responder]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
[no_responder]
keyUsage = critical,digitalSignature
[plain_list]
authorityKeyIdentifier = keyid
[list_here]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@here_point
[here_point]
fullname = URI:http://crl.example/1
[list_elsewhere]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@elsewhere_point
[elsewhere_point]
fullname = URI:http://crl.example/2
[list_of_users]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@users
[users]
onlyuser = TRUE
[list_of_authorities]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@authorities
[authorities]
onlyCA = TRUE
[unknown_list]
1.2.3.4 = critical,DER:0500
"#;

/// A directory with an authority in it.
struct Office {
    directory: tempfile::TempDir,
}

fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).output().expect("openssl starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn present() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("there is no openssl here: nothing was compared");
    }
    found
}

fn time(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).expect("a time")
}

fn exactly(at: UnixTime) -> Interval {
    Interval { earliest: Some(at), latest: Some(at) }
}

fn rules() -> Rules {
    let all = [Algorithm::EcdsaP256Sha256, Algorithm::RsaPkcs1Sha256];
    Rules {
        algorithms: all.into_iter().map(|algorithm| (algorithm, None)).collect::<BTreeMap<_, _>>(),
        at: None,
        revocation: Revocation::Require,
        allow_development: false,
        effects: None,
    }
}

impl Office {
    /// A root of 2020, and certificates: good, gone (key compromise), old
    /// (superseded), held, and three responders.
    fn open() -> Office {
        let office = Office { directory: tempfile::tempdir().expect("a temporary directory") };
        let folder = office.directory.path().to_str().expect("UTF-8");
        std::fs::write(office.path("ca.cnf"), CONFIG.replace("DIR", folder)).expect("writable");
        for (name, content) in [("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "01\n")] {
            std::fs::write(office.path(name), content).expect("writable");
        }
        office.key("ca");
        office.must(&[
            "req",
            "-new",
            "-key",
            "@ca.key",
            "-subj",
            "/CN=Office Root",
            "-config",
            "@ca.cnf",
            "-out",
            "@ca.csr",
        ]);
        office.must(&[
            "ca",
            "-batch",
            "-selfsign",
            "-config",
            "@ca.cnf",
            "-extensions",
            "root",
            "-in",
            "@ca.csr",
            "-startdate",
            "20200101000000Z",
            "-enddate",
            "20400101000000Z",
            "-notext",
            "-out",
            "@ca.pem",
        ]);
        for (name, extensions) in [
            ("good", "leaf"),
            ("gone", "leaf"),
            ("old", "leaf"),
            ("held", "leaf"),
            ("responder", "responder"),
            ("checked", "checked_responder"),
            ("weak", "no_responder"),
        ] {
            office.issue(name, extensions);
        }
        for (name, reason) in [("gone", "keyCompromise"), ("old", "superseded"), ("held", "certificateHold")]
        {
            office.must(&[
                "ca",
                "-config",
                "@ca.cnf",
                "-revoke",
                &office.file(name, "pem"),
                "-crl_reason",
                reason,
            ]);
        }
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, ending: &str) -> String {
        self.path(&format!("{name}.{ending}")).to_str().expect("UTF-8").to_owned()
    }

    /// Runs openssl; what begins with `@` is a file of the office.
    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| match argument.strip_prefix('@') {
                Some(name) => self.path(name).to_str().expect("UTF-8").to_owned(),
                None => (*argument).to_owned(),
            })
            .collect();
        openssl(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn must(&self, arguments: &[&str]) -> String {
        let (success, text) = self.run(arguments);
        assert!(success, "{arguments:?}: {text}");
        text
    }

    fn key(&self, name: &str) {
        let out = self.file(name, "key");
        self.must(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &out]);
    }

    fn issue(&self, name: &str, extensions: &str) {
        self.key(name);
        let (key, csr, pem) = (self.file(name, "key"), self.file(name, "csr"), self.file(name, "pem"));
        let subject = format!("/CN={name}");
        self.must(&["req", "-new", "-key", &key, "-subj", &subject, "-config", "@ca.cnf", "-out", &csr]);
        self.must(&[
            "ca",
            "-batch",
            "-config",
            "@ca.cnf",
            "-extensions",
            extensions,
            "-in",
            &csr,
            "-startdate",
            "20210101000000Z",
            "-enddate",
            "20390101000000Z",
            "-notext",
            "-out",
            &pem,
        ]);
    }

    fn certificate(&self, name: &str) -> Certificate {
        let text = std::fs::read_to_string(self.file(name, "pem")).expect("it was written");
        Certificate::parse(&pem::blocks(&text).expect("PEM")[0].der)
            .expect("openssl writes sound certificates")
    }

    /// A list with these extensions, of 2027 for a month.
    fn list(&self, name: &str, extensions: &str) -> Crl {
        let (pem, der) = (self.file(name, "crl"), self.file(name, "crl.der"));
        self.must(&[
            "ca",
            "-config",
            "@ca.cnf",
            "-gencrl",
            "-crlexts",
            extensions,
            "-out",
            &pem,
            "-crl_lastupdate",
            "20270101000000Z",
            "-crl_nextupdate",
            "20270201000000Z",
        ]);
        self.must(&["crl", "-in", &pem, "-outform", "DER", "-out", &der]);
        Crl::parse(&std::fs::read(der).expect("it was written")).expect("openssl writes sound lists")
    }

    /// What `openssl verify` says of a certificate with a list at a time.
    fn their_verdict(&self, name: &str, list: &str, at: UnixTime) -> String {
        let at = at.seconds().to_string();
        let (certificate, list) = (self.file(name, "pem"), self.file(list, "crl"));
        let (success, text) = self.run(&[
            "verify",
            "-crl_check",
            "-extended_crl",
            "-attime",
            &at,
            "-CAfile",
            "@ca.pem",
            "-CRLfile",
            &list,
            &certificate,
        ]);
        let word = match text {
            _ if success => "good",
            text if text.contains("certificate revoked") => "revoked",
            text if text.contains("CRL has expired") || text.contains("CRL is not yet valid") => "stale",
            _ => "indeterminate",
        };
        word.to_owned()
    }

    fn with_context<T>(
        &self,
        data: &Data,
        at: UnixTime,
        responders: Responders,
        ask: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        let anchor = Anchor::new(Identity::new("office").expect("an identity"), self.certificate("ca"));
        let (rules, memo) = (rules(), Memo::new());
        ask(&Context {
            data,
            anchors: &[anchor.expect("the root has a key")],
            candidates: &[],
            rules: &rules,
            at: exactly(at),
            currency: Currency::Within,
            responders,
            memo: &memo,
            distrusted: Distrust::OF_NOBODY,
        })
    }

    /// What we say, asked along the path.
    fn our_answer(&self, name: &str, data: &Data, at: UnixTime, responders: Responders) -> Answer {
        self.with_context(data, at, responders, |context| {
            let leaf = self.certificate(name);
            let request = PathRequest {
                target: &leaf,
                candidates: &[],
                anchors: context.anchors,
                usage: Usage::Any,
                rules: context.rules,
                at: Some(context.at),
                policies: PolicyInputs::default(),
                memo: context.memo,
            };
            let mut budget = Budget::new();
            let path = find(&request, &mut budget, &mut |_, _| Ok(())).expect("a path");
            along(&path, context, &mut budget).remove(0).answer
        })
    }

    /// A response about a certificate, made by `signer`, as openssl's own
    /// responder makes it.
    fn response(&self, name: &str, signer: &str, options: &[&str], asking: &[&str]) -> OcspResponse {
        let (certificate, key, by) =
            (self.file(name, "pem"), self.file(signer, "key"), self.file(signer, "pem"));
        let mut request = vec!["ocsp", "-no_nonce", "-issuer", "@ca.pem"];
        request.extend(asking);
        request.extend(["-cert", &certificate, "-reqout", "@request.der"]);
        self.must(&request);
        let mut answer = vec![
            "ocsp",
            "-index",
            "@index.txt",
            "-CA",
            "@ca.pem",
            "-rsigner",
            &by,
            "-rkey",
            &key,
            "-reqin",
            "@request.der",
            "-respout",
            "@response.der",
            "-ndays",
            "1",
        ];
        answer.extend(options);
        self.must(&answer);
        let der = std::fs::read(self.path("response.der")).expect("it was written");
        OcspResponse::parse(&der).expect("openssl writes sound responses")
    }

    /// What `openssl ocsp` says of the response that was made last.
    fn their_reading(&self, name: &str, asking: &[&str]) -> String {
        let certificate = self.file(name, "pem");
        let mut arguments =
            vec!["ocsp", "-no_nonce", "-respin", "@response.der", "-CAfile", "@ca.pem", "-issuer", "@ca.pem"];
        arguments.extend(asking);
        arguments.extend(["-cert", &certificate]);
        let (_, text) = self.run(&arguments);
        let status = format!("{certificate}: ");
        let word = match text.lines().find_map(|line| line.strip_prefix(&status)) {
            _ if !text.contains("Response verify OK") => "indeterminate",
            Some("unknown") => "indeterminate",
            Some(word) if word.contains("No Status found") => "missing",
            Some(word) => word,
            None => "missing",
        };
        word.to_owned()
    }
}

#[test]
fn lists() {
    if !present() {
        return;
    }
    let office = Office::open();
    let extensions =
        ["plain_list", "list_here", "list_elsewhere", "list_of_users", "list_of_authorities", "unknown_list"];
    let times =
        ["2026-12-31T23:59:59Z", "2027-01-01T00:00:01Z", "2027-01-15T00:00:00Z", "2027-02-01T00:00:01Z"];
    let (mut compared, mut good) = (0, 0);
    for name in extensions {
        let list = office.list(name, name);
        let data = Data::new(vec![list.clone()], Vec::new());
        for at in times.map(time) {
            for certificate in ["good", "gone", "old", "held"] {
                let theirs = office.their_verdict(certificate, name, at);
                let ours = office.our_answer(certificate, &data, at, Responders::Checked);
                let what = format!("{certificate} by {name} at {at}: {theirs}, {ours:?}");
                let revoked = certificate != "good" && name != "unknown_list";
                // We refuse a list whose scope is another, whatever its time, and
                // take an accusation from wherever it comes and whenever it is from.
                match ours.name() {
                    "revoked" => assert!(revoked, "{what}"),
                    ours if revoked => panic!("{ours}: {what}"),
                    ours if theirs == "stale" => assert_ne!(ours, "good", "{what}"),
                    ours => assert_eq!(ours, theirs, "{what}"),
                }
                if theirs == "revoked" {
                    assert_eq!(ours.name(), "revoked", "{what}");
                }
                compared += 1;
                good += usize::from(ours.name() == "good");
            }
        }
    }
    println!("{compared} verdicts compared, {good} of them good");
    assert_eq!((compared, good), (96, 6));
    let data = Data::new(vec![office.list("plain_list", "plain_list")], Vec::new());
    let reason = |name| match office.our_answer(name, &data, time(times[2]), Responders::Checked) {
        Answer::Revoked { reason, .. } => reason,
        answer => panic!("{answer:?}"),
    };
    assert_eq!(reason("gone"), Some(Reason::KeyCompromise));
    assert_eq!(reason("old"), Some(Reason::Superseded));
    assert_eq!(reason("held"), Some(Reason::CertificateHold));
}

#[test]
fn damaged_lists() {
    if !present() {
        return;
    }
    let office = Office::open();
    let whole = office.list("whole", "list_here").der().to_vec();
    let at = time("2027-01-15T00:00:00Z");
    for step in 0..60 {
        let at_byte = step * whole.len() / 60;
        let mut damaged = whole.clone();
        damaged[at_byte] ^= 1 << (step % 8);
        std::fs::write(office.path("damaged.crl"), pem::encode("X509 CRL", &damaged)).expect("writable");
        let theirs = office.their_verdict("good", "damaged", at);
        let ours = Crl::parse(&damaged).map_or("indeterminate", |list| {
            let data = Data::new(vec![list], Vec::new());
            if let Answer::Good { .. } = office.our_answer("good", &data, at, Responders::Checked) {
                "good"
            } else {
                "not"
            }
        });
        assert!(ours != "good" && theirs != "good", "byte {at_byte}: {ours}, {theirs}");
    }
}

#[test]
fn responses() {
    if !present() {
        return;
    }
    let office = Office::open();
    let mut compared = 0;
    for signer in ["ca", "responder", "checked", "weak", "good", "gone"] {
        for (options, asking) in [
            (&[][..], &[][..]),
            (&["-resp_key_id"], &[]),
            (&["-rmd", "sha256"], &["-sha256"]),
            (&[], &["-sha512"]),
        ] {
            for certificate in ["good", "gone", "old", "held"] {
                let response = office.response(certificate, signer, options, asking);
                let theirs = office.their_reading(certificate, asking);
                let at = response.responses()[0].this_update;
                let data = Data::new(Vec::new(), vec![response]);
                let what = format!("{certificate} by {signer} {options:?} {asking:?}");
                let ours = office.our_answer(certificate, &data, at, Responders::WhereNamed);
                assert_eq!(ours.name(), theirs, "{what}: {ours:?}");
                let strict = office.our_answer(certificate, &data, at, Responders::Checked);
                // Where nothing says that a responder need not be checked, it must be.
                let expected =
                    if signer == "checked" && theirs == "good" { "indeterminate" } else { &theirs };
                assert_eq!(strict.name(), expected, "{what}: {strict:?}");
                compared += 1;
            }
        }
    }
    println!("{compared} responses compared");
    assert_eq!(compared, 96);
}

#[test]
fn a_response_for_another_certificate() {
    if !present() {
        return;
    }
    let office = Office::open();
    let response = office.response("good", "ca", &[], &[]);
    let at = response.responses()[0].this_update;
    assert_eq!(office.their_reading("good", &[]), "good");
    assert_eq!(office.their_reading("gone", &[]), "missing");
    let data = Data::new(Vec::new(), vec![response]);
    assert_eq!(office.our_answer("good", &data, at, Responders::Checked).name(), "good");
    assert_eq!(office.our_answer("gone", &data, at, Responders::Checked), Answer::Missing);
    // The same serial number under another authority.
    let other = Office::open();
    let twin = other.certificate("good");
    assert_eq!(twin.serial(), office.certificate("good").serial());
    let answer = other.with_context(&data, at, Responders::Checked, |context| {
        examine(&twin, &other.certificate("ca"), context, &mut Budget::new()).answer
    });
    assert_eq!(answer, Answer::Missing);
}

/// An old list is carried, and the one that followed is not: what is said of the
/// time after it is "stale". With both it is "revoked".
#[test]
fn an_old_list_hides_nothing() {
    if !present() {
        return;
    }
    let office = Office::open();
    let old = office.list("old_list", "plain_list");
    office.must(&[
        "ca",
        "-config",
        "@ca.cnf",
        "-revoke",
        &office.file("good", "pem"),
        "-crl_reason",
        "keyCompromise",
    ]);
    let new = office.list("new_list", "plain_list");
    let ask = |lists: Vec<Crl>, at: &str| {
        let data = Data::new(lists, Vec::new());
        office.with_context(&data, time(at), Responders::Checked, |context| {
            let context = Context { currency: Currency::AtOrAfter, ..*context };
            let (leaf, root) = (office.certificate("good"), office.certificate("ca"));
            examine(&leaf, &root, &context, &mut Budget::new()).answer.name()
        })
    };
    assert_eq!(ask(vec![old.clone()], "2026-12-01T00:00:00Z"), "good");
    assert_eq!(ask(vec![old.clone()], "2027-01-02T00:00:00Z"), "stale");
    assert_eq!(ask(vec![old.clone(), new.clone()], "2026-12-01T00:00:00Z"), "revoked");
    assert_eq!(ask(vec![new, old], "2027-01-02T00:00:00Z"), "revoked");
}
