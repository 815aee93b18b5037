use super::*;
use crate::crypto::vectors::{self, KEYS, KeyVector};
use crate::digest::encode_hex;
use crate::wire::{der, json};

fn key(vector: &KeyVector) -> PublicKey {
    PublicKey::from_pem(vector.pem).expect(vector.name)
}

fn jwk(text: &str) -> Result<PublicKey, KeyError> {
    PublicKey::from_jwk(&json::parse(text.as_bytes()).expect(text))
}

#[test]
fn every_spelling_is_the_same_key() {
    for vector in KEYS {
        let key = key(vector);
        assert_eq!(key.id().digest().hex(), vector.spki_sha256, "{}", vector.name);
        assert_eq!(PublicKey::from_spki_der(&key.spki_der()), Ok(key.clone()));
        assert_eq!(pem::encode("PUBLIC KEY", &key.spki_der()), vector.pem);
        if !vector.ssh.is_empty() {
            assert_eq!(PublicKey::from_ssh(vector.ssh), Ok(key.clone()), "{}", vector.name);
            assert_eq!(jwk(vector.jwk), Ok(key.clone()), "{}", vector.name);
        }
        if let Material::Rsa(rsa) = key.material() {
            let pem = pem::encode("RSA PUBLIC KEY", rsa.pkcs1_der());
            assert_eq!(PublicKey::from_pem(&pem), Ok(key.clone()));
        }
    }
    let ed25519 = key(&vectors::ED25519);
    let raw = &ed25519.spki_der()[12..];
    assert_eq!(PublicKey::from_ed25519_hex(&encode_hex(raw)), Ok(ed25519.clone()));
    assert_eq!(PublicKey::from_ed25519_base64(&base64::encode_standard(raw)), Ok(ed25519.clone()));
}

#[test]
fn kinds() {
    let kinds: Vec<String> = KEYS.iter().map(|vector| key(vector).kind().to_string()).collect();
    assert_eq!(kinds, ["Ed25519", "ECDSA P-256", "ECDSA P-384", "ECDSA P-521", "RSA 2048", "RSA 1024"]);
}

#[test]
fn hints_of_others() {
    for vector in KEYS.iter().filter(|vector| !vector.ssh.is_empty()) {
        let hints = key(vector).hints();
        for hint in [
            vector.spki_sha256.to_owned(),
            format!("sha256:{}", vector.spki_sha256),
            format!("cosign:SHA256-PKIX:{}", vector.spki_sha256),
            vector.ssh_fingerprint.to_owned(),
            vector.thumbprint.to_owned(),
            format!("urn:ietf:params:oauth:jwk-thumbprint:sha-256:{}", vector.thumbprint),
        ] {
            assert!(hints.contains(&hint), "{}: {hint} not among {hints:?}", vector.name);
        }
        assert!(!hints.contains(""));
    }
}

/// A key of the examples in the TUF specification, whose id counts the list of
/// hash algorithms in, and one of a root that tuftool made, whose id does not.
#[test]
fn hints_of_tuf() {
    let ed25519 = "edcd0a32a07dce33f7c7873aaffbff36d20ea30787574ead335eefd337e4dacd";
    let hints = PublicKey::from_ed25519_hex(ed25519).unwrap().hints();
    assert!(hints.contains("59a4df8af818e9ed7abe0764c0b47b4240952aa0d179b5b78346c470ac30278d"));
    assert!(hints.contains("2345a90ad8d76f3677f9ad6695b0ba0b5c7b7fbf27fb0ed35fbdf7b71264a679"));
    assert!(hints.contains(ed25519));
    let rsa = "-----BEGIN PUBLIC KEY-----\n\
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5ZiWzak3CBJkRrCfw5GO\n\
        SUtYjIK2jLozyaZ44FePW/KYEhM8LyHcNz9lwx45tZ8gId4AsxGBj9fhsOgjpN7l\n\
        MPXpaKsV/5f37HzQLCrbldz3ei9LkMWG5La4Cwil0qPDpTxfzI7IWDKk6l4/epgi\n\
        OrAJDaQ/mKhH5OZ485JYuDIE7a0jplU/GvsNeCdZVMEQ8dko/CA4Di8lPkDRRdSw\n\
        aC/8g3K6mF+87ADdGOmZ+LFodLEPvqIVljece2JlX2z44Io3N7Y5FH63Az4H3MFL\n\
        DPZJH5lFs7Lb/fHx25rWSE2/GHcUUTs4oScPp2X0hAnblOsmCFSCjf8Kb0R7dLUb\n\
        nQIDAQAB\n-----END PUBLIC KEY-----\n";
    let hints = PublicKey::from_pem(rsa).unwrap().hints();
    assert!(hints.contains("6e99ec437323f2c7334c8b16fd7a7a197829ba89ff50d07aa4b50fc9634dad9f"));
}

