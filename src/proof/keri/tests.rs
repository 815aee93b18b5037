use super::*;
use crate::wire::json;

#[test]
fn weights() {
    let read = |text: &str| Threshold::read(&json::parse(text.as_bytes()).unwrap());
    let halves = read(r#"[["1/2","1/2","1/2"]]"#).unwrap();
    assert!(halves.is_met(&[0, 2].into()) && !halves.is_met(&[1].into()));
    assert!(halves.fits(3).is_ok() && halves.fits(2).is_err());
    let clauses = read(r#"[["1/2","1/2"],["1"]]"#).unwrap();
    assert!(clauses.is_met(&[0, 1, 2].into()) && !clauses.is_met(&[0, 1].into()));
    assert!(read(r#"["1/3","1/3","1/3"]"#).unwrap().fits(3).is_ok());
    assert!(read(r#"[["1/3","1/3"]]"#).unwrap().fits(2).is_err());
    assert!(read(r#""2""#).unwrap().is_met(&[0, 5].into()));
    assert!(read(r#""a""#).unwrap() == Threshold::Count(10));
    for wrong in [
        r#""0x1""#,
        r#""01""#,
        r#""G""#,
        "[]",
        r#"[["2/1"]]"#,
        r#"[["1/0"]]"#,
        r#"[[1]]"#,
        r#"[["1/20000"]]"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn codes() {
    assert!(Attachment::read("").unwrap().signatures.is_empty());
    for wrong in ["-A", "-AAB", "-AAA-", "-BAA", "-AABZA", "-GAB", "é"] {
        assert!(Attachment::read(wrong).is_err(), "{wrong}");
    }
    assert!(KeriKey::read("D").is_err());
    // Bits where the code stands must be zeros.
    let key = "DLOsKXQVuet-OJ_StvRPehOW9QnG8Sp8sHq0DRA28IUX";
    assert!(KeriKey::read(key).is_ok());
    assert!(KeriKey::read(&key.replacen("DL", "D9", 1)).is_err());
}

#[test]
fn hashes() {
    // RFC 4648 and the BLAKE3 of nothing: af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262.
    assert_eq!(of_key(""), "EK8TSbn1-aGmoEBN6jbcyUmbyyXJrcESt8yak8rkHzJi");
}
