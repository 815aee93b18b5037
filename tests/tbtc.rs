//! What the signer of tBTC leaves behind: its own verdict and ours, side by side.
//! The samples lie beside the repository (`$STELLA_SEEDS`).

mod support;

use std::path::PathBuf;

use serde_json::{Value, json};
use stella_forensic::crypto::schnorr::XOnlyKey;
use stella_forensic::custody::Standing;
use stella_forensic::custody::tbtc::{self, Form, Judged, Record, admission, attempt, coordinator, fraud};
use stella_forensic::custody::tbtc::{provenance, tee, transcript};
use stella_forensic::digest::{decode_hex, encode_hex};
use stella_forensic::wire;

/// A file of samples, or a line that says how many cases were not run.
fn samples(of: usize, path: &str) -> Option<Value> {
    let folder = support::seeds().map(|seeds| seeds.join("tbtc")).filter(|folder| folder.is_dir());
    let Some(folder) = folder else {
        assert!(std::env::var_os("STELLA_SEEDS").is_none(), "no samples of tBTC in $STELLA_SEEDS");
        println!("0 of {of} cases of {path}: no samples of tBTC here");
        return None;
    };
    let path: PathBuf = folder.join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&bytes).unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn bytes(value: &Value) -> Vec<u8> {
    decode_hex(text(value)).unwrap()
}

fn read(form: Form, value: &Value) -> Record {
    let value = wire::json::parse(value.to_string().as_bytes()).unwrap();
    tbtc::read(form, &value).unwrap_or_else(|error| panic!("{form:?}: {error}"))
}

macro_rules! as_ {
    ($form:ident, $value:expr) => {
        match read(Form::$form, $value) {
            Record::$form(record) => record,
            other => panic!("{other:?}"),
        }
    };
}

/// What is wrong or open, in short.
fn faults(judged: &Judged) -> String {
    let short = |fault: &tbtc::Fault| {
        let open = if fault.standing == Standing::Broken { "" } else { "?" };
        format!("{}{open}", fault.kind.name())
    };
    judged.faults.iter().map(short).collect::<Vec<_>>().join(" ")
}

#[test]
fn attempt_contexts() {
    let Some(vectors) = samples(6, "roast-attempt-context-v1.json") else { return };
    let vectors = list(&vectors["vectors"]);
    for vector in vectors {
        let ids: Vec<u16> = list(&vector["included_participants"])
            .iter()
            .map(|id| u16::try_from(id.as_u64().unwrap()).unwrap())
            .collect();
        let fingerprint = attempt::fingerprint(&ids).hex();
        assert_eq!(fingerprint, text(&vector["expected_included_participants_fingerprint"]));
        let mut record = vector.clone();
        record["included_participants_fingerprint"] =
            vector["expected_included_participants_fingerprint"].clone();
        record["attempt_id"] = vector["expected_attempt_id"].clone();
        let judged = as_!(Attempt, &record).judge();
        assert_eq!((faults(&judged).as_str(), judged.peer.unwrap().verdict), ("actor?", "ok"));
        for member in ["attempt_id", "included_participants_fingerprint", "message_digest_hex"] {
            let mut other = record.clone();
            let hex = text(&record[member]);
            other[member] = Value::from(hex.replacen(&hex[..1], if &hex[..1] == "0" { "1" } else { "0" }, 1));
            let judged = as_!(Attempt, &other).judge();
            assert_eq!(judged.peer.as_ref().unwrap().verdict, "broken", "{member}");
            assert!(faults(&judged).starts_with("hash"), "{member}");
        }
    }
    assert_eq!(vectors.len(), 6);
    println!("attempt contexts: 6 of 6 accepted as they are, 18 of 18 refused with one digit changed");
}