#[test]
fn ed25519_refused() {
    let check = |hex: &str, expected: KeyError| {
        assert_eq!(PublicKey::from_ed25519_hex(hex), Err(expected), "{hex}");
    };
    check("", KeyError::Ed25519Length { found: 0 });
    check(&"00".repeat(31), KeyError::Ed25519Length { found: 31 });
    check(&"00".repeat(33), KeyError::Ed25519Length { found: 33 });
    check(&"AB".repeat(32), KeyError::Hex);
    // y = 2 has no x.
    check(&format!("02{}", "00".repeat(31)), KeyError::Ed25519Point);
    // y = 3 is a point of large order; p + 3 spells it a second time.
    assert!(PublicKey::from_ed25519_hex(&format!("03{}", "00".repeat(31))).is_ok());
    check(&format!("f0{}7f", "ff".repeat(30)), KeyError::Ed25519Point);
    check(&format!("f0{}ff", "ff".repeat(30)), KeyError::Ed25519Point);
    // The eight points of small order, canonical spellings first.
    for hex in [
        &format!("01{}", "00".repeat(31)),
        &"00".repeat(32),
        &format!("{}80", "00".repeat(31)),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        &format!("ec{}7f", "ff".repeat(30)),
        &format!("ec{}ff", "ff".repeat(30)),
        &format!("01{}80", "00".repeat(30)),
        &format!("ed{}7f", "ff".repeat(30)),
        &format!("ee{}ff", "ff".repeat(30)),
    ] {
        check(hex, KeyError::Ed25519SmallOrder);
    }
}

#[test]
fn points_refused() {
    for (vector, curve) in
        [(&vectors::P256, Curve::P256), (&vectors::P384, Curve::P384), (&vectors::P521, Curve::P521)]
    {
        let key = key(vector);
        let Material::Ecdsa { point, .. } = key.material() else { panic!("{}", vector.name) };
        let expected = 1 + 2 * curve.size();
        assert_eq!(PublicKey::from_ec_point(curve, point), Ok(key.clone()));
        let form = |point: &[u8]| {
            let error = KeyError::PointForm { curve, found: point.len(), expected };
            assert_eq!(PublicKey::from_ec_point(curve, point), Err(error));
        };
        form(&[0]);
        form(&[]);
        form(&[&[2], &point[1..=curve.size()]].concat());
        form(&[&[6], &point[1..]].concat());
        form(&[&point[..], &[0]].concat());
        form(&point[..point.len() - 1]);
        let mut off = point.clone();
        off[5] ^= 1;
        assert_eq!(PublicKey::from_ec_point(curve, &off), Err(KeyError::OffCurve { curve }));
        let zero = [&[4][..], &vec![0; 2 * curve.size()]].concat();
        assert_eq!(PublicKey::from_ec_point(curve, &zero), Err(KeyError::OffCurve { curve }));
        let big = [&[4][..], &vec![0xff; 2 * curve.size()]].concat();
        assert_eq!(PublicKey::from_ec_point(curve, &big), Err(KeyError::OffCurve { curve }));
        for other in Curve::ALL.into_iter().filter(|other| *other != curve) {
            assert!(PublicKey::from_ec_point(other, point).is_err());
        }
    }
}

