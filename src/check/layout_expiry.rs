//! An old layout names the keys of people who left, and the rules from before the last break-in.
//! It ends on the day that its owners set, and a machine whose clock nobody trusts cannot say
//! whether that day has come.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::time::UnixTime;

/// What there is to say about `layout.expiry`.
pub const ABOUT: About = About {
    id: CheckId::LayoutExpiry,
    title: "layout not expired",
    establishes: "The time of validation, as `--at` gives it, is not after the `expires` of the layout. The \
        same holds for every layout below it.",
    why: "With an old layout, keys and rules that were withdrawn since would still decide.",
    remedy: "Give `--at` with the time for which you ask. If the layout has expired by then, get the current one.",
    clause: "in-toto specification 1.0, 4.3 (clients must not trust an expired file); docs/verdict.md, layouts",
};

/// Whether a layout that ends at `expires` still counts at `at`. It expires
/// after that instant, not with it.
pub fn examine(expires: UnixTime, at: Option<UnixTime>, book: &mut Book) -> Option<Finding> {
    let finding = match at {
        Some(at) if at <= expires => {
            book.pass(ABOUT.id);
            return None;
        }
        Some(at) => Finding::new(Severity::Failed, ABOUT.id, "the layout has expired")
            .found(format!("validated at {at}")),
        None => {
            let detail = "whether the layout has expired is not known, since no time of validation was given";
            Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        }
    };
    Some(finding.expected(format!("not after {expires}")))
}
