use super::*;
use crate::wire::der::{encode, read_all};

const SHA256: [u8; 15] = [0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];

fn imprint_der() -> Vec<u8> {
    encode(Tag::SEQUENCE, &[&SHA256, &encode(Tag::OCTET_STRING, &[&[7; 32]])])
}

/// The elements from the serial number on, after a version, policy and imprint.
fn after_imprint(elements: &[&[u8]]) -> Vec<u8> {
    let start = [&[2, 1, 1, 6, 2, 0x2A, 3][..], &imprint_der()].concat();
    encode(Tag::SEQUENCE, &[&start, &elements.concat()])
}

const SERIAL: &[u8] = &[2, 1, 5];
const TIME: &[u8] = b"\x18\x0f20210917140910Z";

fn of(elements: &[&[u8]]) -> Result<TstInfo, String> {
    read_all(&after_imprint(elements), read).map_err(|error| error.to_string())
}

fn refused(elements: &[&[u8]], expected: &str) {
    assert_eq!(of(elements).map(drop), Err(expected.to_owned()), "{elements:02x?}");
}

#[test]
fn all_that_is_optional() {
    let tst = of(&[SERIAL, TIME]).unwrap();
    assert_eq!(tst.policy.to_string(), "1.2.3");
    assert_eq!(tst.imprint.digest(), Some(Digest::new(Hash::Sha256, &[7; 32]).unwrap()));
    assert_eq!(tst.serial, [5]);
    assert_eq!(tst.gen_time.instant().to_string(), "2021-09-17T14:09:10Z");
    assert_eq!((tst.accuracy, tst.ordering, tst.nonce, tst.tsa), (None, false, None, None));
    let tst = of(&[
        SERIAL,
        TIME,
        &[0x30, 3, 2, 1, 1],
        &[1, 1, 0xFF],
        &[2, 2, 0, 0x80],
        &[0xA0, 3, 0x82, 1, b'x'],
        &[0xA1, 9, 0x30, 7, 6, 2, 0x2A, 4, 4, 1, 0],
    ])
    .unwrap();
    assert_eq!((tst.accuracy, tst.ordering), (Some(1_000_000_000), true));
    assert_eq!((tst.nonce, tst.tsa), (Some(vec![0, 0x80]), Some(GeneralName::Dns("x".into()))));
    assert_eq!(tst.extensions.len(), 1);
    assert!(!of(&[SERIAL, TIME, &[1, 1, 0]]).unwrap().ordering, "a default that is spelled out");
    refused(&[SERIAL, TIME, &[2, 1, 1], &[1, 1, 0xFF]], "TSTInfo: expected nothing more at offset 83");
}

#[test]
fn version() {
    let bytes =
        |version: u8| encode(Tag::SEQUENCE, &[&[2, 1, version, 6, 1, 0x2A], &imprint_der(), SERIAL, TIME]);
    assert!(read_all(&bytes(1), read).is_ok());
    let refused = TokenError::Version { part: "TSTInfo", found: 2, expected: 1 };
    assert_eq!(read_all(&bytes(2), read).map(drop), Err(refused));
    assert!(read_all(&bytes(0), read).is_err());
}

#[test]
fn imprints() {
    let check = |identifier: &[u8], digest: &[u8], expected: Result<(), &str>| {
        let bytes = encode(Tag::SEQUENCE, &[identifier, &encode(Tag::OCTET_STRING, &[digest])]);
        let found = read_all(&bytes, |reader| reader.sequence(imprint)).map(drop);
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    };
    let without = [&[0x30, 11][..], &SHA256[2..13]].concat();
    let sha1 = [0x30, 7, 6, 5, 0x2B, 0x0E, 3, 2, 0x1A];
    let mut sha512 = SHA256;
    sha512[12] = 3;
    check(&SHA256, &[7; 32], Ok(()));
    check(&without, &[7; 32], Ok(()));
    check(&sha1, &[7; 20], Ok(()));
    check(&sha512, &[7; 64], Ok(()));
    check(&SHA256, &[7; 65], Err("65 bytes of imprint, at most 64 are read"));
    let rsa = [0x30, 11, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 5];
    let unknown = "message imprint: the algorithm 1.2.840.113549.1.1.5 is not supported";
    check(&rsa, &[7; 20], Err(unknown));
    let mut parameters = SHA256;
    parameters[13..].copy_from_slice(&[4, 0]);
    let wrong =
        "message imprint: the parameters of the algorithm 2.16.840.1.101.3.4.2.1 are not those of its RFC";
    check(&parameters, &[7; 32], Err(wrong));
}