#[test]
fn rsa_refused() {
    let modulus = |bits: u32| {
        let mut bytes = vec![0xff; bits.div_ceil(8) as usize];
        bytes[0] >>= (8 - bits % 8) % 8;
        bytes
    };
    let check = |modulus: &[u8], exponent: &[u8], expected: Result<u32, KeyError>| {
        let found = PublicKey::from_rsa(modulus, exponent).map(|key| match key.kind() {
            Kind::Rsa { bits } => bits,
            other => panic!("{other}"),
        });
        assert_eq!(found, expected, "{} bytes, {exponent:02x?}", modulus.len());
    };
    let (min, max) = (1024, 8192);
    check(&modulus(1024), &[3], Ok(1024));
    check(&modulus(1025), &[3], Ok(1025));
    check(&modulus(8192), &[1, 0, 1], Ok(8192));
    check(&modulus(1023), &[3], Err(KeyError::ModulusBits { found: 1023, min, max }));
    check(&modulus(8193), &[3], Err(KeyError::ModulusBits { found: 8193, min, max }));
    check(&modulus(512), &[3], Err(KeyError::ModulusBits { found: 512, min, max }));
    let mut even = modulus(2048);
    even[255] = 0xfe;
    check(&even, &[3], Err(KeyError::ModulusEven));
    check(&[&[0], &modulus(2048)[..]].concat(), &[3], Err(KeyError::LeadingZero));
    check(&[], &[3], Err(KeyError::LeadingZero));
    check(&modulus(2048), &[], Err(KeyError::LeadingZero));
    check(&modulus(2048), &[0, 3], Err(KeyError::LeadingZero));
    let exponent = Err(KeyError::Exponent { max: 33 });
    check(&modulus(2048), &[1], exponent.clone());
    check(&modulus(2048), &[2], exponent.clone());
    check(&modulus(2048), &[1, 0, 0], exponent.clone());
    check(&modulus(2048), &[1, 0, 0, 0, 1], Ok(2048));
    check(&modulus(2048), &[2, 0, 0, 0, 1], exponent.clone());
    check(&modulus(2048), &[1; 40], exponent);
}

#[test]
fn der_refused() {
    for vector in KEYS {
        let good = key(vector).spki_der();
        for cut in 0..good.len() {
            assert!(PublicKey::from_spki_der(&good[..cut]).is_err(), "{} cut at {cut}", vector.name);
        }
        assert!(PublicKey::from_spki_der(&[&good[..], &[0]].concat()).is_err(), "{}", vector.name);
        // Every other bit either is refused, or gives another key in its one form.
        for bit in 0..good.len() * 8 {
            let mut other = good.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(key) = PublicKey::from_spki_der(&other) {
                assert_eq!(key.spki_der(), other, "{} bit {bit}", vector.name);
            }
        }
    }
    let check = |algorithm: &[&[u8]], key: &[u8], expected: &str| {
        let algorithm = der::encode(der::Tag::SEQUENCE, algorithm);
        let spki = der::encode(der::Tag::SEQUENCE, &[&algorithm, &der::encode_bit_string(key)]);
        assert_eq!(PublicKey::from_spki_der(&spki).unwrap_err().to_string(), expected);
    };
    let ed25519 = &key(&vectors::ED25519).spki_der()[12..];
    let rsa = key(&vectors::RSA2048);
    let Material::Rsa(rsa) = rsa.material() else { panic!() };
    // RFC 8410 3: no parameters. RFC 3279 2.3.1: NULL, and not nothing.
    check(&[&[6, 3, 0x2b, 0x65, 0x70], &[5, 0]], ed25519, "expected nothing more at offset 9");
    let oid: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    check(&[oid], rsa.pkcs1_der(), "the element at offset 17 goes beyond the end");
    // RSASSA-PSS keys restrict themselves in a way that is not read here.
    let pss: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    check(
        &[pss],
        rsa.pkcs1_der(),
        "\"object identifier 2a864886f70d01010a\" is no kind of key that is read here",
    );
    let ec: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    check(&[ec, &[0x30, 0]], &[4; 65], "\"a curve that is spelled out\" is no kind of key that is read here");
    check(
        &[ec, &[6, 5, 0x2b, 0x81, 4, 0, 32]],
        &[4; 65],
        "\"object identifier 2b81040020\" is no kind of key that is read here",
    );
}

