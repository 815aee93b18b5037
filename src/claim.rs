//! What an item says, read and well formed, and not yet believed.
//!
//! `forensic inspect` and `forensic verify` read with this one reader, so that
//! what a person was shown is what was judged.

use std::collections::BTreeSet;

use crate::anchor::TrustedKey;
use crate::crypto::key::{KeyError, PublicKey};
use crate::custody;
use crate::custody::ledger::anchor::AnchorError;
use crate::custody::signet::receipt;
use crate::custody::signet::stamp::RowStamp;
use crate::custody::tbtc;
use crate::digest::{self, Digest};
use crate::evidence::{self, Item, Kind};
use crate::limits;
use crate::listing::oci::{self, Document};
use crate::listing::{self, BundleInfo, FileManifest, Grammar, ListingError, Manifest, TextList};
use crate::proof::detached::{DetachedError, MinisignFile, SignatureFile, SignedContent, SignedFile};
use crate::proof::dsse::{Envelope, EnvelopeError};
use crate::proof::git::{ObjectError, Text};
use crate::proof::keeper::{Attestation, AttestationError};
use crate::proof::log::{Entry, Receipt, ReceiptError, TlogConsistency, TlogProof, TlogProofError};
use crate::proof::metablock;
use crate::proof::note::{Checkpoint, CheckpointError, Note};
use crate::proof::revocation::{Crl, CrlError, OcspError, OcspResponse};
use crate::proof::sigstore::{Bundle, BundleError, CosignError, SimpleSigning, cosign};
use crate::proof::sshsig::{self, SshSignature, SshsigError};
use crate::proof::timestamp::{Token, TokenError};
use crate::proof::x509::{Certificate, CertificateError};
use crate::statement::layout::LayoutError;
use crate::statement::{Statement, StatementError};
use crate::time::UnixTime;
use crate::trust::{self, CertificateUse, Naming, TrustError};
use crate::wire::json::{self, JsonError, JsonErrorKind, Value};
use crate::wire::pem::{self, PemError};
use crate::wire::shape::{Fields, ShapeError};
use crate::wire::{base64, der};

