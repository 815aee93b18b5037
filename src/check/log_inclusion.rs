//! That an entry is in a log can be computed: its hash and those beside it come to the root that the
//! log signed.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.inclusion`.
pub const ABOUT: About = About {
    id: CheckId::LogInclusion,
    title: "entry included in its log",
    establishes: "The Merkle path leads from the hash of the entry to the root of a tree whose head the log \
        signed; size and root are those of the signed head and of nothing else.",
    why: "An entry that is in no tree can be seen by nobody who watches the log.",
    remedy: "Get the bundle again from its producer, with the proof that the log gives now. If that fails as well, \
        the entry is not in the log.",
    clause: "RFC 6962 section 2.1.1; sigstore protobuf-specs, InclusionProof",
};

/// The proof does not hold, or is not there though the form demands it.
pub fn failed(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}

/// What the proof is about is not there, or not held.
pub fn nothing(there: bool) -> Finding {
    let detail = match there {
        true => "the file beside the proof is too large for its leaf to be computed",
        false => "the file that the proof is about does not lie beside it",
    };
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}

/// An entry that its log says nothing about.
pub fn neither() -> Finding {
    let detail = "the entry has neither a promise nor a proof";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}
