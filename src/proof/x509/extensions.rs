//! Extensions: the list, and the values that path validation needs, RFC 5280 4.2.
//!
//! What is known here is read when the certificate is, so that a certificate
//! whose extensions cannot be read is none, whoever asks for which of them. What
//! is unknown is kept; whether it is critical matters on a path.
//!
//! A default that is spelled out (`critical FALSE`, `cA FALSE`, `minimum 0`) is
//! no DER, and many authorities write it; it is the one laxity here.

use super::name::NameError;
use super::names::GeneralName;
use super::oid::{Oid, OidError};
use crate::limits;
use crate::wire::der::{self, DerError, Reader, Tag};

/// Object identifiers of extensions, as content octets: 2.5.29.n
pub mod id {
    /// subjectKeyIdentifier
    pub const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1D, 14];
    /// keyUsage
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
    /// subjectAltName
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
    /// issuerAltName
    pub const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1D, 18];
    /// basicConstraints
    pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
    /// nameConstraints
    pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 30];
    /// cRLDistributionPoints
    pub const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 31];
    /// certificatePolicies
    pub const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1D, 32];
    /// anyPolicy, which is no extension but a policy
    pub const ANY_POLICY: &[u8] = &[0x55, 0x1D, 32, 0];
    /// policyMappings
    pub const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1D, 33];
    /// authorityKeyIdentifier
    pub const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1D, 35];
    /// policyConstraints
    pub const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 36];
    /// extKeyUsage
    pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
    /// anyExtendedKeyUsage, which is no extension but a usage
    pub const ANY_USAGE: &[u8] = &[0x55, 0x1D, 37, 0];
    /// freshestCRL
    pub const FRESHEST_CRL: &[u8] = &[0x55, 0x1D, 46];
    /// inhibitAnyPolicy
    pub const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 54];
    /// 1.3.6.1.5.5.7.48.1.5 id-pkix-ocsp-nocheck
    pub const OCSP_NOCHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 5];
}

/// One extension, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which.
    pub oid: Oid,
    /// Whether whoever does not know it must refuse.
    pub critical: bool,
    /// The DER of its value.
    pub value: Vec<u8>,
}

/// Why a list of extensions is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// Not in DER.
    #[error("{0}")]
    Der(#[from] DerError),
    /// An identifier that is not read.
    #[error("{0}")]
    Oid(#[from] OidError),
    /// The list is there and empty.
    #[error("a list of no extensions")]
    Empty,
    /// More than [`limits::EXTENSIONS_MAX`].
    #[error("more than {} extensions", limits::EXTENSIONS_MAX)]
    TooMany,
    /// RFC 5280 4.2: each stands there once.
    #[error("the extension {oid} twice")]
    Repeated {
        /// Which.
        oid: Oid,
    },
    /// The value is not what its extension has.
    #[error("the extension {oid}: {fault}")]
    Value {
        /// Which.
        oid: Oid,
        /// What is wrong with it.
        fault: ValueError,
    },
}

/// Why the value of an extension is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Not in DER.
    #[error("{0}")]
    Der(#[from] DerError),
    /// An identifier that is not read.
    #[error("{0}")]
    Oid(#[from] OidError),
    /// A directory name that is not read.
    #[error("{0}")]
    Name(#[from] NameError),
    /// A general name of no form that there is.
    #[error("no form of name has the tag {tag:#04x}")]
    NameForm {
        /// Its identifier octet.
        tag: u8,
    },
    /// A name that is to be ASCII is not.
    #[error("a name that is not ASCII")]
    Ascii,
    /// An address of another length than addresses have.
    #[error("an address of {found} octets")]
    Address {
        /// How long it is.
        found: usize,
    },
    /// RFC 4632: a mask is ones, then zeros.
    #[error("an address mask with a hole")]
    Mask,
    /// RFC 5280 4.2.1.10: minimum is zero, and maximum absent.
    #[error("a subtree with a minimum or maximum")]
    SubtreeBounds,
    /// A list that must hold something, or a sequence with nothing in it.
    #[error("an empty list")]
    Empty,
    /// A list longer than any honest one.
    #[error("a list of {found}, at most {max} are read")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// Something that stands there once, twice.
    #[error("{oid} twice")]
    Repeated {
        /// What.
        oid: Oid,
    },
}

/// basicConstraints, 4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether it may issue certificates.
    pub authority: bool,
    /// How many certificates that are not self-issued may stand between it and
    /// the last one.
    pub path_length: Option<u32>,
}

/// keyUsage, 4.2.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature
    pub const DIGITAL_SIGNATURE: u16 = 1 << 0;
    /// nonRepudiation, also contentCommitment
    pub const NON_REPUDIATION: u16 = 1 << 1;
    /// keyCertSign
    pub const CERT_SIGN: u16 = 1 << 5;
    /// cRLSign
    pub const CRL_SIGN: u16 = 1 << 6;

    /// Whether at least one of these bits is set.
    pub fn any_of(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}

/// extKeyUsage, 4.2.1.12.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Whether the extension is critical.
    pub critical: bool,
    /// The usages, in their order.
    pub purposes: Vec<Oid>,
}

impl ExtendedKeyUsage {
    /// Whether that usage is among them. anyExtendedKeyUsage is not looked at.
    pub fn has(&self, usage: &[u8]) -> bool {
        self.purposes.iter().any(|purpose| purpose.content() == usage)
    }
}

/// authorityKeyIdentifier, 4.2.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorityKeyId {
    /// The issuer's key.
    pub key_id: Option<Vec<u8>>,
    /// Whose certificate it is that has the key.
    pub issuer: Vec<GeneralName>,
    /// The serial number of that certificate, as INTEGER content octets.
    pub serial: Option<Vec<u8>>,
}

