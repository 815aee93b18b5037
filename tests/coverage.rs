//! One entry appended to a control file that nobody signed, in every closed
//! container and under every signature that may seal it.
//!
//! docs/verdict.md, how far a word reaches.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stella_forensic::anchor::Purpose;
use stella_forensic::digest::{Algorithm, Digest};
use stella_forensic::evidence::{Case, CaseFormat, Kind};
use stella_forensic::policy::Status;
use stella_forensic::verify::Outcome;
use support::evidence::*;

const ADDED: &str = "data/added.bin";
const EVIL: &[u8] = b"added";
const SEAL: &str = "stellaops.evidence.bundle.v1";

/// A closed container without its signature: paths, kinds, contents.
#[derive(Clone)]
struct Container {
    format: CaseFormat,
    files: Vec<(String, Kind, Vec<u8>)>,
    /// Control files, in the order in which the later ones list the earlier.
    control: Vec<&'static str>,
    purpose: Purpose,
}

impl Container {
    fn file(&self, path: &str) -> &[u8] {
        &self.files.iter().find(|(name, ..)| name == path).unwrap_or_else(|| panic!("no {path}")).2
    }

    fn put(&mut self, path: &str, kind: Kind, bytes: &[u8]) {
        self.files.retain(|(name, ..)| name != path);
        self.files.push((path.to_owned(), kind, bytes.to_vec()));
    }

    fn kind(&self, path: &str) -> Kind {
        self.files.iter().find(|(name, ..)| name == path).expect("it is there").1
    }

    /// With a signature of each kind that there is over the control file.
    fn signed(&self, path: &str, form: Form, who: &Person) -> Case {
        let mut items: Vec<_> =
            self.files.iter().map(|(path, kind, bytes)| item(path, *kind, bytes)).collect();
        items.push(self.signature(path, form, who));
        case(self.format, items)
    }

    fn signature(&self, path: &str, form: Form, who: &Person) -> stella_forensic::evidence::Item {
        let content = self.file(path);
        match form {
            Form::Detached => item(&format!("{path}.sig"), Kind::DetachedSignature, &who.sign(content)),
            Form::Envelope => {
                let payload_type = match self.format {
                    CaseFormat::Kit => "application/vnd.stella.kit+json",
                    _ => "text/plain",
                };
                self.envelope(&envelope(payload_type, content, &[who]))
            }
            Form::Statement => {
                let about = statement(SEAL, json!({}), &[(path, content)]);
                self.envelope(&envelope(STATEMENT, &about, &[who]))
            }
        }
    }

    /// Where the container itself has its signature.
    fn envelope(&self, bytes: &[u8]) -> stella_forensic::evidence::Item {
        match self.format {
            CaseFormat::StellaBundle | CaseFormat::Snapshot => {
                item("signature.json", Kind::BundleSignature, bytes)
            }
            CaseFormat::Kit => item("kit.json.dsse.json", Kind::DsseEnvelope, bytes),
            _ => item("seal.dsse.json", Kind::DsseEnvelope, bytes),
        }
    }

    /// One more entry in that control file, and whatever can be mended mended:
    /// the digests by which later control files list it, and the root.
    fn append(&self, path: &str) -> Container {
        let mut changed = self.clone();
        changed.put(ADDED, Kind::Artifact, EVIL);
        changed.put(path, self.kind(path), &appended(self.file(path)));
        changed
    }

