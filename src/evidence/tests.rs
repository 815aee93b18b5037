//! Whole collections, from files on disk to cases.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::tar::hostile::{Block, Tar};

/// A folder of evidence.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

fn of(paths: &[&Path], jobs: usize) -> Evidence {
    let options = Options { jobs, ..Options::default() };
    collect(paths.iter().map(|path| Source::Path(path.to_path_buf())).collect(), &options).unwrap()
}

/// What was found, as text: one line for each case, item and fault.
fn shown(evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    for case in &evidence.cases {
        let form = match &case.form {
            Form::Loose => "loose".to_owned(),
            Form::Directory => "directory".to_owned(),
            Form::Archive { compression, .. } => format!("archive {compression:?}"),
        };
        let name = case.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        let prefix = case.prefix.as_ref().map_or(String::new(), |name| format!(" in {name}"));
        lines.push(format!("[{form} {}{name}{prefix}]", case.format.name()));
        for item in &case.items {
            let content = if item.content.is_some() { " +" } else { "" };
            let others: String = item
                .digests
                .iter()
                .filter(|d| d.algorithm() != Algorithm::Sha256)
                .map(|d| format!(" {}", d.algorithm().name()))
                .collect();
            lines.push(format!("{} {}{content}{others}", item.path, item.kind.name()));
        }
        for fault in &case.faults {
            let path = fault.path.as_deref().unwrap_or("-");
            let effect = if fault.effect == Effect::Unexamined { " (unexamined)" } else { "" };
            lines.push(format!("! {} {path}: {}{effect}", fault.kind.id(), fault.found));
        }
    }
    lines
}

#[track_caller]
fn check(paths: &[&Path], expected: &[&str]) {
    let evidence = of(paths, 1);
    assert_eq!(shown(&evidence), expected);
    for case in &evidence.cases {
        for item in &case.items {
            if let Some(content) = &item.content {
                assert_eq!(
                    item.digests.get(Algorithm::Sha256),
                    Some(Digest::sha256(content)),
                    "{}",
                    item.path
                );
                assert_eq!(item.size, content.len() as u64);
            }
            assert!(item.digests.get(Algorithm::Sha256).is_some());
        }
    }
    let mut reversed = paths.to_vec();
    reversed.reverse();
    assert_eq!(of(&reversed, 3), evidence, "threads and order change nothing");
}

/// A sidecar, or a list of one line.
fn sums(algorithm: Algorithm, content: &[u8], name: &str) -> String {
    format!("{}  {name}\n", Digest::of(algorithm, content).hex())
}

const DSSE: &str = r#"{"payloadType":"t","payload":"","signatures":[]}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that no compressor makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::bulk::compress(bytes, 3).unwrap()
}

// --- files and directories -----------------------------------------------------

#[test]
fn nothing() {
    let place = Place::new();
    assert!(matches!(collect(Vec::new(), &Options::default()), Err(CollectError::NoSource)));
    let missing = collect(vec![Source::Path(place.path("no"))], &Options::default());
    assert!(matches!(missing, Err(CollectError::Missing { .. })));
    let missing = collect(vec![Source::Path(place.path("no/no"))], &Options::default());
    assert!(matches!(missing, Err(CollectError::Missing { .. })));
    let empty = || Source::Stdin(Box::new(std::io::empty()));
    let twice = collect(vec![empty(), empty()], &Options::default());
    assert!(matches!(twice, Err(CollectError::StdinTwice)));
    check(&[place.0.path()], &["[directory open]"]);
}

#[test]
fn loose_files() {
    let place = Place::new();
    let app = place.put("app.bin", "app");
    let list = place.put("SHA256SUMS", sums(Algorithm::Sha256, b"app", "app.bin"));
    let dsse = place.put("x.json", DSSE);
    let other = place.put("y.json", "{}");
    let expected = [
        "[loose open]",
        "SHA256SUMS digest-list +",
        "app.bin artifact",
        "x.json dsse-envelope +",
        "y.json artifact",
    ];
    check(&[&app, &list, &dsse, &other], &expected);
    check(&[&app, &list, &dsse, &other, &app], &expected);
}

#[test]
fn loose_files_of_one_name() {
    let place = Place::new();
    let (one, two) = (place.put("a/app", "1"), place.put("b/app", "2"));
    let same = place.put("c/app", "1");
    let hex = |text: &str| Digest::sha256(text.as_bytes()).hex();
    let mut expected = [format!("{}!/app artifact", hex("1")), format!("{}!/app artifact", hex("2"))];
    expected.sort();
    check(&[&one, &two, &same], &["[loose open]", &expected[0], &expected[1]]);
    check(&[&one, &same], &["[loose open]", "app artifact"]);
}

#[test]
fn a_directory() {
    let place = Place::new();
    place.put("d/app.bin", "app");
    place.put("d/.DS_Store", "x");
    place.put("d/sub/SHA512SUMS", sums(Algorithm::Sha512, b"deep", "deep/file"));
    place.put("d/sub/deep/file", "deep");
    place.put("d/sub/deep/other", "other");
    let expected = [
        "[directory open]",
        ".DS_Store debris",
        "app.bin artifact",
        "sub/SHA512SUMS digest-list +",
        "sub/deep/file artifact sha512",
        "sub/deep/other artifact",
    ];
    check(&[&place.path("d")], &expected);
    check(&[&place.path("d"), &place.path("d/../d/.")], &expected);
    // The spelling does not show.
    assert_eq!(of(&[&place.path("d/sub/..")], 1), of(&[&place.path("d")], 1));
}

