//! The report as RFC 8785 JSON, written member by member, so that a million
//! items never stand in memory a second time.
//!
//! A [`Writer`] insists that members come in their canonical order; what is
//! small is a [`Value`] written by the canonical writer.

use std::io::{self, Write};

use super::model::{CaseReport, ItemReport, Report, SubjectReport};
use super::{RULES, SCHEMA};
use crate::digest::{Algorithm, AlgorithmSet, Digest, Hasher};
use crate::fact::{Fact, ProvenTime};
use crate::finding::{Book, CheckId, Coverage, Finding};
use crate::wire::canonical;
use crate::wire::json::Value;

/// Writes the report and one line feed.
pub fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let id = report_id(report);
    write(report, Some(&id), out)?;
    out.write_all(b"\n")
}

/// SHA-256 over the canonical report without `reportId`: what two people read
/// to each other.
pub fn report_id(report: &Report) -> Digest {
    struct Sink(Hasher);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink(Hasher::new(AlgorithmSet::only(Algorithm::Sha256)));
    write(report, None, &mut sink).expect("a hasher takes everything");
    sink.0.finish().get(Algorithm::Sha256).expect("the one algorithm asked for is computed")
}

/// Writes a line for each case, item, finding, fact and subject, and the verdict last.
pub fn write_ndjson(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |kind: &str, value: Value| -> io::Result<()> {
        out.write_all(&bytes(&Value::object([("type", Value::from(kind)), (kind, value)])))?;
        out.write_all(b"\n")
    };
    for case in &report.cases {
        line("case", case_value(case))?;
        for item in &case.items {
            line("item", with_case(item_value(item), case))?;
        }
        for finding in &case.findings {
            line("finding", with_case(finding_value(finding), case))?;
        }
        for fact in &case.facts {
            line("fact", with_case(fact_value(fact), case))?;
        }
    }
    for finding in &report.book.findings {
        line("finding", finding_value(finding))?;
    }
    for subject in &report.subjects {
        line("subject", subject_value(subject))?;
    }
    let verdict = Value::object([
        ("checksum", Value::from(report.checksum.to_string())),
        ("rationale", checks(report.rationale.iter())),
        ("reportId", Value::from(report_id(report).to_string())),
        ("schema", Value::from(SCHEMA)),
        ("signature", Value::from(report.signature)),
        ("status", Value::from(report.status.as_str())),
    ]);
    line("verdict", verdict)
}

/// A report object for a run that came to no verdict.
pub fn error_object(code: u8, message: &str) -> Vec<u8> {
    let mut line = bytes(&Value::object([
        (
            "error",
            Value::object([
                ("code", Value::from(u64::from(code))),
                ("message", Value::from(crate::path::escape_text(message))),
            ]),
        ),
        ("schema", Value::from(SCHEMA)),
        ("status", Value::from("error")),
        ("tool", tool()),
    ]));
    line.push(b'\n');
    line
}

fn write(report: &Report, id: Option<&Digest>, out: &mut dyn Write) -> io::Result<()> {
    let about = &report.about;
    let mut w = Writer::begin(out)?;
    w.value(
        "at",
        &Value::object([
            ("source", Value::from(about.at.source)),
            ("time", about.at.time.clone().map_or(Value::Null, Value::from)),
        ]),
    )?;
    w.array("cases", report.cases.iter(), |out, case| write_case(case, out))?;
    w.value("checks", &book_checks(&report.book))?;
    w.value("checksum", &Value::from(report.checksum.to_string()))?;
    w.value("findings", &Value::Array(report.book.findings.iter().map(finding_value).collect()))?;
    let kit = about.kit.as_ref().map_or(Value::Null, |kit| {
        Value::object([
            ("development", Value::from(kit.development)),
            ("digest", Value::from(kit.digest.to_string())),
            ("version", Value::from(kit.version.clone())),
        ])
    });
    w.value("kit", &kit)?;
    let (policy, digest, source) = &about.policy;
    w.value(
        "policy",
        &Value::object([
            ("digest", Value::from(digest.to_string())),
            ("id", Value::from(policy.clone())),
            ("source", Value::from(source.clone())),
        ]),
    )?;
    w.value("rationale", &checks(report.rationale.iter()))?;
    if let Some(id) = id {
        w.value("reportId", &Value::from(id.to_string()))?;
    }
    w.value("request", &about.request)?;
    w.value("schema", &Value::from(SCHEMA))?;
    w.value("signature", &Value::from(report.signature))?;
    w.value("status", &Value::from(report.status.as_str()))?;
    w.array("subject", report.subject_digests().into_iter(), |out, digest| {
        out.write_all(&bytes(&Value::from(digest)))
    })?;
    w.array("subjects", report.subjects.iter(), |out, one| out.write_all(&bytes(&subject_value(one))))?;
    w.value("tool", &tool())?;
    let trust = &about.trust;
    w.value(
        "trust",
        &Value::object([
            ("authorities", Value::from(trust.authorities)),
            ("digest", Value::from(trust.digest.to_string())),
            ("issuedAt", trust.issued_at.clone().map_or(Value::Null, Value::from)),
            ("sequence", trust.sequence.map_or(Value::Null, |n| Value::from(n.to_string()))),
            ("source", Value::from(trust.source.clone())),
        ]),
    )?;
    w.end()
}

