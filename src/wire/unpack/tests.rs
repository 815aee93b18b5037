use std::io::{BufReader, Read, Write};
use std::process::{Command, Stdio};

use flate2::{Compression, GzBuilder};

use super::*;

const TEXT: &[u8] = b"the quick brown fox jumps over the lazy dog";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .filename("name")
        .comment("words")
        .extra(*b"ab")
        .write(Vec::new(), Compression::new(6));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd_with(content, |_| {})
}

fn zstd_with(content: &[u8], set: impl FnOnce(&mut ::zstd::Encoder<'static, Vec<u8>>)) -> Vec<u8> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    set(&mut encoder);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn unpack(packing: Packing, packed: &[u8]) -> Result<Vec<u8>, UnpackFault> {
    let mut content = Vec::new();
    // A buffer of odd size, so that every border is crossed.
    let source = BufReader::with_capacity(7, packed);
    match Unpacked::new(packing, source).unwrap().read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) => Err(UnpackFault::of(&error).expect("memory does not fail").clone()),
    }
}

#[track_caller]
fn check(packing: Packing, packed: &[u8], expected: Result<&[u8], &str>) {
    let found = unpack(packing, packed);
    match (&found, expected) {
        (Ok(content), Ok(expected)) => assert_eq!(content, expected),
        (Err(fault), Err(expected)) => assert_eq!(fault.to_string(), expected),
        _ => panic!("{found:?}"),
    }
}

#[test]
fn good() {
    let long: Vec<u8> = (0..1_000_000u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
    for content in [b"".as_slice(), TEXT, &long] {
        check(Packing::Gzip, &gzip(content), Ok(content));
        check(Packing::Zstd, &zstd(content), Ok(content));
        check(Packing::Zstd, &::zstd::bulk::compress(content, 19).unwrap(), Ok(content)); // one segment
    }
    assert_eq!(Packing::recognise(&gzip(b"")), Some(Packing::Gzip));
    assert_eq!(Packing::recognise(&zstd(b"")), Some(Packing::Zstd));
    assert_eq!(Packing::recognise(b"ustar"), None);
}

#[test]
fn cut_at_every_byte() {
    for (packing, packed) in [(Packing::Gzip, gzip(TEXT)), (Packing::Zstd, zstd(TEXT))] {
        for length in 0..packed.len() {
            match unpack(packing, &packed[..length]) {
                Err(UnpackFault::Truncated { .. }) => {}
                Err(UnpackFault::Magic { .. }) if length < 4 => {}
                other => panic!("{packing:?} {length}: {other:?}"),
            }
        }
    }
}

/// No flipped bit gives other content. What remains the same are fields that
/// say nothing: time, name and system in gzip.
#[test]
fn every_flipped_bit() {
    for (packing, packed) in [(Packing::Gzip, gzip(TEXT)), (Packing::Zstd, zstd(TEXT))] {
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(content) = unpack(packing, &flipped) {
                assert_eq!(content, TEXT, "{packing:?} bit {bit}");
            }
        }
    }
}

#[test]
fn what_follows() {
    let two = |packed: &[u8], rest: &[u8]| [packed, rest].concat();
    let (g, z) = (gzip(TEXT), zstd(TEXT));
    check(Packing::Gzip, &two(&g, &g), Err("a second gzip member"));
    check(Packing::Gzip, &two(&g, b"\0"), Err("bytes after the end of the gzip"));
    check(Packing::Gzip, &two(&g, &[0; 512]), Err("bytes after the end of the gzip"));
    check(Packing::Zstd, &two(&z, &z), Err("a second zstd frame"));
    check(Packing::Zstd, &two(&z, b"x"), Err("bytes after the end of the zstd"));
    let skippable = b"\x5a\x2a\x4d\x18\x04\0\0\0abcd";
    check(Packing::Zstd, &two(&z, skippable), Err("a skippable frame"));
    check(Packing::Zstd, &two(skippable, &z), Err("a skippable frame"));
    // An empty frame is shorter than the longest header.
    let empty = ::zstd::bulk::compress(b"", 3).unwrap();
    check(Packing::Zstd, &two(&empty, &empty), Err("a second zstd frame"));
    check(Packing::Zstd, &two(&empty, b"x"), Err("bytes after the end of the zstd"));
    check(Packing::Gzip, &z, Err("not gzip"));
    check(Packing::Zstd, &g, Err("not zstd"));
    check(Packing::Zstd, b"", Err("not zstd"));
}