#[test]
fn an_imprint_of_another_length_is_over_nothing() {
    let check = |hash, length: usize, expected| {
        let imprint = MessageImprint { hash, bytes: vec![7; length] };
        assert_eq!(imprint.digest().is_some(), expected, "{imprint}");
    };
    check(Hash::Sha256, 32, true);
    check(Hash::Sha256, 64, false);
    check(Hash::Sha256, 20, false);
    check(Hash::Sha512, 64, true);
    check(Hash::Sha1, 32, false);
    check(Hash::Sha1, 0, false);
}

#[test]
fn serial_numbers() {
    let with = |content: &[u8]| of(&[&encode(Tag::INTEGER, &[content]), TIME]).map(|tst| tst.serial);
    assert_eq!(with(&[0]), Ok(vec![0]));
    assert_eq!(with(&[0x7F; 20]), Ok(vec![0x7F; 20]));
    let top = [&[0][..], &[0xFF; 20]].concat();
    assert_eq!(with(&top), Ok(top.clone()), "160 bits, and a zero that makes them positive");
    assert_eq!(with(&[1; 21]), Err("a serial number of 21 bytes, at most 20 are read".into()));
    assert_eq!(with(&[0xFE]), Ok(vec![0xFE]), "some are written as they came");
    assert!(with(&[]).is_err() && with(&[0, 1]).is_err());
}

#[test]
fn nonces() {
    let with = |content: &[u8]| of(&[SERIAL, TIME, &encode(Tag::INTEGER, &[content])]).map(|tst| tst.nonce);
    assert_eq!(with(&[0xFE]), Ok(Some(vec![0xFE])), "some are written as they came");
    assert_eq!(with(&[1; 64]), Ok(Some(vec![1; 64])));
    assert_eq!(with(&[1; 65]), Err("a nonce of 65 bytes, at most 64 are read".into()));
    assert!(with(&[0xFF, 0x80]).is_err());
}

