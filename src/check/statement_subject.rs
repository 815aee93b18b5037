//! The statement speaks of `app.tar.gz`, and so is the file called. The name fits, the digest does
//! not: the oldest exchange of all.

use crate::digest::Digest;
use crate::fact::Named;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `statement.subject`.
pub const ABOUT: About = About {
    id: CheckId::StatementSubject,
    title: "subject matches by digest",
    establishes: "A statement's subject was matched with an artifact here by digest, SHA-256 or stronger, \
        every such digest given agreeing. Names decide nothing, but a subject with the artifact's name and \
        another digest is reported as failed.",
    why: "If names counted, a signed statement about a good file would cover any file with that name.",
    remedy: "Compare the digests. Either the file or the statement is from another release; get the pair \
        that belongs together.",
    clause: "in-toto Attestation Framework v1, statement (subjects are matched purely by digest) and digest \
        set",
};

/// A statement names, by digest, something that lies there.
pub fn matched(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A statement names something that is not at hand.
pub fn absent(book: &mut Book) {
    book.skip(ABOUT.id, "the artifact is not at hand");
}

/// A statement of which nothing is at hand; perhaps a file of another build is.
/// Decides nothing: what is not there was not examined.
pub fn orphan(item: &str, named: &Named, near: Option<&str>, book: &mut Book) {
    let detail = match near {
        Some(path) => format!("the file that this names is not at hand; {path} may be another build of it"),
        None => "the file that this names is not at hand".to_owned(),
    };
    let digests: Vec<String> = named.digests.iter().map(Digest::to_string).collect();
    let mut finding = Finding::new(Severity::Note, ABOUT.id, detail).item(item);
    finding.expected = Some(digests.join(", ")).filter(|text| !text.is_empty());
    finding.found.clone_from(&named.name);
    book.note(finding);
}

/// A file has the name that a trusted statement uses, and another content.
pub fn mismatched(
    item: &str,
    path: &str,
    named: &[Digest],
    others: usize,
    found: &Digest,
    severity: Severity,
    book: &mut Book,
) {
    let named: Vec<_> = named.iter().map(Digest::to_string).collect();
    let others = if others > 0 { format!(", or one of {others} others") } else { String::new() };
    book.find(
        Finding::new(severity, ABOUT.id, format!("a statement names this file with another digest: {item}"))
            .item(path)
            .expected(named.join(", ") + &others)
            .found(found.to_string()),
    );
}

/// A statement names something only by a digest that pins nothing.
pub fn weak(item: &str, book: &mut Book) {
    let detail = "the statement names a subject by no digest as strong as SHA-256";
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item));
}

/// What is signed is about another image than the one that it is filed under.
pub fn misfiled(filed: &Digest) -> Finding {
    let detail = "what was signed names another image than the one that it is filed under";
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(filed.to_string())
}
