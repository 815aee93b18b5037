//! What an object says.

use std::fmt;

use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::proof::sshsig;
use crate::wire::quoted;

/// What sort of object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A state of all files, and what came before.
    Commit,
    /// A name for another object.
    Tag,
    /// A folder.
    Tree,
    /// The content of a file.
    Blob,
}

impl ObjectKind {
    /// The word in the object's header.
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Commit => "commit",
            ObjectKind::Tag => "tag",
            ObjectKind::Tree => "tree",
            ObjectKind::Blob => "blob",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<ObjectKind> {
        let all = [ObjectKind::Commit, ObjectKind::Tag, ObjectKind::Tree, ObjectKind::Blob];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// An object without its header, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What sort of object it is.
    pub kind: ObjectKind,
    /// What stands behind the header.
    pub body: Vec<u8>,
}

impl Object {
    /// Its id in a repository of that hash.
    pub fn id(&self, hash: Hash) -> Digest {
        id(hash, self.kind, &self.body)
    }
}

/// The id of an object: the hash over its header and its body.
pub fn id(hash: Hash, kind: ObjectKind, body: &[u8]) -> Digest {
    Digest::of(hash, &[format!("{} {}\0", kind.name(), body.len()).as_bytes(), body].concat())
}

/// An id as it is spelt: 40 digits are SHA-1, 64 are SHA-256.
pub fn parse_id(text: &str) -> Option<Digest> {
    let hash = match text.len() {
        40 => Hash::Sha1,
        64 => Hash::Sha256,
        _ => return None,
    };
    Digest::from_hex(hash, text).ok()
}

/// Why some bytes are no commit and no tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// Longer than any.
    #[error("an object of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// A header that is missing, stands elsewhere, or twice.
    #[error("line {line}: expected {expected}")]
    Header {
        /// Which line, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The same header a second time.
    #[error("line {line}: a second {}", quoted(.name))]
    Repeated {
        /// Which line, from one.
        line: usize,
        /// Which header.
        name: String,
    },
    /// An id of another length than the others, or none.
    #[error("line {line}: {} is no id of the repository", quoted(.found))]
    Id {
        /// Which line, from one.
        line: usize,
        /// What stands there.
        found: String,
    },
}

/// The signature in a commit or tag, as text and unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The armor of SSH.
    Ssh(String),
    /// OpenPGP's, which is not verified here.
    Pgp,
    /// Something else.
    Other,
}

/// A commit, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The id of its tree.
    pub tree: Digest,
    /// The ids of what came before.
    pub parents: Vec<Digest>,
    /// What was written about it.
    pub message: Vec<u8>,
    text: Signed,
}

/// A tag, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The id of what it names.
    pub object: Digest,
    /// What sort of object that is.
    pub kind: ObjectKind,
    /// The name that it gives.
    pub name: String,
    text: Signed,
}

/// What was signed, and the signature over it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signed {
    id: Digest,
    payload: Vec<u8>,
    signature: Option<Signature>,
}

/// A commit or a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A commit.
    Commit(Commit),
    /// A tag.
    Tag(Tag),
}

impl Text {
    /// What a file begins with that holds one: git's `cat-file` prints no header.
    pub fn is_claimed(bytes: &[u8]) -> bool {
        fn id(rest: &[u8]) -> Option<&[u8]> {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            matches!(digits, 40 | 64).then(|| &rest[digits..])
        }
        let commit = bytes.strip_prefix(b"tree ").and_then(id);
        let tag = bytes.strip_prefix(b"object ").and_then(id);
        commit.is_some_and(|rest| rest.starts_with(b"\nparent ") || rest.starts_with(b"\nauthor "))
            || tag.is_some_and(|rest| rest.starts_with(b"\ntype "))
    }

    /// Reads what `git cat-file commit` or `git cat-file tag` prints.
    pub fn parse(bytes: &[u8]) -> Result<Text, ObjectError> {
        match bytes.starts_with(b"object ") {
            true => Tag::parse(bytes).map(Text::Tag),
            false => Commit::parse(bytes).map(Text::Commit),
        }
    }

    fn signed(&self) -> &Signed {
        match self {
            Text::Commit(commit) => &commit.text,
            Text::Tag(tag) => &tag.text,
        }
    }

    /// Its own id.
    pub fn id(&self) -> Digest {
        self.signed().id
    }

    /// The bytes that its signature is over.
    pub fn payload(&self) -> &[u8] {
        &self.signed().payload
    }

    /// Its signature, where it has one.
    pub fn signature(&self) -> Option<&Signature> {
        self.signed().signature.as_ref()
    }

    /// What sort of object it is.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Text::Commit(_) => ObjectKind::Commit,
            Text::Tag(_) => ObjectKind::Tag,
        }
    }

    /// What it leads to: the tree of a commit, the object of a tag.
    pub fn leads_to(&self) -> Digest {
        match self {
            Text::Commit(commit) => commit.tree,
            Text::Tag(tag) => tag.object,
        }
    }
}