#[test]
fn refused_files() {
    let place = Place::new();
    place.put("d/file", "x");
    place.put("d/trailing.", "x");
    place.put("d/back\\slash", "x");
    place.put("d/C:x/y", "x");
    place.put("d/README", "x");
    place.put("d/readme", "x");
    symlink("file", place.path("d/link")).unwrap();
    symlink("/", place.path("d/root")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, place.path("d/fifo"), rustix::fs::Mode::from_raw_mode(0o600))
        .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place.path("d/socket")).unwrap();
    let expected = [
        "[directory open]",
        "README artifact",
        "file artifact",
        "readme artifact",
        "! intake.path C:x: the name has a drive letter",
        "! intake.path back\\slash: the name contains a backslash",
        "! intake.special-file fifo: a FIFO",
        "! intake.link link: a symbolic link",
        "! intake.folded-name readme: equal in another letter case or composition",
        "! intake.link root: a symbolic link",
        "! intake.special-file socket: a socket",
        "! intake.path trailing.: a part of the name ends with a dot or a space",
    ];
    check(&[&place.path("d")], &expected);

    symlink("d", place.path("to-d")).unwrap();
    let named =
        ["[loose open]", "! intake.link link: a symbolic link", "! intake.link to-d: a symbolic link"];
    check(&[&place.path("d/link"), &place.path("to-d/")], &named);
    check(&[&place.path("d/fifo")], &["[loose open]", "! intake.special-file fifo: a FIFO"]);
    check(&[Path::new("/dev/zero")], &["[loose open]", "! intake.special-file zero: a character device"]);
}

#[test]
fn names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    place.put("d/a", "x");
    let odd = place.path("d").join(std::ffi::OsStr::from_bytes(b"\xff\n%!"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("f"), "y").unwrap();
    check(&[&place.path("d")], &["[directory open]", "%FF%0A%25%21/f artifact", "a artifact"]);
}

/// Somebody writes to a file between its listing and its reading.
#[test]
fn a_file_that_changes() {
    struct Meddler(Mutex<Option<PathBuf>>);
    impl Progress for Meddler {
        fn expect(&self, _: u64, _: u64) {
            if let Some(path) = self.0.lock().unwrap().take() {
                fs::write(path, "another content").unwrap();
            }
        }
        fn advance(&self, _: u64, _: u64) {}
    }
    for content in ["x", "another contenu"] {
        let place = Place::new();
        let file = place.put("d/file", content);
        place.put("d/other", "x");
        let meddler = Meddler(Mutex::new(Some(file)));
        let options = Options { progress: Some(&meddler), ..Options::default() };
        let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
        let expected = [
            "[directory open]",
            "other artifact",
            "! intake.changed file: another size, time or file than before",
        ];
        assert_eq!(shown(&evidence), expected);
    }
}

/// Somebody writes to a file while it is read, or removes it, or puts a link there.
#[test]
fn a_file_that_changes_while_it_is_read() {
    struct Meddler<'a>(Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>);
    impl Progress for Meddler<'_> {
        fn expect(&self, _: u64, _: u64) {}
        fn advance(&self, bytes: u64, _: u64) {
            if bytes > 0
                && let Some(meddle) = self.0.lock().unwrap().take()
            {
                meddle();
            }
        }
    }
    let place = Place::new();
    let large = place.put("d/large", vec![7; 1 << 20]);
    let grow = || fs::OpenOptions::new().append(true).open(&large).unwrap().write_all(b"x").unwrap();
    let meddler = Meddler(Mutex::new(Some(Box::new(grow))));
    let options = Options { progress: Some(&meddler), ..Options::default() };
    let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
    let changed = "! intake.changed large: another size, time or file than before";
    assert_eq!(shown(&evidence), ["[directory open]", changed]);

    // The first file is read, and then the second is a link.
    let place = Place::new();
    place.put("d/a", "x");
    let b = place.put("d/b", "x");
    let swap = || {
        fs::remove_file(&b).unwrap();
        symlink("/etc/passwd", &b).unwrap();
    };
    let meddler = Meddler(Mutex::new(Some(Box::new(swap))));
    let options = Options { progress: Some(&meddler), ..Options::default() };
    let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
    let changed = "! intake.changed b: another size, time or file than before";
    assert_eq!(shown(&evidence), ["[directory open]", "a artifact", changed]);
}

#[test]
fn many_files() {
    let place = Place::new();
    for number in 0..10_000 {
        place.put(&format!("d/{}/{number}", number % 7), format!("{number}"));
    }
    let evidence = of(&[&place.path("d")], 4);
    assert_eq!(evidence.cases.len(), 1);
    assert_eq!(evidence.cases[0].items.len(), 10_000);
    for item in &evidence.cases[0].items {
        let number = item.path.file_name();
        assert_eq!(item.digests.get(Algorithm::Sha256), Some(Digest::sha256(number.as_bytes())));
    }
    assert_eq!(of(&[&place.path("d")], 1), evidence);
}

