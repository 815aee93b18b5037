use super::super::making::*;
use super::super::{ValueError, id};
use super::*;

fn leaf() -> Made {
    Made::leaf("l", 9, "r", 1)
}

fn refused(der: &[u8]) -> CertificateError {
    Certificate::parse(der).expect_err("refused")
}

#[test]
fn what_is_read() {
    let made = leaf().with(authority(Some(3))).with(key_usage(0x06)).with(extended_key_usage(true, &[8]));
    let der = made.der();
    let certificate = Certificate::parse(&der).unwrap();
    assert_eq!(certificate.der(), der);
    assert_eq!(certificate.tbs(), made.tbs());
    assert_eq!(certificate.version(), Version::V3);
    assert_eq!(certificate.subject().to_string(), "CN=l");
    assert_eq!(certificate.issuer().to_string(), "CN=r");
    assert_eq!(certificate.serial_hex(), "07");
    assert!(!certificate.is_self_issued());
    let constraints = certificate.basic_constraints().unwrap();
    assert_eq!((constraints.authority, constraints.path_length), (true, Some(3)));
    assert!(certificate.key_usage().unwrap().any_of(KeyUsage::CERT_SIGN));
    assert!(!certificate.key_usage().unwrap().any_of(KeyUsage::DIGITAL_SIGNATURE));
    assert!(certificate.extended_key_usage().unwrap().critical);
    assert_eq!(certificate.window().not_before.unwrap().to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(certificate.public_key().unwrap().id(), public_key(9).id());
    assert!(certificate.signed_by(&public_key(1), &Memo::new()).is_ok());
    assert!(certificate.signed_by(&public_key(2), &Memo::new()).is_err());
}

#[test]
fn cut_flipped_and_extended() {
    let der = leaf().with(authority(None)).der();
    for cut in 0..der.len() {
        assert!(Certificate::parse(&der[..cut]).is_err(), "cut at {cut}");
    }
    assert!(matches!(refused(&[&der[..], &[0]].concat()), CertificateError::Der(DerError::Trailing { .. })));
    let memo = Memo::new();
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut flipped = der.clone();
            flipped[at] ^= 1 << bit;
            let signed =
                Certificate::parse(&flipped).is_ok_and(|c| c.signed_by(&public_key(1), &memo).is_ok());
            assert!(!signed, "bit {bit} at {at}");
        }
    }
}

#[test]
fn versions() {
    let versioned = |version, extensions: bool| {
        let made = leaf().version(version);
        let made = if extensions { made.with(authority(None)) } else { made };
        Certificate::parse(&made.der()).map(|c| c.version())
    };
    assert_eq!(versioned(None, false), Ok(Version::V1));
    assert_eq!(versioned(Some(1), false), Ok(Version::V2));
    assert_eq!(versioned(Some(2), true), Ok(Version::V3));
    assert_eq!(versioned(Some(0), false), Err(CertificateError::Version { found: 1 }));
    assert_eq!(versioned(Some(3), false), Err(CertificateError::Version { found: 4 }));
    let field = "extensions";
    assert_eq!(versioned(None, true), Err(CertificateError::Later { field, version: Version::V1 }));
    assert_eq!(versioned(Some(1), true), Err(CertificateError::Later { field, version: Version::V2 }));
}

#[test]
fn serial_numbers() {
    let serial = |content: &[u8]| {
        let made = Made { serial: content.to_vec(), ..leaf() };
        Certificate::parse(&made.der()).map(|c| c.serial_hex())
    };
    assert_eq!(serial(&[0]).unwrap(), "00");
    assert_eq!(serial(&[0xFF]).unwrap(), "ff");
    assert_eq!(serial(&[0, 0x80]).unwrap(), "80");
    assert_eq!(serial(&[1; limits::SERIAL_BYTES_MAX]).unwrap().len(), 2 * limits::SERIAL_BYTES_MAX);
    let found = limits::SERIAL_BYTES_MAX + 1;
    assert_eq!(serial(&vec![1; found]), Err(CertificateError::Serial { found }));
    assert!(matches!(serial(&[0, 1]), Err(CertificateError::Der(DerError::Content { .. }))));
    assert!(matches!(serial(&[]), Err(CertificateError::Der(DerError::Content { .. }))));
}

