//! Name constraints, RFC 5280 4.2.1.10 and 6.1.3 (b) and (c).
//!
//! Every issuer's constraints are asked apart, which is what the intersections
//! and unions of the RFC come to. An e-mail address in the subject counts as an
//! rfc822Name beside those of the extension, not only where there is none.
//!
//! In doubt a name is inside what is excluded and outside what is permitted: a
//! wildcard is inside an excluded subtree when one of the names that it stands
//! for is, and inside a permitted one only when all are. A name of a confined
//! form that cannot be compared at all ends the path.

use super::budget::{Budget, Work};
use super::certificate::Certificate;
use super::names::{GeneralName, NameForm};
use super::path::PathError;

/// 1.2.840.113549.1.9.1
const EMAIL_ADDRESS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";

/// A name cannot be compared with a constraint of its form.
struct NotComparable;

/// Which way doubt goes.
#[derive(Clone, Copy, PartialEq)]
enum List {
    Permitted,
    Excluded,
}

/// Holds all names of a certificate against the constraints of those above it.
pub(super) fn check(
    certificate: &Certificate,
    confining: &[&Certificate],
    budget: &mut Budget,
) -> Result<(), PathError> {
    if confining.is_empty() {
        return Ok(());
    }
    let names = names(certificate);
    for issuer in confining {
        let Some(constraints) = issuer.name_constraints() else { continue };
        for name in &names {
            let form = name.as_ref().map_or_else(|form| *form, GeneralName::form);
            let of_form = |base: &&GeneralName| base.form() == form;
            let mut within = |bases: &[GeneralName], list: List| -> Result<Option<bool>, PathError> {
                let mut confined = None;
                for base in bases.iter().filter(of_form) {
                    budget.charge(Work::Comparisons)?;
                    let compared = match name {
                        Ok(name) => matches(name, base, list),
                        Err(_) => Err(NotComparable),
                    };
                    let inside = compared.map_err(|_| PathError::NotComparable {
                        subject: certificate.subject().to_string(),
                        form,
                        issuer: issuer.subject().to_string(),
                    })?;
                    confined = Some(confined.unwrap_or(false) || inside);
                }
                Ok(confined)
            };
            let excluded = within(&constraints.excluded, List::Excluded)? == Some(true);
            let outside = within(&constraints.permitted, List::Permitted)? == Some(false);
            let subject = certificate.subject().to_string();
            let issuer = issuer.subject().to_string();
            let name = || name.as_ref().map_or_else(|form| form.name().to_owned(), GeneralName::to_string);
            if excluded {
                return Err(PathError::Excluded { subject, name: name(), issuer });
            }
            if outside {
                return Err(PathError::NotPermitted { subject, name: name(), issuer });
            }
        }
    }
    Ok(())
}

/// What a certificate is called; the form alone, where the name is not readable.
fn names(certificate: &Certificate) -> Vec<Result<GeneralName, NameForm>> {
    let mut names: Vec<_> = certificate.names().iter().cloned().map(Ok).collect();
    if !certificate.subject().is_empty() {
        names.push(Ok(GeneralName::Directory(certificate.subject().clone())));
    }
    for attribute in certificate.subject().attributes() {
        if attribute.oid.content() == EMAIL_ADDRESS {
            names.push(attribute.text.clone().map(GeneralName::Email).ok_or(NameForm::Email));
        }
    }
    names
}

fn matches(name: &GeneralName, base: &GeneralName, list: List) -> Result<bool, NotComparable> {
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Ok(name.is_within(base)),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => dns(name, base, list),
        (GeneralName::Email(name), GeneralName::Email(base)) => email(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => uri(name, base),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => Ok(address(name, base)),
        _ => Err(NotComparable),
    }
}

/// Labels of letters, digits, hyphens and, as many have them, underscores.
fn host(text: &str) -> Result<&str, NotComparable> {
    let octet = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(octet);
    if text.len() <= 253 && text.split('.').all(label) { Ok(text) } else { Err(NotComparable) }
}

/// Whether `name` ends in `domain`, with at least one label more.
fn below(name: &str, domain: &str) -> bool {
    name.len() > domain.len() + 1
        && name.as_bytes()[name.len() - domain.len() - 1] == b'.'
        && name[name.len() - domain.len()..].eq_ignore_ascii_case(domain)
}

/// Zero or more labels may be added on the left. A constraint with a full stop in
/// front, which the RFC does not have, means at least one more; excluded, it
/// means zero too.
fn dns(name: &str, base: &str, list: List) -> Result<bool, NotComparable> {
    let (wild, name) = match name.strip_prefix("*.") {
        Some(parent) => (true, host(parent)?),
        None => (false, host(name)?),
    };
    if base.is_empty() {
        return Ok(true);
    }
    let (dotted, base) = match base.strip_prefix('.') {
        Some(base) => (true, host(base)?),
        None => (false, host(base)?),
    };
    let same = name.eq_ignore_ascii_case(base);
    Ok(match list {
        // `*.a` stands for `b.a`, and so for what is below it.
        List::Excluded => same || below(name, base) || (wild && below(base, name)),
        List::Permitted => below(name, base) || (same && (wild || !dotted)),
    })
}

