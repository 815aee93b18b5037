//! The ledger as prx keeps it: a database of SQLite.
//!
//! Its rows are read as the lines that an export would have. What the database
//! holds beside them has to agree: copies of producer, inputs and outputs with the
//! manifests, and the log of named references with itself.
//!
//! How it would be attacked: see [`crate::wire::sqlite`]; by a copy that was made
//! without the write-ahead log, which may hold nothing and looks whole (that is an
//! error, never an empty ledger); by a journal of an unfinished write; by tables
//! that say something else than the manifests; by a reference that was moved with no
//! entry in its log.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::follow::Follow;
use crate::custody::BreakKind::{Link, Shape};
use crate::custody::{Pin, Roster, Timeline};
use crate::wire::json::{self, Value};
use crate::wire::quoted;
use crate::wire::sqlite::{Cell, Database, JOURNAL_MAGIC, SqliteError};

/// The files of a database.
#[derive(Clone, Copy, Debug)]
pub struct Files<'f> {
    /// The database.
    pub main: &'f [u8],
    /// What lies beside it as `-wal`.
    pub wal: Option<&'f [u8]>,
    /// What lies beside it as `-journal`.
    pub journal: Option<&'f [u8]>,
}

/// Whether a database is a ledger of prx, as far as can be told without what lies
/// beside it.
pub fn is_ledger(file: &[u8]) -> bool {
    Database::open(file, None).is_ok_and(|database| database.has("derivations") && database.has("ref_log"))
}

/// Follows the ledger in a database.
pub fn walk(files: Files, roster: &Arc<Roster>, pins: &[Pin]) -> Timeline {
    let mut follow = Follow::new(roster.clone(), pins.to_vec());
    follow.examined(Shape, 1);
    if files.journal.is_some_and(|journal| journal.starts_with(JOURNAL_MAGIC)) {
        let found = "the journal of a write that was not finished, which would be rolled back";
        follow.fault(Shape, 1, "a database that nobody was writing", found);
    }
    match read(files, &mut follow) {
        Ok(()) => {}
        Err(error) => follow.fault(Shape, 1, "a database with a ledger of prx", error.to_string()),
    }
    follow.finish()
}

fn read(files: Files, follow: &mut Follow) -> Result<(), SqliteError> {
    let database = Database::open(files.main, files.wal)?;
    let left_behind = database.is_ahead() && files.wal.is_none();
    if !database.has("derivations") {
        let found = match left_behind {
            true => "a database in write-ahead mode without the file beside it that ends in -wal",
            false => "a database without it",
        };
        follow.fault(Shape, 1, "a table of derivations", found);
        return Ok(());
    }
    if left_behind {
        let found =
            "a database in write-ahead mode: if there was a file that ends in -wal, its rows are missing";
        follow.open(Shape, 1, "every row that was written", found);
    }
    let columns = ["derivation_id", "producer", "manifest_json", "ts", "envelope_json"];
    let rows = database.rows("derivations", columns)?;
    let mut manifests: BTreeMap<String, (u64, Option<Value>)> = BTreeMap::new();
    let mut copies: Vec<(u64, String)> = Vec::new();
    for (line, [id, producer, manifest, ts, envelope]) in (1..).zip(rows) {
        let text = |cell: &Cell| cell.as_text().unwrap_or("").to_owned();
        let value = json::parse_dangerous_last_wins(text(&manifest).as_bytes()).ok();
        if value.as_ref().and_then(|value| value.get("producer")?.as_str()) != producer.as_text() {
            copies.push((line, format!("the producer {}", quoted(&text(&producer)))));
        }
        follow.line(line, &composed(&text(&id), &text(&manifest), &envelope, &ts));
        manifests.insert(text(&id), (line, value));
    }
    follow.examined(Shape, copies.len());
    for (line, found) in copies {
        follow.fault(Shape, line, "the producer of the manifest beside it", found);
    }
    for (table, name, digest, member) in [
        ("derivation_inputs", "input_name", "input_digest", "inputs"),
        ("derivation_outputs", "output_name", "output_digest", "outputs"),
    ] {
        named(follow, &manifests, &database.rows(table, ["derivation_id", name, digest])?, member);
    }
    references(follow, &database)
}