#[test]
fn a_structured_file_that_is_too_large() {
    let place = Place::new();
    let large = |beginning: &str| {
        let mut content = beginning.as_bytes().to_vec();
        content.resize(limits::STRUCTURED_BYTES_MAX as usize + 1, b' ');
        content
    };
    place.put("d/a.dsse.json", large("{"));
    place.put("d/b.json", large("{\"payloadType\":\n"));
    place.put("d/c.json", large("{\"sbom\":\n"));
    let size = limits::STRUCTURED_BYTES_MAX + 1;
    let expected = [
        "[directory open]".to_owned(),
        "a.dsse.json dsse-envelope".to_owned(),
        "b.json dsse-envelope".to_owned(),
        "c.json artifact".to_owned(),
        format!("! intake.item-size a.dsse.json: {size} bytes"),
        format!("! intake.item-size b.json: {size} bytes"),
    ];
    check(&[&place.path("d")], &expected.each_ref().map(String::as_str));
}

// --- demand ----------------------------------------------------------------------

#[test]
fn signatures_ask_for_what_they_cover() {
    let place = Place::new();
    place.put("d/app", "app");
    place.put("d/app.sig", "c2ln");
    place.put("d/other", "other");
    let options = Options {
        signed: crate::digest::AlgorithmSet::only(Algorithm::Sha384),
        signed_whole: true,
        ..Options::default()
    };
    let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
    let expected =
        ["[directory open]", "app artifact + sha384", "app.sig detached-signature +", "other artifact"];
    assert_eq!(shown(&evidence), expected);
    let options = Options { signed_whole: false, ..options };
    let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
    assert_eq!(shown(&evidence)[1], "app artifact sha384");
    let options =
        Options { artifacts: crate::digest::AlgorithmSet::only(Algorithm::Sha512), ..Options::default() };
    let evidence = collect(vec![Source::Path(place.path("d"))], &options).unwrap();
    assert_eq!(shown(&evidence)[3], "other artifact sha512");
}

