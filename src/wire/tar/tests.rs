use std::io::{BufReader, Read};
use std::process::{Command, Stdio};

use super::hostile::{Block, Tar};
use super::*;
use crate::limits;

/// What a reading of `archive` shows, one line for each member or fault.
fn read(archive: &[u8]) -> Vec<String> {
    // A buffer of odd size, so that every border is crossed.
    read_from(BufReader::with_capacity(97, archive))
}

fn read_from(source: impl std::io::BufRead) -> Vec<String> {
    let mut reader = Reader::new(source);
    let mut lines = Vec::new();
    loop {
        match reader.step() {
            Ok(None) => return lines,
            Ok(Some(Step::Member(member))) => {
                let mut content = Vec::new();
                let cut = loop {
                    match reader.chunk() {
                        Ok([]) => break None,
                        Ok(bytes) => content.extend_from_slice(bytes),
                        Err(error) => break Some(error),
                    }
                };
                if let Some(error) = cut {
                    lines.push(format!("end: {error}"));
                    return lines;
                }
                assert_eq!(content.len() as u64, member.size);
                let name = String::from_utf8_lossy(&member.name);
                lines.push(match member.kind {
                    MemberKind::Directory => format!("{name} is a directory"),
                    MemberKind::File => format!("{name}={}", String::from_utf8_lossy(&content)),
                });
            }
            Ok(Some(Step::Refused(refused))) => {
                lines.push(format!("{}: {}", String::from_utf8_lossy(&refused.name), refused.why));
            }
            Err(error) => {
                lines.push(format!("end: {error}"));
                return lines;
            }
        }
    }
}

#[track_caller]
fn check(archive: &[u8], expected: &[&str]) {
    assert_eq!(read(archive), expected);
}

#[test]
fn good() {
    check(&Tar::new().end(), &[]);
    check(
        &Tar::new().file("a", b"x").directory("d/").file("d/b", b"").end(),
        &["a=x", "d/ is a directory", "d/b="],
    );
    let block = Block::new("name", b'0', 1).with(345, b"some/where");
    check(&Tar::new().block(block).content(b"x").end(), &["some/where/name=x"]);
    // GNU tar fills the last record of twenty blocks.
    check(&Tar::new().file("a", b"x").raw(&[0; 17 * 512]).end(), &["a=x"]);
    let full = "n".repeat(100);
    check(&Tar::new().file(&full, b"x").end(), &[&format!("{full}=x")]);
    // Spaces before the digits, and after them.
    check(
        &Tar::new().block(Block::new("a", b'0', 0).with(124, b"          1 ")).content(b"x").end(),
        &["a=x"],
    );
}

#[test]
fn extensions() {
    let long = format!("{}/{}", "d".repeat(90), "n".repeat(90));
    let short = &long[..100];
    check(&Tar::new().pax(&[("path", &long)]).file(short, b"x").end(), &[&format!("{long}=x")]);
    check(&Tar::new().pax(&[("path", "ä"), ("mtime", "1.5")]).file("ä", b"x").end(), &["ä=x"]);
    check(&Tar::new().pax(&[("path", "ä")]).file("?", b"x").end(), &["ä=x"]); // Python
    check(&Tar::new().pax(&[("path", "ä")]).file("", b"x").end(), &["ä=x"]); // Go
    let inner = format!("{}/{}", "d".repeat(20), "n".repeat(70)); // libarchive leaves out the middle
    check(&Tar::new().pax(&[("path", &long)]).file(&inner, b"x").end(), &[&format!("{long}=x")]);
    check(&Tar::new().pax(&[("path", "a")]).file("a", b"x").end(), &["a=x"]);
    check(&Tar::new().pax(&[("path", "d/")]).directory("d/").end(), &["d/ is a directory"]);
    check(
        &Tar::new().long(b'L', &long).block(Block::gnu(short, b'0', 1)).content(b"x").end(),
        &[&format!("{long}=x")],
    );
    check(&Tar::new().global(&[("comment", "c0ffee")]).file("a", b"x").end(), &["a=x"]);
    // Binary sizes are GNU's; a large one cannot be tested by content.
    let size = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    check(&Tar::new().block(Block::gnu("a", b'0', 0).with(124, &size)).content(b"x").end(), &["a=x"]);
    let mtime = [0xff; 12];
    check(&Tar::new().block(Block::gnu("a", b'0', 1).with(136, &mtime)).content(b"x").end(), &["a=x"]);
}

