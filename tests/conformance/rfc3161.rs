//! Time-stamp tokens and responses of public authorities and of the tests of
//! other projects. A refused one has to be refused for what is wrong with it.

use std::collections::BTreeMap;

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::digest::{Algorithm as Hash, Digest};
use stella_forensic::proof::timestamp::{Imprint, TimestampError, TimestampRequest, Token, TokenError};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo};
use stella_forensic::time::{Interval, UnixTime};
use stella_forensic::wire::der::{self, DerError, Tag};
use stella_forensic::wire::pem;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite {
    name: "rfc3161",
    exceptions: &[(
        "token:648b6c1d84957904",
        "byte for byte tspclient-go/cms/TimeStampTokenWithSignerVersion2, which is to be refused; \
         RFC 5652 5.3: a signer named by issuer and serial number has version 1",
    )],
    judge,
    further: nothing_further,
};

/// How each refusal begins, as the error prints itself for debugging: the names
/// of its variants and what it is about. A `*` at the end of an id stands for
/// any rest.
const REASONS: &[(&str, &str)] = &[
    ("token:*@wrong-root", "Path(NoIssuer {"),
    ("token:*@wrong-imprint", "Imprint {"),
    // A genTime in pieces, a serial number of a certificate below zero.
    ("token:8d25fd6c04ed7711", r#"Der { part: "TSTInfo""#),
    ("token:b20b2d7f52534bed", "Certificate { index: 0"),
    ("token:b3d0e1dee6dd9043", r#"Der { part: "signed attributes""#),
    ("token:443920e9bcc6750c", "ContentTypeAttribute { found: 1.2.840.113549.1.9.16.1.44 }"),
    ("token:f779eeb249323a66", "Signers { found: 2 }"),
    ("token:977af74abbaf7fae", "Signature(Mismatch)"),
    ("token:cef6fb2d9cf5d16d", "Signature(Mismatch)"),
    ("token:b5afc27103a7cb94", "SigningTime {"),
    ("token:095067929f2a67aa", r#"AttributeMissing { attribute: "content-type" }"#),
    ("token:d717a47c76403feb", r#"AttributeMissing { attribute: "message-digest" }"#),
    ("token:3c7abffe1f573843", r#"AttributeMissing { attribute: "content-type" }"#),
    ("token:acedfbb37b51746b", r#"Hash { part: "message imprint""#),
    ("token:857f3ead5fe33264", r#"Der { part: "signing-certificate","#),
    ("token:f21999ec7ffcb66c", r#"Der { part: "signing-certificate-v2","#),
    ("token:2ca834ea1a8b66e8", r#"EssMismatch { attribute: "signing-certificate-v2""#),
    // SHA-1, with a digest as long as SHA-256's.
    ("token:c15edc71aefa191e", "EssHash { found: Sha1 }"),
    ("token:b8dfaa2c0c4992f8", r#"EssEmpty { attribute: "signing-certificate" }"#),
    ("token:fa4ad2b352712b03", r#"EssEmpty { attribute: "signing-certificate-v2" }"#),
    ("token:ac11b8c26ef0726d", r#"Version { part: "TSTInfo", found: 2"#),
    ("token:a3f6816d106c4306", r#"EssIssuer { attribute: "signing-certificate-v2""#),
    ("token:9511bf6b36e92a55", r#"AttributeMissing { attribute: "signing-certificate-v2" }"#),
    ("token:339afea7c62cc924", "Signature(Mismatch)"),
    ("token:cc7f03b913260601", "Signature(Der)"),
    ("rfc3161-client/test_tsa/injected-certs@pin-spoofed", "Signer { expected: \"CN=Spoofed TSA\""),
    ("rfc3161-client/test_tsa/other-response", "Nonce {"),
    ("rfc3161-client/sigstage/no-embedded-cert@no-external", "NoSigner {"),
    ("rfc3161-client/sigstage/invalid-signature", "Signature(Der)"),
    ("rfc3161-client/sigstore.mock/expired-now@now", "Path(Window {"),
    ("rfc3161-client/sigstage/sha256@wrong-data", "Imprint {"),
    ("tspclient-go/TimeStampTokenWithInvalidSignature", "Signature(Mismatch)"),
    ("tspclient-go/TimeStampTokenWithInvalideContentType", "SignedContentType {"),
    ("tspclient-go/TimeStampTokenWithInvalidTSTInfo", r#"Der { part: "TSTInfo""#),
    ("tspclient-go/TimeStampTokenWithoutSigningCertificate", "AttributeMissing {"),
    ("tspclient-go/TimeStampTokenWithWrongSigningCertificateV2IssuerChoiceTag", "EssIssuer {"),
    ("tspclient-go/TimeStampTokenWithMismatchCertHash", "EssMismatch {"),
    ("tspclient-go/TimeStampTokenWithInvalidSigningCertificateV1", r#"Der { part: "signing-certificate","#),
    (
        "tspclient-go/TimeStampTokenWithInvalidSigningCertificateV2",
        r#"Der { part: "signing-certificate-v2","#,
    ),
    ("tspclient-go/TimeStampTokenWithSigningCertificateV2NoCert", "EssEmpty {"),
    ("tspclient-go/TimeStampTokenWithSigningCertificateV1NoCert", "EssEmpty {"),
    ("tspclient-go/TimeStampTokenWithTSTInfoVersion2", r#"Version { part: "TSTInfo", found: 2"#),
    ("tspclient-go/TimeStampTokenWithoutCertificate", "NoSigner {"),
    ("tspclient-go/cms/TimeStampTokenInvalidSignedAttributeContentType", "ContentTypeAttribute {"),
    ("tspclient-go/cms/TimeStampTokenWithInvalidCertificates", "Certificate { index: 0"),
    ("tspclient-go/cms/TimeStampTokenWithInvalidContentType", "SignedContentType {"),
    // Not outside of anything: the attribute has no set of values.
    ("tspclient-go/cms/TimeStampTokenWithInvalidSigningTime", r#"Der { part: "signed attributes""#),
    ("tspclient-go/cms/TimeStampTokenWithSigningTimeBeforeExpected", "SigningTime {"),
    ("tspclient-go/cms/TimeStampTokenWithSignerVersion2", r#"Version { part: "SignerInfo", found: 2"#),
    ("tspclient-go/cms/TimeStampTokenWithUnknownSignerIssuer", "NoSigner {"),
    ("tspclient-go/cms/TimeStampTokenWithoutSignedAttributeContentType", "AttributeMissing {"),
    ("tspclient-go/cms/TimeStampTokenWithoutSignedAttributeDigest", "AttributeMissing {"),
    ("tspclient-go/cms/TimeStampTokenWithoutSignedAttributes", "AttributeMissing {"),
    ("tspclient-go/cms/TimeStampTokenWithoutSigner", "Signers { found: 0 }"),
    ("tspclient-go/response/malformed.tsq", "Ber(Header)"),
    ("tspclient-go/response/rejection.tsq", "Refused(Refusal { status: 2, failures: [0]"),
    ("sigstore-java/invalid", r#"Der { part: "SignedData""#),
];

/// How the refusal of that case begins.
fn expected(id: &str) -> &'static str {
    let matches = |pattern: &str| match pattern.split_once('*') {
        Some((start, end)) => id.starts_with(start) && id.ends_with(end),
        None => id == pattern,
    };
    REASONS.iter().find(|(pattern, _)| matches(pattern)).map_or("no reason is listed", |(_, reason)| reason)
}

fn certificates(files: &Files, case: &Case, role: &str) -> Vec<Certificate> {
    let Some(file) = case.files.get(role) else { return Vec::new() };
    let bytes = files.bytes(file);
    match std::str::from_utf8(&bytes) {
        Ok(text) => pem::blocks(text)
            .expect("sound PEM")
            .iter()
            .map(|block| Certificate::parse(&block.der).expect("a sound certificate"))
            .collect(),
        Err(_) => vec![Certificate::parse(&bytes).expect("a sound certificate")],
    }
}

/// The imprint and the nonce of a TimeStampReq.
fn request(bytes: &[u8]) -> Result<(Digest, Vec<u8>), DerError> {
    der::read_all(bytes, |reader| {
        reader.sequence(|reader| {
            reader.small_integer()?;
            let digest = reader.sequence(|reader| {
                let size = |length| Hash::ALL.into_iter().find(|hash| hash.size() == length);
                reader.element(Tag::SEQUENCE)?;
                let bytes = reader.octet_string()?;
                Ok::<_, DerError>(Digest::new(size(bytes.len()).expect("SHA-2"), bytes).expect("the size"))
            })?;
            reader.optional(Tag::OID)?;
            let nonce = reader.integer_as(Tag::INTEGER)?.to_vec();
            reader.optional(Tag::BOOLEAN)?;
            Ok((digest, nonce))
        })
    })
}

fn judge(files: &Files, case: &Case) -> Judged {
    match verify(files, case) {
        Ok(()) => Judged::Accepts,
        Err(error) if case.accept || error.starts_with(expected(&case.id)) => Judged::Refuses(error),
        Err(error) => Judged::Differs(format!("refused with {error}")),
    }
}

fn verify(files: &Files, case: &Case) -> Result<(), String> {
    let file = case.files.get("token").or(case.files.get("tsr")).expect("a token");
    let token = Token::parse(&files.bytes(file)).map_err(|error: TokenError| format!("{error:?}"))?;
    let memo = Memo::new();
    let candidates = certificates(files, case, "intermediates");
    if case.param("level").is_some_and(|level| level.starts_with("token-signature-only")) {
        return token.signed(&candidates, &memo).map(drop).map_err(|error| format!("{error:?}"));
    }
    let authority = Identity::new("the-authority").expect("an identity");
    let anchors: Vec<Anchor> = certificates(files, case, "root")
        .into_iter()
        .map(|root| Anchor::new(authority.clone(), root).expect("a usable root"))
        .collect();
    let rules = Rules {
        algorithms: BTreeMap::from_iter(Algorithm::ALL.map(|algorithm| (algorithm, None))),
        at: None,
        revocation: Revocation::Off,
        allow_development: false,
        effects: None,
    };
    let (data, digest);
    let mut nonce = None;
    let imprint = if let Some(file) = case.files.get("data") {
        data = files.bytes(file);
        Imprint::Bytes(&data)
    } else if let Some(text) = case.param("data_literal") {
        Imprint::Bytes(text.as_bytes())
    } else if let Some(file) = case.files.get("request") {
        let asked = request(&files.bytes(file)).expect("a sound request");
        (digest, nonce) = (asked.0, Some(asked.1));
        Imprint::Digest(&digest)
    } else if let (Some(hash), Some(hex)) = (case.param("imprint_alg"), case.param("imprint")) {
        // One authority signed SHA-256 with 64 bytes, which is over nothing.
        match Digest::from_hex(Hash::from_name(hash).expect("a hash"), hex) {
            Ok(sound) => {
                digest = sound;
                Imprint::Digest(&digest)
            }
            Err(_) => Imprint::Unexamined,
        }
    } else {
        Imprint::Unexamined
    };
    let at = match case.param("verify_at") {
        None | Some("gen_time") => None,
        Some(time) => Some(UnixTime::parse_rfc3339(time).expect("a time")),
    };
    let wanted = case.param("expected_tsa").map(|wanted| {
        let mut subjects = token.certificates_unverified().iter().map(Certificate::subject);
        subjects.find(|subject| subject.to_string() == wanted).expect("it is in the bag")
    });
    let asked = TimestampRequest {
        signer: wanted,
        candidates: &candidates,
        accuracy_nanos: Some(1_000_000_000),
        nonce: nonce.as_deref(),
        at: at.map(|at| Interval { earliest: Some(at), latest: Some(at) }),
        ..TimestampRequest::new(imprint, &anchors, &rules, &memo)
    };
    let verified = token
        .verify(&asked, &mut Budget::new(), &mut |_, _| Ok(()))
        .map_err(|error: TimestampError| format!("{error:?}"))?;
    if let Some(spoofed) = case.param("must_not_report_tsa") {
        assert!(!verified.signer().subject().to_string().contains(spoofed));
    }
    Ok(())
}
