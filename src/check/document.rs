//! docs/checks.md, written from what the checks say about themselves.

use std::fmt::Write;

use crate::check;
use crate::finding::About;

/// The whole page, as it lies in docs/checks.md.
pub fn markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    for about in check::ALL {
        page.push('\n');
        page.push_str(&section(about));
    }
    page
}

/// The section of one check.
pub fn section(about: &About) -> String {
    let About { id, title, establishes, why, remedy, clause } = about;
    let mut text = String::new();
    write!(
        text,
        "## {id}\n\n\
         **{title}**\n\n\
         *A pass establishes.* {establishes}\n\n\
         *Why it matters.* {why}\n\n\
         *What to do.* {remedy}\n\n\
         *Where it is written.* {clause}\n\n\
         *Vectors.* `fixtures/vectors/{id}/`\n"
    )
    .expect("writing to a string cannot fail");
    if let [first, rest @ ..] = id.aliases() {
        let names: String = rest.iter().map(|name| format!(", `{name}`")).collect();
        write!(text, "\n*Known to StellaOps as.* `{first}`{names}\n")
            .expect("writing to a string cannot fail");
    }
    text
}

const INTRODUCTION: &str = "\
# The checks

This page is printed by `stella forensic explain --all`; a test compares the two. Edit the file of
the check under `src/check/`, never this page.

Each thing that a check examines ends as *passed*, *failed* (computed and wrong), *not-established*
(neither shown nor refuted) or *skipped* (with the reason). How these make a verdict stands in
[verdict.md](verdict.md). A check that examined nothing is listed in the report as well: silence is
not success.

Some words, used the same way everywhere. *Evidence* is everything given in one call. A *case* is
one container of it, or the loose files together. An *item* is one file or archive member. A *claim*
is what evidence says about itself; a *fact* is what was established. An *authority* is an entry of
the trust store, which always comes from outside the evidence.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_current() {
        let page = include_str!("../../docs/checks.md");
        assert!(
            page == markdown(),
            "docs/checks.md is out of date; write it anew: stella forensic explain --all > docs/checks.md"
        );
    }
}
