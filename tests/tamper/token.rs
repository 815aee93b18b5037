//! The same token in other encodings, and with more or less in its bags, which
//! nothing signs (RFC 5652 5.1, 5.3).

use stella_forensic::wire::der::{self, DerError, Tag};

/// The elements that stand one after another in `content`, each whole.
fn elements(content: &[u8]) -> Vec<Vec<u8>> {
    let read: Result<_, DerError> = der::read_all(content, |reader| {
        let mut all = Vec::new();
        while !reader.is_empty() {
            all.push(reader.any()?.whole.to_vec());
        }
        Ok(all)
    });
    read.expect("it is DER")
}

/// With the elements in the one at `path` changed, counted from its outermost.
fn within(element: &[u8], path: &[usize], change: &dyn Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let read: Result<_, DerError> = der::read_all(element, |reader| reader.any());
    let outer = read.expect("it is DER");
    let mut inner = elements(outer.content);
    match path {
        [] => change(&mut inner),
        [first, rest @ ..] => inner[*first] = within(&inner[*first], rest, change),
    }
    let inner: Vec<&[u8]> = inner.iter().map(Vec::as_slice).collect();
    der::encode(outer.tag, &inner)
}

/// SignedData in a TimeStampResp: in `[0]` of the token after the status.
const SIGNED_DATA: [usize; 3] = [1, 1, 0];
/// Certificates follow the version, the algorithms and the content.
const CERTIFICATES: [usize; 4] = [1, 1, 0, 3];
const SIGNERS: [usize; 4] = [1, 1, 0, 4];
const SIGNER: [usize; 5] = [1, 1, 0, 4, 0];

/// Every other spelling of a response, by name.
pub fn respelled(response: &[u8]) -> Vec<(String, Vec<u8>)> {
    let at = |path: &[usize], change: &dyn Fn(&mut Vec<Vec<u8>>)| within(response, path, change);
    let oid = [0x06, 0x03, 0x88, 0x37, 0x01];
    let attribute = der::encode(Tag::SEQUENCE, &[&oid, &der::encode(Tag::SET, &[&[5, 0]])]);
    let attributes = der::encode(Tag::context_constructed(1), &[&attribute]);
    let certificate = include_bytes!("../../fixtures/keys/pki/root-ca-m.TEST-CERT.pem");
    let certificate = std::str::from_utf8(certificate).unwrap();
    let certificate = stella_forensic::wire::pem::blocks(certificate).unwrap().remove(0).der;
    let token = elements(&elements(response)[0][4..]).remove(1);
    let (outer, inner) = response.split_at(4);
    assert_eq!(outer[..2], [0x30, 0x82], "a length of two octets");
    let all = [
        ("token-alone", token),
        ("ber-long-length", [&[0x30, 0x83, 0], &outer[2..], inner].concat()),
        ("ber-indefinite-length", [&[0x30, 0x80], inner, &[0, 0]].concat()),
        ("byte-added", [response, &[0]].concat()),
        ("unsigned-attribute", at(&SIGNER, &|signer| signer.push(attributes.clone()))),
        ("signed-attribute", at(&[&SIGNER[..], &[3]].concat(), &|signed| signed.push(attribute.clone()))),
        ("signed-attributes-backwards", at(&[&SIGNER[..], &[3]].concat(), &|signed| signed.reverse())),
        ("signer-twice", at(&SIGNERS, &|signers| signers.push(signers[0].clone()))),
        ("signer-none", at(&SIGNERS, &|signers| signers.clear())),
        ("certificate-added", at(&CERTIFICATES, &|all| all.push(certificate.clone()))),
        ("certificate-twice", at(&CERTIFICATES, &|all| all.push(all[0].clone()))),
        ("certificates-backwards", at(&CERTIFICATES, &|all| all.reverse())),
        ("certificate-dropped", at(&CERTIFICATES, &|all| drop(all.pop()))),
        ("certificates-dropped", at(&SIGNED_DATA, &|data| drop(data.remove(3)))),
    ];
    all.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