/// A mailbox, a host, or with a full stop in front all hosts below a domain.
fn email(name: &str, base: &str) -> Result<bool, NotComparable> {
    let (local, at) = name.split_once('@').ok_or(NotComparable)?;
    let at = host(at)?;
    if local.is_empty() || local.contains('"') {
        return Err(NotComparable);
    }
    if let Some((mailbox, base)) = base.split_once('@') {
        return Ok(local == mailbox && at.eq_ignore_ascii_case(host(base)?));
    }
    host_or_domain(at, base)
}

fn host_or_domain(name: &str, base: &str) -> Result<bool, NotComparable> {
    match base.strip_prefix('.') {
        _ if base.is_empty() => Ok(true),
        Some(domain) => Ok(below(name, host(domain)?)),
        None => Ok(name.eq_ignore_ascii_case(host(base)?)),
    }
}

/// The host of a URI. One without a host, or with an address, is not compared:
/// "MUST reject", says the RFC.
fn uri(name: &str, base: &str) -> Result<bool, NotComparable> {
    let (_, rest) = name.split_once("://").ok_or(NotComparable)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Some readers take it for a slash.
    if authority.contains('\\') {
        return Err(NotComparable);
    }
    let host_port = authority.split_once('@').map_or(authority, |(_, rest)| rest);
    let name = match host_port.split_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) => return Err(NotComparable),
        None => host_port,
    };
    let name = host(name)?;
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotComparable);
    }
    host_or_domain(name, base)
}

fn address(name: &[u8], base: &[u8]) -> bool {
    let (network, mask) = base.split_at(base.len() / 2);
    name.len() == network.len()
        && name.iter().zip(network).zip(mask).all(|((name, network), mask)| (name ^ network) & mask == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(result: Result<bool, NotComparable>) -> Option<bool> {
        result.ok()
    }

    #[test]
    fn dns_names() {
        // Name, constraint, and whether it is permitted and excluded by it.
        let check = |name: &str, base: &str, expected: [Option<bool>; 2]| {
            let found = [List::Permitted, List::Excluded].map(|list| said(dns(name, base, list)));
            assert_eq!(found, expected, "{name} {base}");
        };
        let (both, neither, unclear) = ([Some(true); 2], [Some(false); 2], [None; 2]);
        let doubt = [Some(false), Some(true)];
        check("a.example", "a.example", both);
        check("A.Example", "a.eXample", both);
        check("b.a.example", "a.example", both);
        check("ba.example", "a.example", neither);
        check("example", "a.example", neither);
        check("anything", "", both);
        check("b.a.example", ".a.example", both);
        check("a.example", ".a.example", doubt);
        check("*.a.example", "a.example", both);
        check("*.a.example", ".a.example", both);
        check("*.example", "a.example", doubt);
        check("*.example", "b.a.example", doubt);
        check("*.other", "a.example", neither);
        check("a.example.", "a.example", unclear);
        check("a..example", "example", unclear);
        check("", "example", unclear);
        check("a\0.example", "example", unclear);
        check("a.*.example", "example", unclear);
        check("*", "example", unclear);
        check("a.example", "*.example", unclear);
        check("a.example", "example.", unclear);
    }

    #[test]
    fn mailboxes() {
        let check = |name: &str, base: &str, expected: Option<bool>| {
            assert_eq!(said(email(name, base)), expected, "{name} {base}");
        };
        check("a@b.example", "b.example", Some(true));
        check("a@B.Example", "b.example", Some(true));
        check("a@c.b.example", "b.example", Some(false));
        check("a@c.b.example", ".b.example", Some(true));
        check("a@b.example", ".b.example", Some(false));
        check("a@b.example", "a@b.example", Some(true));
        check("A@b.example", "a@b.example", Some(false));
        check("a@b.example", "", Some(true));
        for wrong in ["b.example", "@b.example", "a@", "a@b@c", "\"x\"@b.example", "a@[1.2.3.4]", "a@b\0"] {
            check(wrong, "b.example", None);
        }
        check("a@b.example", "a@", None);
    }

    #[test]
    fn hosts_of_uris() {
        let check = |name: &str, base: &str, expected: Option<bool>| {
            assert_eq!(said(uri(name, base)), expected, "{name} {base}");
        };
        check("https://b.example/a", "b.example", Some(true));
        check("https://B.example:443?x", "b.example", Some(true));
        check("https://c.b.example", "b.example", Some(false));
        check("https://c.b.example#x", ".b.example", Some(true));
        check("https://b.example", ".b.example", Some(false));
        check("https://b.example@evil.example/", "b.example", Some(false));
        check("https://evil.example/@b.example", "b.example", Some(false));
        for wrong in [
            "mailto:a@b.example",
            "https://1.2.3.4/",
            "https://[::1]/",
            "https://b.example:x/",
            "https://b.example\\@evil.example",
            "https://a@b@c",
            "https:///x",
            "urn:x",
        ] {
            check(wrong, "b.example", None);
        }
    }

    #[test]
    fn addresses() {
        let check = |name: &[u8], base: &[u8], expected| assert_eq!(address(name, base), expected);
        check(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0], true);
        check(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0], false);
        check(&[11, 1, 2, 3], &[0; 8], true);
        check(&[0; 16], &[0; 8], false);
        check(&[0; 4], &[0; 32], false);
        check(&[0; 16], &[0; 32], true);
    }
}