/// An attestation that names a file by SHA-512 alone is heeded wherever the
/// file lies, also in an archive that was already read.
#[test]
fn attestations_ask_for_other_digests() {
    let place = Place::new();
    let statement =
        r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha512":"00"}}]}"#;
    let payload = crate::wire::base64::encode_standard(statement.as_bytes());
    let dsse =
        format!(r#"{{"payloadType":"application/vnd.in-toto+json","payload":"{payload}","signatures":[]}}"#);
    let dsse = place.put("x.dsse.json", dsse);
    let archive = place.put("a.tar", Tar::new().file("SHA256SUMS", b"").file("member", b"m").end());
    place.put("d/file", "f");
    check(
        &[&dsse, &archive, &place.path("d")],
        &[
            "[loose open]",
            "x.dsse.json dsse-envelope + sha512",
            "[directory open]",
            "file artifact sha512",
            "[archive None open]",
            "SHA256SUMS digest-list + sha512",
            "member artifact sha512",
        ],
    );
}

#[test]
fn late_lists_in_archives() {
    let list = sums(Algorithm::Sha512, b"m", "member");
    let late =
        Tar::new().file("member", b"m").file("x/other", b"o").file("SHA512SUMS", list.as_bytes()).end();
    let place = Place::new();
    let archive = place.put("a.tar.gz", gzip(&late));
    let expected =
        ["[archive Gzip open]", "SHA512SUMS digest-list +", "member artifact sha512", "x/other artifact"];
    check(&[&archive], &expected);
    // A stream cannot be read again.
    let options = Options::default();
    let evidence = collect(vec![Source::Stdin(Box::new(Cursor::new(gzip(&late))))], &options).unwrap();
    assert_eq!(shown(&evidence)[2], "member artifact");
    let early = Tar::new().file("SHA512SUMS", list.as_bytes()).file("member", b"m").end();
    let evidence = collect(vec![Source::Stdin(Box::new(Cursor::new(early)))], &options).unwrap();
    assert_eq!(
        shown(&evidence),
        ["[archive None open]", "SHA512SUMS digest-list +", "member artifact sha512"]
    );
}

// --- archives ---------------------------------------------------------------------

fn speaking() -> Tar {
    Tar::new().file("SHA256SUMS", sums(Algorithm::Sha256, b"m", "member").as_bytes()).file("member", b"m")
}

#[test]
fn compressions() {
    let place = Place::new();
    let tar = speaking().end();
    for (name, bytes, compression) in [
        ("a.tar", tar.clone(), "None"),
        ("a.tar.gz", gzip(&tar), "Gzip"),
        ("a.tgz", gzip(&tar), "Gzip"),
        ("a.tar.zst", zstd(&tar), "Zstd"),
    ] {
        let path = place.put(name, &bytes);
        let case = format!("[archive {compression} open]");
        check(&[&path], &[&case, "SHA256SUMS digest-list +", "member artifact"]);
        let evidence = of(&[&path], 1);
        let Form::Archive { digest, size, .. } = &evidence.cases[0].form else { panic!() };
        assert_eq!((*digest, *size), (Digest::sha256(&bytes), bytes.len() as u64));
        for jobs in [1, 2] {
            let options = Options { jobs, ..Options::default() };
            let stream =
                collect(vec![Source::Stdin(Box::new(Cursor::new(bytes.clone())))], &options).unwrap();
            assert_eq!(stream, evidence);
        }
    }
}

#[test]
fn names_that_lie() {
    let place = Place::new();
    let tar = speaking().end();
    for (name, bytes, found) in [
        ("a.tar.gz", tar.clone(), "neither gzip nor zstd"),
        ("a.tar.gz", zstd(&tar), "zstd"),
        ("a.tar", gzip(&tar), "gzip"),
        ("a.tar.zst", b"text".to_vec(), "neither gzip nor zstd"),
        ("a.tar.zst", Vec::new(), "neither gzip nor zstd"),
    ] {
        let path = place.put(name, &bytes);
        let compression = match name {
            "a.tar" => "None",
            "a.tar.gz" => "Gzip",
            _ => "Zstd",
        };
        let case = format!("[archive {compression} open]");
        check(&[&path], &[&case, &format!("! intake.compression -: {found}")]);
    }
    let path = place.put("b.tar", [b'x'; 2048]);
    check(&[&path], &["[archive None open]", "! intake.compression -: no magic of ustar or GNU tar"]);
    let path = place.put("c.tar.gz", gzip(&[b'x'; 2048]));
    check(&[&path], &["[archive Gzip open]", "! intake.compression -: no magic of ustar or GNU tar"]);
    let path = place.put("d.tar", "");
    check(
        &[&path],
        &["[archive None open]", "! intake.truncated -: the archive ends before the two blocks of zeros"],
    );
}

#[test]
fn an_archive_is_an_artifact_first() {
    let place = Place::new();
    let tar = Tar::new().file("src/main.c", b"int main;").file("src/key.pub", b"ssh-ed25519 AAAA").end();
    let app = place.put("app-1.0.tar", &tar);
    check(&[&app], &["[loose open]", "app-1.0.tar archive"]);
    let minisig = place.put("app-1.0.tar.minisig", "untrusted comment: x\n");
    check(
        &[&app, &minisig],
        &["[loose open]", "app-1.0.tar archive", "app-1.0.tar.minisig minisign-signature +"],
    );
    // With links in it, it is still one if anyone speaks, and else examined as a container.
    let tar = Tar::new().file("src/main.c", b"x").block(Block::new("l", b'2', 0).with(157, b"m")).end();
    let app = place.put("app-1.0.tar", &tar);
    check(
        &[&app, &minisig],
        &["[loose open]", "app-1.0.tar archive", "app-1.0.tar.minisig minisign-signature +"],
    );
    check(&[&app], &["[archive None open]", "src/main.c artifact", "! intake.link l: a symbolic link to m"]);
    // In a directory it is one too.
    let folder = place.path("d");
    place.put("d/app-1.0.tar", &tar);
    check(&[&folder], &["[directory open]", "app-1.0.tar archive"]);
}

#[test]
fn an_archive_that_speaks_is_a_container() {
    let place = Place::new();
    let archive = place.put("a.tar", speaking().end());
    check(&[&archive], &["[archive None open]", "SHA256SUMS digest-list +", "member artifact"]);
    // And an artifact too, if a loose file is about it.
    let digest = place.put("a.tar.sha256", sums(Algorithm::Sha256, &speaking().end(), "a.tar"));
    check(
        &[&archive, &digest],
        &[
            "[loose open]",
            "a.tar archive",
            "a.tar.sha256 digest-list +",
            "[archive None open]",
            "SHA256SUMS digest-list +",
            "member artifact",
        ],
    );
    let list = place.put("SHA512SUMS", sums(Algorithm::Sha512, &speaking().end(), "a.tar"));
    check(
        &[&archive, &list],
        &[
            "[loose open]",
            "SHA512SUMS digest-list +",
            "a.tar archive sha512",
            "[archive None open]",
            "SHA256SUMS digest-list +",
            "member artifact",
        ],
    );
}

// --- refusals in archives -------------------------------------------------------------

/// What is said of `archive`, of which the file `good` is always found.
#[track_caller]
fn refused(archive: Tar, expected: &[&str]) {
    let place = Place::new();
    let path = place.put("a.tar.gz", gzip(&archive.file("good", b"good").end()));
    let mut lines = vec!["[archive Gzip open]", "good artifact"];
    lines.extend(expected);
    check(&[&path], &lines);
}

#[test]
fn refused_names() {
    let named = |name: &str| Tar::new().file(name, b"x");
    refused(named("../x"), &["! intake.path ../x: the name climbs with '..'"]);
    refused(named("/etc/x"), &["! intake.path /etc/x: the name is absolute"]);
    refused(named("a\\b"), &["! intake.path a\\b: the name contains a backslash"]);
    refused(named("C:x"), &["! intake.path C:x: the name has a drive letter"]);
    refused(named("a."), &["! intake.path a.: a part of the name ends with a dot or a space"]);
    refused(named("a//b"), &["! intake.path a//b: the name has an empty or '.' part"]);
    refused(named("././a"), &["! intake.path ././a: the name has an empty or '.' part"]);
    refused(named("a/"), &["! intake.path a/: the name has an empty or '.' part"]);
    refused(
        Tar::new().pax(&[("path", "a\0b")]).file("a", b"x"),
        &["! intake.tar-headers a%00b: the headers disagree about a PAX path: the header says a"],
    );
    let long = "n".repeat(99) + "\0" + &"m".repeat(50);
    let shown = long.replace('\0', "%00");
    let fault = format!("! intake.path {shown}: the name contains NUL");
    refused(Tar::new().pax(&[("path", &long)]).file(&"n".repeat(99), b"x"), &[&fault]);
}

#[test]
fn refused_members() {
    let link = |typeflag| Tar::new().block(Block::new("l", typeflag, 0).with(157, b"/etc/passwd"));
    refused(link(b'2'), &["! intake.link l: a symbolic link to /etc/passwd"]);
    refused(link(b'1'), &["! intake.link l: a hard link to /etc/passwd"]);
    let special = |typeflag| Tar::new().block(Block::new("s", typeflag, 0));
    refused(special(b'3'), &["! intake.special-file s: a member of type '3'"]);
    refused(special(b'6'), &["! intake.special-file s: a member of type '6'"]);
    let sparse = Tar::new().pax(&[("GNU.sparse.major", "1")]).file("s", b"x");
    refused(sparse, &["! intake.sparse s: a sparse member"]);
    let disagree = Tar::new().pax(&[("path", "a")]).file("b", b"x");
    refused(disagree, &["! intake.tar-headers a: the headers disagree about a PAX path: the header says b"]);
}

#[test]
fn two_of_one_name() {
    let place = Place::new();
    let check_tar = |tar: Tar, expected: &[&str]| {
        let path = place.put("a.tar", tar.end());
        check(&[&path], expected);
    };
    let fault = "! intake.duplicate-name a: 2 members of this name";
    let twice = Tar::new().file("a", b"1").file("b", b"").file("a", b"2");
    check_tar(twice, &["[archive None open]", "a artifact", "b artifact", fault]);
    let twice = Tar::new().file("a", b"1").file("./a", b"2");
    check_tar(twice, &["[archive None open]", "a artifact", fault]);
    let both = Tar::new().file("a", b"1").directory("a/");
    let fault = "! intake.duplicate-name a: a file and a directory of this name";
    check_tar(both, &["[archive None open]", "a artifact", fault]);
    let folded = Tar::new().file("A", b"1").file("a", b"2");
    let fault = "! intake.folded-name a: equal in another letter case or composition";
    check_tar(folded, &["[archive None open]", "A artifact", "a artifact", fault]);
    let path =
        place.put("b.tar", Tar::new().file("x/a", b"1").directory("./").directory("x/").directory("x").end());
    check(&[&path], &["[loose open]", "b.tar archive"]);
}

#[test]
fn broken_archives() {
    let place = Place::new();
    let check_tar = |bytes: &[u8], fault: &str| {
        for (name, compression, bytes) in [
            ("a.tar", "None", bytes.to_vec()),
            ("a.tgz", "Gzip", gzip(bytes)),
            ("a.tar.zst", "Zstd", zstd(bytes)),
        ] {
            let path = place.put(name, bytes);
            let case = format!("[archive {compression} open]");
            check(&[&path], &[&case, "first artifact", fault]);
        }
    };
    let first = || Tar::new().file("first", b"1");
    let good = first().file("second", b"2").end();
    check_tar(&good[..1100], "! intake.truncated -: the archive ends in a header");
    let path = place.put("a.tar", &first().file("second", b"2").0[..1600]);
    let fault = "! intake.truncated second: the archive ends in the padding after a member";
    check(&[&path], &["[archive None open]", "first artifact", "second artifact", fault]);
    check_tar(
        &first().raw(&[0; 512]).0,
        "! intake.truncated -: the archive ends before the second block of zeros",
    );
    check_tar(
        &first().file("after", b"").0[..1024],
        "! intake.truncated -: the archive ends before the two blocks of zeros",
    );
    check_tar(
        &first().raw(&[0; 1024]).file("after", b"").end(),
        "! intake.archive-tail -: bytes after the end of the archive",
    );
    let bad = Block::new("bad", b'0', 0).damaged(0, b"c");
    let sum = |block: &Block| {
        block.0.iter().map(|b| u64::from(*b)).sum::<u64>()
            - block.0[148..156].iter().map(|b| u64::from(*b)).sum::<u64>()
            + 256
    };
    let found = sum(&bad);
    let fault =
        format!("! intake.tar-checksum -: the header's bytes sum up to {found}, and it says {}", found - 1);
    check_tar(&first().block(bad).end(), &fault);
}

#[test]
fn broken_compression() {
    let place = Place::new();
    let tar = Tar::new().file("first", &[7; 300_000]).file("second", b"2").end();
    let noisy = noise(600_000);
    let noise = Tar::new().file("first", &noisy[..300_000]).file("second", &noisy[300_000..]).end();
    let check_bytes = |name: &str, bytes: Vec<u8>, kind: &str| {
        let path = place.put(name, bytes);
        let lines = shown(&of(&[&path], 1));
        assert!(lines.iter().any(|line| line.starts_with(&format!("! {kind} "))), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with('!')).count(), 1, "{lines:?}");
        assert_eq!(shown(&of(&[&path], 2)), lines);
        lines
    };
    let twice = |bytes: Vec<u8>| [bytes.clone(), bytes].concat();
    check_bytes("a.tgz", twice(gzip(&tar)), "intake.second-member");
    check_bytes("a.tar.zst", twice(zstd(&tar)), "intake.second-member");
    check_bytes("a.tgz", [gzip(&tar), b"x".to_vec()].concat(), "intake.archive-tail");
    check_bytes("a.tar.zst", [zstd(&tar), b"x".to_vec()].concat(), "intake.archive-tail");
    for cut in [200_000, 400_000] {
        let lines = check_bytes("a.tgz", gzip(&noise)[..cut].to_vec(), "intake.truncated");
        assert_eq!(lines.contains(&"first artifact".to_owned()), cut == 400_000, "{lines:?}");
        check_bytes("a.tar.zst", zstd(&noise)[..cut].to_vec(), "intake.truncated");
    }
    let mut damaged = gzip(&noise);
    let at = damaged.len() - 8;
    damaged[at] ^= 1;
    check_bytes("a.tgz", damaged, "intake.compression");
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&noise).unwrap();
    check_bytes("a.tar.zst", encoder.finish().unwrap(), "intake.window");
}

