//! A signature of SSH says what it is for, and brings its key. Someone who signs commits all day has
//! signed no release: a signature over one thing, carried to another, must not count.

use crate::anchor::Identity;
use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::proof::detached::DetachedError;
use crate::proof::sshsig::SshsigError;

/// What there is to say about `signature.ssh`.
pub const ABOUT: About = About {
    id: CheckId::SignatureSsh,
    title: "signature of SSH",
    establishes: "The SSH signature verifies over exactly this content, for this use (its namespace: `file` \
        beside a file, `git` in a commit or tag), under the key of the trust store that it brings, with \
        SHA-256 or SHA-512; where the key lives in a device, somebody touched it.",
    why: "A signature for another use, by a device that signs unattended, or over another file looks like \
        this one.",
    remedy: "If the namespace is another, have the file signed with `ssh-keygen -Y sign -n file`. If the \
        signature does not match, file and signature do not belong together: get both again.",
    clause: "OpenSSH PROTOCOL.sshsig and PROTOCOL.u2f; docs/formats/ssh.md",
};

/// A signature of SSH verified.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A signature brings a key of `identity`, and does not hold under it.
pub fn failed(target: &str, identity: &Identity, error: &DetachedError) -> Finding {
    let detail = format!("the signature over {target} brings a key of {identity} and does not hold: {error}");
    Finding::new(Severity::Failed, ABOUT.id, detail)
}

/// A commit or tag is signed in a way that is not verified here.
pub fn another_kind() -> Finding {
    let detail = "signed with OpenPGP or X.509, which is not verified here: nothing is known of who signed";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected("a signature of SSH")
}

/// A commit or tag carries something that is no signature.
pub fn malformed(error: &SshsigError) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("the signature in it cannot be read: {error}"))
}

/// The signature in a commit is not one over it by the device that it names.
pub fn not_made(device: &str) -> Finding {
    let detail = "the signature in it is none over this commit";
    Finding::new(Severity::Failed, ABOUT.id, detail)
        .expected(format!("one by {}", crate::path::escape(device.as_bytes())))
}
