//! Which certificates a list speaks about: the certificate's distribution
//! points on one side, the list's issuing distribution point on the other.
//! RFC 5280 4.2.1.13, 5.2.5, 6.3.3 (b).

use super::ReasonSet;
use super::fields::FieldError;
use crate::proof::x509::{Certificate, DistributionPoint, DistributionPointName, GeneralName, Name};
use crate::wire::der::{DerError, Reader, Tag, read_all};

/// The IssuingDistributionPoint of a list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IssuingDistributionPoint {
    /// Where the list is to be found; empty where it does not say.
    pub names: Vec<GeneralName>,
    /// Lists no certificates of authorities.
    pub only_user_certificates: bool,
    /// Lists only certificates of authorities.
    pub only_ca_certificates: bool,
    /// Lists no certificates at all.
    pub only_attribute_certificates: bool,
    /// Reasons for which it lists; `None` is all.
    pub only_some_reasons: Option<ReasonSet>,
    /// Lists certificates of other issuers.
    pub indirect: bool,
}

/// Why a list does not speak about a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// The list is for another distribution point.
    #[error("the list is for a distribution point that the certificate does not name")]
    OtherPoint,
    /// A list of end entities' certificates, and this is an authority's.
    #[error("the list has only certificates of end entities")]
    OnlyUserCertificates,
    /// A list of authorities' certificates, and this is none.
    #[error("the list has only certificates of authorities")]
    OnlyCaCertificates,
    /// A list of attribute certificates.
    #[error("the list has only attribute certificates")]
    OnlyAttributeCertificates,
    /// The certificate leaves its revocation to another issuer, whose list
    /// does not say that it speaks for others.
    #[error("the list of another issuer is not marked as indirect")]
    NotIndirect,
}

/// The value of a CertificateIssuer extension. RFC 5280 5.3.3: the issuer field
/// of the certificate, so a distinguished name.
pub(super) fn certificate_issuer(value: &[u8]) -> Result<Name, FieldError> {
    let names = read_all(value, |reader| GeneralName::read_list(reader, Tag::SEQUENCE))?;
    directory(&names).next().cloned().ok_or(FieldError::IssuerForm)
}

impl IssuingDistributionPoint {
    /// Reads the value of the extension.
    pub(super) fn parse(value: &[u8], crl_issuer: &Name) -> Result<IssuingDistributionPoint, FieldError> {
        read_all(value, |reader| reader.sequence(|reader| IssuingDistributionPoint::read(reader, crl_issuer)))
    }

    fn read(reader: &mut Reader<'_>, crl_issuer: &Name) -> Result<IssuingDistributionPoint, FieldError> {
        let names = match reader.peek() == Some(Tag::context_constructed(0)) {
            true => {
                let name = reader.nested(Tag::context_constructed(0), DistributionPointName::read)?;
                full(&name, &[crl_issuer])?
            }
            false => Vec::new(),
        };
        let flag = |reader: &mut Reader<'_>, n| match reader.peek() == Some(Tag::context(n)) {
            true => reader.boolean_as(Tag::context(n)),
            false => Ok::<_, DerError>(false),
        };
        let only_user_certificates = flag(reader, 1)?;
        let only_ca_certificates = flag(reader, 2)?;
        let only_some_reasons = match reader.peek() == Some(Tag::context(3)) {
            true => Some(ReasonSet::from_bits(reader.named_bits_as(Tag::context(3))?)),
            false => None,
        };
        let indirect = flag(reader, 4)?;
        let only_attribute_certificates = flag(reader, 5)?;
        Ok(IssuingDistributionPoint {
            names,
            only_user_certificates,
            only_ca_certificates,
            only_attribute_certificates,
            only_some_reasons,
            indirect,
        })
    }
}

