//! Makes the signed and chained files that `make bench` measures with:
//! `bench_data FOLDER ENVELOPES EVENTS`. The same arguments give the same bytes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use stella_forensic::anchor::Identity;
use stella_forensic::custody::ledger;
use stella_forensic::custody::stella::{self, Action, LineError, Record};
use stella_forensic::digest::{Algorithm, Digest};
use stella_forensic::sign::{self, Ed25519File, Signer};
use stella_forensic::time::UnixTime;
use stella_forensic::wire::canonical;
use stella_forensic::wire::json::{self, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, envelopes, events] = arguments.as_slice() else {
        return Err("usage: bench_data FOLDER ENVELOPES EVENTS".into());
    };
    let (folder, envelopes, events) = (Path::new(folder), envelopes.parse()?, events.parse()?);
    fs::create_dir_all(folder)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let signer = Ed25519File::open(&root.join("kit/development-key.pem"))?;
    fs::copy(root.join("kit/development-key.pub.pem"), folder.join("key.pem"))?;
    write_envelopes(&folder.join("statements.intoto.jsonl"), envelopes, &signer)?;
    write_custody(&folder.join("custody.ndjson"), events, &signer)?;
    write_ledger(&folder.join("ledger.ndjson"), events)?;
    Ok(())
}

fn write_envelopes(path: &Path, count: u64, signer: &Ed25519File) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(File::create(path)?);
    for number in 0..count {
        let subject = Digest::sha256(&number.to_be_bytes());
        let statement = Value::object([
            ("_type", Value::from("https://in-toto.io/Statement/v1")),
            ("predicateType", Value::from("https://slsa.dev/provenance/v1")),
            (
                "predicate",
                Value::object([("buildDefinition", Value::object([("buildType", Value::from("bench"))]))]),
            ),
            (
                "subject",
                Value::from(vec![Value::object([
                    ("digest", Value::object([("sha256", Value::from(subject.hex()))])),
                    ("name", Value::from(format!("artifact-{number}"))),
                ])]),
            ),
        ]);
        let payload = canonical::to_bytes(&statement)?;
        let envelope = sign::envelope("application/vnd.in-toto+json", &payload, &[signer])?;
        out.write_all(&canonical::to_bytes(&envelope)?)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn write_custody(path: &Path, count: u64, signer: &Ed25519File) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(File::create(path)?);
    let id = signer.public_key().id();
    let actor = Identity::of_bare_key(&id).to_string();
    let mut previous = Digest::new(Algorithm::Sha256, &[0; 32])?;
    for sequence in 1..=count {
        let record = Record {
            case: "BENCH-1",
            sequence,
            previous,
            at: UnixTime::new(1_700_000_000 + i64::try_from(sequence)?, 0)?,
            actor: &actor,
            action: if sequence == 1 { Action::Opened } else { Action::Observed },
            note: Some("the seal on the bag was looked at and found whole"),
        };
        let written = stella::seal_event(&record, |_, message| {
            let signature = sign::sign(signer, message).expect("the key signs");
            Ok::<_, LineError>((id.to_string(), signature))
        })?;
        previous = written.hash;
        out.write_all(&written.line)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn write_ledger(path: &Path, count: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut previous = "0".repeat(64);
    for sequence in 1..=count {
        let time =
            UnixTime::new(1_700_000_000 + i64::try_from(sequence)?, 0)?.to_string().replace('Z', ".000Z");
        let event = format!(
            r#"{{"id":"00000000-0000-4000-8000-{sequence:012}","type":"finding.created","tenant":"acme","chainId":"00000000-0000-4000-8000-00000000000a","sequence":{sequence},"policyVersion":"p1","finding":{{"id":"f-{sequence}","artifactId":"a","vulnId":"CVE-2024-0001"}},"actor":{{"id":"scanner","type":"system"}},"occurredAt":"{time}","recordedAt":"{time}","payload":{{"severity":"high","n":{sequence}}}}}"#
        );
        let hash = Digest::sha256(&canonical::to_bytes(&json::parse(event.as_bytes())?)?);
        let leaf = ledger::leaf_hash(&hash, sequence).hex();
        writeln!(
            out,
            r#"{{"event":{event},"event_hash":"{}","previous_hash":"{previous}","merkle_leaf_hash":"{leaf}"}}"#,
            hash.hex()
        )?;
        previous = hash.hex();
    }
    Ok(out.flush()?)
}