#[test]
fn another_algorithm_outside() {
    let der = leaf().der();
    let at = der.windows(3).rposition(|window| window == b"\x2b\x65\x70").unwrap();
    let mut other = der.clone();
    other[at + 2] = 0x71;
    assert_eq!(refused(&other), CertificateError::TwoAlgorithms);
}

#[test]
fn unknown_keys_and_algorithms_are_kept() {
    // Ed448 in place of Ed25519: read, and of no use.
    let tbs = leaf().tbs();
    let at = tbs.windows(3).rposition(|window| window == b"\x2b\x65\x70").unwrap();
    let mut other = tbs.clone();
    other[at + 2] = 0x71;
    let certificate = Certificate::parse(&signed(&other, 1)).unwrap();
    assert!(certificate.public_key().is_err());
    // What has not even the form of a key is not read.
    let mut other = tbs.clone();
    other[at + 3] = Tag::OCTET_STRING.octet();
    let found = Tag::OCTET_STRING;
    assert!(
        matches!(refused(&signed(&other, 1)), CertificateError::Der(DerError::Tag { found: f, .. }) if f == found)
    );
}

#[test]
fn lists_of_extensions() {
    let made = |extensions: &[Vec<u8>]| {
        let mut made = leaf();
        made.extensions = extensions.to_vec();
        Certificate::parse(&made.der()).map(drop)
    };
    let twice = made(&[authority(None), authority(None)]).unwrap_err();
    assert!(matches!(twice, CertificateError::Extension(ExtensionError::Repeated { .. })));
    let unknown = |n: usize| extension(&[0x2A, n as u8 + 1], false, &[5, 0]);
    let many = |n| (0..n).map(unknown).collect::<Vec<_>>();
    assert_eq!(made(&many(limits::EXTENSIONS_MAX)), Ok(()));
    assert_eq!(made(&many(limits::EXTENSIONS_MAX + 1)), Err(ExtensionError::TooMany.into()));
    // There and empty.
    let tbs = leaf().tbs();
    let inner = der::read_all(&tbs, |reader| reader.element(Tag::SEQUENCE)).unwrap().content;
    let empty = der::encode(Tag::context_constructed(3), &[&sequence(&[])]);
    assert_eq!(refused(&signed(&sequence(&[inner, &empty]), 1)), ExtensionError::Empty.into());
}