/// One member is refused, the next one is read.
#[track_caller]
fn refused(bad: Tar, why: &str) {
    check(&bad.file("next", b"y").end(), &[why, "next=y"]);
}

#[test]
fn refused_members() {
    refused(Tar::new().block(Block::new("l", b'2', 0).with(157, b"/etc/passwd")), "l: a symbolic link");
    refused(Tar::new().block(Block::new("l", b'1', 0).with(157, b"a")), "l: a hard link");
    for typeflag in *b"346" {
        let why = format!("d: a member of type {:?}", typeflag as char);
        refused(Tar::new().block(Block::new("d", typeflag, 0)), &why);
    }
    for typeflag in *b"7VMDNZ" {
        let why = format!("d: a member of type {:?}", typeflag as char);
        refused(Tar::new().block(Block::new("d", typeflag, 3)).content(b"abc"), &why);
    }
    refused(
        Tar::new().pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.name", "s")]).file("s", b"1\n0\n"),
        "s: a sparse member",
    );
    let mut map = [0; 512];
    map[504] = 1;
    let sparse = Block::gnu("s", b'S', 3).with(482, &[1]);
    refused(Tar::new().block(sparse).raw(&map).raw(&[0; 512]).content(b"abc"), "s: a sparse member");
}

#[test]
fn refused_fields() {
    let field = |at: usize, bytes: &[u8], name: &str| {
        let why = format!("a: malformed field {name}");
        refused(Tar::new().block(Block::new("a", b'0', 1).with(at, bytes)).content(b"x"), &why);
    };
    field(100, b"rw-r--r-", "mode");
    field(100, b"00644 1\0", "mode");
    field(108, b"0000008\0", "uid");
    field(136, b"-0000000001\0", "mtime");
    field(2, b"hidden", "name");
    field(346, b"hidden", "prefix");
    field(160, b"hidden", "linkname");

    refused(
        Tar::new().block(Block::new("a", b'0', 1).with(157, b"b")).content(b"x"),
        "a: the headers disagree about the type",
    );
    refused(Tar::new().pax(&[("linkpath", "b")]).file("a", b"x"), "a: the headers disagree about the type");
    // Its content was given out before the padding was seen.
    let padded = Tar::new().block(Block::new("a", b'0', 1)).raw(b"x").raw(&[0; 510]).raw(b"!");
    check(&padded.file("b", b"").end(), &["a=x", "a: bytes between the members that are not zero", "b="]);
}