/// What an item of a declared type says.
#[derive(Debug)]
pub enum Claim {
    /// Signed envelopes; a file of JSON lines holds several, each read on its own.
    Envelopes(Vec<EnvelopeAt>),
    /// Bundles of Sigstore; a file of JSON lines holds several.
    Bundles(Vec<BundleAt>),
    /// A statement that nobody signed.
    Statement(Statement),
    /// A list of files of ours that nobody signed.
    Files(FileManifest),
    /// A list of digests as text.
    List(TextList),
    /// A manifest as JSON.
    Manifest(Box<Manifest>),
    /// StellaOps' `bundle.json`.
    BundleInfo(BundleInfo),
    /// `bagit.txt`.
    BagDeclaration,
    /// An attestation of prx's keeper.
    Keeper(Box<Attestation>),
    /// A signature over a file that lies beside it.
    Detached(Detached),
    /// Certificates: material for paths, never the end of one.
    Certificates(Vec<Certificate>),
    /// Revocation lists, which count by their signatures.
    Crls(Vec<Crl>),
    /// An answer of an OCSP responder, which counts by its signature.
    Ocsp(OcspResponse),
    /// A time-stamp token.
    Token(Box<Token>),
    /// The head of a log.
    Checkpoint(Box<(Note, Checkpoint)>),
    /// That a file is in a log.
    TlogProof(Box<TlogProof>),
    /// That a log continues an older head.
    TlogConsistency(Box<TlogConsistency>),
    /// Entries of a log.
    LogEntries(Vec<EntryAt>),
    /// That an entry, which is not in it, is in a log.
    Receipt(Box<Receipt>),
    /// An index or manifest of an image layout.
    Document(Box<Document>),
    /// A payload of cosign that names this image.
    Image(Digest),
    /// The logs of an identity of auths.
    AuthsBundle(Box<custody::auths::Bundle>),
    /// What an identity of auths says of a device or a file.
    AuthsAttestation(Box<custody::auths::attestation::Attestation>),
    /// A commit or tag of git.
    Git(Box<Text>),
    /// A time for a machine without a clock.
    TimeAnchor(TimeAnchor),
    /// Receipts of rows of signet, by line.
    Receipts(Vec<receipt::Line>),
    /// What the signer of tBTC leaves behind.
    Tbtc(Box<tbtc::Record>),
    /// A key, a trust store or a policy: shown, never used.
    Supplied(&'static str),
    /// Nothing that is read here: a plain artifact, or a timeline, which was
    /// folded when it was measured.
    Nothing,
}

impl Claim {
    /// Whether certificates lie beside signatures of its envelopes.
    pub fn brings_certificates(&self) -> bool {
        let Claim::Envelopes(envelopes) = self else { return false };
        let read = envelopes.iter().filter_map(|one| one.envelope.as_ref().ok());
        read.flat_map(Envelope::signatures).any(|signature| signature.certified)
    }
}

/// One envelope of an item.
#[derive(Debug)]
pub struct EnvelopeAt {
    /// Where in the item: `line 3`, or nothing where the item is the envelope.
    pub at: Option<String>,
    /// The envelope, or why it could not be read.
    pub envelope: Result<Envelope, ClaimError>,
}

/// One bundle of an item.
#[derive(Debug)]
pub struct BundleAt {
    /// Where in the item: `line 3`, or nothing where the item is the bundle.
    pub at: Option<String>,
    /// The bundle, or why it could not be read.
    pub bundle: Result<Bundle, ClaimError>,
    /// The image of a container that its message names, which is what it is about.
    pub image: Option<Digest>,
    /// The images under which it is filed, which have to be what it is about.
    pub filed: BTreeSet<Digest>,
}

impl BundleAt {
    /// One that is about what it says itself.
    pub fn new(at: Option<String>, bundle: Result<Bundle, ClaimError>) -> BundleAt {
        BundleAt { at, bundle, image: None, filed: BTreeSet::new() }
    }
}

/// One entry of a log.
#[derive(Debug)]
pub struct EntryAt {
    /// Its id, and the line where the item has several.
    pub at: String,
    /// The id that it is listed under, where its form has one.
    pub uuid: Option<String>,
    /// The entry.
    pub entry: Entry,
}

/// A signature in a file of its own.
#[derive(Debug)]
pub enum Detached {
    /// minisign's form, which names its key.
    Minisign(MinisignFile),
    /// The bare signature, raw or in base64.
    Plain(SignatureFile),
    /// One of SSH, which brings its key.
    Ssh(SshSignature),
}

impl Detached {
    /// The name by which it calls its key, where it does.
    pub fn key_name(&self) -> Option<String> {
        match self {
            Detached::Minisign(file) => Some(file.key_name().to_owned()),
            Detached::Plain(_) => None,
            Detached::Ssh(signature) => Some(signature.key_unverified().fingerprint()),
        }
    }

    /// As what a scope of a trust store knows what it signs.
    pub fn payload_type(&self) -> String {
        match self {
            Detached::Minisign(_) | Detached::Plain(_) => String::new(),
            Detached::Ssh(_) => sshsig::payload_type(sshsig::FILE),
        }
    }