#[test]
fn a_bomb() {
    let place = Place::new();
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.write_all(&Tar::new().file("first", b"1").block(Block::new("zeros", b'0', 1 << 30)).0).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 17);
    let path = place.put("a.tar.zst", &bomb);
    let lines = shown(&of(&[&path], 2));
    assert_eq!(lines[..2], ["[archive Zstd open]", "first artifact"]);
    assert!(lines[2].starts_with("! intake.expansion -: "), "{lines:?}");
    // In other evidence it is a file that was not looked into.
    place.put("d/a.tar.zst", &bomb);
    let lines = shown(&of(&[&place.path("d")], 2));
    assert_eq!(lines[..2], ["[directory open]", "a.tar.zst archive"]);
    assert!(
        lines[2].starts_with("! intake.expansion a.tar.zst: ") && lines[2].ends_with("(unexamined)"),
        "{lines:?}"
    );
}

// --- layouts ----------------------------------------------------------------------

const MANIFEST: &str = r#"{"bundleId":"x","entries":[]}"#;

fn bundle() -> Vec<(&'static str, &'static str)> {
    vec![("bundle.json", "{}"), ("checksums.txt", ""), ("manifest.json", MANIFEST), ("signature.json", DSSE)]
}

const BUNDLE: [&str; 4] = [
    "bundle.json bundle-info +",
    "checksums.txt checksums-text +",
    "manifest.json bundle-manifest +",
    "signature.json bundle-signature +",
];