    /// Every later list, and the root, as they would follow from the others.
    fn mend(&mut self, from: &str) {
        let at = self.control.iter().position(|name| *name == from).expect("a control file");
        for later in self.control.clone().into_iter().skip(at + 1) {
            let text = String::from_utf8(self.file(later).to_vec()).unwrap();
            let mended: String = text
                .lines()
                .map(|line| {
                    let (_, name) = line.split_once("  ").expect("a line of a list");
                    format!("{}  {name}\n", Digest::sha256(self.file(name)).hex())
                })
                .collect();
            self.put(later, self.kind(later), mended.as_bytes());
        }
        if self.files.iter().any(|(name, ..)| name == "bundle.json") {
            let root = Digest::sha256(self.file("checksums.txt")).hex();
            let info = json!({"bundleId": "b", "rootHash": root}).to_string();
            self.put("bundle.json", Kind::BundleInfo, info.as_bytes());
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Detached,
    Envelope,
    Statement,
}

/// A list, or a manifest, with one more entry.
fn appended(bytes: &[u8]) -> Vec<u8> {
    let digest = Digest::sha256(EVIL).hex();
    if let Ok(Value::Object(mut manifest)) = serde_json::from_slice(bytes) {
        for (list, name) in [("entries", "canonicalPath"), ("files", "path")] {
            if let Some(Value::Array(entries)) = manifest.get_mut(list) {
                entries.push(json!({name: ADDED, "sha256": digest}));
            }
        }
        return Value::Object(manifest).to_string().into_bytes();
    }
    let mut lines: Vec<String> =
        String::from_utf8(bytes.to_vec()).unwrap().lines().map(|line| format!("{line}\n")).collect();
    lines.push(format!("{digest}  {ADDED}\n"));
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    lines.concat().into_bytes()
}

/// A bundle or snapshot of which everything stands in the manifest. `listed`
/// says whether the checksums list the manifest too.
fn sealed(format: CaseFormat, listed: bool) -> Container {
    let files: [(&str, &[u8]); 2] = [("data/a", b"a"), ("data/b", b"b")];
    let entries: Vec<Value> = files
        .iter()
        .map(|(name, content)| json!({"canonicalPath": name, "sha256": Digest::sha256(content).hex()}))
        .collect();
    let (kind, manifest) = match format {
        CaseFormat::Snapshot => (
            Kind::SnapshotManifest,
            json!({"schema": "stella.snapshot/v1", "caseId": "b", "entries": entries}),
        ),
        _ => (Kind::BundleManifest, json!({"bundleId": "b", "entries": entries})),
    };
    let manifest = manifest.to_string();
    let mut all: Vec<(&str, &[u8])> = files.to_vec();
    if listed {
        all.push(("manifest.json", manifest.as_bytes()));
    }
    let mut container = Container {
        format,
        files: Vec::new(),
        control: vec!["manifest.json", "checksums.txt"],
        purpose: Purpose::Attestation,
    };
    for (name, content) in files {
        container.put(name, Kind::Artifact, content);
    }
    container.put("manifest.json", kind, manifest.as_bytes());
    container.put("checksums.txt", Kind::ChecksumsText, &checksums(&all));
    container.put("bundle.json", Kind::BundleInfo, b"");
    container.mend("checksums.txt");
    container
}

/// A bag with two payload manifests and a tag manifest.
fn bagged() -> Container {
    let files: [(&str, &[u8]); 2] = [("data/a", b"a"), ("data/b", b"b")];
    let declaration = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    let manifest = checksums(&files);
    let mut container = Container {
        format: CaseFormat::Bag,
        files: Vec::new(),
        control: vec!["manifest-sha256.txt", "tagmanifest-sha256.txt"],
        purpose: Purpose::Attestation,
    };
    for (name, content) in files {
        container.put(name, Kind::Artifact, content);
    }
    container.put("bagit.txt", Kind::BagDeclaration, declaration);
    container.put("manifest-sha256.txt", Kind::BagManifest(Algorithm::Sha256), &manifest);
    let tags = checksums(&[("bagit.txt", declaration), ("manifest-sha256.txt", &manifest)]);
    container.put("tagmanifest-sha256.txt", Kind::BagTagManifest(Algorithm::Sha256), &tags);
    container
}

fn kit() -> Container {
    let files: [(&str, &[u8]); 2] = [("data/a", b"a"), ("data/b", b"b")];
    let entries: Vec<Value> = files
        .iter()
        .map(|(name, content)| json!({"path": name, "sha256": Digest::sha256(content).hex()}))
        .collect();
    let manifest = json!({"schema": "stella.kit/v1", "version": "1", "files": entries}).to_string();
    let mut all: Vec<(&str, &[u8])> = files.to_vec();
    all.push(("kit.json", manifest.as_bytes()));
    let mut container = Container {
        format: CaseFormat::Kit,
        files: Vec::new(),
        control: vec!["kit.json", "checksums.txt"],
        purpose: Purpose::Kit,
    };
    for (name, content) in files {
        container.put(name, Kind::Artifact, content);
    }
    container.put("kit.json", Kind::KitManifest, manifest.as_bytes());
    container.put("checksums.txt", Kind::DigestList(Algorithm::Sha256), &checksums(&all));
    container
}

fn all() -> Vec<Container> {
    vec![
        sealed(CaseFormat::StellaBundle, true),
        sealed(CaseFormat::StellaBundle, false),
        sealed(CaseFormat::Snapshot, true),
        sealed(CaseFormat::Snapshot, false),
        bagged(),
        kit(),
    ]
}

const FORMS: [Form; 3] = [Form::Detached, Form::Envelope, Form::Statement];

fn verify(cases: Vec<Case>, purpose: Purpose) -> Outcome {
    given(cases, vec![person("alice").trusted_for(&[purpose])]).verify()
}

/// Whether anything that lies at that path is verified.
fn stands(outcome: &Outcome, path: &str) -> bool {
    let subjects = outcome.ledger.subjects.iter().zip(&outcome.verdict.subjects);
    subjects.into_iter().any(|(subject, judgement)| {
        subject.places.iter().any(|(_, place)| place == path) && judgement.status == Status::Verified
    })
}

#[test]
fn what_seals_a_container() {
    let mut verified = BTreeSet::new();
    for (number, container) in all().into_iter().enumerate() {
        for path in &container.control {
            for form in FORMS {
                let case = container.signed(path, form, &person("alice"));
                if verify(vec![case], container.purpose).verdict.whole.status == Status::Verified {
                    verified.insert(format!("{number} {path} {form:?}"));
                }
            }
        }
    }
    // A signature file beside the others is an unlisted file; the container's own
    // signature is over the manifest or is a statement; a manifest that the
    // checksums do not list must be signed itself; of a kit only kit.json lists.
    let expected = [
        "0 manifest.json Envelope",
        "0 manifest.json Statement",
        "0 checksums.txt Statement",
        "1 manifest.json Envelope",
        "1 manifest.json Statement",
        "2 manifest.json Envelope",
        "2 manifest.json Statement",
        "2 checksums.txt Statement",
        "3 manifest.json Envelope",
        "3 manifest.json Statement",
        "4 manifest-sha256.txt Detached",
        "4 manifest-sha256.txt Envelope",
        "4 manifest-sha256.txt Statement",
        "4 tagmanifest-sha256.txt Detached",
        "4 tagmanifest-sha256.txt Envelope",
        "4 tagmanifest-sha256.txt Statement",
        "5 kit.json Envelope",
    ];
    let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
    assert_eq!(verified, expected);
}

#[test]
fn an_entry_appended_to_a_control_file_that_nobody_signed() {
    let alice = person("alice");
    let mut tried = 0;
    for (number, container) in all().into_iter().enumerate() {
        for signed in &container.control {
            for form in FORMS {
                let signature = container.signature(signed, form, &alice);
                for path in &container.control {
                    for mend in [false, true] {
                        let mut changed = container.append(path);
                        if mend {
                            changed.mend(path);
                        }
                        if changed.file(signed) == container.file(signed) {
                            tried += 1;
                        }
                        // The signature is the one that alice made.
                        let items = changed.files.iter().map(|(path, kind, bytes)| item(path, *kind, bytes));
                        let items = items.chain([signature.clone()]).collect();
                        let outcome = verify(vec![case(container.format, items)], container.purpose);
                        let what = format!("{number}: {signed} {form:?}, one more in {path}, mended {mend}");
                        assert_ne!(outcome.verdict.whole.status, Status::Verified, "{what}");
                        assert!(!stands(&outcome, ADDED), "{what}");
                        assert!(!stands(&outcome, ""), "{what}: sealed");
                    }
                }
            }
        }
    }
    assert!(tried >= 30, "{tried}");
}

/// The same, with a list that was not there before.
#[test]
fn a_tag_manifest_that_nobody_signed() {
    let alice = person("alice");
    let mut container = bagged();
    container.files.retain(|(name, ..)| name != "tagmanifest-sha256.txt");
    let mut case = container.signed("manifest-sha256.txt", Form::Detached, &alice);
    assert_eq!(verify(vec![case.clone()], Purpose::Attestation).verdict.whole.status, Status::Verified);
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        let name = format!("tagmanifest-{}.txt", algorithm.name());
        let line = format!("{}  install.sh\n", Digest::of(algorithm, EVIL).hex());
        let mut items = case.items.clone();
        items.push(item("install.sh", Kind::Artifact, EVIL));
        items.push(item(&name, Kind::BagTagManifest(algorithm), line.as_bytes()));
        case = support::evidence::case(CaseFormat::Bag, items);
        let outcome = verify(vec![case.clone()], Purpose::Attestation);
        assert_eq!(outcome.verdict.whole.status, Status::Inconclusive);
        assert!(!stands(&outcome, "install.sh"));
        case.items.retain(|item| item.path.as_str() != "install.sh");
    }
}

/// Two who cover half each: a threshold of two is met by nobody.
#[test]
fn halves_do_not_add_up() {
    let (alice, bob) = (person("alice"), person("bob"));
    let mut container = sealed(CaseFormat::StellaBundle, true);
    let instructions = b"read this".to_vec();
    container.put("instructions.txt", Kind::Artifact, &instructions);
    let list = String::from_utf8(container.file("checksums.txt").to_vec()).unwrap();
    let list = format!("{list}{}  instructions.txt\n", Digest::sha256(&instructions).hex());
    let mut lines: Vec<&str> = list.lines().collect();
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    let list: String = lines.iter().map(|line| format!("{line}\n")).collect();
    container.put("checksums.txt", Kind::ChecksumsText, list.as_bytes());
    container.mend("checksums.txt");
    let inside = container.signed("manifest.json", Form::Envelope, &alice);
    let outside = |who: &Person| {
        let about = statement(SEAL, json!({}), &[("checksums.txt", list.as_bytes())]);
        case(
            CaseFormat::Open,
            vec![item("root.dsse.json", Kind::DsseEnvelope, &envelope(STATEMENT, &about, &[who]))],
        )
    };
    let mut given = given(vec![inside, outside(&bob)], vec![alice.trusted(), bob.trusted()]);
    assert_eq!(given.verify().verdict.whole.status, Status::Verified, "bob covers all of it");
    given.policy.threshold = 2;
    assert_eq!(given.verify().verdict.whole.status, Status::Inconclusive);
    given.policy.threshold = 1;
    given.cases.truncate(1);
    assert_eq!(given.verify().verdict.whole.status, Status::Inconclusive, "alice covers a part");
}

/// Thousands of envelopes about one content that lies there thousands of times.
#[test]
fn the_work_does_not_multiply() {
    let nobody = person("nobody");
    let one = provenance("empty", b"", &[&nobody]);
    let lines: Vec<u8> = std::iter::repeat_n([&one[..], b"\n"].concat(), 3000).flatten().collect();
    let mut items: Vec<_> = (0..2000).map(|number| artifact(&format!("f{number}"), b"")).collect();
    items.push(item("all.intoto.jsonl", Kind::DsseLines, &lines));
    let outcome = verify(vec![case(CaseFormat::Open, items)], Purpose::Attestation);
    assert_eq!(outcome.verdict.whole.status, Status::Inconclusive);
    assert_eq!(outcome.ledger.subjects.len(), 1);
}