#[test]
fn times() {
    let check = |text: &str, expected: Option<&str>| {
        let found = GenTime::read(text.as_bytes()).ok().map(|time| time.instant().to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    };
    check("20210917140910Z", Some("2021-09-17T14:09:10Z"));
    check("20210917140910.5Z", Some("2021-09-17T14:09:10.5Z"));
    check("20210917140910.123456789Z", Some("2021-09-17T14:09:10.123456789Z"));
    check("20210917140910.000000001Z", Some("2021-09-17T14:09:10.000000001Z"));
    check("20240229000000Z", Some("2024-02-29T00:00:00Z"));
    check("99991231235959Z", Some("9999-12-31T23:59:59Z"));
    for wrong in [
        "20210917140910",
        "20210917140910z",
        "20210917140910.Z",
        "20210917140910.50Z",
        "20210917140910.0Z",
        "20210917140910,5Z",
        "20210917140910.1234567891Z",
        "20210917140910+0000",
        "20210917140910+0000Z",
        "202109171409Z",
        "2021091714Z",
        "210917140910Z",
        "20211317140910Z",
        "20230229000000Z",
        "20210917240000Z",
        "20210917146010Z",
        "20210917140960Z",
        "2021-9-17140910Z",
        " 2021091714091Z",
        "20210917140910.5.5Z",
        "２０210917140910Z",
        "",
        "Z",
    ] {
        check(wrong, None);
    }
    assert_eq!(
        GenTime::read(b"2021\0").unwrap_err().to_string(),
        r#"genTime is no time in the form that is required: "2021\\0""#
    );
}

#[test]
fn a_leap_second_is_an_interval() {
    let time = GenTime::read(b"20161231235960Z").unwrap();
    assert_eq!(time.instant().to_string(), "2016-12-31T23:59:59Z");
    assert_eq!(time.interval().latest.unwrap().to_string(), "2017-01-01T00:00:00Z");
}

#[test]
fn give_or_take() {
    let check = |text: &str, nanos: u64, earliest: Option<&str>, latest: Option<&str>| {
        let interval = GenTime::read(text.as_bytes()).unwrap().give_or_take(nanos);
        let shown = |time: Option<UnixTime>| time.map(|time| time.to_string());
        assert_eq!(shown(interval.earliest).as_deref(), earliest, "{text}");
        assert_eq!(shown(interval.latest).as_deref(), latest, "{text}");
    };
    let exact = "2021-09-17T14:09:10Z";
    check("20210917140910Z", 0, Some(exact), Some(exact));
    check("20210917140910Z", 1_000_000_000, Some("2021-09-17T14:09:09Z"), Some("2021-09-17T14:09:11Z"));
    check(
        "20210917000000Z",
        1,
        Some("2021-09-16T23:59:59.999999999Z"),
        Some("2021-09-17T00:00:00.000000001Z"),
    );
    check("20161231235960Z", 0, Some("2016-12-31T23:59:59Z"), Some("2017-01-01T00:00:00Z"));
    check("19691231235959.5Z", 600_000_000, Some("1969-12-31T23:59:58.9Z"), Some("1970-01-01T00:00:00.1Z"));
    check("00010101000000Z", 1, None, Some("0001-01-01T00:00:00.000000001Z"));
    check("99991231235959Z", u64::MAX, Some("9415-06-13T00:25:25.290448385Z"), None);
}

#[test]
fn accuracies() {
    let check = |content: &[u8], expected: Result<Option<u64>, &str>| {
        let found = of(&[SERIAL, TIME, &encode(Tag::SEQUENCE, &[content])]).map(|tst| tst.accuracy);
        assert_eq!(found, expected.map_err(str::to_owned), "{content:02x?}");
    };
    let out = |part: &str| format!("the {part} of the accuracy are out of range");
    check(&[], Ok(None));
    check(&[2, 1, 0], Ok(Some(0)));
    check(&[2, 1, 1], Ok(Some(1_000_000_000)));
    check(&[2, 5, 0, 0xFF, 0xFF, 0xFF, 0xFF], Ok(Some(4_294_967_295_000_000_000)));
    check(&[2, 5, 1, 0, 0, 0, 0], Err(&out("seconds")));
    check(&[2, 1, 0xFF], Err(&out("seconds")));
    check(&[2, 2, 0, 1], Err(&out("seconds")));
    check(&[0x80, 2, 1, 0xF4], Ok(Some(500_000_000)));
    check(&[0x80, 2, 3, 0xE7], Ok(Some(999_000_000)));
    check(&[0x80, 2, 3, 0xE8], Err(&out("millis")));
    check(&[0x80, 1, 0], Err(&out("millis")));
    check(&[0x80, 0], Err(&out("millis")));
    check(&[0x81, 1, 100], Ok(Some(100_000)));
    check(&[0x81, 2, 3, 0xE8], Err(&out("micros")));
    check(&[2, 1, 1, 0x80, 1, 1, 0x81, 1, 1], Ok(Some(1_001_001_000)));
    check(&[0x81, 1, 1, 0x80, 1, 1], Err("TSTInfo: expected nothing more at offset 85"));
    check(&[2, 1, 1, 2, 1, 1], Err("TSTInfo: expected nothing more at offset 85"));
}

#[test]
fn extensions_that_must_be_understood() {
    let check = |content: &[u8], expected: Result<usize, &str>| {
        let found = of(&[SERIAL, TIME, &encode(Tag::context_constructed(1), &[content])]);
        assert_eq!(found.map(|tst| tst.extensions.len()), expected.map_err(str::to_owned), "{content:02x?}");
    };
    let plain = [0x30, 7, 6, 2, 0x2A, 4, 4, 1, 0];
    check(&plain, Ok(1));
    check(&[0x30, 10, 6, 2, 0x2A, 4, 1, 1, 0, 4, 1, 0], Ok(1));
    check(
        &[0x30, 10, 6, 2, 0x2A, 4, 1, 1, 0xFF, 4, 1, 0],
        Err("the critical extension 1.2.4 is not known here"),
    );
    check(&plain.repeat(2), Err("the extension 1.2.4 is there twice"));
    let many = |count: u8| (0..count).flat_map(|n| [0x30, 6, 6, 2, 0x2A, n & 0x7F, 4, 0]).collect::<Vec<_>>();
    check(&many(32), Ok(32));
    check(&many(33), Err("33 extensions, at most 32 are read"));
}