#[track_caller]
fn layout(files: &[(&str, &str)], format: &str, expected: &[&str]) {
    let place = Place::new();
    let mut tar = Tar::new();
    let mut inside = Tar::new();
    for (name, content) in files {
        place.put(&format!("d/{name}"), content);
        tar = tar.file(name, content.as_bytes());
        inside = inside.file(&format!("top-1.0/{name}"), content.as_bytes());
    }
    let lines = |first: String| [vec![first], expected.iter().map(|s| (*s).to_owned()).collect()].concat();
    let found = |path: &Path| shown(&of(&[path], 1));
    assert_eq!(found(&place.path("d")), lines(format!("[directory {format}]")));
    let archive = place.put("a.tar", tar.end());
    assert_eq!(found(&archive), lines(format!("[archive None {format}]")));
    let archive = place.put("a.tgz", gzip(&inside.directory("top-1.0/").end()));
    assert_eq!(found(&archive), lines(format!("[archive Gzip {format} in top-1.0]")));
}

#[test]
fn stella_bundles() {
    layout(&bundle(), "stella-bundle", &BUNDLE);
    // Without one of its files it is still known for what it is.
    for without in ["checksums.txt", "manifest.json", "signature.json", "bundle.json"] {
        let files: Vec<_> = bundle().into_iter().filter(|(name, _)| *name != without).collect();
        let expected: Vec<&str> = BUNDLE.into_iter().filter(|line| !line.starts_with(without)).collect();
        layout(&files, "stella-bundle", &expected);
    }
    // A manifest that does not parse is still the manifest.
    let broken = [("checksums.txt", ""), ("manifest.json", "{")];
    let expected = ["checksums.txt checksums-text +", "manifest.json bundle-manifest +"];
    layout(&broken, "stella-bundle", &expected);
    let alert = [("evidence/x", "y"), ("manifest.json", r#"{"bundle_format_version":"1.0.0"}"#)];
    layout(&alert, "stella-bundle", &["evidence/x artifact", "manifest.json bundle-manifest +"]);
}

#[test]
fn other_layouts() {
    let snapshot =
        [("checksums.txt", ""), ("evidence/x", "y"), ("manifest.json", r#"{"schema":"stella.snapshot/v1"}"#)];
    let expected =
        ["checksums.txt checksums-text +", "evidence/x artifact", "manifest.json snapshot-manifest +"];
    layout(&snapshot, "snapshot", &expected);
    let bag = [
        ("bag-info.txt", ""),
        ("bagit.txt", "BagIt-Version: 1.0\n"),
        ("data/x", "y"),
        ("manifest-sha256.txt", ""),
        ("tagmanifest-sha256.txt", ""),
    ];
    let expected = [
        "bag-info.txt bag-info +",
        "bagit.txt bag-declaration +",
        "data/x artifact",
        "manifest-sha256.txt bag-manifest +",
        "tagmanifest-sha256.txt bag-tag-manifest +",
    ];
    layout(&bag, "bag", &expected);
    layout(&bag[2..4], "bag", &expected[2..4]);
    let kit = [("bin/stella", "\x7fELF"), ("kit.json", r#"{"schema":"stella.kit/v1","files":[]}"#)];
    layout(&kit, "kit", &["bin/stella executable", "kit.json kit-manifest +"]);
    let offline = [("manifest.json", r#"{"payload_sha256":"","entries":[]}"#), ("payload", "x")];
    layout(&offline, "offline-kit", &["manifest.json offline-kit-manifest +", "payload artifact"]);
    let offline = [("a", "x"), ("offline-manifest.json", "{}")];
    layout(&offline, "offline-kit", &["a artifact", "offline-manifest.json offline-kit-manifest +"]);
}

#[test]
fn no_layout() {
    let place = Place::new();
    place.put("d/manifest.json", r#"[{"Config":"x"}]"#);
    place.put("d/sub/checksums.txt", sums(Algorithm::Sha512, b"x", "x"));
    place.put("d/sub/signature.json", "{}");
    place.put("d/kit.json", r#"{"name":"a kit of something else"}"#);
    place.put("d/manifest-sha256.txt", "");
    // A list and a signature beside it are a bundle; so they are apart here.
    fs::rename(place.path("d/sub/signature.json"), place.path("d/signature.json")).unwrap();
    let expected = [
        "[directory open]",
        "kit.json artifact",
        "manifest-sha256.txt artifact",
        "manifest.json artifact",
        "signature.json artifact",
        "sub/checksums.txt digest-list +",
    ];
    check(&[&place.path("d")], &expected);
}

#[test]
fn containers_in_directories() {
    let place = Place::new();
    for (name, content) in bundle() {
        place.put(&format!("d/one/{name}"), content);
        place.put(&format!("d/one-b/two/{name}"), content);
    }
    place.put("d/loose", "x");
    symlink("x", place.path("d/one/link")).unwrap();
    symlink("x", place.path("d/link")).unwrap();
    let mut expected = vec!["[directory open]", "loose artifact", "! intake.link link: a symbolic link"];
    expected.push("[directory stella-bundle one]");
    expected.extend(BUNDLE);
    expected.push("! intake.link link: a symbolic link");
    expected.push("[directory stella-bundle one-b/two]");
    expected.extend(BUNDLE);
    check(&[&place.path("d")], &expected);
    // A directory that holds nothing else is no case.
    fs::remove_file(place.path("d/loose")).unwrap();
    fs::remove_file(place.path("d/link")).unwrap();
    check(&[&place.path("d")], &expected[3..]);
}

#[test]
fn containers_in_closed_containers() {
    let place = Place::new();
    place.put("d/bagit.txt", "");
    for (name, content) in bundle() {
        place.put(&format!("d/data/b/{name}"), content);
        place.put(&format!("d/data/b/c/{name}"), content);
    }
    let inner = |prefix: &str| BUNDLE.map(|line| format!("{prefix}{line}")).to_vec();
    let placed_elsewhere = |prefix: &str| {
        vec![
            format!("{prefix}bundle.json artifact"),
            format!("{prefix}checksums.txt digest-list +"),
            format!("{prefix}manifest.json bundle-manifest +"),
            format!("{prefix}signature.json dsse-envelope +"),
        ]
    };
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let expected = [
        vec!["[directory bag]".to_owned(), "bagit.txt bag-declaration +".to_owned()],
        sorted([placed_elsewhere("data/b/"), placed_elsewhere("data/b/c/")].concat()),
        vec!["[directory stella-bundle data/b]".to_owned()],
        sorted([inner(""), placed_elsewhere("c/")].concat()),
    ]
    .concat();
    check(&[&place.path("d")], &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

/// More bundles than are taken apart: the rest stays together, and the case says so.
#[test]
fn many_containers() {
    let mut tar = Tar::new();
    for number in 0..limits::CONTAINERS_MAX + 1 {
        tar = tar.file(&format!("{number:05}/manifest.json"), MANIFEST.as_bytes());
        tar = tar.file(&format!("{number:05}/x"), b"x");
    }
    let source = Source::Stdin(Box::new(Cursor::new(tar.end())));
    let evidence = collect(vec![source], &Options::default()).unwrap();
    assert_eq!(evidence.cases.len(), limits::CONTAINERS_MAX + 1);
    let lines = shown(&evidence);
    let expected = [
        "[archive None open]",
        "04096/manifest.json bundle-manifest +",
        "04096/x artifact",
        "! intake.item-count -: 4097 directories that are containers",
        "[archive None stella-bundle 00000]",
    ];
    assert_eq!(lines[..5], expected);
}

#[test]
fn containers_in_archives() {
    let place = Place::new();
    let mut inner = Tar::new();
    let mut deeper = Tar::new();
    for (name, content) in bundle() {
        inner = inner.file(&format!("b-1/{name}"), content.as_bytes());
        deeper = deeper.file(name, content.as_bytes());
    }
    let inner = gzip(&inner.file("b-1/deeper.tar", &deeper.end()).end());
    let plain = zstd(&Tar::new().file("SHA256SUMS", b"").end());
    let outer =
        Tar::new().file("x/inner.tgz", &inner).file("x/plain.tar.zst", &plain).file("file", b"x").end();
    let inside = |path: &str| {
        let mut lines = vec![format!("[archive Gzip stella-bundle {path} in b-1]")];
        lines.extend(BUNDLE.map(str::to_owned));
        lines.insert(3, "deeper.tar archive".to_owned());
        lines
    };
    let outer_lines = ["file artifact", "x/inner.tgz archive", "x/plain.tar.zst archive"].map(str::to_owned);
    let archive = place.put("outer.tar", &outer);
    let expected =
        [vec!["[archive None open]".to_owned()], outer_lines.to_vec(), inside("x/inner.tgz")].concat();
    check(&[&archive], &expected.iter().map(String::as_str).collect::<Vec<_>>());
    for jobs in [1, 2] {
        let options = Options { jobs, ..Options::default() };
        let stream = collect(vec![Source::Stdin(Box::new(Cursor::new(outer.clone())))], &options).unwrap();
        assert_eq!(stream, of(&[&archive], 1));
    }
    let folder = place.path("d");
    place.put("d/x/inner.tgz", &inner);
    place.put("d/x/plain.tar.zst", &plain);
    place.put("d/file", "x");
    let expected =
        [vec!["[directory open]".to_owned()], outer_lines.to_vec(), inside("x/inner.tgz")].concat();
    check(&[&folder], &expected.iter().map(String::as_str).collect::<Vec<_>>());
    let digest = Digest::sha256(&inner);
    let evidence = of(&[&folder], 1);
    assert!(matches!(&evidence.cases[1].form, Form::Archive { digest: d, .. } if *d == digest));
}

/// A cut archive in other evidence is a fault of the file, and the evidence
/// around it is read on.
#[test]
fn broken_archives_in_archives() {
    let place = Place::new();
    let noisy = noise(100_000);
    let inner = gzip(&Tar::new().file("a", &noisy).end());
    let outer =
        Tar::new().file("cut.tgz", &inner[..50_000]).file("not.tgz", b"x").file("SHA256SUMS", b"").end();
    let archive = place.put("a.tar", &outer);
    check(
        &[&archive],
        &[
            "[archive None open]",
            "SHA256SUMS digest-list +",
            "cut.tgz archive",
            "not.tgz archive",
            "! intake.truncated cut.tgz: the gzip ends too early",
            "! intake.compression not.tgz: neither gzip nor zstd",
        ],
    );
    // The outer one is cut within the inner one.
    let noise = Tar::new().file("first", b"x").file("inner.tar", &Tar::new().file("a", &noisy).end()).end();
    let archive = place.put("b.tar", &noise[..60_000]);
    check(
        &[&archive],
        &[
            "[archive None open]",
            "first artifact",
            "! intake.truncated inner.tar: the archive ends in the content of a member",
        ],
    );
}

// --- timelines ----------------------------------------------------------------------

#[test]
fn timelines() {
    let place = Place::new();
    let line = r#"{"schema":"stella.custody/v1","caseId":"c"}"#;
    place.put("d/any.name", format!("{line}\n{line}\n"));
    place.put("d/custody.jsonl", "not even JSON\n");
    place.put("d/empty.custody.jsonl", "");
    let expected =
        ["[directory open]", "any.name timeline", "custody.jsonl timeline", "empty.custody.jsonl timeline"];
    check(&[&place.path("d")], &expected);
    let evidence = of(&[&place.path("d")], 1);
    let timelines = |at: usize| &evidence.cases[0].items[at].timelines;
    assert_eq!(timelines(0).len(), 1);
    assert_eq!(timelines(1).len(), 1);
    assert_eq!((timelines(2).len(), timelines(2)[0].count), (1, 0));
    // However it comes by, it is the same.
    let text = format!("{line}\n").repeat(20_000) + line;
    place.put("e/t.jsonl", &text);
    let loose = of(&[&place.path("e")], 1).cases[0].items[0].timelines.clone();
    let archive = place.put("t.tar", Tar::new().file("t.jsonl", text.as_bytes()).end());
    let packed = of(&[&archive], 2).cases[0].items[0].timelines.clone();
    assert_eq!(loose, packed);
}