/// A header with the lines that continue it.
struct Header {
    line: usize,
    name: String,
    value: String,
    /// Where it begins and ends.
    from: usize,
    to: usize,
}

/// The headers up to the first empty line, and where what follows them begins.
fn headers(bytes: &[u8]) -> Result<(Vec<Header>, usize), ObjectError> {
    let max = limits::GIT_TEXT_BYTES_MAX;
    if bytes.len() > max {
        return Err(ObjectError::TooLong { found: bytes.len(), max });
    }
    let (mut headers, mut at, mut line): (Vec<Header>, _, _) = (Vec::new(), 0, 0);
    loop {
        line += 1;
        let wrong = |expected| ObjectError::Header { line, expected };
        let rest = bytes.get(at..).unwrap_or_default();
        let end =
            rest.iter().position(|byte| *byte == b'\n').ok_or(wrong("an empty line behind the headers"))?;
        if rest[..end].contains(&0) {
            return Err(wrong("a header without a zero byte"));
        }
        // Names of people may be in any encoding; nothing here depends on them.
        let text = String::from_utf8_lossy(&rest[..end]);
        let next = at + end + 1;
        if text.is_empty() {
            return Ok((headers, next));
        }
        if let Some(more) = text.strip_prefix(' ') {
            let last = headers.last_mut().ok_or(wrong("a header"))?;
            last.value.push('\n');
            last.value.push_str(more);
            last.to = next;
        } else {
            let (name, value) = text.split_once(' ').ok_or(wrong("a header and its value"))?;
            let (name, value) = (name.to_owned(), value.to_owned());
            headers.push(Header { line, name, value, from: at, to: next });
        }
        if headers.len() > limits::GIT_HEADERS_MAX {
            return Err(wrong("fewer headers"));
        }
        at = next;
    }
}

/// The names of the two headers that hold a signature, each for ids of one hash.
const SIGNATURES: [(&str, Hash); 2] = [("gpgsig", Hash::Sha1), ("gpgsig-sha256", Hash::Sha256)];

impl Commit {
    /// Reads what `git cat-file commit` prints.
    pub fn parse(bytes: &[u8]) -> Result<Commit, ObjectError> {
        let (headers, message) = headers(bytes)?;
        let mut rest = headers.iter().peekable();
        let tree = rest.next().filter(|header| header.name == "tree");
        let tree = tree.ok_or(ObjectError::Header { line: 1, expected: "a tree" })?;
        let tree = own_id(tree, None)?;
        let hash = tree.algorithm();
        let mut parents = Vec::new();
        while let Some(parent) = rest.next_if(|header| header.name == "parent") {
            parents.push(own_id(parent, Some(hash))?);
        }
        for (name, expected) in [("author", "an author"), ("committer", "a committer")] {
            let found = rest.next().filter(|header| header.name == name);
            found.ok_or(ObjectError::Header { line: 2 + parents.len(), expected })?;
        }
        let (mut signature, mut payload, mut kept) = (None, Vec::new(), 0);
        let mut seen: Vec<&str> = Vec::new();
        for header in rest {
            if ["tree", "parent", "author", "committer"].contains(&header.name.as_str()) {
                return Err(ObjectError::Repeated { line: header.line, name: header.name.clone() });
            }
            let Some((name, of)) = SIGNATURES.iter().find(|(name, _)| *name == header.name) else { continue };
            if seen.contains(name) {
                return Err(ObjectError::Repeated { line: header.line, name: header.name.clone() });
            }
            seen.push(name);
            if *of == hash {
                signature = Some(Signature::of(&header.value));
            }
            payload.extend_from_slice(&bytes[kept..header.from]);
            kept = header.to;
        }
        payload.extend_from_slice(&bytes[kept..]);
        let text = Signed { id: id(hash, ObjectKind::Commit, bytes), payload, signature };
        Ok(Commit { tree, parents, message: bytes[message..].to_vec(), text })
    }

    /// Its own id.
    pub fn id(&self) -> Digest {
        self.text.id
    }

    /// Its signature, where it has one.
    pub fn signature(&self) -> Option<&Signature> {
        self.text.signature.as_ref()
    }

    /// The bytes that its signature is over.
    pub fn payload(&self) -> &[u8] {
        &self.text.payload
    }

    /// The value of the last trailer of that name, in whatever letter case the name
    /// is written: a line `Name: value` of the message.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        let message = std::str::from_utf8(&self.message).ok()?;
        let mut values = message.lines().filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
        });
        values.next_back()
    }
}

