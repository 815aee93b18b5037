use crate::anchor::{Authority, Identity, Purpose, TrustedKey};
use crate::crypto::mac::SharedKey;
use crate::custody::{BreakKind, Completeness, Fold, Format, Head, Pin, Timeline};
use crate::digest::{Algorithm, Digest, encode_hex};

fn secret(name: &str) -> SharedKey {
    SharedKey::from_bytes(Digest::sha256(name.as_bytes()).bytes()).unwrap()
}

fn gate(names: &[&str]) -> Vec<Authority> {
    let mut authority = Authority::new(Identity::new("gate").unwrap(), [Purpose::Custody]);
    for name in names {
        let mut key = TrustedKey::shared(secret(name));
        key.hints.insert((*name).to_owned());
        authority.keys.push(key);
    }
    vec![authority]
}

fn row(number: u64, key: &str, reason: &str, previous: &str) -> (String, String) {
    let with = |hmac: &str| {
        format!(
            r#"{{"approval_chain":[],"check_name":"c","decision":"allow","entry_id":"row-{number}",{hmac}"metadata":{{"_signing_key_id":"{key}"}},"owner_id":"o","owner_type":"human","prev_hmac":"{previous}","reason":"{reason}","request_fingerprint":"","ts_ns":{number}}}"#
        )
    };
    let hmac = encode_hex(&secret(key).tag(with("").as_bytes()));
    (with(&format!("\"hmac\":\"{hmac}\",")), hmac)
}

/// Rows `from..=to`, the first of which names `previous`.
fn rows(from: u64, to: u64, reason: &str, mut previous: String) -> (Vec<String>, String) {
    let mut lines = Vec::new();
    for number in from..=to {
        let (line, hmac) = row(number, "k1", reason, &previous);
        lines.push(line);
        previous = hmac;
    }
    (lines, previous)
}

fn walk<L: AsRef<[u8]>>(lines: &[L], keys: &[&str], pin: Option<(u64, &str)>) -> Timeline {
    let pin = pin.map(|(count, hmac)| Pin {
        chain: "row-1".to_owned(),
        head: Head { count, hash: Digest::from_hex(Algorithm::Sha256, hmac).unwrap() },
    });
    let pins: Vec<Pin> = pin.into_iter().collect();
    let authorities = if keys.is_empty() { Vec::new() } else { gate(keys) };
    let mut fold = Fold::new(Format::SignetAudit, &authorities, &pins);
    lines.iter().for_each(|line| fold.line(line.as_ref()));
    fold.finish(true).pop().unwrap()
}