#[test]
fn pem_refused() {
    let good = vectors::ED25519.pem;
    let check =
        |text: &str, expected: KeyError| assert_eq!(PublicKey::from_pem(text), Err(expected), "{text}");
    check("", KeyError::Blocks { found: 0 });
    check(&good.repeat(2), KeyError::Blocks { found: 2 });
    let labelled = |label: &str| good.replace("PUBLIC KEY", label);
    check(&labelled("PRIVATE KEY"), KeyError::Private);
    check(&labelled("OPENSSH PRIVATE KEY"), KeyError::Private);
    check(&labelled("ENCRYPTED PRIVATE KEY"), KeyError::Private);
    check(&labelled("CERTIFICATE"), KeyError::Unsupported { found: "CERTIFICATE".into() });
    let found = 20_000;
    check(&"x".repeat(found), KeyError::TooLong { found, max: limits::KEY_TEXT_BYTES_MAX });
    assert!(matches!(PublicKey::from_pem(&labelled("RSA PUBLIC KEY")), Err(KeyError::Der(_))));
    assert!(matches!(PublicKey::from_pem(&good.replace("MCow", "MC ow")), Err(KeyError::Pem(_))));
}

#[test]
fn jwk_refused() {
    let check = |text: &str, expected: &str| {
        assert_eq!(jwk(text).unwrap_err().to_string(), expected, "{text}");
    };
    let with = |member: &str| vectors::P256.jwk.replacen('{', &format!("{{{member},"), 1);
    assert!(jwk(&with(r#""use":"sig","alg":"ES256","key_ops":["verify"],"x5t":"?""#)).is_ok());
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        check(&with(&format!(r#""{name}":"AA""#)), "a private or symmetric key, expected a public one");
    }
    check(r#"{"kty":"oct","k":"AA"}"#, "a private or symmetric key, expected a public one");
    check(r#"{"kty":"oct"}"#, "\"oct\" is no kind of key that is read here");
    check(r#"{"kty":"OKP","crv":"X25519","x":""}"#, "\"X25519\" is no kind of key that is read here");
    check(r#"{"kty":"EC","crv":"secp256k1"}"#, "\"secp256k1\" is no kind of key that is read here");
    for member in [
        r#""use":"enc""#,
        r#""key_ops":["sign"]"#,
        r#""key_ops":[]"#,
        r#""alg":"ES384""#,
        r#""alg":"HS256""#,
        r#""alg":"none""#,
        r#""D":"AA""#,
        r#""KTY":"EC""#,
    ] {
        assert!(jwk(&with(member)).is_err(), "{member}");
    }
    // A coordinate without its leading zero, as some encoders write it.
    assert!(jwk(&vectors::P521.jwk.replace("AH55J70O", "fnknvQ6s")).is_err());
    // Padded, or in the other alphabet.
    assert!(jwk(&vectors::P256.jwk.replace("-wE", "-wE=")).is_err());
    assert!(jwk(&vectors::P256.jwk.replace("-wE", "+wE")).is_err());
    // RFC 7518 6.3.1: no leading zeros in an RSA number.
    assert_eq!(jwk(&vectors::RSA2048.jwk.replace("AQAB", "AAEAAQ")), Err(KeyError::LeadingZero));
    let named = jwk(&with(r#""kid":"release-2031""#)).unwrap();
    assert!(named.hints().contains("release-2031"));
    assert_eq!(named, key(&vectors::P256));
}

#[test]
fn ssh_refused() {
    let good = vectors::ED25519.ssh;
    assert!(PublicKey::from_ssh(&format!("{good}\n")).is_ok());
    assert!(PublicKey::from_ssh(good.rsplit_once(" test").unwrap().0).is_ok(), "no comment");
    for wrong in [
        "",
        "ssh-ed25519",
        &format!("{good}\n\n"),
        &format!("{good}\r\n"),
        &format!(" {good}"),
        &format!("no-pty {good}"),
        &good.replace("ssh-ed25519 ", "ssh-ed25519  "),
        &good.replace("ssh-ed25519 ", "ssh-rsa "),
        &good.replace("IUX", "IU"),
        &good.replace("IUX", "IUXAAAA"),
        &vectors::P256.ssh.replace("ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp384 "),
    ] {
        assert!(PublicKey::from_ssh(wrong).is_err(), "{wrong:?}");
    }
    let strings = |parts: &[&[u8]]| {
        let blob: Vec<u8> =
            parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes(), *part].concat()).collect();
        base64::encode_standard(&blob)
    };
    // The curve inside is not that of the type.
    let point = &key(&vectors::P256).spki_der()[26..];
    let line = |curve: &[u8]| {
        let blob = strings(&[b"ecdsa-sha2-nistp256", curve, point]);
        PublicKey::from_ssh(&format!("ecdsa-sha2-nistp256 {blob}"))
    };
    assert_eq!(line(b"nistp256"), Ok(key(&vectors::P256)));
    assert!(line(b"nistp384").is_err());
    // Integers that are negative, padded, or zero.
    let rsa = key(&vectors::RSA2048);
    let Material::Rsa(rsa) = rsa.material() else { panic!() };
    let line = |exponent: &[u8], modulus: &[u8]| {
        PublicKey::from_ssh(&format!("ssh-rsa {}", strings(&[b"ssh-rsa", exponent, modulus])))
    };
    let modulus = [&[0], rsa.modulus()].concat();
    assert_eq!(line(&[1, 0, 1], &modulus), Ok(key(&vectors::RSA2048)));
    assert!(line(&[0, 1, 0, 1], &modulus).is_err());
    assert!(line(&[1, 0, 1], rsa.modulus()).is_err());
    assert!(line(&[1, 0, 1], &[&[0], &modulus[..]].concat()).is_err());
    assert!(line(&[], &modulus).is_err());
    // A security key, a certificate, DSA.
    for kind in ["sk-ssh-ed25519@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "ssh-dss"] {
        let error = PublicKey::from_ssh(&format!("{kind} {}", strings(&[kind.as_bytes()]))).unwrap_err();
        assert_eq!(error, KeyError::Unsupported { found: kind.into() });
    }
}

/// The key that minisign's author publishes releases with.
const MINISIGN: &str = "untrusted comment: minisign public key E7620F1842B4E81F\n\
    RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n";

#[test]
fn minisign() {
    let key = PublicKey::from_minisign(MINISIGN).unwrap();
    assert!(key.hints().contains("E7620F1842B4E81F"));
    let line = MINISIGN.lines().nth(1).unwrap();
    assert_eq!(PublicKey::from_minisign(line), Ok(key.clone()));
    assert_eq!(PublicKey::from_minisign(MINISIGN.trim_end()), Ok(key));
    for wrong in [
        "",
        "untrusted comment: minisign public key E7620F1842B4E81F\n",
        &format!("comment: x\n{line}\n"),
        &format!("{MINISIGN}\n"),
        &MINISIGN.replace('\n', "\r\n"),
        &format!("{MINISIGN}{line}\n"),
        &MINISIGN.replace("RWQf", "RUQf"),
        &MINISIGN.replace("GFO3", "GFM="),
        &MINISIGN.replace("GFO3", "GFO3AAAA"),
    ] {
        assert!(PublicKey::from_minisign(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn compressed_points() {
    let key = key(&vectors::P256);
    let Material::Ecdsa { point, .. } = key.material() else { panic!() };
    let parity = 2 + (point[64] & 1);
    let compressed = [&[parity], &point[1..33]].concat();
    assert_eq!(PublicKey::from_p256_compressed(&compressed), Ok(key.clone()));
    let other = [&[5 - parity], &point[1..33]].concat();
    let other = PublicKey::from_p256_compressed(&other).unwrap();
    assert_ne!(other, key);
    for wrong in [&compressed[..32], &point[..33], &[2; 1], &[[2].as_slice(), &[0xff; 32]].concat()] {
        assert!(PublicKey::from_p256_compressed(wrong).is_err());
    }
    // Half of all numbers are the coordinate of no point.
    let none = (0..=255_u8).filter(|last| {
        let mut x = [7; 33];
        (x[0], x[32]) = (2, *last);
        PublicKey::from_p256_compressed(&x).is_err()
    });
    assert!((90..170).contains(&none.count()));
}
