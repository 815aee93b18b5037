//! Entries of public and private Rekor logs, as bundles carry them: promises,
//! inclusion proofs and checkpoints, each on its own. A refused one has to be
//! refused for what is wrong with it.

use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::log::{Entry, InclusionError, LogKey};
use stella_forensic::proof::note::Note;
use stella_forensic::wire::json;

use super::{Case, Files, Judged, Suite};

pub const SUITE: Suite = Suite { name: "rekor-log-evidence", exceptions: &[], judge, further };

/// The labels of the suite ask whether the key fits the signature, whatever four
/// bytes stand before it. So does [`log`]; but where these are not the key's, the
/// line is by nobody known, and the bundle is refused.
fn further(files: &Files) -> Vec<(String, bool)> {
    let value = json::parse(&files.bytes("entries/d146875fa358fb49.json")).expect("JSON");
    let entry = Entry::parse(&value, "").expect("an entry");
    let key = PublicKey::from_pem(&files.text("keys/94733409b33a.pem")).expect("a sound key");
    let log = LogKey::of(None, TrustedKey::public(key)).expect("a key that signs");
    let error = entry.included(&log).expect_err("the line names another key");
    let unknown = matches!(&error, InclusionError::Head(head) if head.is_unknown());
    vec![("a line with the hint of another key is by nobody known".to_owned(), unknown)]
}

/// How each refusal begins, as the error prints itself for debugging.
const REASONS: &[(&str, &str)] = &[
    // Proofs cut short, bodies changed, a hash changed.
    ("inclusion/f8ef42d539f352ca", "PathLength"),
    ("inclusion/d53962281d3b0dba", "Root {"),
    ("inclusion/62aea672a19286cd", "Root {"),
    ("inclusion/3c11650c98b330ba", "Root {"),
    ("inclusion/282d1ee570527300", "Root {"),
    // The body is not the one that was signed.
    ("set/f8ef42d539f352ca", "Mismatch"),
    ("set/d53962281d3b0dba", "Mismatch"),
    ("set/8048f2d74ee2724e", "Mismatch"),
    ("set/3c11650c98b330ba", "Mismatch"),
    ("set/28f717c0fbcfb95c", "Mismatch"),
    // The index is -1.
    ("set/a03a921e4608ae24", r#"Shape(Value { pointer: "/logIndex""#),
    ("checkpoint/d54e609ef5ad868f", "Root {"),
    ("checkpoint/a7f694921cbf234d", "Head(Checkpoint(Note(NoSignatures))"),
    // Without its origin the size is the first line, and the root the size.
    ("checkpoint/4bfad5eb990d1b14", "Head(Checkpoint(Line { line: 2"),
    ("checkpoint/ec4b737c4d52b005", "Head(Checkpoint(Line { line: 3"),
    ("checkpoint/a1cc2e5a081ccd6e", "Head(Checkpoint(Line { line: 2"),
    // Signed for another origin.
    ("checkpoint/98d70a09af9eede9", "Head(Signature(Mismatch {"),
];

fn expected(id: &str) -> &'static str {
    REASONS.iter().find(|(case, _)| id == *case).map_or("no reason is listed", |(_, reason)| reason)
}

fn judge(files: &Files, case: &Case) -> Judged {
    match verify(files, case) {
        Ok(()) => Judged::Accepts,
        Err(error) if case.accept || error.starts_with(expected(&case.id)) => Judged::Refuses(error),
        Err(error) => Judged::Differs(format!("refused with {error}")),
    }
}

fn verify(files: &Files, case: &Case) -> Result<(), String> {
    let file = case.files.get("entry").or(case.files.get("0")).expect("an entry");
    let value = json::parse(&files.bytes(file)).map_err(|error| format!("{error:?}"))?;
    let entry = Entry::parse(&value, "").map_err(|error| format!("{error:?}"))?;
    let proof = || entry.proof().ok_or("no proof".to_owned());
    match case.param("kind") {
        Some("set") => {
            entry.promised(&log(files, case, &entry)).map(drop).map_err(|error| format!("{error:?}"))
        }
        Some("inclusion") => {
            let leaf_hash = entry.leaf_hash();
            proof()?.leads_to_stated_root(leaf_hash.bytes()).map_err(|error| format!("{error:?}"))
        }
        Some("checkpoint") => {
            let log = log(files, case, &entry);
            let signed = proof()?.checkpoint(&log).map_err(|error| format!("{error:?}"))?;
            // Where all of it holds, the whole says so too, under the log's name.
            let named = LogKey::of(Some(signed.name()), log.trusted().clone()).expect("a name of a key");
            if case.id == "checkpoint/d146875fa358fb49" {
                return Ok(());
            }
            let whole = entry.included(&named).map(|included| included.checkpoint().clone());
            let alone = proof()?.leads_to_stated_root(entry.leaf_hash().bytes());
            assert_eq!(whole.ok(), alone.ok().map(|()| signed), "{}", case.id);
            Ok(())
        }
        other => panic!("unknown kind {other:?}"),
    }
}

/// The suite gives keys without the names of their logs and without hints: what
/// the lines say is taken for theirs, see [`further`].
fn log(files: &Files, case: &Case, entry: &Entry) -> LogKey {
    let key = PublicKey::from_pem(&files.text(case.file("log_key"))).expect("a sound key");
    let log = LogKey::of(None, TrustedKey::public(key)).expect("a key that signs");
    let note = entry.proof().and_then(|proof| Note::parse(proof.note_unverified()?.as_bytes()).ok());
    let Some(note) = note else { return log };
    if note.signatures().iter().any(|line| log.names_line(line)) {
        return log;
    }
    note.signatures().iter().fold(log, |log, line| log.known_as(&line.hash))
}