impl Tag {
    /// Reads what `git cat-file tag` prints. The signature stands at its end, behind
    /// the message, and is over all that stands before it.
    pub fn parse(bytes: &[u8]) -> Result<Tag, ObjectError> {
        let (headers, message) = headers(bytes)?;
        let wrong = |line, expected| ObjectError::Header { line, expected };
        let expected = ["object", "type", "tag", "tagger"];
        for (at, header) in headers.iter().enumerate() {
            // In a repository of SHA-256 a signature for SHA-1 may stand here; neither is
            // made any more where tags are signed with SSH.
            if expected.get(at) != Some(&header.name.as_str()) {
                return Err(wrong(header.line, "object, type, tag and tagger, in that order"));
            }
        }
        let [object, kind, name, ..] = &headers[..] else {
            return Err(wrong(headers.len() + 1, "object, type and tag"));
        };
        let object = own_id(object, None)?;
        let kind = ObjectKind::from_name(&kind.value).ok_or(wrong(2, "commit, tag, tree or blob"))?;
        let begins = [sshsig::BEGIN, "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----"];
        let (mut at, mut signed_to) = (message, None);
        for line in bytes[message..].split_inclusive(|byte| *byte == b'\n') {
            if begins.iter().any(|begin| line.starts_with(begin.as_bytes())) {
                signed_to = Some(at);
            }
            at += line.len();
        }
        let signature = signed_to.map(|from| Signature::of(&String::from_utf8_lossy(&bytes[from..])));
        let payload = bytes[..signed_to.unwrap_or(bytes.len())].to_vec();
        let id = id(object.algorithm(), ObjectKind::Tag, bytes);
        Ok(Tag { object, kind, name: name.value.clone(), text: Signed { id, payload, signature } })
    }
}

impl Signature {
    fn of(text: &str) -> Signature {
        match text {
            text if text.starts_with(sshsig::BEGIN) => Signature::Ssh(text.to_owned()),
            text if text.starts_with("-----BEGIN PGP ") => Signature::Pgp,
            _ => Signature::Other,
        }
    }
}

fn own_id(header: &Header, hash: Option<Hash>) -> Result<Digest, ObjectError> {
    let found = parse_id(&header.value).filter(|id| hash.is_none_or(|hash| id.algorithm() == hash));
    found.ok_or(ObjectError::Id { line: header.line, found: header.value.clone() })
}

/// `commit <id>`
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().name(), self.id().hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@x.invalid> 1 +0000\n\
        committer A <a@x.invalid> 1 +0000\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n\
        \nwhat\n\ngpgsig of nothing\nX: 1\nx: 2\n";

    #[test]
    fn signed_part_is_all_but_the_header() {
        let Text::Commit(commit) = Text::parse(COMMIT.as_bytes()).unwrap() else { panic!() };
        let text = Text::Commit(commit.clone());
        assert_eq!(
            text.signature(),
            Some(&Signature::Ssh("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----".into()))
        );
        let payload = String::from_utf8(text.payload().to_vec()).unwrap();
        assert_eq!(
            payload,
            COMMIT.replace("gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n", "")
        );
        assert_eq!(commit.trailer("X"), Some("2"));
        assert!(Text::is_claimed(COMMIT.as_bytes()));
    }

    #[test]
    fn names_in_any_encoding() {
        let mut latin = COMMIT.as_bytes().to_vec();
        let at = COMMIT.find("author A").unwrap() + 7;
        latin[at] = 0xe9;
        let text = Text::parse(&latin).unwrap();
        assert!(text.payload().contains(&0xe9), "signed as it stands there");
    }

    #[test]
    fn the_id_of_a_known_object() {
        assert_eq!(id(Hash::Sha1, ObjectKind::Tree, b"").hex(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn refused() {
        for (from, to) in [
            ("tree 4b8", "tree 4b"),
            ("committer A", "committed A"),
            ("\n\nwhat", "\nwhat"),
            ("gpgsig -----BEGIN", "gpgsig x\ngpgsig -----BEGIN"),
            ("gpgsig -----BEGIN", "author B <b@x.invalid> 1 +0000\ngpgsig -----BEGIN"),
            ("author A", "parent 00\nauthor A"),
            ("author A", "author\0A"),
        ] {
            assert_ne!(COMMIT.replacen(from, to, 1), COMMIT);
            assert!(Text::parse(COMMIT.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn tags() {
        let tag = "object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype tree\ntag v1\ntagger A <a@x.invalid> 1 +0000\n\n\
            it\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
        let Text::Tag(read) = Text::parse(tag.as_bytes()).unwrap() else { panic!() };
        assert_eq!((read.name.as_str(), read.kind), ("v1", ObjectKind::Tree));
        let text = Text::Tag(read);
        assert!(text.payload().ends_with(b"\n\nit\n"));
        assert!(matches!(text.signature(), Some(Signature::Ssh(_))));
        assert!(Text::parse(tag.replace("type tree", "type folder").as_bytes()).is_err());
        assert!(Text::parse(tag.replace("tagger", "other").as_bytes()).is_err());
    }
}