    /// Whether `key` made it over `content`.
    pub fn signed_by(
        &self,
        key: &TrustedKey,
        content: SignedContent<'_>,
    ) -> Result<SignedFile, DetachedError> {
        match self {
            Detached::Minisign(file) => file.signed_by(key, content),
            Detached::Plain(file) => file.signed_by(key, content),
            Detached::Ssh(signature) => signature.signed_by(key, sshsig::FILE, content),
        }
    }
}

/// Why an item of a declared type cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Not JSON by our strict grammar.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An envelope that is none.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A bundle of Sigstore that is none.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// What cosign wrote, and which is none of it.
    #[error(transparent)]
    Cosign(#[from] CosignError),
    /// A statement that is none.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A layout or link of in-toto that is none.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A list that is none.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// An anchor of a ledger that is none.
    #[error(transparent)]
    Anchor(#[from] AnchorError),
    /// A bundle of auths that is none.
    #[error(transparent)]
    Auths(#[from] custody::auths::BundleError),
    /// An attestation of auths that is none.
    #[error(transparent)]
    Attestation(#[from] custody::auths::attestation::AttestationError),
    /// A commit or tag that is none.
    #[error(transparent)]
    Git(#[from] ObjectError),
    /// No attestation of a keeper.
    #[error("{0}")]
    Keeper(#[from] AttestationError),
    /// A signature file that is none.
    #[error(transparent)]
    Detached(#[from] DetachedError),
    /// A key that is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A trust store that is none.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Not a certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Not a revocation list.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// Not an answer of an OCSP responder.
    #[error(transparent)]
    Ocsp(#[from] OcspError),
    /// Not the head of a log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Not a proof of a log as text.
    #[error(transparent)]
    TlogProof(#[from] TlogProofError),
    /// Not a receipt, or not entries of a log.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// Not receipts of signet.
    #[error(transparent)]
    SignetReceipt(#[from] receipt::ReceiptError),
    /// Not a time-stamp token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Neither PEM nor DER.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// PEM that holds something else.
    #[error("the PEM block is {found}, expected {expected}")]
    Label {
        /// What stands there, escaped.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// A text of fixed form that has another.
    #[error("the text is not of the form that its name claims")]
    Text {
        /// What was expected.
        expected: &'static str,
    },
    /// So many envelopes that none of them is read.
    #[error("{found} envelopes, and at most {max} are read")]
    Envelopes {
        /// How many there are.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// The item was too large to be read as what its name claims.
    #[error("too large to be read as what it claims to be")]
    NotHeld,
}

impl ClaimError {
    /// The fault of grammar that is behind it, where one is.
    pub fn json_kind(&self) -> Option<&JsonErrorKind> {
        match self {
            ClaimError::Json(error)
            | ClaimError::Cosign(CosignError::Json { error, .. })
            | ClaimError::Statement(StatementError::Json(error))
            | ClaimError::Auths(custody::auths::BundleError::Json(error))
            | ClaimError::Attestation(custody::auths::attestation::AttestationError::Json(error))
            | ClaimError::Listing(ListingError::Json(error)) => Some(&error.kind),
            _ => None,
        }
    }

    /// The fault of shape that is behind it, where one is.
    pub fn shape(&self) -> Option<&ShapeError> {
        match self {
            ClaimError::Shape(error)
            | ClaimError::Envelope(EnvelopeError::Shape(error))
            | ClaimError::Statement(StatementError::Shape(error))
            | ClaimError::Layout(LayoutError::Shape(error))
            | ClaimError::Auths(custody::auths::BundleError::Shape(error))
            | ClaimError::Attestation(custody::auths::attestation::AttestationError::Shape(error))
            | ClaimError::Listing(ListingError::Shape(error))
            | ClaimError::Receipt(ReceiptError::Shape(error)) => Some(error),
            ClaimError::Bundle(error) => error.shape(),
            ClaimError::Cosign(error) => error.shape(),
            _ => None,
        }
    }

    /// Whether a text in base64 is behind it.
    pub fn is_base64(&self) -> bool {
        matches!(self, ClaimError::Envelope(EnvelopeError::Payload(_) | EnvelopeError::Signature { .. }))
            || matches!(self, ClaimError::Detached(DetachedError::Base64 { .. }))
            || matches!(self, ClaimError::Detached(DetachedError::Ssh(SshsigError::Base64(_))))
            || matches!(self, ClaimError::Bundle(error) if error.is_base64())
            || matches!(self, ClaimError::Cosign(CosignError::Base64 { .. }))
    }

    /// Whether something in DER is behind it.
    pub fn is_der(&self) -> bool {
        matches!(
            self,
            ClaimError::Certificate(_)
                | ClaimError::Crl(_)
                | ClaimError::Ocsp(_)
                | ClaimError::Token(_)
                | ClaimError::Pem(_)
                | ClaimError::Label { .. }
        ) || matches!(self, ClaimError::Bundle(error) if error.is_der())
            || matches!(self, ClaimError::Cosign(error) if error.is_der())
    }

    /// Whether an authority refused to stamp.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            ClaimError::Token(TokenError::Refused(_) | TokenError::Contradiction(_) | TokenError::NoToken)
        )
    }

    /// Whether a token is not bound to one signer.
    pub fn is_unbound(&self) -> bool {
        matches!(
            self,
            ClaimError::Token(
                TokenError::Signers { .. }
                    | TokenError::AttributeMissing { .. }
                    | TokenError::AttributeRepeated { .. }
                    | TokenError::AttributeValues { .. }
                    | TokenError::EssEmpty { .. }
                    | TokenError::EssHash { .. }
            )
        )
    }

    /// Whether a text made of lines is behind it.
    pub fn is_lines(&self) -> bool {
        match self {
            ClaimError::Text { .. } | ClaimError::Envelopes { .. } => true,
            ClaimError::Checkpoint(_) | ClaimError::TlogProof(_) => true,
            ClaimError::Git(_) | ClaimError::SignetReceipt(_) => true,
            ClaimError::Listing(error) => {
                !matches!(error, ListingError::Json(_) | ListingError::Shape(_) | ListingError::Recipe { .. })
            }
            ClaimError::Detached(error) => {
                !matches!(error, DetachedError::Base64 { .. } | DetachedError::Ssh(SshsigError::Base64(_)))
            }
            _ => false,
        }
    }

    /// What was expected instead, where the text does not say it.
    pub fn expected(&self) -> Option<&'static str> {
        match self {
            ClaimError::Text { expected } => Some(expected),
            _ => None,
        }
    }

    /// Where in the item it is, where that can be said.
    pub fn place(&self) -> Option<String> {
        match self {
            ClaimError::Json(error)
            | ClaimError::Statement(StatementError::Json(error))
            | ClaimError::Listing(ListingError::Json(error)) => {
                Some(format!("line {} column {}", error.line, error.column))
            }
            _ => None,
        }
    }
}

/// Reads one item as what it was taken for.
pub fn read(item: &Item) -> Result<Claim, ClaimError> {
    let speaks =
        !item.kind.is_artifact() && !matches!(item.kind, Kind::Debris | Kind::Timeline(_) | Kind::GitStore);
    let content = match (&item.content, speaks) {
        (_, false) => return Ok(Claim::Nothing),
        (Some(content), true) => &content[..],
        (None, true) => return Err(ClaimError::NotHeld),
    };
    Ok(match item.kind {
        Kind::DsseEnvelope => Claim::Envelopes(vec![whole(Envelope::parse(&json::parse(content)?)?)]),
        Kind::BundleSignature => Claim::Envelopes(vec![whole(bundle_signature(&json::parse(content)?)?)]),
        Kind::DsseLines => Claim::Envelopes(lines(content)?),
        Kind::Layout | Kind::Link => Claim::Envelopes(vec![whole(metablock::parse(&json::parse(content)?)?)]),
        Kind::SigstoreBundle => Claim::Bundles(bundles(content)?),
        Kind::Statement => Claim::Statement(statement(content)?),
        Kind::BundleManifest
        | Kind::ChecksumsJson
        | Kind::OfflineKitManifest
        | Kind::SnapshotManifest
        | Kind::KitManifest => Claim::Manifest(Box::new(Manifest::parse(&json::parse(content)?)?)),
        Kind::BundleInfo => Claim::BundleInfo(BundleInfo::parse(&json::parse(content)?)?),
        Kind::ChecksumsText => Claim::List(listing::parse_text(Grammar::Checksums, content)?),
        Kind::DigestList(algorithm) => Claim::List(listing::parse_text(Grammar::Sums(algorithm), content)?),
        Kind::BagManifest(algorithm) | Kind::BagTagManifest(algorithm) => {
            Claim::List(listing::parse_text(Grammar::Bag(algorithm), content)?)
        }
        Kind::BagDeclaration => bag_declaration(content)?,
        Kind::DetachedSignature => Claim::Detached(Detached::Plain(SignatureFile::parse(content)?)),
        Kind::SshSignature => Claim::Detached(Detached::Ssh(ssh_signature(content)?)),
        Kind::MinisignSignature => Claim::Detached(Detached::Minisign(MinisignFile::parse(content)?)),
        Kind::FileManifest => Claim::Files(FileManifest::parse(&json::parse(content)?)?),
        Kind::PublicKey => public_key(item, content)?,
        Kind::TrustStore => trust_store(item, content)?,
        Kind::AuthsBundle => Claim::AuthsBundle(Box::new(custody::auths::Bundle::parse(content)?)),
        Kind::AuthsAttestation => {
            Claim::AuthsAttestation(Box::new(custody::auths::attestation::Attestation::parse(content)?))
        }
        Kind::GitObject => Claim::Git(Box::new(Text::parse(content)?)),
        // Read together, where the case is a repository.
        Kind::GitStore => Claim::Nothing,
        // Read where a log names it: its rows go on from there.
        Kind::KeeperAttestation => Claim::Keeper(Box::new(Attestation::parse(content)?)),
        Kind::PrxStore | Kind::SignetArchive => Claim::Nothing,
        Kind::Policy => Claim::Supplied("a policy"),
        Kind::Certificate => Claim::Certificates(each(content, "CERTIFICATE", Certificate::parse)?),
        Kind::Crl => Claim::Crls(each(content, "X509 CRL", Crl::parse)?),
        Kind::OcspResponse => Claim::Ocsp(OcspResponse::parse(content)?),
        Kind::TimeAnchor => Claim::TimeAnchor(TimeAnchor::parse(content)?),
        Kind::Checkpoint => Claim::Checkpoint(Box::new(Checkpoint::parse_note_unverified(content)?)),
        Kind::TlogProof => Claim::TlogProof(Box::new(TlogProof::parse(content)?)),
        Kind::TlogConsistency => Claim::TlogConsistency(Box::new(TlogConsistency::parse(content)?)),
        Kind::LogEntries => Claim::LogEntries(log_entries(content)?),
        Kind::RekorReceipt => Claim::Receipt(Box::new(Receipt::parse(&json::parse(content)?)?)),
        Kind::TimestampToken => Claim::Token(Box::new(Token::parse(content)?)),
        Kind::OciLayout => {
            oci::version(&json::parse(content)?)?;
            Claim::Nothing
        }
        Kind::OciIndex | Kind::OciManifest => {
            Claim::Document(Box::new(Document::parse(&json::parse(content)?)?))
        }
        Kind::SimpleSigning => Claim::Image(SimpleSigning::parse(content)?.image),
        Kind::SignetReceipts => Claim::Receipts(receipt::Receipt::parse_all(content)?),
        Kind::Tbtc(form) => Claim::Tbtc(Box::new(tbtc::read(form, &json::parse(content)?)?)),
        _ => Claim::Nothing,
    })
}

fn ssh_signature(content: &[u8]) -> Result<SshSignature, DetachedError> {
    Ok(SshSignature::parse(content)?)
}

/// A key is what its name claims, or its first bytes only look like it. One of
/// a kind that is not read here is a file like any other.
fn public_key(item: &Item, content: &[u8]) -> Result<Claim, ClaimError> {
    match keys(content) {
        Ok(()) => Ok(Claim::Supplied("a key")),
        Err(KeyError::Unsupported { .. } | KeyError::ModulusBits { .. } | KeyError::Exponent { .. }) => {
            Ok(Claim::Nothing)
        }
        Err(error) if evidence::is_named(item.path.as_str(), item.kind) => Err(error.into()),
        Err(_) => Ok(Claim::Nothing),
    }
}

/// Keys in one of the spellings that a file of keys has, and nothing beside them.
fn keys(content: &[u8]) -> Result<(), KeyError> {
    const EXPECTED: KeyError = KeyError::Text { expected: "a public key" };
    if content.first() == Some(&0x30) && !content.is_ascii() {
        return PublicKey::from_spki_der(content).map(|_| ());
    }
    let text = std::str::from_utf8(content).map_err(|_| EXPECTED)?;
    if text.starts_with("untrusted comment:") {
        return PublicKey::from_minisign(text).map(|_| ());
    }
    if text.trim_ascii_start().starts_with('{') {
        let value = json::parse(content).map_err(|_| EXPECTED)?;
        return PublicKey::from_jwk(&value).map(|_| ());
    }
    if text.starts_with("-----BEGIN ") {
        for block in pem::blocks(text)? {
            PublicKey::from_pem(&pem::encode(&block.label, &block.der))?;
        }
        return Ok(());
    }
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    lines.peek().ok_or(EXPECTED)?;
    lines.try_for_each(|line| PublicKey::from_ssh(line).map(|_| ()))
}

/// Files whose names are those of trust stores; one of ours is known by its
/// `schema`, and somebody must vouch for it whatever else it holds.
fn trust_store(item: &Item, content: &[u8]) -> Result<Claim, ClaimError> {
    match item.path.file_name() {
        "allowed_signers" => allowed_signers(content)?,
        "trusted_root.json" => {
            let value = json::parse(content)?;
            let mut fields = Fields::open(&value, "")?;
            let found = fields.str("mediaType")?;
            let expected = "application/vnd.dev.sigstore.trustedroot";
            if !found.starts_with(expected) {
                return Err(fields.invalid("mediaType", expected, found).into());
            }
        }
        name @ "time-anchor-trust-roots.json" => {
            trust::parse_file(name, content, Naming::Bare(CertificateUse::Timestamp), None)?;
        }
        _ => {}
    }
    Ok(Claim::Supplied("a trust store"))
}

/// ssh-keygen(1), ALLOWED SIGNERS: principals, perhaps options, the type of a
/// key and its base64. Keys of kinds that are not read here are lines too.
fn allowed_signers(content: &[u8]) -> Result<(), ClaimError> {
    let expected = "lines of principals, options, the type of an SSH key and its base64";
    let text = std::str::from_utf8(content).map_err(|_| ClaimError::Text { expected })?;
    let is_type = |word: &&str| ["ssh-", "ecdsa-sha2-", "sk-"].iter().any(|type_| word.starts_with(type_));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_ascii_whitespace().skip(1);
        let typed = words.find(is_type);
        let key = words.next().filter(|key| base64::decode_standard(key).is_ok());
        if typed.is_none() || key.is_none() {
            return Err(ClaimError::Text { expected });
        }
    }
    Ok(())
}

/// The objects of one file, in PEM or in DER.
fn each<T, E>(
    content: &[u8],
    expected: &'static str,
    parse: impl Fn(&[u8]) -> Result<T, E>,
) -> Result<Vec<T>, ClaimError>
where
    ClaimError: From<E>,
{
    if content.first() == Some(&der::Tag::SEQUENCE.octet()) {
        return Ok(vec![parse(content)?]);
    }
    let unwrapped = pem::unwrapped(content).filter(|_| expected == "CERTIFICATE");
    let content = unwrapped.as_deref().unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|_| ClaimError::Text { expected: "PEM or DER" })?;
    // Anything else beside the blocks would be a text that nobody examines.
    let mut inside = false;
    for line in text.lines() {
        let begins = line.starts_with("-----BEGIN ");
        if !inside && !begins && !line.trim().is_empty() && !line.starts_with("# ") {
            return Err(ClaimError::Text { expected: "PEM blocks with nothing but comments around them" });
        }
        inside = begins || (inside && !line.starts_with("-----END "));
    }
    let mut found = Vec::new();
    for block in pem::blocks(text)? {
        if block.label != expected {
            let found = crate::path::escape(block.label.as_bytes());
            return Err(ClaimError::Label { found, expected });
        }
        found.push(parse(&block.der)?);
    }
    if found.is_empty() {
        return Err(ClaimError::Text { expected: "PEM or DER" });
    }
    Ok(found)
}

/// StellaOps' `time-anchor.json`. What it says of its own verification is not
/// read: it is the word of whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeAnchor {
    /// The time.
    pub time: UnixTime,
    /// `rfc3161`, `roughtime` or `unknown`.
    pub source: String,
    /// How what it names is spelt, such as `rfc3161-v1`, where that is said.
    pub format: Option<String>,
    /// SHA-256 of the token.
    pub token: Digest,
}

impl TimeAnchor {
    fn parse(content: &[u8]) -> Result<TimeAnchor, ClaimError> {
        let value = json::parse(content)?;
        let mut fields = Fields::open(&value, "")?;
        let time = fields.str("anchorTime")?;
        let time = UnixTime::parse_rfc3339(time)
            .map_err(|_| fields.invalid("anchorTime", "a time after RFC 3339", time))?;
        let source = fields.str("source")?.to_owned();
        let format = fields.opt_str("format")?.map(str::to_owned);
        let token = fields.str("tokenDigest")?;
        let token = Digest::from_hex(digest::Algorithm::Sha256, token)
            .map_err(|_| fields.invalid("tokenDigest", "SHA-256 in hexadecimal", token))?;
        fields.finish()?;
        Ok(TimeAnchor { time, source, format, token })
    }
}

/// A token that stands in another item, in base64.
#[derive(Debug)]
pub struct EmbeddedToken {
    /// Where in the item.
    pub at: String,
    /// The token, or why it could not be read.
    pub token: Result<Token, ClaimError>,
    /// What it should be over.
    pub over: Over,
}

/// What a token in another item should be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// A file of the case.
    File,
    /// A signature that stands beside it.
    Signature,
    /// A row of a timeline; the walk compared them.
    Row,
}

/// The tokens that stand in an item of StellaOps' bundles: `timestampToken` of
/// `signature.json`, which is over the signature, and `timestamps` of
/// `manifest.json`. The documents that describe these bundles leave the names of
/// the members open, see docs/interop-stellaops.md.
pub fn embedded_tokens(item: &Item, claim: &Claim) -> Vec<EmbeddedToken> {
    let read = |text: &str| -> Result<Token, ClaimError> {
        let der =
            base64::decode_standard(text).map_err(|_| ClaimError::Text { expected: "a token in base64" })?;
        Ok(Token::parse(&der)?)
    };
    match (item.kind, claim) {
        (Kind::Timeline(_), _) => {
            let stamps = item.timelines.iter().flat_map(|timeline| &timeline.stamps.rows);
            let token = |stamp: &RowStamp| EmbeddedToken {
                at: format!("line {}", stamp.line),
                token: Token::parse(&stamp.response).map_err(ClaimError::from),
                over: Over::Row,
            };
            stamps.map(token).collect()
        }
        (Kind::BundleSignature, _) => {
            let value = item.content.as_deref().and_then(|text| json::parse(text).ok());
            let token = value.as_ref().and_then(|value| value.get("timestampToken")?.as_str());
            let one = |text: &str| EmbeddedToken {
                at: "/timestampToken".to_owned(),
                token: read(text),
                over: Over::Signature,
            };
            token.map(one).into_iter().collect()
        }
        (_, Claim::Bundles(bundles)) => {
            let mut tokens = Vec::new();
            for BundleAt { at, bundle, .. } in bundles {
                let Ok(bundle) = bundle else { continue };
                for (index, der) in bundle.tokens.iter().enumerate().take(limits::TOKENS_MAX) {
                    let place = format!("time stamp {index}");
                    let at = at.as_ref().map_or(place.clone(), |line| format!("{line}, {place}"));
                    let token = Token::parse(der).map_err(ClaimError::from);
                    tokens.push(EmbeddedToken { at, token, over: Over::Signature });
                }
            }
            tokens
        }
        (_, Claim::Manifest(manifest)) => {
            let stamps = manifest.value.get("timestamps").and_then(Value::as_array).unwrap_or_default();
            let tokens = stamps.iter().take(limits::TOKENS_MAX).enumerate().filter_map(|(index, one)| {
                let text = one.get("token")?.as_str()?;
                let at = format!("/timestamps/{index}");
                Some(EmbeddedToken { at, token: read(text), over: Over::File })
            });
            tokens.collect()
        }
        _ => Vec::new(),
    }
}

/// What nobody signed is never asked for its predicate, which may be many times
/// larger when it is read than as a text.
fn statement(content: &[u8]) -> Result<Statement, StatementError> {
    Ok(Statement { predicate: Value::Null, ..Statement::parse(content)? })
}

fn whole(envelope: Envelope) -> EnvelopeAt {
    EnvelopeAt { at: None, envelope: Ok(envelope) }
}

fn lines(content: &[u8]) -> Result<Vec<EnvelopeAt>, ClaimError> {
    let read = |raw: &[u8]| Ok(Envelope::parse(&json::parse(raw)?)?);
    let envelope = |(at, raw)| EnvelopeAt { at: Some(at), envelope: read(raw) };
    Ok(split(content)?.into_iter().map(envelope).collect())
}

/// One bundle, over however many lines, or one on each line: then the first
/// line is a value of its own.
fn bundles(content: &[u8]) -> Result<Vec<BundleAt>, ClaimError> {
    let parsed = json::parse(content);
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if parsed.is_err() && first.len() < content.len() && json::parse(first).is_ok() {
        let read = |raw: &[u8]| Ok(Bundle::parse(&json::parse(raw)?)?);
        let bundle = |(at, raw)| BundleAt::new(Some(at), read(raw));
        return Ok(split(content)?.into_iter().map(bundle).collect());
    }
    Ok(vec![BundleAt::new(None, Ok(Bundle::parse(&parsed?)?))])
}

/// Entries as Rekor's interface gives them: one object, or one on each line.
fn log_entries(content: &[u8]) -> Result<Vec<EntryAt>, ClaimError> {
    let mut entries = Vec::new();
    let mut add = |at: &str, value: &Value| -> Result<(), ClaimError> {
        if value.get("SignedEntryTimestamp").is_some() {
            let at = if at.is_empty() { "entry".to_owned() } else { format!("{at}, entry") };
            entries.push(EntryAt { at, uuid: None, entry: cosign::rekor_bundle(value)? });
            return Ok(());
        }
        for (uuid, entry) in Entry::parse_api(value)? {
            let short: String = uuid.chars().take(80).collect();
            let at = if at.is_empty() { format!("entry {short}") } else { format!("{at}, entry {short}") };
            entries.push(EntryAt { at, uuid: Some(uuid), entry });
        }
        Ok(())
    };
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.len() < content.trim_ascii_end().len() && json::parse(first).is_ok() {
        for (at, raw) in split(content)? {
            add(&at, &json::parse(raw)?)?;
        }
    } else {
        add("", &json::parse(content)?)?;
    }
    match entries.is_empty() {
        true => Err(ClaimError::Text { expected: "an entry of a log at least" }),
        false => Ok(entries),
    }
}

/// The lines of a file of JSON lines, each with its name.
fn split(content: &[u8]) -> Result<Vec<(String, &[u8])>, ClaimError> {
    let mut lines: Vec<_> = content.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    // A file that promises envelopes and was emptied must not vanish.
    if lines.is_empty() {
        return Err(ClaimError::Text { expected: "an envelope on each line, and one at least" });
    }
    let (found, max) = (lines.len(), limits::ENVELOPE_LINES_MAX);
    if found > max {
        return Err(ClaimError::Envelopes { found, max });
    }
    Ok(lines.into_iter().enumerate().map(|(index, raw)| (format!("line {}", index + 1), raw)).collect())
}

/// StellaOps' `signature.json`: an envelope, or the flat spelling with one
/// signature (`payload`, `payloadType`, `signature`, `keyId`) beside key
/// metadata and a time-stamp token.
fn bundle_signature(value: &Value) -> Result<Envelope, ClaimError> {
    if value.get("signatures").is_some() {
        return Ok(Envelope::parse(value)?);
    }
    let mut fields = Fields::open(value, "")?;
    let payload_type = fields.str("payloadType")?;
    let payload = fields.str("payload")?;
    let signature = fields.str("signature")?;
    let mut one = vec![("sig", Value::from(signature.to_owned()))];
    if let Some(key_id) = fields.opt_str("keyId")? {
        one.push(("keyid", Value::from(key_id.to_owned())));
    }
    fields.finish()?;
    let envelope = Value::object([
        ("payload", Value::from(payload.to_owned())),
        ("payloadType", Value::from(payload_type.to_owned())),
        ("signatures", Value::Array(vec![Value::object(one)])),
    ]);
    Ok(Envelope::parse(&envelope)?)
}

/// RFC 8493 2.1.1: two lines, in this order.
fn bag_declaration(content: &[u8]) -> Result<Claim, ClaimError> {
    let expected = "BagIt-Version: 0.97 or 1.0, then Tag-File-Character-Encoding: UTF-8";
    let text = std::str::from_utf8(content).map_err(|_| ClaimError::Text { expected })?;
    let lines: Vec<_> = text.lines().collect();
    match lines.as_slice() {
        ["BagIt-Version: 1.0" | "BagIt-Version: 0.97", "Tag-File-Character-Encoding: UTF-8"] => {
            Ok(Claim::BagDeclaration)
        }
        _ => Err(ClaimError::Text { expected }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_lines_are_bounded() {
        let max = limits::ENVELOPE_LINES_MAX;
        assert_eq!(lines("\n".repeat(max).as_bytes()).map(|all| all.len()).ok(), Some(max));
        let error = lines("\n".repeat(max + 1).as_bytes()).unwrap_err();
        assert_eq!(error, ClaimError::Envelopes { found: max + 1, max });
        assert!(matches!(lines(b""), Err(ClaimError::Text { .. })));
    }
}