#[test]
fn coordinators() {
    let Some(vectors) = samples(10, "coordinator_seed_vectors.json") else { return };
    let members = |value: &Value| -> Vec<u16> {
        list(value).iter().map(|id| u16::try_from(id.as_u64().unwrap()).unwrap()).collect()
    };
    let vectors = list(&vectors["vectors"]);
    for vector in vectors {
        let message = bytes(&vector["messageDigestHex"]);
        let seed = coordinator::seed(text(&vector["keyGroup"]), text(&vector["sessionID"]), &message);
        assert_eq!(seed.unwrap().to_string(), text(&vector["expectedShuffleSeedInt64"]));
        let attempt = vector["attemptNumber"].as_u64().unwrap();
        let chosen = coordinator::select(seed.unwrap(), attempt, &members(&vector["includedMembers"]));
        assert_eq!(chosen.map(u64::from), vector["expectedCoordinator"].as_u64(), "{}", vector["name"]);
    }
    assert_eq!(vectors.len(), 10);
    let corpus = samples(424, "coordinator_shuffle_corpus.generated.json").unwrap();
    let corpus = list(&corpus["cases"]);
    for case in corpus {
        let seed = text(&case["seedInt64"]).parse().unwrap();
        let attempt = case["attemptNumber"].as_u64().unwrap();
        let chosen = coordinator::select(seed, attempt, &members(&case["members"]));
        assert_eq!(chosen.map(u64::from), case["expectedCoordinator"].as_u64(), "{case}");
    }
    println!("coordinators: 10 of 10, and {} of {0} shuffles", corpus.len());
}

/// Every case with the checks that fail or stay open, by record.
const TRANSCRIPTS: &[(&str, &str, &str)] = &[
    ("good", "ok", ""),
    ("reason-edited", "broken", "1:shape"),
    ("excluded-edited", "broken", "2:hash"),
    ("record-removed-count-kept", "broken", "1:genesis"),
    ("record-removed-count-fixed", "broken", "1:genesis"),
    ("records-swapped", "broken", "1:genesis 2:order"),
    ("timestamp-forged-and-rehashed", "ok", "2:time"),
];

#[test]
fn transcripts() {
    let Some(samples) = samples(7, "transcript-audit/cases.generated.json") else { return };
    let mut seen = Vec::new();
    for case in list(&samples["cases"]) {
        let name = text(&case["name"]);
        let value = wire::json::parse(case["audit"].to_string().as_bytes()).unwrap();
        let (verdict, strict) = match tbtc::read(Form::Transcript, &value) {
            Err(_) => ("broken", "1:shape".to_owned()),
            Ok(Record::Transcript(read)) => {
                let timeline = transcript::timeline(&read, &[]);
                let breaks = timeline.breaks.iter().map(|one| format!("{}:{}", one.line, one.kind.name()));
                (transcript::peer(&read).verdict, breaks.collect::<Vec<_>>().join(" "))
            }
            Ok(other) => panic!("{other:?}"),
        };
        assert_eq!(verdict == "ok", case["valid"] == true, "{name}");
        seen.push((name.to_owned(), verdict, strict));
    }
    let seen: Vec<(&str, &str, &str)> =
        seen.iter().map(|(name, verdict, strict)| (name.as_str(), *verdict, strict.as_str())).collect();
    assert_eq!(seen, TRANSCRIPTS);
    let contexts: Vec<attempt::Context> = list(&samples["attempt_contexts"])
        .iter()
        .map(|one| {
            let mut one = one.clone();
            one["session_id"] = samples["session_id"].clone();
            one["message_digest_hex"] = samples["message_digest_hex"].clone();
            as_!(Attempt, &one)
        })
        .collect();
    contexts.iter().for_each(|context| assert_eq!(faults(&context.judge()), "actor?"));
    let contexts: Vec<&attempt::Context> = contexts.iter().collect();
    let good = as_!(Transcript, &samples["cases"][0]["audit"]);
    assert_eq!(faults(&tbtc::continued(&good, &contexts)), "");
    println!("transcripts: 2 of 2 accepts, 5 of 5 rejects");
}