fn write_case(case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
    let mut w = Writer::begin(out)?;
    w.array("checks", case.checks.iter(), |out, line| {
        out.write_all(&bytes(&coverage_value(line.id, &line.coverage)))
    })?;
    w.value("checksum", &Value::from(case.checksum.to_string()))?;
    w.array("facts", case.facts.iter(), |out, fact| out.write_all(&bytes(&fact_value(fact))))?;
    w.array("findings", case.findings.iter(), |out, finding| out.write_all(&bytes(&finding_value(finding))))?;
    w.value("findingsLeftOut", &Value::from(case.findings_left_out.to_string()))?;
    w.value("form", &Value::from(case.form))?;
    w.value("format", &Value::from(case.format))?;
    w.value("id", &Value::from(case.id.clone()))?;
    w.array("items", case.items.iter(), |out, item| out.write_all(&bytes(&item_value(item))))?;
    w.value("name", &case.name.clone().map_or(Value::Null, Value::from))?;
    w.value("notEstablished", &checks(case.not_established.iter()))?;
    w.value("status", &Value::from(case.status.as_str()))?;
    w.array("timeline", case.timeline.iter(), |out, line| {
        out.write_all(&bytes(&Value::object([
            ("actor", line.actor.clone().map_or(Value::Null, Value::from)),
            ("chain", Value::from(line.chain.clone())),
            ("claimed", line.claimed.clone().map_or(Value::Null, Value::from)),
            ("event", Value::from(line.event.clone())),
            ("item", Value::from(line.item.clone())),
            ("sequence", Value::from(line.sequence.to_string())),
        ])))
    })?;
    w.end()
}

/// What a line says of a case: all but the lists, which are lines of their own.
fn case_value(case: &CaseReport) -> Value {
    Value::object([
        ("checksum", Value::from(case.checksum.to_string())),
        ("findingsLeftOut", Value::from(case.findings_left_out.to_string())),
        ("form", Value::from(case.form)),
        ("format", Value::from(case.format)),
        ("id", Value::from(case.id.clone())),
        ("name", case.name.clone().map_or(Value::Null, Value::from)),
        ("notEstablished", checks(case.not_established.iter())),
        ("status", Value::from(case.status.as_str())),
    ])
}

fn tool() -> Value {
    Value::object([
        ("name", Value::from("stella")),
        ("rules", Value::from(RULES)),
        ("version", Value::from(env!("CARGO_PKG_VERSION"))),
    ])
}

fn checks<'c>(ids: impl Iterator<Item = &'c CheckId>) -> Value {
    Value::Array(ids.map(|id| Value::from(id.as_str())).collect())
}

fn book_checks(book: &Book) -> Value {
    Value::Array(book.coverage.iter().map(|(id, coverage)| coverage_value(*id, coverage)).collect())
}

/// A check that examined nothing says why; one that had nothing to look at
/// says that.
fn coverage_value(id: CheckId, coverage: &Coverage) -> Value {
    let mut skipped: Vec<Value> = coverage
        .skipped
        .iter()
        .map(|(why, count)| {
            Value::object([("count", Value::from(count.to_string())), ("why", Value::from(*why))])
        })
        .collect();
    if coverage.examined() == 0 && skipped.is_empty() {
        skipped.push(Value::object([
            ("count", Value::from("0")),
            ("why", Value::from("nothing of this kind is in the evidence")),
        ]));
    }
    Value::object([
        ("examined", Value::from(coverage.examined().to_string())),
        ("failed", Value::from(coverage.failed.to_string())),
        ("id", Value::from(id.as_str())),
        ("notEstablished", Value::from(coverage.not_established.to_string())),
        ("passed", Value::from(coverage.passed.to_string())),
        ("skipped", Value::Array(skipped)),
    ])
}

pub(super) fn finding_value(finding: &Finding) -> Value {
    let mut members = vec![
        ("check", Value::from(finding.check.as_str())),
        ("detail", Value::from(finding.detail.clone())),
        ("item", finding.item.clone().map_or(Value::Null, Value::from)),
        ("severity", Value::from(finding.severity.severity_word())),
        ("status", Value::from(finding.severity.as_str())),
    ];
    for (name, text) in [("at", &finding.at), ("expected", &finding.expected), ("found", &finding.found)] {
        if let Some(text) = text {
            members.push((name, Value::from(text.clone())));
        }
    }
    Value::object(members)
}

