//! An event may carry a perfectly good signature of somebody who has no business with this
//! evidence: a build key, a revoked clerk, a stranger. The link holds, the hand does not.

use crate::anchor::Ownership;
use crate::check::chain;
use crate::crypto::key::KeyId;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `custody.actor`.
pub const ABOUT: About = About {
    id: CheckId::CustodyActor,
    title: "authorised actor",
    establishes: "Every event of the timeline names an actor whom the trust store lists as an authority for \
        custody, and that actor's narrowing and window allow the event.",
    why: "A chain of hashes only shows that nobody altered the lines; anybody can append a line. Without \
        authorised actors, a thief can record his own possession in perfect form.",
    remedy: "Compare the named actor with the custody plan of the case. If he is entitled, add him to the \
        trust store with the purpose `custody`; if not, treat all later events as unproven.",
    clause: "docs/formats/custody.md, actors; docs/formats/trust-store.md, purposes; docs/formats/signet.md; \
        docs/formats/prx.md, effects; docs/formats/auths.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Actor, book);
}

/// An effect of an actor that policy gives to others.
pub fn orphan(actor: Option<&str>, effect: &str, standing: Ownership, line: u64, rows: u64) -> Finding {
    let expected = match standing {
        Ownership::Blocked => "an effect that somebody may have",
        Ownership::NoActor => "an actor that can be told",
        _ => "an effect that the actor owns",
    };
    let found = format!("{effect} by {}, in {rows} rows", actor.unwrap_or("nobody"));
    let detail = "an effect that the policy gives to others";
    Finding::new(Severity::Failed, ABOUT.id, detail)
        .expected(expected)
        .found(found)
        .at(format!("line {line}"))
}

/// No entry of the trust store has both the name and the key.
pub fn without_key(key: &KeyId) -> Finding {
    let detail = "no authority of that name has the key that signed";
    Finding::new(Severity::Failed, ABOUT.id, detail).found(key.to_string())
}

/// The identity that a commit names may not have signed it.
pub fn of_commit(device: &str, detail: &str) -> Finding {
    let what = "whoever signed the commit may not sign for the identity that it names";
    let finding =
        Finding::new(Severity::Failed, ABOUT.id, what).found(crate::path::escape(detail.as_bytes()));
    finding.expected(crate::path::escape(device.as_bytes()))
}

/// The logs behind a commit prove nothing.
pub fn log_unsound() -> Finding {
    let what = "a log behind the identity of the commit does not hold, or is another's";
    Finding::new(Severity::Failed, ABOUT.id, what)
}

/// Whether a device may still sign depends on a time that was not given.
pub fn term_open() -> Finding {
    let what = "whether the device could still sign depends on the time of validation";
    Finding::new(Severity::NotEstablished, ABOUT.id, what).expected("--at")
}

/// What an identity said holds no more, or not yet.
pub fn no_more(who: &str, what: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, what).found(crate::path::escape(who.as_bytes()))
}