#[test]
fn sums() {
    let bend = |packed: &[u8], from_end: usize| {
        let mut bent = packed.to_vec();
        let at = bent.len() - from_end;
        bent[at] ^= 1;
        bent
    };
    let g = gzip(TEXT);
    check(Packing::Gzip, &bend(&g, 8), Err("the CRC-32 is wrong"));
    check(Packing::Gzip, &bend(&g, 1), Err("the length is wrong"));
    let z = zstd(TEXT);
    check(Packing::Zstd, &bend(&z, 1), Err("damaged zstd: Restored data doesn't match checksum"));
}

#[test]
fn gzip_headers() {
    let with = |at: usize, byte: u8| {
        let mut bent = gzip(TEXT);
        bent[at] = byte;
        bent
    };
    check(Packing::Gzip, &with(2, 7), Err("malformed gzip header: the method is not deflate"));
    check(Packing::Gzip, &with(3, 0x20), Err("malformed gzip header: reserved flags are set"));
    let mut plain = GzBuilder::new().write(Vec::new(), Compression::new(6));
    plain.write_all(TEXT).unwrap();
    let plain = plain.finish().unwrap();
    // RFC 1952 2.3.1: the two low bytes of the CRC-32 of the header
    let mut header = plain[..10].to_vec();
    header[3] = 2;
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    let sum = (crc.sum() as u16).to_le_bytes();
    check(Packing::Gzip, &[&header, sum.as_slice(), &plain[10..]].concat(), Ok(TEXT));
    let wrong = [sum[0] ^ 1, sum[1]];
    check(
        Packing::Gzip,
        &[&header, wrong.as_slice(), &plain[10..]].concat(),
        Err("the CRC-16 of the header is wrong"),
    );
    let name = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3], vec![b'n'; 5000].as_slice()].concat();
    check(Packing::Gzip, &name, Err("malformed gzip header: a name or comment is too long"));
}

#[test]
fn windows() {
    let log = |log: u32| zstd_with(&[7; 300_000], |e| e.window_log(log).unwrap());
    assert!(unpack(Packing::Zstd, &log(23)).is_ok());
    check(Packing::Zstd, &log(24), Err("a window of 16777216 bytes"));
    check(Packing::Zstd, &log(27), Err("a window of 134217728 bytes"));
    // One segment of 2^40 bytes.
    let segment = [&MAGIC_ZSTD, [0xe0].as_slice(), &(1u64 << 40).to_le_bytes(), b"\x01\0\0"].concat();
    check(Packing::Zstd, &segment, Err("a window of 1099511627776 bytes"));
    let dictionary = [&MAGIC_ZSTD, [0x21].as_slice(), &[1, 1, 0, 0, 0]].concat();
    check(Packing::Zstd, &dictionary, Err("malformed zstd header: it needs a dictionary"));
}

const MAGIC_ZSTD: [u8; 4] = super::zstd::MAGIC;

#[test]
fn a_gigabyte_of_zeros() {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), Compression::new(6));
    let zeros = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeros).unwrap();
        gz.write_all(&zeros).unwrap();
    }
    for (packing, packed) in
        [(Packing::Zstd, encoder.finish().unwrap()), (Packing::Gzip, gz.finish().unwrap())]
    {
        let source = packed.as_slice();
        let mut unpacked = Unpacked::new(packing, source).unwrap();
        let error = std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap_err();
        match UnpackFault::of(&error) {
            Some(UnpackFault::Expansion { unpacked, .. }) => assert!(*unpacked < 1 << 30, "{unpacked}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Ours reads what the programs of those names write.
#[test]
fn others_write() {
    let content: Vec<u8> = (0..200_000u32).flat_map(|n| (n % 251 * n).to_le_bytes()).collect();
    for (program, packing, arguments) in [
        ("gzip", Packing::Gzip, vec!["-1"]),
        ("gzip", Packing::Gzip, vec!["-9"]),
        ("zstd", Packing::Zstd, vec!["-1"]),
        ("zstd", Packing::Zstd, vec!["-19"]),
        ("zstd", Packing::Zstd, vec!["-T2", "--no-check"]),
    ] {
        let child = Command::new(program)
            .args(arguments)
            .arg("-c")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("{program} is not here: not compared with it");
            continue;
        };
        let mut stdin = child.stdin.take().unwrap();
        let bytes = content.clone();
        let writer = std::thread::spawn(move || stdin.write_all(&bytes));
        let mut packed = Vec::new();
        child.stdout.take().unwrap().read_to_end(&mut packed).unwrap();
        assert!(child.wait().unwrap().success());
        writer.join().unwrap().unwrap();
        check(packing, &packed, Ok(&content));
    }
}
