//! A token as it was received: read, and nothing proven.

use std::sync::Arc;

use crate::digest::Algorithm as Hash;
use crate::limits;
use crate::proof::x509::{Certificate, Oid, SignatureAlgorithm};
use crate::time::{Interval, UnixTime};
use crate::wire::der::{self, DerError, Reader, Tag};

use super::attributes::SignedAttributes;
use super::ber;
use super::cms::{self, SignedData, SignerId};
use super::error::{TokenError, within};
use super::response;
use super::tst_info::{self, MessageImprint, TstInfo};

/// A time-stamp token, of which nothing is proven. [`Token::verify`] gives a
/// [`super::VerifiedToken`].
#[derive(Clone, Debug)]
pub struct Token {
    pub(super) tst: TstInfo,
    /// What was hashed into the message digest.
    pub(super) content: Vec<u8>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) crls: Arc<[Vec<u8>]>,
    pub(super) ocsp: Arc<[Vec<u8>]>,
    pub(super) signer: Signer,
}

/// The one signer of a token.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub id: SignerId,
    pub hash: Hash,
    pub attributes: SignedAttributes,
    pub algorithm: SignatureAlgorithm,
    pub signature: Vec<u8>,
    /// The SignerInfo as it was read, which names this signature for the memo.
    pub whole: Vec<u8>,
}

impl Token {
    /// Reads a `TimeStampResp` that grants a token, or a token alone, in DER or
    /// BER.
    ///
    /// BER is written anew with definite lengths and whole strings, and what
    /// comes out is read as DER; certificates, and all else in the bags, are DER
    /// as they were received.
    pub fn parse(bytes: &[u8]) -> Result<Token, TokenError> {
        if bytes.len() > limits::TOKEN_BYTES_MAX {
            return Err(TokenError::TooLong { found: bytes.len(), max: limits::TOKEN_BYTES_MAX });
        }
        match within("token", der::read_all(bytes, read)) {
            // Of what is DER already, writing it anew gives the same bytes.
            Err(TokenError::Der { part, error }) => match (ber::definite(bytes), error) {
                (Ok(definite), _) if definite != bytes => der::read_all(&definite, read),
                (Err(error), DerError::Length { .. }) => Err(error.into()),
                _ => Err(TokenError::Der { part, error }),
            },
            other => other,
        }
    }

    /// When the authority says that it made the token.
    pub fn gen_time_unverified(&self) -> UnixTime {
        self.tst.gen_time.instant()
    }

    /// The digest of what the token is said to be over, with its hash function.
    pub fn imprint_unverified(&self) -> &MessageImprint {
        &self.tst.imprint
    }

    /// The policy that it is said to be issued under.
    pub fn policy_unverified(&self) -> &Oid {
        &self.tst.policy
    }

    /// The content octets of its serial number.
    pub fn serial_unverified(&self) -> &[u8] {
        &self.tst.serial
    }

    /// How far off the clock is said to be at most, in nanoseconds.
    pub fn accuracy_unverified(&self) -> Option<u64> {
        self.tst.accuracy
    }

    /// When it happened, if the authority is right and as exact as it says, or
    /// else as `configured`.
    pub fn interval_unverified(&self, configured: Option<u64>) -> Interval {
        match self.tst.accuracy.or(configured) {
            Some(nanos) => self.tst.gen_time.give_or_take(nanos),
            None => Interval::UNKNOWN,
        }
    }

    /// How the certificate of the signer is named.
    pub fn signer_unverified(&self) -> &SignerId {
        &self.signer.id
    }

    /// The certificates that came along. Anybody can add to them.
    pub fn certificates_unverified(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificate lists that came along, in DER. Each is signed by itself.
    pub fn crls_unverified(&self) -> impl Iterator<Item = &[u8]> {
        self.crls.iter().map(Vec::as_slice)
    }

    /// The OCSP responses that came along, in DER. Each is signed by itself.
    pub fn ocsp_unverified(&self) -> impl Iterator<Item = &[u8]> {
        self.ocsp.iter().map(Vec::as_slice)
    }
}

/// A response begins with a status, which is a SEQUENCE, and a token with its type.
fn read(reader: &mut Reader<'_>) -> Result<Token, TokenError> {
    let content = reader.element(Tag::SEQUENCE)?.content;
    let starts_with_status = content.first() == Some(&Tag::SEQUENCE.octet());
    let token = |token: &[u8]| within("token", der::read_all(token, |r| r.sequence(cms::read)).and_then(own));
    match starts_with_status {
        true => token(within("response", der::read_all(content, response::read))?),
        false => within("token", der::read_all(content, cms::read).and_then(own)),
    }
}

/// Reads what is left to read, and copies it out of the bytes.
fn own(data: SignedData<'_>) -> Result<Token, TokenError> {
    let tst = der::read_all(data.content, tst_info::read).map_err(|error| match error {
        TokenError::Der { part: "", error } => TokenError::Der { part: "TSTInfo", error },
        other => other,
    })?;
    let certificate = |(index, der): (usize, &&[u8])| {
        Certificate::parse(der).map_err(|error| TokenError::Certificate { index, error })
    };
    let owned = |all: Vec<&[u8]>| all.into_iter().map(<[u8]>::to_vec).collect();
    Ok(Token {
        tst,
        content: data.content.to_vec(),
        certificates: data.certificates.iter().enumerate().map(certificate).collect::<Result<_, _>>()?,
        crls: owned(data.crls),
        ocsp: owned(data.ocsp),
        signer: Signer {
            id: data.signer.id,
            hash: data.signer.hash,
            attributes: data.signer.attributes,
            algorithm: data.signer.algorithm,
            signature: data.signer.signature.to_vec(),
            whole: data.signer.whole.to_vec(),
        },
    })
}
