//! The statement speaks of `app.tar.gz`, and so is the file called. The name fits, the digest does
//! not: the oldest exchange of all.

use crate::finding::{About, CheckId};

/// What there is to say about `statement.subject`.
pub const ABOUT: About = About {
    id: CheckId::StatementSubject,
    title: "subject matches by digest",
    establishes: "A statement's subject was matched with an artifact here by digest, SHA-256 or stronger, \
        every digest given agreeing. Names decide nothing, but a subject with the artifact's name and \
        another digest is reported as failed.",
    why: "If names counted, a signed statement about a good file would cover any file with that name.",
    remedy: "Compare the digests. Either the file or the statement is from another release; get the pair \
        that belongs together.",
    clause: "in-toto Attestation Framework v1, statement (subjects are matched purely by digest) and digest \
        set",
};