#[test]
fn admissions() {
    let Some(samples) = samples(36, "admission/cases.generated.json") else { return };
    let (mut allows, mut rejects) = (0, 0);
    for case in list(&samples["cases"]) {
        let name = text(&case["name"]);
        let (policy, candidate) = (as_!(Policy, &case["policy"]), as_!(Candidate, &case["candidate"]));
        let existing = as_!(Existing, &case["existing"]);
        let given = |member: &str| Some(&case[member]).filter(|value| !value.is_null());
        let exception = given("override").map(|value| as_!(Override, value));
        let registry = given("override_registry").map(|value| as_!(Registry, value));
        let inputs = admission::Inputs {
            policy: &policy,
            candidate: &candidate,
            existing: &existing,
            exception: exception.as_ref(),
            registry: registry.as_ref(),
        };
        let now = case["now_unix"].as_u64().unwrap();
        let outcome = admission::decide(&inputs, now);
        let expected = &case["expected"];
        let word = if outcome.allowed { "allow" } else { "reject" };
        assert_eq!(json!(outcome.reasons), expected["codes"], "{name}");
        assert_eq!(word, text(&expected["decision"]), "{name}");
        assert_eq!(outcome.reference.is_some(), expected["override_applied"] == true, "{name}");
        assert_eq!(outcome.reference.as_deref(), expected["override_reference"].as_str(), "{name}");
        if let Some((id, expires)) = &outcome.consumed {
            let after = &expected["registry_after"]["consumed_override_ids"][id];
            assert_eq!(after["expires_at_unix"].as_u64(), Some(*expires), "{name}");
        }
        *(if outcome.allowed { &mut allows } else { &mut rejects }) += 1;
        // The same as a record, and one that says otherwise.
        let codes = list(&expected["codes"]).iter().map(|code| json!({"code": code, "detail": ""}));
        let mut decision = json!({
            "decision": expected["decision"], "reasons": codes.collect::<Vec<_>>(),
            "override_applied": expected["override_applied"],
            "override_reference": expected["override_reference"], "evaluated_at_unix": now,
        });
        let judge = |decision: &Value| {
            let recorded = as_!(Decision, decision);
            faults(&admission::judge(&inputs, Some(&recorded), None))
        };
        let rest = judge(&decision).replace("signature", "");
        assert_eq!(rest, "", "{name}");
        decision["decision"] = Value::from(if outcome.allowed { "reject" } else { "allow" });
        assert!(judge(&decision).starts_with("record"), "{name}");
    }
    println!("admission: {allows} allows and {rejects} rejects as tBTC decides them, of 36");
    assert_eq!(allows + rejects, 36);
}

#[test]
fn provenance_attestations() {
    let Some(samples) = samples(19, "provenance-attestation/cases.generated.json") else { return };
    let (mut accepts, mut rejects) = (0, 0);
    for case in list(&samples["cases"]) {
        let name = text(&case["name"]);
        let gate: provenance::Gate = as_!(Provenance, case);
        let now = case["now_unix"].as_u64().unwrap();
        assert_eq!(gate.refused(now), case["expected"].as_str(), "{name}");
        let judged = gate.judge(Some(now));
        let broken = judged.faults.iter().any(|fault| fault.standing == Standing::Broken);
        assert_eq!(broken, !case["expected"].is_null(), "{name}");
        *(if broken { &mut rejects } else { &mut accepts }) += 1;
        assert!(gate.judge(None).peer.unwrap().untold.is_some());
    }
    println!("provenance: {accepts} accepts and {rejects} rejects as tBTC decides them, of 19");
    assert_eq!(accepts + rejects, 19);
}

#[test]
fn tee_tokens() {
    let Some(samples) = samples(12, "tee-admission-token/cases.generated.json") else { return };
    let (mut allows, mut rejects) = (0, 0);
    for case in list(&samples["cases"]) {
        let name = text(&case["name"]);
        let (token, enclaves) = (as_!(Token, &case["token"]), as_!(Enclaves, &case["registry"]));
        let (keyset, denylist) =
            (as_!(Keyset, &case["keyset"]), as_!(Denylist, &case["revocation_registry"]));
        let inputs = tee::Inputs { token: &token, enclaves: &enclaves, keyset: &keyset, denylist: &denylist };
        let codes = tee::refused(&inputs, case["now_unix"].as_u64().unwrap()).unwrap();
        assert_eq!(json!(codes), case["expected"]["codes"], "{name}");
        let allowed = codes.is_empty();
        assert_eq!(allowed, case["expected"]["decision"] == "allow", "{name}");
        *(if allowed { &mut allows } else { &mut rejects }) += 1;
    }
    println!("enclaves: {allows} allows and {rejects} rejects as tBTC decides them, of 12");
    assert_eq!(allows + rejects, 12);
}

