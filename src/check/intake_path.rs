//! A member called `../../bin/sh`, `/etc/cron.d/x`, `C:evil` or `good.txt` with a zero byte inside
//! lands elsewhere than it says. The name is refused as it stands; nothing is cleaned up.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.path`.
pub const ABOUT: About = About {
    id: CheckId::IntakePath,
    title: "safe names",
    establishes: "Every name is relative, has no `..`, empty or `.` part, no NUL, no backslash and no drive \
        prefix, no part ends in a dot or a space, and it is within the limits of length and depth.",
    why: "Unpackers would write outside their directory, or two systems would read one name as two \
        different files.",
    remedy: "Refuse the container; a name like that is not made by accident. Look at the raw name in the \
        finding, which is shown escaped.",
    clause: "POSIX.1-2017 Base Definitions 3.271 (pathname); CWE-22; docs/formats/classification.md",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Path);
}