#[test]
fn refused_extensions() {
    let path = |name: &str, own: &str| {
        let why = format!("{name}: the headers disagree about a PAX path");
        refused(Tar::new().pax(&[("path", name)]).file(own, b"x"), &why);
    };
    path("a", "b");
    path("a", "");
    path("a/b", "a");
    path(&"n".repeat(99), &"n".repeat(98));
    let long = "x/".repeat(60) + "end";
    path(&long, "evil");
    path(&long, "/x");
    path(&("./".repeat(60) + "end"), "../end");
    path("ä", "b");

    let long_name = |name: &str, own: &str| {
        let bad = Tar::new().long(b'L', name).block(Block::gnu(own, b'0', 1)).content(b"x");
        refused(bad, &format!("{name}: the headers disagree about a GNU long name"));
    };
    long_name("a", "b");
    long_name(&long, "evil");

    let records = |bytes: &[u8], what: &str| {
        let header = Block::new("PaxHeaders/x", b'x', bytes.len() as u64);
        let why = format!("a: malformed PAX records: {what}");
        refused(Tar::new().block(header).content(bytes).file("a", b"x"), &why);
    };
    records(b"8 path=\n", "an empty name");
    records(b"10 path=a\n10 path=a\n", "two records of one key");
    records(b"11 path=a\n", "a record is longer than the header");
    records(b"10 path=a\n\0\0", "no length");

    let twice = "a: an extension header that belongs to no member, or a second one";
    let pax = || Tar::new().pax(&[("path", "a")]);
    refused(pax().pax(&[("path", "a")]).file("a", b"x"), twice);
    refused(pax().long(b'L', "a").file("a", b"x"), twice);
    refused(Tar::new().long(b'L', "a").long(b'L', "a").block(Block::gnu("a", b'0', 1)).content(b"x"), twice);
    refused(Tar::new().long(b'L', "a").pax(&[("path", "a")]).file("a", b"x"), twice);
    let posix = Block::new("././@LongLink", b'L', 2);
    refused(Tar::new().block(posix).content(b"a\0").file("a", b"x"), twice);
    let unterminated = Block::gnu("././@LongLink", b'L', 1);
    refused(Tar::new().block(unterminated).content(b"a").file("a", b"x"), "a: malformed field long name");

    refused(Tar::new().global(&[("path", "a")]), ": a global record sets path");
    refused(Tar::new().global(&[("size", "1")]), ": a global record sets size");
    refused(Tar::new().global(&[("GNU.sparse.major", "1")]), ": a global record sets GNU.sparse.major");
}

/// After these nobody knows where the next header stands.
#[track_caller]
fn ends(archive: &[u8], why: &str) {
    check(archive, &["first=x", &format!("end: {why}")]);
}