#[test]
fn signature_fraud() {
    let Some(samples) = samples(36, "p2tr-signature-fraud-v0.json") else { return };
    let (mut accepts, mut negatives) = (0, 0);
    let cases = list(&samples["cases"]);
    for case in cases {
        let id = text(&case["id"]);
        let judge = |case: &Value| match read(Form::Fraud, case) {
            Record::Fraud(evidence) => evidence.judge(),
            other => panic!("{other:?}"),
        };
        assert_eq!(faults(&judge(case)), "", "{id}");
        accepts += 1;
        for negative in list(&case["negativeVerificationCases"]) {
            let mut other = case.clone();
            for (member, value) in negative.as_object().unwrap() {
                other[member] = value.clone();
            }
            if let Some(signature) = negative["bip340SignatureHex"].as_str() {
                let type_ = &text(&case["witnessSignatureHex"])[128..];
                other["witnessSignatureHex"] = Value::from(format!("{signature}{type_}"));
            }
            let judged = judge(&other);
            assert_eq!(judged.peer.as_ref().unwrap().verdict, "broken", "{id} {}", negative["id"]);
            negatives += 1;
        }
        for negative in list(&case["negativeSighashCases"]) {
            let mut other = case.clone();
            for (member, value) in negative.as_object().unwrap() {
                other[member] = value.clone();
            }
            other["bip341SighashHex"] = negative["mutatedBip341SighashHex"].clone();
            let found = faults(&judge(&other));
            // The hash that was stated for what was changed is that of ours.
            assert!(found.contains("signature"), "{id} {}: {found}", negative["id"]);
            let stated = judge(&other).faults.into_iter().find(|fault| fault.at == "bip341SighashHex");
            assert_eq!(stated, None, "{id} {}", negative["id"]);
            negatives += 1;
        }
    }
    let witnesses = list(&samples["negativeWitnessCases"]);
    for case in witnesses {
        let error = fraud::witness(&bytes(&case["witnessSignatureHex"])).unwrap_err();
        assert_eq!(error, text(&case["expectedError"]));
    }
    println!("fraud: {accepts} of 6 accepts, {negatives} of 26 rejects, {} of 4 witnesses", witnesses.len());
    assert_eq!((accepts, negatives, witnesses.len()), (6, 26, 4));
}

#[test]
fn key_paths_of_bip341() {
    let Some(samples) = samples(1, "bips/bip-0341-wallet-test-vectors.json") else { return };
    let (mut keys, mut hashes, mut others) = (0, 0, 0);
    for case in list(&samples["scriptPubKey"]) {
        let internal = XOnlyKey::from_bytes(&bytes(&case["given"]["internalPubkey"])).unwrap();
        let root = case["intermediary"]["merkleRoot"].as_str().map(|root| decode_hex(root).unwrap());
        let tweaked = internal.tweaked(&root.unwrap_or_default()).unwrap();
        assert_eq!(encode_hex(&tweaked.to_bytes()), text(&case["intermediary"]["tweakedPubkey"]));
        keys += 1;
    }
    for case in list(&samples["keyPathSpending"]) {
        let transaction = fraud::Transaction::read(&bytes(&case["given"]["rawUnsignedTx"])).unwrap();
        let spent = prevouts(&case["given"]);
        for input in list(&case["inputSpending"]) {
            let sighash = match input["given"]["hashType"].as_u64().unwrap() {
                0 => fraud::SighashType::Default,
                1 => fraud::SighashType::All,
                _ => {
                    others += 1;
                    continue;
                }
            };
            let index = u32::try_from(input["given"]["txinIndex"].as_u64().unwrap()).unwrap();
            let digest = transaction.sighash(&spent, index, sighash).unwrap();
            assert_eq!(digest.hex(), text(&input["intermediary"]["sigHash"]));
            let internal = XOnlyKey::from_bytes(&bytes(&input["intermediary"]["internalPubkey"])).unwrap();
            let root = input["given"]["merkleRoot"].as_str().map(|root| decode_hex(root).unwrap());
            let key = internal.tweaked(&root.unwrap_or_default()).unwrap();
            let witness = fraud::witness(&bytes(&input["expected"]["witness"][0])).unwrap();
            assert_eq!(witness.sighash, sighash);
            assert_eq!(key.verify(digest.bytes(), &witness.signature), Ok(()));
            hashes += 1;
        }
    }
    println!(
        "BIP-341: {keys} tweaked keys, {hashes} hashes with their signatures; {others} of types not taken"
    );
    assert_eq!((keys, hashes), (7, 2));
}