/// The row as a line of an export. What is no JSON stays none.
fn composed(id: &str, manifest: &str, envelope: &Cell, ts: &Cell) -> Vec<u8> {
    let sound = |text: &str| json::parse_dangerous_last_wins(text.as_bytes()).is_ok();
    let mut line = b"{\"derivationId\":".to_vec();
    json_string(&mut line, id);
    line.extend_from_slice(b",\"manifest\":");
    if !sound(manifest) {
        return line;
    }
    line.extend_from_slice(manifest.as_bytes());
    match envelope {
        Cell::Null => {}
        Cell::Text(text) if sound(text) => {
            line.extend_from_slice(b",\"envelope\":");
            line.extend_from_slice(text.as_bytes());
        }
        _ => return line,
    }
    line.extend_from_slice(b",\"ts\":");
    if let Some(ts) = ts.as_integer() {
        line.extend_from_slice(ts.to_string().as_bytes());
        line.push(b'}');
    }
    line
}

fn json_string(out: &mut Vec<u8>, text: &str) {
    out.extend(crate::wire::javascript::stringify(&Value::from(text)));
}

/// The copies of what manifests name have to be the same.
fn named(
    follow: &mut Follow,
    manifests: &BTreeMap<String, (u64, Option<Value>)>,
    rows: &[[Cell; 3]],
    member: &str,
) {
    let mut copied: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for [id, name, digest] in rows {
        copied
            .entry(id.as_text().unwrap_or(""))
            .or_default()
            .insert(name.as_text().unwrap_or(""), digest.as_text().unwrap_or(""));
    }
    for (id, (line, manifest)) in manifests {
        follow.examined(Shape, 1);
        let own = manifest.as_ref().and_then(|value| value.get(member)?.as_object());
        let own = own.into_iter().flat_map(|object| object.iter());
        let own: BTreeMap<&str, &str> =
            own.map(|(name, digest)| (name, digest.as_str().unwrap_or(""))).collect();
        let copy = copied.remove(id.as_str()).unwrap_or_default();
        if own != copy {
            let found = format!("a table with {} of them, or with other digests", copy.len());
            follow.fault(Shape, *line, format!("the {member} of the manifest, {} of them", own.len()), found);
        }
    }
    if let Some(id) = copied.keys().next() {
        let found = format!("{member} of {}, and of {} in all", quoted(id), copied.len());
        follow.fault(Shape, 1, format!("{member} of derivations that are there"), found);
    }
}

/// Each entry of a reference's log begins where the one before ended, and the
/// reference is where its log ends.
fn references(follow: &mut Follow, database: &Database) -> Result<(), SqliteError> {
    if !database.has("ref_log") || !database.has("refs") {
        return Ok(());
    }
    let mut ends: BTreeMap<String, String> = BTreeMap::new();
    let log = database.rows("ref_log", ["name", "prev_digest", "new_digest"])?;
    follow.examined(Link, log.len());
    for (entry, [name, before, after]) in (1_u64..).zip(log) {
        let name = name.as_text().unwrap_or("").to_owned();
        let (stated, known) = (before.as_text(), ends.get(&name).map(String::as_str));
        if stated != known {
            let shown = |digest: Option<&str>| digest.map_or("nothing".to_owned(), quoted);
            let expected =
                format!("entry {entry} of the reference {} to follow {}", quoted(&name), shown(known));
            follow.fault(Link, entry, expected, shown(stated));
        }
        ends.insert(name, after.as_text().unwrap_or("").to_owned());
    }
    let refs = database.rows("refs", ["name", "digest"])?;
    follow.examined(Link, refs.len());
    for [name, digest] in refs {
        let name = name.as_text().unwrap_or("").to_owned();
        let (at, end) = (digest.as_text(), ends.remove(&name));
        if at != end.as_deref() {
            let expected = format!("the reference {} where its log ends", quoted(&name));
            follow.fault(Link, 1, expected, at.map_or("nothing".to_owned(), quoted));
        }
    }
    if let Some(name) = ends.keys().next() {
        follow.fault(Link, 1, format!("the reference {}, of which there is a log", quoted(name)), "nothing");
    }
    Ok(())
}