/// nameConstraints, 4.2.1.10.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConstraints {
    /// Names of a form that occurs here must lie in one of that form.
    pub permitted: Vec<GeneralName>,
    /// Names must lie in none of these.
    pub excluded: Vec<GeneralName>,
}

/// policyConstraints, 4.2.1.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// After how many further certificates a policy is required.
    pub require_explicit: Option<u32>,
    /// After how many further certificates mapping ends.
    pub inhibit_mapping: Option<u32>,
}

/// DistributionPoint, 4.2.1.13.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionPoint {
    /// Where the CRL is.
    pub name: Option<DistributionPointName>,
    /// For which reasons it speaks, as bits of ReasonFlags; `None` is for all.
    pub reasons: Option<u16>,
    /// Who signs it; empty where that is the issuer of the certificate.
    pub crl_issuer: Vec<GeneralName>,
}

/// DistributionPointName, 4.2.1.13.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DistributionPointName {
    /// Names of the same CRL.
    Full(Vec<GeneralName>),
    /// The content octets of a relative name, to be put behind the name of the
    /// CRL's issuer; see [`super::Name::with_relative`].
    Relative(Vec<u8>),
}

impl DistributionPoint {
    /// Reads the value of cRLDistributionPoints or freshestCRL.
    pub fn parse_list(value: &[u8]) -> Result<Vec<DistributionPoint>, ValueError> {
        let points = der::read_all(value, |reader| reader.each(Tag::SEQUENCE, DistributionPoint::read))?;
        bounded(points, limits::NAMES_MAX)
    }

    fn read(reader: &mut Reader<'_>) -> Result<DistributionPoint, ValueError> {
        reader.sequence(|reader| {
            let name = match reader.peek() == Some(Tag::context_constructed(0)) {
                true => Some(reader.nested(Tag::context_constructed(0), DistributionPointName::read)?),
                false => None,
            };
            let reasons = match reader.peek() == Some(Tag::context(1)) {
                true => Some(reader.named_bits_as(Tag::context(1))?),
                false => None,
            };
            let crl_issuer = match reader.peek() == Some(Tag::context_constructed(2)) {
                true => GeneralName::read_list(reader, Tag::context_constructed(2))?,
                false => Vec::new(),
            };
            if name.is_none() && crl_issuer.is_empty() {
                return Err(ValueError::Empty);
            }
            Ok(DistributionPoint { name, reasons, crl_issuer })
        })
    }
}

impl DistributionPointName {
    /// Reads the next element, which is one of the two; issuingDistributionPoint
    /// has it too.
    pub fn read(reader: &mut Reader<'_>) -> Result<DistributionPointName, ValueError> {
        if reader.peek() == Some(Tag::context_constructed(0)) {
            let names = GeneralName::read_list(reader, Tag::context_constructed(0))?;
            return Ok(DistributionPointName::Full(names));
        }
        let content = reader.element(Tag::context_constructed(1))?.content;
        Ok(DistributionPointName::Relative(content.to_vec()))
    }
}

/// The extensions of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    all: Vec<Extension>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<AuthorityKeyId>,
    pub(super) names: Vec<GeneralName>,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) policies: Option<Vec<Oid>>,
    pub(super) policy_mappings: Vec<(Oid, Oid)>,
    pub(super) policy_constraints: Option<PolicyConstraints>,
    pub(super) inhibit_any_policy: Option<u32>,
    pub(super) crl_distribution_points: Vec<DistributionPoint>,
}