fn item_value(item: &ItemReport) -> Value {
    Value::object([
        ("digest", Value::from(item.digest.to_string())),
        ("kind", Value::from(item.kind)),
        ("path", Value::from(item.path.clone())),
        ("size", Value::from(item.size.to_string())),
        ("status", Value::from(item.status)),
    ])
}

fn subject_value(subject: &SubjectReport) -> Value {
    let vouched_by = subject
        .vouched_by
        .iter()
        .map(|(identity, by)| {
            Value::object([("by", Value::from(*by)), ("identity", Value::from(identity.as_str()))])
        })
        .collect();
    let attestations = subject.attestations.iter().map(|path| Value::from(path.clone())).collect();
    Value::object([
        ("attestations", Value::Array(attestations)),
        ("digest", subject.digest.clone().map_or(Value::Null, Value::from)),
        ("kind", Value::from(subject.kind)),
        ("paths", Value::Array(subject.paths.iter().map(|path| Value::from(path.clone())).collect())),
        ("rationale", checks(subject.rationale.iter())),
        ("status", Value::from(subject.status.as_str())),
        ("vouchedBy", Value::Array(vouched_by)),
    ])
}

fn optional(text: &Option<String>) -> Value {
    text.clone().map_or(Value::Null, Value::from)
}

fn time_value(time: &ProvenTime) -> Value {
    Value::object([
        ("by", Value::from(time.by)),
        ("earliest", optional(&time.interval.0)),
        ("latest", optional(&time.interval.1)),
    ])
}