#[test]
fn values_of_extensions() {
    let value =
        |oid: &[u8], value: &[u8]| match Certificate::parse(&leaf().with(extension(oid, false, value)).der())
        {
            Ok(_) => None,
            Err(CertificateError::Extension(ExtensionError::Value { fault, .. })) => Some(fault),
            Err(error) => panic!("{error}"),
        };
    let check = |oid: &[u8], of: &[u8], expected: Option<ValueError>| {
        assert_eq!(value(oid, of), expected, "{oid:02x?} {of:02x?}");
    };
    let broken = |oid: &[u8], of: &[u8]| {
        assert!(matches!(value(oid, of), Some(ValueError::Der(_))), "{oid:02x?} {of:02x?}");
    };
    let flag = |octet| der::encode(Tag::BOOLEAN, &[&[octet]]);
    // A default that is spelled out is the one laxity.
    check(id::BASIC_CONSTRAINTS, &sequence(&[&flag(0)]), None);
    broken(id::BASIC_CONSTRAINTS, &sequence(&[&flag(1)]));
    broken(id::BASIC_CONSTRAINTS, &sequence(&[&flag(0xFF), &[2, 1, 0x80]]));
    broken(id::BASIC_CONSTRAINTS, &sequence(&[&flag(0xFF), &integer(1), &integer(1)]));
    broken(id::BASIC_CONSTRAINTS, &[&sequence(&[])[..], &[0]].concat());
    broken(id::KEY_USAGE, &[3, 2, 0, 6]);
    broken(id::KEY_USAGE, &[3, 2, 1, 7]);
    check(id::EXTENDED_KEY_USAGE, &sequence(&[]), Some(ValueError::Empty));
    check(id::SUBJECT_ALT_NAME, &sequence(&[]), None);
    check(id::SUBJECT_ALT_NAME, &sequence(&[&general(7, &[1; 5])]), Some(ValueError::Address { found: 5 }));
    check(id::SUBJECT_ALT_NAME, &sequence(&[&general(7, &[1; 8])]), Some(ValueError::Address { found: 8 }));
    check(id::SUBJECT_ALT_NAME, &sequence(&[&general(2, b"\xe9")]), Some(ValueError::Ascii));
    check(id::SUBJECT_ALT_NAME, &sequence(&[&general(9, b"")]), Some(ValueError::NameForm { tag: 0x89 }));
    let subtree = |base: &[u8], rest: &[u8]| {
        sequence(&[&der::encode(Tag::context_constructed(0), &[&sequence(&[base, rest])])])
    };
    let dns = general(2, b"a");
    check(id::NAME_CONSTRAINTS, &subtree(&dns, &[]), None);
    check(id::NAME_CONSTRAINTS, &subtree(&dns, &[0x80, 1, 0]), None);
    check(id::NAME_CONSTRAINTS, &subtree(&dns, &[0x80, 1, 1]), Some(ValueError::SubtreeBounds));
    check(id::NAME_CONSTRAINTS, &subtree(&dns, &[0x81, 1, 1]), Some(ValueError::SubtreeBounds));
    check(id::NAME_CONSTRAINTS, &sequence(&[]), Some(ValueError::Empty));
    check(id::NAME_CONSTRAINTS, &subtree(&general(7, &[1; 4]), &[]), Some(ValueError::Address { found: 4 }));
    check(
        id::NAME_CONSTRAINTS,
        &subtree(&general(7, &[1, 1, 1, 1, 255, 0, 255, 0]), &[]),
        Some(ValueError::Mask),
    );
    check(id::NAME_CONSTRAINTS, &subtree(&general(7, &[1, 1, 1, 1, 255, 240, 0, 0]), &[]), None);
    check(id::POLICY_CONSTRAINTS, &sequence(&[]), Some(ValueError::Empty));
    check(id::CERTIFICATE_POLICIES, &sequence(&[]), Some(ValueError::Empty));
    let policy_twice = sequence(&[&sequence(&[&policy(1)]), &sequence(&[&policy(1)])]);
    assert!(matches!(value(id::CERTIFICATE_POLICIES, &policy_twice), Some(ValueError::Repeated { .. })));
    let many = sequence(&[&sequence(&[&policy(1), &policy(2)]).repeat(limits::POLICIES_MAX + 1)]);
    let (found, max) = (limits::POLICIES_MAX + 1, limits::POLICIES_MAX);
    check(id::POLICY_MAPPINGS, &many, Some(ValueError::TooMany { found, max }));
    check(id::CRL_DISTRIBUTION_POINTS, &sequence(&[&sequence(&[])]), Some(ValueError::Empty));
    // What is not known here is not looked into.
    check(&[0x2A, 9], b"anything", None);
}

#[test]
fn distribution_points() {
    let full = der::encode(Tag::context_constructed(0), &[&general(6, b"http://a/b")]);
    let name = der::encode(Tag::context_constructed(0), &[&full]);
    let reasons = [0x81, 2, 6, 0x40];
    let issuer = der::encode(Tag::context_constructed(2), &[&general(4, &super::super::making::name("x"))]);
    let points = sequence(&[&sequence(&[&name, &reasons, &issuer])]);
    let made = leaf().with(extension(id::CRL_DISTRIBUTION_POINTS, false, &points)).certificate();
    let [point] = made.crl_distribution_points() else { panic!("one") };
    assert_eq!(point.reasons, Some(1 << 1));
    assert_eq!(point.crl_issuer.len(), 1);
    assert!(
        matches!(&point.name, Some(super::super::DistributionPointName::Full(names)) if names.len() == 1)
    );
}

#[test]
fn too_long() {
    let found = limits::CERTIFICATE_BYTES_MAX + 1;
    assert_eq!(refused(&vec![0; found]), CertificateError::TooLong { found });
}