impl Extension {
    /// Reads a list of extensions, each of which may stand there once. CRLs,
    /// their entries and OCSP responses have such lists too.
    pub fn read_list(reader: &mut Reader<'_>) -> Result<Vec<Extension>, ExtensionError> {
        let mut all: Vec<Extension> = Vec::new();
        reader.sequence(|reader| {
            while !reader.is_empty() {
                let one = reader.sequence(|reader| {
                    let oid = Oid::read(reader)?;
                    let critical = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
                    let value = reader.octet_string()?.to_vec();
                    Ok::<_, ExtensionError>(Extension { oid, critical, value })
                })?;
                if all.iter().any(|other| other.oid == one.oid) {
                    return Err(ExtensionError::Repeated { oid: one.oid });
                }
                if all.len() == limits::EXTENSIONS_MAX {
                    return Err(ExtensionError::TooMany);
                }
                all.push(one);
            }
            if all.is_empty() { Err(ExtensionError::Empty) } else { Ok(()) }
        })?;
        Ok(all)
    }
}

impl Extensions {
    /// Reads the list of a certificate with all values that are known here.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Extensions, ExtensionError> {
        let mut extensions = Extensions { all: Extension::read_list(reader)?, ..Extensions::default() };
        for extension in std::mem::take(&mut extensions.all) {
            let known = extensions.value(&extension);
            known.map_err(|fault| ExtensionError::Value { oid: extension.oid.clone(), fault })?;
            extensions.all.push(extension);
        }
        Ok(extensions)
    }

    fn value(&mut self, extension: &Extension) -> Result<(), ValueError> {
        let value = extension.value.as_slice();
        match extension.oid.content() {
            id::BASIC_CONSTRAINTS => self.basic_constraints = Some(der::read_all(value, basic_constraints)?),
            id::KEY_USAGE => {
                let bits = der::read_all(value, |reader| reader.named_bits_as(Tag::BIT_STRING))?;
                self.key_usage = Some(KeyUsage(bits));
            }
            id::EXTENDED_KEY_USAGE => {
                let purposes = der::read_all(value, usages)?;
                self.extended_key_usage = Some(ExtendedKeyUsage { critical: extension.critical, purposes });
            }
            id::SUBJECT_KEY_ID => {
                self.subject_key_id = Some(der::read_all(value, |reader| reader.octet_string())?.to_vec());
            }
            id::AUTHORITY_KEY_ID => self.authority_key_id = Some(der::read_all(value, authority_key_id)?),
            id::SUBJECT_ALT_NAME => self.names = der::read_all(value, alternative_names)?,
            id::NAME_CONSTRAINTS => self.name_constraints = Some(der::read_all(value, name_constraints)?),
            id::CERTIFICATE_POLICIES => self.policies = Some(der::read_all(value, policies)?),
            id::POLICY_MAPPINGS => self.policy_mappings = der::read_all(value, policy_mappings)?,
            id::POLICY_CONSTRAINTS => {
                self.policy_constraints = Some(der::read_all(value, policy_constraints)?)
            }
            id::INHIBIT_ANY_POLICY => {
                self.inhibit_any_policy = Some(der::read_all(value, |reader| count(reader, Tag::INTEGER))?);
            }
            id::CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = DistributionPoint::parse_list(value)?
            }
            _ => {}
        }
        Ok(())
    }

    /// All of them, in their order.
    pub fn all(&self) -> &[Extension] {
        &self.all
    }

    /// The one of that identifier.
    pub fn find(&self, oid: &[u8]) -> Option<&Extension> {
        self.all.iter().find(|extension| extension.oid.content() == oid)
    }
}

fn bounded<T>(list: Vec<T>, max: usize) -> Result<Vec<T>, ValueError> {
    match list.len() {
        0 => Err(ValueError::Empty),
        found if found > max => Err(ValueError::TooMany { found, max }),
        _ => Ok(list),
    }
}

/// A number that is compared with lengths of paths; what is larger than any is
/// as large as any.
fn count(reader: &mut Reader<'_>, tag: Tag) -> Result<u32, ValueError> {
    let content = reader.integer_as(tag)?;
    if content[0] & 0x80 != 0 {
        return Err(DerError::Negative { offset: 0 }.into());
    }
    let digits = content.iter().map(|octet| u32::from(*octet));
    Ok(digits.fold(0, |n: u32, octet| if n >> 24 != 0 { u32::MAX } else { n << 8 | octet }))
}

fn basic_constraints(reader: &mut Reader<'_>) -> Result<BasicConstraints, ValueError> {
    reader.sequence(|reader| {
        let authority = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
        let path_length = match reader.is_empty() {
            true => None,
            false => Some(count(reader, Tag::INTEGER)?),
        };
        Ok(BasicConstraints { authority, path_length })
    })
}

fn usages(reader: &mut Reader<'_>) -> Result<Vec<Oid>, ValueError> {
    let purposes = reader.each(Tag::SEQUENCE, |reader| Oid::read(reader).map_err(ValueError::Oid))?;
    bounded(purposes, limits::POLICIES_MAX)
}