#[test]
fn faults_that_end_an_archive() {
    let first = || Tar::new().file("first", b"x");
    let next = |block: Block| first().block(block).content(b"y").end();

    let good = Block::new("a", b'0', 1);
    let sum = good.0.iter().map(|b| u64::from(*b)).sum::<u64>();
    let sum = sum - good.0[148..156].iter().map(|b| u64::from(*b)).sum::<u64>() + 8 * 32;
    let why = format!("the header's bytes sum up to {}, and it says {sum}, at offset 1024", sum + 1);
    ends(&next(good.clone().damaged(0, b"b")), &why);
    let why = format!("the header's bytes sum up to {sum}, and it says no number, at offset 1024");
    ends(&next(good.clone().damaged(148, b"       \0")), &why);

    ends(&next(good.clone().with(257, b"\0\0\0\0\0\0\0\0")), "no magic of ustar or GNU tar, at offset 1024");
    ends(&next(good.clone().with(257, b"ustar\0  ")), "no magic of ustar or GNU tar, at offset 1024");

    let size =
        |bytes: &[u8]| ends(&next(good.clone().with(124, bytes)), "malformed field size, at offset 1024");
    size(b"0000000001x\0");
    size(b"-0000000001\0");
    size(b"+0000000001\0");
    size(b"\0\0\0\0\0\0\0\0\0\0\0\0");
    size(b"           8");
    size(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]); // POSIX has no binary numbers
    let gnu = |bytes: &[u8; 12]| {
        let block = Block::gnu("a", b'0', 0).with(124, bytes);
        ends(&next(block), "malformed field size, at offset 1024");
    };
    gnu(&[0xff; 12]);
    gnu(&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    gnu(&[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    gnu(&[0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

    for typeflag in *b"12345" {
        let why = format!("type {:?} with a size of 1, at offset 1024", typeflag as char);
        ends(&next(Block::new("a", typeflag, 1)), &why);
    }
    ends(
        &first().pax(&[("size", "2")]).file("a", b"y").end(),
        "the headers disagree about the size, at offset 1024",
    );
    ends(
        &first().pax(&[("size", "2")]).file("a", b"").end(),
        "the headers disagree about the size, at offset 1024",
    );
    let size = limits::TAR_EXTENSION_BYTES_MAX + 1;
    let why = format!("an extension header of {size} bytes, at offset 1024");
    ends(&next(Block::new("x", b'x', size)), &why);

    ends(
        &first().pax(&[("path", "a")]).end(),
        "an extension header that belongs to no member, or a second one, at offset 1024",
    );
    let tail = |archive: Vec<u8>, offset: u64| {
        ends(&archive, &format!("bytes after the end of the archive, at offset {offset}"));
    };
    tail(first().raw(&[0; 512]).file("after", b"").end(), 1536);
    tail(first().raw(&[0; 1024]).file("after", b"").end(), 2048);
    tail(first().raw(&[0; 1024]).raw(b"!").0, 2048);
    tail(first().raw(&[0; 1024]).raw(b"\0").0, 2048);
    tail(first().raw(&[0; 4096]).raw(&[1; 512]).0, 5120);
}

#[test]
fn truncation_at_every_byte() {
    let long = "d/".repeat(80) + "n";
    let whole = Tar::new().pax(&[("path", &long)]).file(&long[..100], b"content").file("b", b"").end();
    let all = read(&whole);
    for length in 0..whole.len() {
        let lines = read(&whole[..length]);
        let (last, before) = lines.split_last().expect("a cut archive says so");
        assert!(last.starts_with("end: the archive ends at offset"), "{length}: {last}");
        assert!(all.starts_with(before), "{length}: {lines:?}");
    }
}

#[test]
fn a_large_pax_size_stands_in_for_zero() {
    let archive = Tar::new().pax(&[("size", "8589934592")]).block(Block::new("a", b'0', 0)).0;
    let mut reader = Reader::new(archive.as_slice());
    match reader.step() {
        Ok(Some(Step::Member(member))) => assert_eq!(member.size, 1 << 33),
        other => panic!("{other:?}"),
    }
}

// --- the writer --------------------------------------------------------------

fn write(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), 1_735_689_600);
    for (name, content) in members {
        writer.append(name, Mode::File, content.len() as u64, &mut &content[..]).unwrap();
    }
    writer.finish().unwrap()
}

fn names() -> Vec<String> {
    let mut names = vec![
        "a".to_owned(),
        "ä.txt".to_owned(),
        "n".repeat(100),
        "n".repeat(101),
        format!("{}/{}", "d".repeat(150), "n".repeat(100)),
        format!("{}/{}", "d".repeat(156), "n".repeat(90)),
        "e/".repeat(127) + "f",
        "ö/".repeat(200) + "end",
    ];
    names.sort();
    names
}

#[test]
fn what_is_written_is_read() {
    let names = names();
    let short: Vec<&String> =
        names.iter().filter(|n| n.split('/').count() <= limits::PATH_DEPTH_MAX).collect();
    let members: Vec<(&str, &[u8])> = short.iter().map(|n| (n.as_str(), n.as_bytes())).collect();
    let archive = write(&members);
    assert_eq!(archive, write(&members));
    let expected: Vec<String> = short.iter().map(|n| format!("{n}={n}")).collect();
    assert_eq!(read(&archive), expected);
}

#[test]
fn writing_is_refused() {
    let mut writer = Writer::new(Vec::new(), 0);
    let mut append = |name: &str, size: u64, content: &[u8]| {
        writer.append(name, Mode::File, size, &mut &content[..]).map_err(|e| e.to_string())
    };
    assert_eq!(append("b", 1, b"x"), Ok(()));
    assert_eq!(append("b", 1, b"x"), Err(r#""b" does not come after "b""#.into()));
    assert_eq!(append("a", 1, b"x"), Err(r#""a" does not come after "b""#.into()));
    assert_eq!(append("../c", 1, b"x"), Err(r#""../c": the name climbs with '..'"#.into()));
    assert_eq!(append("c", 2, b"x"), Err(r#""c" was to have 2 bytes, and has 1"#.into()));
    assert_eq!(append("d", 1, b"xy"), Err(r#""d" was to have 1 bytes, and has 2"#.into()));
}

// --- other programs ----------------------------------------------------------

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        eprintln!("{program} is not here: not compared with it");
    }
    found
}

/// Ours reads what GNU tar writes, in each of its formats.
#[test]
fn gnu_tar_writes() {
    if !has("tar") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = names().into_iter().filter(|n| n.split('/').all(|p| p.len() < 200)).collect();
    for name in &names {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }
    for format in ["gnu", "posix", "ustar", "oldgnu"] {
        let mut command = Command::new("tar");
        command.arg("-C").arg(folder.path()).arg("-cf").arg("-").arg("--format").arg(format);
        let kept: Vec<&String> =
            names.iter().filter(|n| format != "ustar" || n.len() <= 100 || n.starts_with("dddd")).collect();
        let kept: Vec<&String> =
            kept.into_iter().filter(|n| format != "ustar" || !n.starts_with(&"d".repeat(156))).collect();
        command.args(&kept);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let expected: Vec<String> = kept.iter().map(|n| format!("{n}={n}")).collect();
        assert_eq!(read(&output.stdout), expected, "{format}");
    }
}

/// GNU tar and Python read what ours writes.
#[test]
fn others_read() {
    let names: Vec<String> =
        names().into_iter().filter(|n| n.split('/').count() <= limits::PATH_DEPTH_MAX).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), n.as_bytes())).collect();
    let archive = write(&members);
    let script = "import sys, tarfile, io\n\
        t = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))\n\
        [print(m.name) for m in t if t.extractfile(m).read().decode() == m.name and m.mtime == 1735689600]";
    let list = [("tar", vec!["-t", "--quoting-style=literal"]), ("python3", vec!["-c", script])];
    for (program, arguments) in list {
        if !has(program) {
            continue;
        }
        let mut child = Command::new(program)
            .args(&arguments)
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = archive.clone();
        let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &bytes));
        let mut output = String::new();
        child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        assert!(child.wait().unwrap().success(), "{program}");
        writer.join().unwrap().unwrap();
        assert_eq!(output.lines().collect::<Vec<_>>(), names, "{program}");
    }
}

/// Ours reads what Python writes, in each of its formats.
#[test]
fn python_writes() {
    if !has("python3") {
        return;
    }
    let script = "import sys, tarfile, io\n\
        o = io.BytesIO()\n\
        f = {'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}[sys.argv[1]]\n\
        t = tarfile.open(fileobj=o, mode='w', format=f)\n\
        for n in sys.argv[2:]:\n\
        \x20   i = tarfile.TarInfo(n); b = n.encode(); i.size = len(b); i.mtime = 1.5\n\
        \x20   t.addfile(i, io.BytesIO(b))\n\
        t.close(); sys.stdout.buffer.write(o.getvalue())";
    for format in ["gnu", "pax"] {
        let output = Command::new("python3").args(["-c", script, format]).args(names()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected: Vec<String> = names().iter().map(|n| format!("{n}={n}")).collect();
        assert_eq!(read(&output.stdout), expected, "{format}");
    }
}

/// The same good archives, read by the `tar` crate: same names, same content.
#[test]
fn the_crate_agrees() {
    let names = names();
    let members: Vec<(&str, &[u8])> = names
        .iter()
        .filter(|n| n.split('/').count() <= limits::PATH_DEPTH_MAX)
        .map(|n| (n.as_str(), n.as_bytes()))
        .collect();
    let archive = write(&members);
    let mut found = Vec::new();
    for entry in ::tar::Archive::new(archive.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        found.push(format!("{}={content}", String::from_utf8_lossy(&entry.path_bytes())));
    }
    assert_eq!(found, read(&archive));
}