/// The names of a point; a relative one continues each of `issuers`.
fn full(name: &DistributionPointName, issuers: &[&Name]) -> Result<Vec<GeneralName>, FieldError> {
    match name {
        DistributionPointName::Full(names) => Ok(names.clone()),
        DistributionPointName::Relative(content) => issuers
            .iter()
            .map(|issuer| match issuer.with_relative(content) {
                Ok(name) => Ok(GeneralName::Directory(name)),
                Err(error) => Err(FieldError::Name { what: "a distribution point", error }),
            })
            .collect(),
    }
}

fn directory(names: &[GeneralName]) -> impl Iterator<Item = &Name> {
    names.iter().filter_map(|name| match name {
        GeneralName::Directory(name) => Some(name),
        _ => None,
    })
}

/// Whether the issuer of a list is one that may speak about this certificate:
/// its own issuer, or one that it names.
pub(super) fn may_speak(subject: &Certificate, crl_issuer: &Name) -> bool {
    let named = |point: &DistributionPoint| directory(&point.crl_issuer).any(|name| name == crl_issuer);
    subject.issuer() == crl_issuer || subject.crl_distribution_points().iter().any(named)
}

/// For which reasons a list of `crl_issuer` speaks about a certificate.
/// RFC 5280 6.3.3 (b) and (d).
pub(super) fn covered(
    idp: Option<&IssuingDistributionPoint>,
    crl_issuer: &Name,
    subject: &Certificate,
) -> Result<ReasonSet, ScopeError> {
    let is_ca = subject.basic_constraints().is_some_and(|constraints| constraints.authority);
    if let Some(idp) = idp {
        if idp.only_attribute_certificates {
            return Err(ScopeError::OnlyAttributeCertificates);
        }
        if idp.only_user_certificates && is_ca {
            return Err(ScopeError::OnlyUserCertificates);
        }
        if idp.only_ca_certificates && !is_ca {
            return Err(ScopeError::OnlyCaCertificates);
        }
    }
    let listed = idp.and_then(|idp| idp.only_some_reasons).unwrap_or(ReasonSet::ALL);
    // 6.3.3, last paragraph: whatever the issuer itself gives out counts as if
    // a point of the issuer's own name were there.
    let own = DistributionPoint {
        name: Some(DistributionPointName::Full(vec![GeneralName::Directory(subject.issuer().clone())])),
        reasons: None,
        crl_issuer: Vec::new(),
    };
    let mut reasons = ReasonSet::NONE;
    let mut error = ScopeError::OtherPoint;
    for point in subject.crl_distribution_points().iter().chain([&own]) {
        match matches(point, idp, crl_issuer, subject.issuer()) {
            Ok(()) => {
                let named = point.reasons.map_or(ReasonSet::ALL, ReasonSet::from_bits);
                reasons = reasons.or(listed.and(named));
            }
            Err(why @ ScopeError::NotIndirect) => error = why,
            Err(_) => {}
        }
    }
    if reasons.is_empty() { Err(error) } else { Ok(reasons) }
}

fn matches(
    point: &DistributionPoint,
    idp: Option<&IssuingDistributionPoint>,
    crl_issuer: &Name,
    issuer: &Name,
) -> Result<(), ScopeError> {
    let issuers: Vec<&Name> = match point.crl_issuer.is_empty() {
        true => vec![issuer],
        false => directory(&point.crl_issuer).collect(),
    };
    if !issuers.contains(&crl_issuer) {
        return Err(ScopeError::OtherPoint);
    }
    if !point.crl_issuer.is_empty() && !idp.is_some_and(|idp| idp.indirect) {
        return Err(ScopeError::NotIndirect);
    }
    let listed = idp.map_or(&[][..], |idp| &idp.names);
    if listed.is_empty() {
        return Ok(());
    }
    let named = match &point.name {
        Some(name) => full(name, &issuers).map_err(|_| ScopeError::OtherPoint)?,
        None => point.crl_issuer.clone(),
    };
    if named.iter().any(|name| listed.contains(name)) { Ok(()) } else { Err(ScopeError::OtherPoint) }
}