/// The outputs that a transaction of BIP-341 spends, whose ids stand in it.
fn prevouts(given: &Value) -> Vec<fraud::Prevout> {
    let raw = bytes(&given["rawUnsignedTx"]);
    let spent = list(&given["utxosSpent"]).iter().enumerate();
    spent
        .map(|(index, one)| {
            // Version, a count of one byte, then 41 bytes for each input.
            let at = 5 + 41 * index;
            let mut txid: [u8; 32] = raw[at..at + 32].try_into().unwrap();
            txid.reverse();
            fraud::Prevout {
                txid,
                vout: u32::from_le_bytes(raw[at + 32..at + 36].try_into().unwrap()),
                value: one["amountSats"].as_u64().unwrap(),
                script: bytes(&one["scriptPubKey"]),
            }
        })
        .collect()
}

#[test]
fn group_signatures() {
    let Some(samples) = samples(4, "frost-secp256k1-tr/group-signatures.generated.json") else { return };
    let cases = list(&samples["cases"]);
    for case in cases {
        let name = text(&case["name"]);
        let judged = as_!(Group, case).judge();
        assert_eq!(faults(&judged), "", "{name}");
        assert_eq!(case["crate_verify"], true);
        let mut other = case.clone();
        other["message"] = Value::from("05".repeat(32));
        assert_eq!(faults(&as_!(Group, &other).judge()), "signature", "{name}");
    }
    println!("group signatures: {} of 4 accepts, 4 of 4 rejects", cases.len());
    assert_eq!(cases.len(), 4);
}

/// Verifies a folder of these files, under those of them that are rules, and gives
/// the exit status and what tBTC itself says by the report.
fn reported(files: &[(&str, &Value)], rules: &[&str]) -> (i32, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (evidence, trust) = (folder.path().join("evidence"), folder.path().join("trust"));
    [&evidence, &trust].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
    let mut command = std::process::Command::new(support::binary());
    command.args(["forensic", "verify", "--output", "json"]).arg(&evidence);
    for (name, value) in files.iter().filter(|(_, value)| !value.is_null()) {
        std::fs::write(evidence.join(name), value.to_string()).unwrap();
        if rules.contains(name) {
            std::fs::write(trust.join(name), value.to_string()).unwrap();
            command.arg("--trust-roots").arg(format!("custody={}", trust.join(name).display()));
        }
    }
    let output = command.output().unwrap();
    if output.status.code() == Some(65) {
        return (65, String::new(), Vec::new());
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let facts = list(&report["cases"][0]["facts"]);
    let peer = facts.iter().find(|fact| fact["kind"] == "peer").unwrap_or_else(|| panic!("{report}"));
    let reasons = list(&peer["reasons"]).iter().map(|code| text(code).to_owned()).collect();
    (output.status.code().unwrap(), text(&peer["verdict"]).to_owned(), reasons)
}

#[test]
fn admissions_in_reports() {
    let Some(samples) = samples(36, "admission/cases.generated.json") else { return };
    let (mut signed, mut open, mut rejected) = (0, 0, 0);
    const RULES: [&str; 3] = ["policy.json", "existing-operators.json", "registry.json"];
    for case in list(&samples["cases"]) {
        let expected = &case["expected"];
        let codes = list(&expected["codes"]).iter().map(|code| json!({"code": code, "detail": ""}));
        let decision = json!({
            "decision": expected["decision"], "reasons": codes.collect::<Vec<_>>(),
            "override_applied": expected["override_applied"],
            "override_reference": expected["override_reference"], "evaluated_at_unix": case["now_unix"],
        });
        let files = [
            ("policy.json", &case["policy"]),
            ("candidate.json", &case["candidate"]),
            ("existing-operators.json", &case["existing"]),
            ("override.json", &case["override"]),
            ("registry.json", &case["override_registry"]),
            ("decision.json", &decision),
        ];
        let (status, verdict, reasons) = reported(&files, &RULES);
        assert_eq!(json!(verdict), expected["decision"], "{}", case["name"]);
        assert_eq!(json!(reasons), expected["codes"], "{}", case["name"]);
        // Verified is what a known key signed; wrong signatures are rejected; nobody
        // signed the rest.
        *(match status {
            0 => &mut signed,
            6 => &mut open,
            _ => &mut rejected,
        }) += 1;
        // The same under rules that only the evidence has is never more than open.
        let (status, ..) = reported(&files, &[]);
        assert!(matches!(status, 3 | 6 | 65), "{}: {status}", case["name"]);
    }
    println!("admission in reports: {signed} signed and verified, {open} open, {rejected} rejected");
    assert_eq!(signed + open + rejected, 36);
}