fn alternative_names(reader: &mut Reader<'_>) -> Result<Vec<GeneralName>, ValueError> {
    // RFC 5280 4.2.1.6 wants one at least. Some authorities write an empty list,
    // which names nobody.
    let names = reader.each(Tag::SEQUENCE, GeneralName::read)?;
    if names.len() > limits::NAMES_MAX {
        return Err(ValueError::TooMany { found: names.len(), max: limits::NAMES_MAX });
    }
    for name in &names {
        if let GeneralName::Ip(octets) = name
            && !matches!(octets.len(), 4 | 16)
        {
            return Err(ValueError::Address { found: octets.len() });
        }
    }
    Ok(names)
}

fn authority_key_id(reader: &mut Reader<'_>) -> Result<AuthorityKeyId, ValueError> {
    reader.sequence(|reader| {
        let key_id = reader.optional(Tag::context(0))?.map(|element| element.content.to_vec());
        let issuer = match reader.peek() == Some(Tag::context_constructed(1)) {
            true => GeneralName::read_list(reader, Tag::context_constructed(1))?,
            false => Vec::new(),
        };
        let serial = match reader.peek() == Some(Tag::context(2)) {
            true => Some(reader.integer_as(Tag::context(2))?.to_vec()),
            false => None,
        };
        Ok(AuthorityKeyId { key_id, issuer, serial })
    })
}

fn name_constraints(reader: &mut Reader<'_>) -> Result<NameConstraints, ValueError> {
    reader.sequence(|reader| {
        let mut subtrees = |n| match reader.peek() == Some(Tag::context_constructed(n)) {
            true => bounded(reader.each(Tag::context_constructed(n), subtree)?, limits::NAMES_MAX),
            false => Ok(Vec::new()),
        };
        let (permitted, excluded) = (subtrees(0)?, subtrees(1)?);
        if permitted.is_empty() && excluded.is_empty() {
            return Err(ValueError::Empty);
        }
        Ok(NameConstraints { permitted, excluded })
    })
}

fn subtree(reader: &mut Reader<'_>) -> Result<GeneralName, ValueError> {
    reader.sequence(|reader| {
        let base = GeneralName::read(reader)?;
        if reader.peek() == Some(Tag::context(0)) && reader.integer_as(Tag::context(0))? != [0] {
            return Err(ValueError::SubtreeBounds);
        }
        if !reader.is_empty() {
            return Err(ValueError::SubtreeBounds);
        }
        if let GeneralName::Ip(octets) = &base {
            if octets.len() != 8 && octets.len() != 32 {
                return Err(ValueError::Address { found: octets.len() });
            }
            let mut ended = false;
            for bit in octets[octets.len() / 2..].iter().flat_map(|o| (0..8).rev().map(move |n| o >> n & 1)) {
                if ended && bit == 1 {
                    return Err(ValueError::Mask);
                }
                ended |= bit == 0;
            }
        }
        Ok(base)
    })
}

fn policies(reader: &mut Reader<'_>) -> Result<Vec<Oid>, ValueError> {
    let policies = reader.each(Tag::SEQUENCE, |reader| {
        reader.sequence(|reader| {
            let policy = Oid::read(reader)?;
            // Qualifiers are for people to read, and decide nothing.
            reader.optional(Tag::SEQUENCE)?;
            Ok::<_, ValueError>(policy)
        })
    })?;
    let policies = bounded(policies, limits::POLICIES_MAX)?;
    // RFC 5280 4.2.1.4: a policy stands there once.
    let mut sorted: Vec<&Oid> = policies.iter().collect();
    sorted.sort();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(ValueError::Repeated { oid: pair[0].clone() }),
        None => Ok(policies),
    }
}

fn policy_mappings(reader: &mut Reader<'_>) -> Result<Vec<(Oid, Oid)>, ValueError> {
    let mappings = reader.each(Tag::SEQUENCE, |reader| {
        reader.sequence(|reader| Ok::<_, ValueError>((Oid::read(reader)?, Oid::read(reader)?)))
    })?;
    bounded(mappings, limits::POLICIES_MAX)
}

fn policy_constraints(reader: &mut Reader<'_>) -> Result<PolicyConstraints, ValueError> {
    reader.sequence(|reader| {
        let mut number = |n| match reader.peek() == Some(Tag::context(n)) {
            true => count(reader, Tag::context(n)).map(Some),
            false => Ok(None),
        };
        let (require_explicit, inhibit_mapping) = (number(0)?, number(1)?);
        if require_explicit.is_none() && inhibit_mapping.is_none() {
            return Err(ValueError::Empty);
        }
        Ok(PolicyConstraints { require_explicit, inhibit_mapping })
    })
}
