//! `stella forensic inspect`: what evidence claims. Every line says that it is
//! unverified, because none of it is.

use std::io::{self, Write};

use crate::claim::{self, Claim, Detached};
use crate::cli::args::{Inspect, Output};
use crate::cli::collecting::{self, Wanted, collect};
use crate::cli::failure::Failure;
use crate::digest::{Algorithm, encode_hex};
use crate::evidence::{Case, Evidence, Form, Item};
use crate::path::{escape, escape_text};
use crate::proof::git::Signature;
use crate::proof::note::{Checkpoint, Note};
use crate::proof::revocation::CertificateStatus;
use crate::proof::sigstore::{Bundle, Content, Material, Said};
use crate::proof::x509::Certificate;
use crate::statement::Statement;
use crate::statement::layout::Metadata;
use crate::wire::canonical;
use crate::wire::json::{self, Value};

/// One line: where, and what is claimed there.
struct Line {
    case: usize,
    item: String,
    claim: Vec<(&'static str, String)>,
}

/// Runs the command; the number is the exit status.
pub fn run(arguments: &Inspect) -> Result<u8, Failure> {
    let evidence = collect(&arguments.evidence, &arguments.reading, &Wanted::default())?;
    let output = collecting::output(arguments.output);
    print(&evidence, output, &mut io::stdout().lock())
        .map_err(|error| Failure::fault(format!("the result cannot be written: {error}")))?;
    Ok(0)
}

fn print(evidence: &Evidence, output: Output, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<Line> =
        evidence.cases.iter().enumerate().flat_map(|(index, case)| case_lines(index, case)).collect();
    match output {
        Output::Table => {
            let mut last = None;
            for line in &lines {
                if last.replace(line.case) != Some(line.case) {
                    let case = &evidence.cases[line.case];
                    writeln!(out, "{} ({}), {} items", form(case), case.format.name(), case.items.len())?;
                }
                let claim: Vec<String> =
                    line.claim.iter().map(|(name, text)| format!("{name} {}", escape_text(text))).collect();
                writeln!(out, "  unverified  {}: {}", escape_text(&line.item), claim.join(", "))?;
            }
            Ok(())
        }
        Output::Ndjson => {
            for line in &lines {
                out.write_all(&bytes(&value(line)))?;
                out.write_all(b"\n")?;
            }
            Ok(())
        }
        Output::Json => {
            let all = Value::object([
                ("claims", Value::Array(lines.iter().map(value).collect())),
                ("schema", Value::from("stella.inspection/v1")),
                ("status", Value::from("unverified")),
            ]);
            out.write_all(&bytes(&all))?;
            out.write_all(b"\n")
        }
    }
}

fn value(line: &Line) -> Value {
    let claim = line.claim.iter().map(|(name, text)| (*name, Value::from(escape_text(text))));
    Value::object([
        ("case", Value::from(line.case as u64)),
        ("claim", Value::object(claim)),
        ("item", Value::from(escape_text(&line.item))),
        ("status", Value::from("unverified")),
    ])
}

fn bytes(value: &Value) -> Vec<u8> {
    canonical::to_bytes(value).expect("no number here is larger than the number of cases")
}

fn form(case: &Case) -> String {
    let form = match case.form {
        Form::Loose => "loose files",
        Form::Directory => "directory",
        Form::Archive { .. } => "archive",
    };
    match &case.name {
        Some(name) => format!("{form} {name}"),
        None => form.to_owned(),
    }
}

fn case_lines(index: usize, case: &Case) -> Vec<Line> {
    let mut lines = Vec::new();
    for fault in &case.faults {
        let item = fault.path.clone().unwrap_or_default();
        let claim = vec![("refused", fault.kind.id().to_owned()), ("found", fault.found.clone())];
        lines.push(Line { case: index, item, claim });
    }
    for item in &case.items {
        let mut push = |claim: Vec<(&'static str, String)>| {
            lines.push(Line { case: index, item: item.path.as_str().to_owned(), claim });
        };
        let digest = item.digests.get(Algorithm::Sha256).map_or_else(String::new, |d| d.to_string());
        push(vec![
            ("kind", item.kind.name().to_owned()),
            ("size", item.size.to_string()),
            ("digest", digest),
        ]);
        claims(item, &mut push);
    }
    lines
}

fn note(note: &Note, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    if let Ok(checkpoint) = Checkpoint::parse(note.text_unverified()) {
        head(note, &checkpoint, push);
    }
}

fn head(note: &Note, checkpoint: &Checkpoint, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    push(vec![
        ("log", checkpoint.origin.clone()),
        ("size", checkpoint.size.to_string()),
        ("root", checkpoint.root.to_string()),
    ]);
    for signature in note.signatures() {
        push(vec![("signed", signature.name.clone()), ("key", encode_hex(&signature.hash))]);
    }
}

fn claims(item: &Item, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    match claim::read(item) {
        Err(error) => push(vec![("malformed", error.to_string())]),
        Ok(Claim::Envelopes(envelopes)) => {
            for one in envelopes {
                match one.envelope {
                    Err(error) => push(vec![("malformed", error.to_string())]),
                    Ok(envelope) => {
                        push(vec![
                            ("payloadType", envelope.payload_type().to_owned()),
                            ("signatures", envelope.signatures().len().to_string()),
                        ]);
                        for signature in envelope.signatures() {
                            push(vec![(
                                "keyid",
                                signature.keyid.clone().unwrap_or_else(|| "none".to_owned()),
                            )]);
                        }
                        // The same reader as for a payload that verified.
                        match envelope.value_unverified() {
                            Some(said) => claim_in_toto(said, push),
                            None => claim_payload(envelope.payload_unverified(), push),
                        }
                    }
                }
            }
        }
        Ok(Claim::Bundles(bundles)) => {
            for one in &bundles {
                match &one.bundle {
                    Err(error) => push(vec![("malformed", error.to_string())]),
                    Ok(bundle) => claim_bundle(bundle, push),
                }
            }
        }
        Ok(Claim::Statement(statement)) => claim_statement(&statement, push),
        Ok(Claim::Files(files)) => push(vec![("lists", files.entries.len().to_string())]),
        Ok(Claim::List(list)) => push(vec![("lists", list.entries.len().to_string())]),
        Ok(Claim::Manifest(manifest)) => {
            let mut claim = vec![("lists", manifest.entries.len().to_string())];
            claim.extend(manifest.id.clone().map(|id| ("id", id)));
            claim.extend(manifest.created.clone().map(|created| ("created", created)));
            claim.extend(manifest.recipe.map(|recipe| ("recipe", recipe.name().to_owned())));
            claim.extend(manifest.root.map(|(root, _)| ("root", root.to_string())));
            push(claim);
        }
        Ok(Claim::BundleInfo(info)) => {
            let mut claim = Vec::new();
            claim.extend(info.id.map(|id| ("id", id)));
            claim.extend(info.root.map(|root| ("root", root.to_string())));
            push(claim);
        }
        Ok(Claim::Keeper(attestation)) => {
            let mut claim = vec![("attests", attestation.level.name().to_owned())];
            claim.extend(attestation.commits.iter().map(|commit| ("commit", commit.clone())));
            claim.extend(attestation.launch.map(|launch| ("launch", launch.to_string())));
            push(claim);
        }
        Ok(Claim::Detached(signature)) => {
            let mut claim = vec![("signature", "detached".to_owned())];
            claim.extend(signature.key_name().map(|name| ("keyid", name)));
            if let Detached::Minisign(file) = &signature {
                claim.push(("comment", file.trusted_comment_unverified().to_owned()));
            }
            if let Detached::Ssh(signature) = &signature {
                claim.push(("namespace", signature.namespace_unverified().to_owned()));
            }
            push(claim);
        }
        Ok(Claim::AuthsBundle(bundle)) => {
            let mut claim = vec![("identity", bundle.root.did.clone())];
            claim.push(("devices", bundle.devices.len().to_string()));
            claim.push(("made", bundle.made.to_string()));
            push(claim);
        }
        Ok(Claim::AuthsAttestation(attestation)) => {
            let mut claim =
                vec![("issuer", attestation.issuer.clone()), ("subject", attestation.subject.clone())];
            claim.extend(attestation.file.map(|file| ("file", file.to_string())));
            push(claim);
        }
        Ok(Claim::Git(text)) => {
            let mut claim = vec![(text.kind().name(), text.id().hex())];
            claim.push(("leadsTo", text.leads_to().hex()));
            claim.push((
                "signature",
                match text.signature() {
                    None => "none",
                    Some(Signature::Ssh(_)) => "SSH",
                    Some(_) => "of a kind that is not verified",
                }
                .to_owned(),
            ));
            push(claim);
        }
        Ok(Claim::Certificates(certificates)) => {
            certificates.iter().for_each(|one| push(claim_certificate(one)));
        }
        Ok(Claim::Crls(crls)) => {
            for crl in &crls {
                let mut claim = vec![
                    ("issuer", crl.issuer().to_string()),
                    ("revoked", crl.entry_count().to_string()),
                    ("thisUpdate", crl.this_update().to_string()),
                ];
                claim.extend(crl.next_update().map(|next| ("nextUpdate", next.to_string())));
                push(claim);
            }
        }
        Ok(Claim::Ocsp(response)) => {
            push(vec![("producedAt", response.produced_at().to_string())]);
            for one in response.responses() {
                let status = match one.status {
                    CertificateStatus::Good => "good",
                    CertificateStatus::Revoked(_) => "revoked",
                    CertificateStatus::Unknown => "unknown",
                };
                push(vec![
                    ("serial", encode_hex(one.certificate.serial())),
                    ("status", status.to_owned()),
                    ("thisUpdate", one.this_update.to_string()),
                ]);
            }
        }
        Ok(Claim::Checkpoint(claimed)) => head(&claimed.0, &claimed.1, push),
        Ok(Claim::TlogProof(proof)) => {
            push(vec![("leaf", proof.index().to_string())]);
            note(proof.note(), push);
        }
        Ok(Claim::TlogConsistency(proof)) => {
            push(vec![("continues", format!("{} leaves", proof.old()))]);
            note(proof.note(), push);
        }
        Ok(Claim::LogEntries(entries)) => {
            for one in entries {
                let log = encode_hex(one.entry.log_id());
                push(vec![
                    ("entry", one.uuid.unwrap_or_default()),
                    ("log", log),
                    ("index", one.entry.index().to_string()),
                ]);
            }
        }
        Ok(Claim::Document(document)) => {
            for one in document.descriptors() {
                push(vec![("blob", one.digest.to_string()), ("type", escape(one.media_type.as_bytes()))]);
            }
            if let Some(subject) = &document.subject {
                push(vec![("subject", subject.digest.to_string())]);
            }
        }
        Ok(Claim::Image(image)) => push(vec![("image", image.to_string())]),
        Ok(Claim::Receipt(receipt)) => {
            push(vec![("entry", receipt.uuid().to_owned()), ("index", receipt.index().to_string())]);
        }
        Ok(Claim::TimeAnchor(anchor)) => push(vec![
            ("anchorTime", anchor.time.to_string()),
            ("source", anchor.source.clone()),
            ("token", anchor.token.to_string()),
        ]),
        Ok(Claim::Token(token)) => {
            push(vec![
                ("imprint", token.imprint_unverified().to_string()),
                ("genTime", token.gen_time_unverified().to_string()),
                ("policy", token.policy_unverified().to_string()),
                ("serial", encode_hex(token.serial_unverified())),
                ("signer", token.signer_unverified().to_string()),
            ]);
            token.certificates_unverified().iter().for_each(|one| push(claim_certificate(one)));
        }
        // Its kind says what it is; nothing of it is worth a line without its verification.
        Ok(Claim::Tbtc(_)) => {}
        Ok(Claim::Receipts(receipts)) => {
            for receipt in receipts.iter().filter_map(|(_, receipt)| receipt.as_ref().ok()) {
                push(vec![("receipt", receipt.entry.clone()), ("keyid", receipt.key.clone())]);
            }
        }
        Ok(Claim::Supplied(what)) => push(vec![("brings", format!("{what}, which counts for nothing here"))]),
        Ok(Claim::BagDeclaration | Claim::Nothing) => {}
    }
    for timeline in &item.timelines {
        let mut claim = vec![
            ("timeline", timeline.format.name().to_owned()),
            ("chain", escape(timeline.chain.as_bytes())),
            ("events", timeline.count.to_string()),
        ];
        claim.extend(timeline.head.map(|head| ("head", head.to_string())));
        push(claim);
    }
}

fn claim_certificate(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let window = certificate.window();
    let mut claim =
        vec![("subject", certificate.subject().to_string()), ("issuer", certificate.issuer().to_string())];
    claim.push(("serial", certificate.serial_hex()));
    claim.extend(window.not_before.map(|time| ("notBefore", time.to_string())));
    claim.extend(window.not_after.map(|time| ("notAfter", time.to_string())));
    claim
}

fn claim_payload(payload: &[u8], push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    let Ok(said) = json::parse(payload) else { return };
    match Statement::from_value(&said) {
        Ok(statement) => claim_statement(&statement, push),
        Err(_) if Metadata::is_claimed(&said) => claim_in_toto(&said, push),
        Err(_) => {}
    }
}

fn claim_in_toto(said: &Value, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    match Metadata::from_value(said) {
        Err(error) => push(vec![("malformed", error.to_string())]),
        Ok(Metadata::Link(link)) => push(vec![
            ("link", link.name),
            ("materials", link.materials.len().to_string()),
            ("products", link.products.len().to_string()),
        ]),
        Ok(Metadata::Layout(layout)) => {
            push(vec![("layout", "in-toto".to_owned()), ("expires", layout.expires.to_string())]);
            for step in layout.steps {
                push(vec![("step", step.name), ("threshold", step.threshold.to_string())]);
            }
            for inspection in layout.inspections {
                push(vec![("inspection", inspection.name), ("wouldRun", inspection.run.join(" "))]);
            }
        }
    }
}

fn claim_bundle(bundle: &Bundle, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    let mut claim = vec![("bundle", bundle.version.name().to_owned())];
    match &bundle.content {
        Content::Message(message) => claim.push(("digest", message.digest.to_string())),
        Content::Envelope(envelope) => claim.push(("payloadType", envelope.payload_type().to_owned())),
    }
    if let Material::Key { hint } = &bundle.material {
        claim.push(("keyid", hint.clone().unwrap_or_else(|| "none".to_owned())));
    }
    push(claim);
    if let Material::Certificate { leaf, chain } = &bundle.material {
        std::iter::once(leaf).chain(chain).for_each(|one| push(claim_certificate(one)));
        match Said::by(leaf) {
            Err(error) => push(vec![("malformed", error.to_string())]),
            Ok(said) => {
                push(vec![("identity", said.keyless.to_string())]);
                for (name, text) in said.lines() {
                    push(vec![("extension", name), ("says", text)]);
                }
            }
        }
    }
    for entry in &bundle.entries {
        let mut claim = vec![("log", encode_hex(entry.log_id())), ("index", entry.index().to_string())];
        claim.extend(entry.kind().map(|kind| ("entry", format!("{} {}", kind.kind, kind.version))));
        claim.extend(entry.integrated_time_unverified().map(|time| ("integratedTime", time.to_string())));
        push(claim);
    }
    push(vec![("timeStamps", bundle.tokens.len().to_string())]);
    if let Content::Envelope(envelope) = &bundle.content
        && let Ok(statement) = Statement::parse(envelope.payload_unverified())
    {
        claim_statement(&statement, push);
    }
}

fn claim_statement(statement: &Statement, push: &mut dyn FnMut(Vec<(&'static str, String)>)) {
    push(vec![("predicateType", statement.predicate_type.clone())]);
    for subject in &statement.subjects {
        let mut claim = vec![("subject", subject.name.clone().unwrap_or_else(|| "unnamed".to_owned()))];
        claim.extend(subject.digests.iter().map(|digest| (digest.algorithm().name(), digest.hex())));
        push(claim);
    }
}