fn said(timeline: &Timeline) -> String {
    let breaks = timeline.breaks.iter().map(|one| format!("{}:{}", one.line, one.kind.name()));
    breaks.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_log_in_order() {
    let (lines, head) = rows(1, 5, "r", String::new());
    let timeline = walk(&lines, &["k1"], Some((5, &head)));
    assert_eq!((said(&timeline).as_str(), timeline.count), ("", 5));
    assert_eq!(timeline.completeness(), Completeness::Pinned);
    assert_eq!((timeline.signers.len(), timeline.peers[0].verdict()), (1, "ok"));
    assert_eq!(timeline.head.unwrap().hash.hex(), head);
}

#[test]
fn without_the_secret_it_is_less() {
    let (mut lines, head) = rows(1, 5, "r", String::new());
    let timeline = walk(&lines, &[], Some((5, &head)));
    assert_eq!(said(&timeline), "1:signature");
    assert_eq!(timeline.tallies[&BreakKind::Signature].not_established, 5);
    assert_eq!(timeline.peers[0].verdict(), "untold");
    // Whoever has no key can change what a row says, and a pin does not show it.
    lines[2] = lines[2].replace("\"r\"", "\"another\"");
    let altered = walk(&lines, &[], Some((5, &head)));
    assert_eq!(said(&altered), "1:signature");
    assert_eq!(altered.completeness(), Completeness::PinnedEvent { count: 5 });
    // So can one who has it taken from him, where another key is known.
    assert_eq!(
        walk(&lines, &["k2"], Some((5, &head))).completeness(),
        Completeness::PinnedEvent { count: 5 }
    );
    assert_eq!(said(&walk(&lines, &["k1"], None)), "3:hash");
}

#[test]
fn a_key_for_something_else_authorises_nothing() {
    let (lines, _) = rows(1, 2, "r", String::new());
    let mut authorities = gate(&["k1"]);
    authorities[0].purposes = [Purpose::Attestation].into();
    let mut fold = Fold::new(Format::SignetAudit, &authorities, &[]);
    lines.iter().for_each(|line| fold.line(line.as_bytes()));
    let timeline = fold.finish(true).pop().unwrap();
    assert_eq!(said(&timeline), "1:actor 2:actor");
    assert!(!timeline.bound && timeline.signers.is_empty());
}

#[test]
fn two_keys_of_one_name() {
    let (lines, _) = rows(1, 2, "r", String::new());
    let mut authorities = gate(&["k1"]);
    let mut other = TrustedKey::shared(secret("other"));
    other.hints.insert("k1".to_owned());
    authorities
        .push(Authority::new(Identity::new("another gate").unwrap(), [Purpose::Custody]).with_key(other));
    authorities.reverse();
    let mut fold = Fold::new(Format::SignetAudit, &authorities, &[]);
    lines.iter().for_each(|line| fold.line(line.as_bytes()));
    let timeline = fold.finish(true).pop().unwrap();
    assert_eq!(said(&timeline), "");
    assert_eq!(timeline.signers.keys().map(Identity::as_str).collect::<Vec<_>>(), ["gate"]);
}

#[test]
fn nothing_and_zeros_are_not_the_same() {
    let zeros = "0".repeat(64);
    let (lines, _) = rows(1, 3, "r", zeros.clone());
    assert_eq!(said(&walk(&lines, &["k1"], None)), "1:shape 1:genesis");
    let (mut lines, _) = rows(1, 3, "r", String::new());
    let hmac = rows(1, 2, "r", String::new()).1;
    lines[1] = lines[1].replace(&hmac, "");
    assert!(said(&walk(&lines, &["k1"], None)).starts_with("2:shape 2:hash"));
    lines[1] = lines[1].replace("\"hmac\":\"\"", &format!("\"hmac\":\"{zeros}\""));
    assert!(said(&walk(&lines, &["k1"], None)).starts_with("2:shape 2:hash"));
}

#[test]
fn many_names_of_keys_do_not_hide_a_break() {
    let (mut lines, mut previous) = (Vec::new(), String::new());
    for number in 1..=300 {
        let (line, hmac) = row(number, &format!("k{number}"), "r", &previous);
        lines.push(line);
        previous = hmac;
    }
    lines.remove(250);
    let timeline = walk(&lines, &["other"], None);
    assert!(said(&timeline).ends_with(" 251:link"), "{}", said(&timeline));
    assert_eq!(timeline.tallies[&BreakKind::Signature].not_established, 299);
}

#[test]
fn what_signet_reads_and_cannot_write_is_untold() {
    let (mut lines, _) = rows(1, 3, "r", String::new());
    for (to, verdict) in [(r#""\ud800""#, "untold"), ("1e400", "broken"), ("\"\u{1}\"", "broken")] {
        let line = lines[1].replacen("\"r\"", to, 1);
        let timeline = walk(&[&lines[0], &line, &lines[2]], &["k1"], None);
        assert_eq!((said(&timeline).as_str(), timeline.peers[0].verdict()), ("2:shape", verdict), "{to}");
    }
    lines[1] = lines[1].replacen("{\"_sig", "{\"n\":1e400,\"_sig", 1);
    let timeline = walk(&lines, &["k1"], None);
    assert_eq!((said(&timeline).as_str(), timeline.peers[0].verdict()), ("2:shape", "untold"));
}

#[test]
fn any_changed_byte_is_a_break() {
    let (lines, _) = rows(1, 3, "ä \\n", String::new());
    let good = lines.join("\n").into_bytes();
    for at in 0..good.len() {
        for flip in [1, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let lines: Vec<&[u8]> = bad.split(|byte| *byte == b'\n').collect();
            let timeline = walk(&lines, &["k1"], None);
            assert!(!timeline.breaks.is_empty(), "byte {at} with {flip}");
        }
    }
}
