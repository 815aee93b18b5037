//! The one thing that ends a certificate before its date, and the first that a thief leaves out.

use crate::check::pki::{Role, Used};
use crate::finding::{About, CheckId, Finding, Severity};
use crate::proof::revocation::Reason;
use crate::time::UnixTime;

/// What there is to say about `revocation.status`.
pub const ABOUT: About = About {
    id: CheckId::RevocationStatus,
    title: "not revoked",
    establishes: "No authentic revocation data says that a certificate of the path was revoked at the time that \
        counts. An authentic `revoked` beats every `good`, whichever of them the evidence chose to \
        carry.",
    why: "A key is revoked because somebody else may have it. An old list from before the revocation is \
        easily carried along to hide it.",
    remedy: "Find out when and why it was revoked. A signature that is proven older than the revocation \
        stands if the reason is not a compromise; else have the artifact signed again.",
    clause: "RFC 5280 sections 5.3.1 and 6.3; RFC 3161 section 4; RFC 6960 section 2.2",
};

/// What an authentic answer says.
pub struct Revoked<'a> {
    /// Whose certificate it is.
    pub subject: &'a str,
    /// What says so.
    pub by: String,
    /// Since when.
    pub at: UnixTime,
    /// Why.
    pub reason: Option<Reason>,
    /// Since when the key is thought to be in other hands.
    pub invalidity: Option<UnixTime>,
}

/// Whether what was done with the key stands nevertheless.
///
/// After some reasons the key was its owner's alone to the end: what it did
/// before the revocation stands, and an authority's own clock is good enough
/// for that. After a compromise, or without a word of why, whoever has the key
/// can write any date: only the word of somebody else counts, and only against
/// a date since when the key is in other hands.
pub fn examine(revoked: &Revoked, used: Used, role: Role) -> Finding {
    let excusing = revoked.reason.is_some_and(Reason::excuses_earlier);
    let invalid = revoked.invalidity.map(|since| since.min(revoked.at));
    let (since, known) = match (excusing, role) {
        // Since the key may have been in other hands, its own word is none.
        (_, _) if invalid.is_some() => (invalid, used.proven_before),
        (true, Role::Authority) => (Some(revoked.at), used.at.latest),
        (true, Role::Signer | Role::ShortLived) => (Some(revoked.at), used.proven_before),
        (false, _) => (None, used.proven_before),
    };
    let before = matches!((since, known), (Some(since), Some(known)) if known < since);
    let certainly_after = used.at.earliest.is_some_and(|earliest| earliest >= revoked.at);
    let severity = match role {
        _ if before => Severity::Note,
        _ if certainly_after => Severity::Failed,
        Role::Authority => Severity::Failed,
        Role::Signer | Role::ShortLived => Severity::NotEstablished,
    };
    let reason = revoked.reason.map_or("no reason given", Reason::name);
    let detail = match severity {
        Severity::Note => "revoked later, for a reason that leaves what was done before standing",
        Severity::Failed => "revoked, and nothing that it did is excused",
        Severity::NotEstablished => "revoked, and nobody else shows that it was used before",
    };
    let text = |time: Option<UnixTime>| time.map_or("unknown".to_owned(), |time| time.to_string());
    let invalid = revoked.invalidity.map_or(String::new(), |since| format!(", invalid since {since}"));
    Finding::new(severity, ABOUT.id, format!("{}: {detail}", revoked.subject))
        .expected(match since {
            Some(since) => format!("shown to be used before {since}"),
            None => "not revoked".to_owned(),
        })
        .found(format!(
            "revoked at {} ({reason}{invalid}) by {}; used before {}",
            revoked.at,
            revoked.by,
            text(known)
        ))
}