fn fact_value(fact: &Fact) -> Value {
    match fact {
        Fact::Signed { item, signer, key, algorithm, payload_type, payload, subjects, time } => {
            Value::object([
                ("algorithm", Value::from(*algorithm)),
                ("item", Value::from(item.clone())),
                ("key", Value::from(key.clone())),
                ("kind", Value::from("signed")),
                ("payload", Value::from(payload.to_string())),
                ("payloadType", Value::from(payload_type.clone())),
                ("signer", Value::from(signer.as_str())),
                ("subjects", Value::Array(subjects.iter().map(|d| Value::from(d.to_string())).collect())),
                ("time", time_value(time)),
            ])
        }
        Fact::Stamped { item, at, authority, signer, imprint, covers, policy, serial, time, until } => {
            Value::object([
                ("at", optional(at)),
                ("authority", Value::from(authority.as_str())),
                ("covers", Value::Array(covers.iter().cloned().map(Value::from).collect())),
                ("imprint", Value::from(imprint.to_string())),
                ("item", Value::from(item.clone())),
                ("kind", Value::from("stamped")),
                ("policy", Value::from(policy.clone())),
                ("serial", Value::from(serial.clone())),
                ("signer", Value::from(signer.clone())),
                ("time", time_value(time)),
                ("until", optional(until)),
            ])
        }
        Fact::Certified { item, subject, serial, authority, key, between, window } => Value::object([
            ("authority", Value::from(authority.as_str())),
            ("between", Value::from(*between)),
            ("item", Value::from(item.clone())),
            ("key", Value::from(key.clone())),
            ("kind", Value::from("certified")),
            ("notAfter", optional(&window.1)),
            ("notBefore", optional(&window.0)),
            ("serial", Value::from(serial.clone())),
            ("subject", Value::from(subject.clone())),
        ]),
        Fact::Layout { item, steps } => Value::object([
            ("item", Value::from(item.clone())),
            ("kind", Value::from("layout")),
            (
                "steps",
                Value::Array(
                    steps
                        .iter()
                        .map(|(name, keys)| {
                            let keys = keys.iter().cloned().map(Value::from).collect();
                            Value::object([("keys", Value::Array(keys)), ("name", Value::from(name.clone()))])
                        })
                        .collect(),
                ),
            ),
        ]),
        Fact::Keyless { item, signer, subject, issuer, authority, serial, claims, window } => {
            Value::object([
                ("authority", Value::from(authority.as_str())),
                (
                    "claims",
                    Value::object(
                        claims.iter().map(|(name, text)| (name.as_str(), Value::from(text.clone()))),
                    ),
                ),
                ("issuer", Value::from(issuer.clone())),
                ("item", Value::from(item.clone())),
                ("kind", Value::from("keyless")),
                ("notAfter", optional(&window.1)),
                ("notBefore", optional(&window.0)),
                ("serial", Value::from(serial.clone())),
                ("signer", Value::from(signer.as_str())),
                ("subject", Value::from(subject.clone())),
            ])
        }
        Fact::Logged { item, log, index, leaf, size, root, time } => Value::object([
            ("index", optional(index)),
            ("item", Value::from(item.clone())),
            ("kind", Value::from("logged")),
            ("leaf", optional(leaf)),
            ("log", Value::from(log.as_str())),
            ("root", root.map_or(Value::Null, |root| Value::from(root.to_string()))),
            ("size", optional(size)),
            ("time", time_value(time)),
        ]),
        Fact::Complete { item, files } => Value::object([
            ("files", Value::from(files.to_string())),
            ("item", Value::from(item.clone())),
            ("kind", Value::from("complete")),
        ]),
        Fact::Root { item, recipe, root } => Value::object([
            ("item", Value::from(item.clone())),
            ("kind", Value::from("root")),
            ("recipe", Value::from(*recipe)),
            ("root", Value::from(root.to_string())),
        ]),
        Fact::Commit { item, commit, rows, peer, strict } => Value::object([
            ("commit", Value::from(commit.clone())),
            ("item", Value::from(item.clone())),
            ("kind", Value::from("commit")),
            ("peer", Value::from(*peer)),
            ("rows", Value::from(rows.to_string())),
            ("strict", Value::from(*strict)),
        ]),
        Fact::Peer { item, system, command, verdict, why, entries, breaks, first, good, reasons } => {
            Value::object([
                ("breaks", Value::from(breaks.to_string())),
                ("command", Value::from(*command)),
                ("entries", Value::from(entries.to_string())),
                (
                    "first",
                    first.as_ref().map_or(Value::Null, |(index, entry, kind)| {
                        Value::object([
                            ("entry", Value::from(entry.clone())),
                            ("index", Value::from(index.to_string())),
                            ("kind", Value::from(*kind)),
                        ])
                    }),
                ),
                (
                    "good",
                    good.as_ref().map_or(Value::Null, |(index, hash)| {
                        Value::object([
                            ("hash", Value::from(hash.clone())),
                            ("index", Value::from(index.to_string())),
                        ])
                    }),
                ),
                ("item", Value::from(item.clone())),
                ("kind", Value::from("peer")),
                ("reasons", Value::Array(reasons.iter().copied().map(Value::from).collect())),
                ("system", Value::from(*system)),
                ("verdict", Value::from(*verdict)),
                ("why", why.map_or(Value::Null, Value::from)),
            ])
        }
        Fact::Chain { item, chain, count, head, signers, pinned } => Value::object([
            ("chain", Value::from(chain.clone())),
            ("count", Value::from(count.to_string())),
            ("head", Value::from(head.to_string())),
            ("item", Value::from(item.clone())),
            ("kind", Value::from("chain")),
            ("pinned", Value::from(*pinned)),
            (
                "signers",
                Value::Array(
                    signers
                        .iter()
                        .map(|(identity, count)| {
                            Value::object([
                                ("count", Value::from(count.to_string())),
                                ("identity", Value::from(identity.as_str())),
                            ])
                        })
                        .collect(),
                ),
            ),
        ]),
    }
}

/// The same object with the case that it belongs to.
fn with_case(value: Value, case: &CaseReport) -> Value {
    match value {
        Value::Object(mut object) => {
            object.push("case", Value::from(case.id.clone())).expect("no line has a member of that name");
            Value::Object(object)
        }
        other => other,
    }
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    canonical::to_bytes(value).expect("a report holds no number that is not a small count")
}

/// An object that is being written.
struct Writer<'o> {
    out: &'o mut dyn Write,
    last: Option<&'static str>,
}

impl<'o> Writer<'o> {
    fn begin(out: &'o mut dyn Write) -> io::Result<Writer<'o>> {
        out.write_all(b"{")?;
        Ok(Writer { out, last: None })
    }

    fn name(&mut self, name: &'static str) -> io::Result<()> {
        debug_assert!(self.last.is_none_or(|last| last < name), "members come in canonical order");
        if self.last.replace(name).is_some() {
            self.out.write_all(b",")?;
        }
        write!(self.out, "\"{name}\":")
    }

    fn value(&mut self, name: &'static str, value: &Value) -> io::Result<()> {
        self.name(name)?;
        self.out.write_all(&bytes(value))
    }

    fn array<T>(
        &mut self,
        name: &'static str,
        values: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut dyn Write, T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.name(name)?;
        self.out.write_all(b"[")?;
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.out.write_all(b",")?;
            }
            write(self.out, value)?;
        }
        self.out.write_all(b"]")
    }

    fn end(self) -> io::Result<()> {
        self.out.write_all(b"}")
    }
}
