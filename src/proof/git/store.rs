//! The files of a repository: loose objects, packs with their indexes, refs.
//!
//! Nothing that a file says of where something is becomes true by that: whatever
//! comes out under an id has to have that id. So the checksums at the end of packs
//! and indexes are not needed, and not looked at.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::object::{Object, ObjectKind, parse_id};
use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::wire::unpack::zlib;

/// A repository whose files are at hand.
pub struct Repository<'a> {
    hash: Hash,
    loose: BTreeMap<Digest, &'a [u8]>,
    packs: Vec<Pack<'a>>,
    refs: BTreeMap<String, Digest>,
    shallow: BTreeSet<Digest>,
    /// So many bytes were unpacked.
    unpacked: Cell<usize>,
}

struct Pack<'a> {
    name: &'a str,
    index: &'a [u8],
    pack: &'a [u8],
    count: usize,
}

/// Why something of a repository cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No object of that id is there.
    #[error("no object {id} is here", id = .id.hex())]
    Missing {
        /// Which one.
        id: Digest,
    },
    /// What lies under an id has another.
    #[error("what lies under {expected} has the id {found}", expected = .expected.hex(), found = .found.hex())]
    Id {
        /// The id that it lies under.
        expected: Digest,
        /// Its own.
        found: Digest,
    },
    /// An object that cannot be taken out of its compression.
    #[error("the object {id} cannot be unpacked: {why}", id = .id.hex())]
    Unpack {
        /// Which one.
        id: Digest,
        /// What is wrong.
        why: &'static str,
    },
    /// An index that is none.
    #[error("{file}: {why}")]
    Index {
        /// Which file.
        file: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A ref that is none.
    #[error("{name}: {found} is neither an id of the repository nor the name of a ref")]
    Ref {
        /// Its name.
        name: String,
        /// What it says.
        found: String,
    },
    /// More than is read.
    #[error("{found} {what}, at most {max} are read")]
    Many {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are read.
        max: usize,
    },
}

impl<'a> Repository<'a> {
    /// From the files below `.git`, or of a bare repository, by their names.
    pub fn open(files: &BTreeMap<&'a str, &'a [u8]>) -> Result<Repository<'a>, StoreError> {
        let refs = refs(files)?;
        let lengths: BTreeSet<usize> = refs
            .values()
            .map(|id| id.bytes().len())
            .chain(files.keys().filter_map(|path| loose_id(path)).map(|id| id.bytes().len()))
            .collect();
        let hash = match lengths.contains(&32) {
            true => Hash::Sha256,
            false => Hash::Sha1,
        };
        let known = |id: &Digest| id.algorithm() == hash;
        if let Some((name, id)) = refs.iter().find(|(_, id)| !known(id)) {
            return Err(StoreError::Ref { name: name.clone(), found: id.hex() });
        }
        let loose = files.iter().filter_map(|(path, bytes)| Some((loose_id(path)?, *bytes)));
        let loose: BTreeMap<Digest, &[u8]> = loose.filter(|(id, _)| known(id)).collect();
        let mut packs = Vec::new();
        for (path, index) in files {
            let Some(stem) = path.strip_prefix("objects/pack/").and_then(|name| name.strip_suffix(".idx"))
            else {
                continue;
            };
            let pack = files.get(format!("objects/pack/{stem}.pack").as_str());
            let wrong = |why| StoreError::Index { file: (*path).to_owned(), why };
            let pack = pack.ok_or(wrong("its pack is not here, or too large to be read"))?;
            packs.push(Pack { name: path, index, pack, count: entries(index, hash).map_err(wrong)? });
        }
        if packs.len() > limits::GIT_PACKS_MAX {
            return Err(StoreError::Many { what: "packs", found: packs.len(), max: limits::GIT_PACKS_MAX });
        }
        let shallow = files.get("shallow").map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let shallow = shallow.unwrap_or_default().lines().filter_map(parse_id).collect();
        Ok(Repository { hash, loose, packs, refs, shallow, unpacked: Cell::new(0) })
    }

    /// The hash that its ids are made with.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What its branches, tags and other refs stand at, `HEAD` among them.
    pub fn refs(&self) -> &BTreeMap<String, Digest> {
        &self.refs
    }

    /// Whether its history was cut on purpose at that commit.
    pub fn is_cut_at(&self, id: &Digest) -> bool {
        self.shallow.contains(id)
    }

    /// The object of that id.
    pub fn read(&self, id: &Digest) -> Result<Object, StoreError> {
        let (found, max) = (self.unpacked.get(), limits::GIT_UNPACKED_BYTES_MAX);
        if found > max {
            return Err(StoreError::Many { what: "bytes unpacked", found, max });
        }
        let object = match self.loose.get(id) {
            Some(bytes) => loose(bytes).map_err(|why| StoreError::Unpack { id: *id, why })?,
            None => self.packed(id, limits::GIT_DELTAS_MAX)?,
        };
        self.spend(object.body.len());
        match object.id(self.hash) {
            found if found == *id => Ok(object),
            found => Err(StoreError::Id { expected: *id, found }),
        }
    }

    fn spend(&self, bytes: usize) {
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
    }

    fn packed(&self, id: &Digest, depth: usize) -> Result<Object, StoreError> {
        for pack in &self.packs {
            let wrong = |why| StoreError::Index { file: pack.name.to_owned(), why };
            if let Some(offset) = pack.offset(id, self.hash).map_err(wrong)? {
                return self.entry(pack, offset, depth).map_err(|error| match error {
                    EntryError::Base(error) => error,
                    EntryError::Why(why) => StoreError::Unpack { id: *id, why },
                });
            }
        }
        Err(StoreError::Missing { id: *id })
    }

    /// One entry of a pack, with all that it is a change of.
    fn entry(&self, pack: &Pack<'_>, mut offset: u64, depth: usize) -> Result<Object, EntryError> {
        let mut deltas: Vec<Vec<u8>> = Vec::new();
        let mut object = loop {
            if deltas.len() > depth {
                return Err(EntryError::Why("a chain of changes that is too long"));
            }
            let entry = Entry::read(pack.pack, offset, self.hash)?;
            self.spend(entry.data.len());
            match entry.base {
                Base::Own(kind) => break Object { kind, body: entry.data },
                Base::Offset(back) => {
                    deltas.push(entry.data);
                    let base = offset.checked_sub(back).filter(|_| back > 0);
                    offset = base.ok_or(EntryError::Why("a change of what stands nowhere"))?;
                }
                Base::Id(id) => {
                    deltas.push(entry.data);
                    let left = depth.saturating_sub(deltas.len());
                    let base = match self.loose.get(&id) {
                        Some(bytes) => loose(bytes)?,
                        None if left == 0 => {
                            return Err(EntryError::Why("a chain of changes that is too long"));
                        }
                        None => self.packed(&id, left - 1).map_err(EntryError::Base)?,
                    };
                    break base;
                }
            }
        };
        while let Some(delta) = deltas.pop() {
            object.body = changed(&object.body, &delta)?;
        }
        Ok(object)
    }
}

/// What is wrong with an entry, or with what it is a change of.
enum EntryError {
    Base(StoreError),
    Why(&'static str),
}

impl From<&'static str> for EntryError {
    fn from(why: &'static str) -> EntryError {
        EntryError::Why(why)
    }
}

/// `objects/4b/825dc6...`
fn loose_id(path: &str) -> Option<Digest> {
    let (first, rest) = path.strip_prefix("objects/")?.split_once('/')?;
    (first.len() == 2).then(|| parse_id(&format!("{first}{rest}")))?
}

fn loose(bytes: &[u8]) -> Result<Object, &'static str> {
    let (content, used) = zlib::inflate(bytes, limits::GIT_OBJECT_BYTES_MAX)?;
    if used != bytes.len() {
        return Err("bytes after its end");
    }
    let end = content.iter().position(|byte| *byte == 0).ok_or("no header")?;
    let header = std::str::from_utf8(&content[..end]).map_err(|_| "no header")?;
    let (kind, size) = header.split_once(' ').ok_or("no header")?;
    let kind = ObjectKind::from_name(kind).ok_or("a kind of object that is none")?;
    let body = content[end + 1..].to_vec();
    match body.len().to_string() == size {
        true => Ok(Object { kind, body }),
        false => Err("another length than its header says"),
    }
}

/// How many ids an index has. Version 2: the magic, a table of 256 counts, ids,
/// checksums, places, and places of packs beyond two gigabytes.
fn entries(index: &[u8], hash: Hash) -> Result<usize, &'static str> {
    if !index.starts_with(&[0xff, b't', b'O', b'c', 0, 0, 0, 2]) {
        return Err("not an index of version 2");
    }
    let counts: Vec<u32> = (0..256).filter_map(|at| word(index, 8 + 4 * at)).collect();
    if counts.len() != 256 || !counts.is_sorted() {
        return Err("its table of counts is cut, or not sorted");
    }
    let count = counts[255] as usize;
    let least =
        count.checked_mul(hash.size() + 8).and_then(|ids| ids.checked_add(8 + 1024 + 2 * hash.size()));
    match least {
        Some(least) if index.len() >= least => Ok(count),
        _ => Err("shorter than its counts say"),
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

impl Pack<'_> {
    fn offset(&self, id: &Digest, hash: Hash) -> Result<Option<u64>, &'static str> {
        let size = hash.size();
        let first = usize::from(id.bytes()[0]);
        let count = |at: usize| word(self.index, 8 + 4 * at).unwrap_or(0) as usize;
        let (from, to) = (if first == 0 { 0 } else { count(first - 1) }, count(first));
        let ids = 8 + 1024;
        let range =
            self.index.get(ids + from * size..ids + to.max(from) * size).ok_or("counts beyond its end")?;
        let ids_there: Vec<&[u8]> = range.chunks_exact(size).collect();
        let Ok(at) = ids_there.binary_search(&id.bytes()) else { return Ok(None) };
        let places = ids + self.count * (size + 4);
        let small = word(self.index, places + 4 * (from + at)).ok_or("places beyond its end")?;
        if small & 0x8000_0000 == 0 {
            return Ok(Some(u64::from(small)));
        }
        let large = places + 4 * self.count + 8 * (small & 0x7fff_ffff) as usize;
        match (word(self.index, large), word(self.index, large + 4)) {
            (Some(high), Some(low)) => Ok(Some(u64::from(high) << 32 | u64::from(low))),
            _ => Err("places beyond its end"),
        }
    }
}

enum Base {
    Own(ObjectKind),
    Offset(u64),
    Id(Digest),
}

struct Entry {
    base: Base,
    data: Vec<u8>,
}

impl Entry {
    fn read(pack: &[u8], offset: u64, hash: Hash) -> Result<Entry, &'static str> {
        const SHORT: &str = "the pack ends before it";
        if !pack.starts_with(b"PACK\0\0\0\x02") {
            return Err("its pack is not of version 2");
        }
        let mut at = usize::try_from(offset).map_err(|_| SHORT)?;
        let mut octet = || {
            let octet = pack.get(at).copied().ok_or(SHORT)?;
            at += 1;
            Ok::<u8, &'static str>(octet)
        };
        let first = octet()?;
        let (kind, mut size, mut shift) = (first >> 4 & 7, u64::from(first & 15), 4);
        let mut more = first & 0x80 != 0;
        while more {
            let next = octet()?;
            if shift > 56 {
                return Err("a length beyond all bounds");
            }
            size |= u64::from(next & 0x7f) << shift;
            (shift, more) = (shift + 7, next & 0x80 != 0);
        }
        let base = match kind {
            1 => Base::Own(ObjectKind::Commit),
            2 => Base::Own(ObjectKind::Tree),
            3 => Base::Own(ObjectKind::Blob),
            4 => Base::Own(ObjectKind::Tag),
            6 => {
                let mut next = octet()?;
                let mut back = u64::from(next & 0x7f);
                while next & 0x80 != 0 {
                    next = octet()?;
                    let higher = back.checked_add(1).and_then(|back| back.checked_mul(128));
                    back = higher.ok_or("a place beyond all bounds")? | u64::from(next & 0x7f);
                }
                Base::Offset(back)
            }
            7 => {
                let bytes = pack.get(at..at + hash.size()).ok_or(SHORT)?;
                at += hash.size();
                Base::Id(Digest::new(hash, bytes).map_err(|_| SHORT)?)
            }
            _ => return Err("a kind of entry that is none"),
        };
        let (data, _) = zlib::inflate(pack.get(at..).ok_or(SHORT)?, limits::GIT_OBJECT_BYTES_MAX)?;
        match data.len() as u64 == size {
            true => Ok(Entry { base, data }),
            false => Err("another length than its header says"),
        }
    }
}

/// What a change makes of its base: parts of the base, and new bytes between them.
fn changed(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, &'static str> {
    const SHORT: &str = "a change that is cut";
    let mut at = 0;
    let mut octet = || {
        let octet = delta.get(at).copied().ok_or(SHORT)?;
        at += 1;
        Ok::<u8, &'static str>(octet)
    };
    let mut size = || {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let next = octet()?;
            if shift > 56 {
                return Err("a length beyond all bounds");
            }
            value |= u64::from(next & 0x7f) << shift;
            shift += 7;
            if next & 0x80 == 0 {
                return Ok(value);
            }
        }
    };
    let (from, to) = (size()?, size()?);
    if from != base.len() as u64 {
        return Err("a change of something else");
    }
    if to > limits::GIT_OBJECT_BYTES_MAX as u64 {
        return Err("an object that is too large");
    }
    let mut made = Vec::with_capacity(to as usize);
    while at < delta.len() {
        let instruction = delta[at];
        at += 1;
        if instruction & 0x80 == 0 {
            let new = delta.get(at..at + usize::from(instruction)).filter(|new| !new.is_empty());
            made.extend_from_slice(new.ok_or(SHORT)?);
            at += usize::from(instruction);
        } else {
            let mut number = |bits: std::ops::Range<u8>| {
                let mut value = 0_usize;
                for (place, bit) in bits.enumerate() {
                    if instruction & 1 << bit != 0 {
                        value |= usize::from(*delta.get(at).ok_or(SHORT)?) << (8 * place);
                        at += 1;
                    }
                }
                Ok::<usize, &'static str>(value)
            };
            let (first, length) = (number(0..4)?, number(4..7)?);
            let length = if length == 0 { 0x1_0000 } else { length };
            made.extend_from_slice(base.get(first..first + length).ok_or("a copy from beyond its base")?);
        }
        if made.len() as u64 > to {
            return Err("more than the change announces");
        }
    }
    match made.len() as u64 == to {
        true => Ok(made),
        false => Err("less than the change announces"),
    }
}

/// `HEAD`, `packed-refs`, and files below `refs`; a file wins over a packed one.
fn refs(files: &BTreeMap<&str, &[u8]>) -> Result<BTreeMap<String, Digest>, StoreError> {
    let mut refs = BTreeMap::new();
    let wrong = |name: &str, found: &str| StoreError::Ref { name: name.to_owned(), found: found.to_owned() };
    if let Some(packed) = files.get("packed-refs") {
        for line in String::from_utf8_lossy(packed).lines().filter(|line| !line.starts_with(['#', '^'])) {
            let (id, name) = line.split_once(' ').ok_or_else(|| wrong("packed-refs", line))?;
            refs.insert(name.to_owned(), parse_id(id).ok_or_else(|| wrong(name, id))?);
        }
    }
    let mut names: Vec<(&str, String)> = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with("refs/") || **path == "HEAD") {
        let text = String::from_utf8_lossy(content);
        let text = text.trim_end();
        match (parse_id(text), text.strip_prefix("ref: ")) {
            (Some(id), _) => drop(refs.insert((*path).to_owned(), id)),
            (None, Some(name)) => names.push((path, name.to_owned())),
            (None, None) => return Err(wrong(path, text)),
        }
    }
    for (path, name) in names {
        // A branch that has no commit yet stands nowhere.
        if let Some(id) = refs.get(&name).copied() {
            refs.insert(path.to_owned(), id);
        }
    }
    if refs.len() > limits::GIT_REFS_MAX {
        return Err(StoreError::Many { what: "refs", found: refs.len(), max: limits::GIT_REFS_MAX });
    }
    Ok(refs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{decode_hex, encode_hex};

    #[test]
    fn ids_have_one_spelling() {
        let text = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert_eq!(encode_hex(&decode_hex(text).unwrap()), text);
        assert_eq!(loose_id(&format!("objects/{}/{}", &text[..2], &text[2..])), parse_id(text));
        assert_eq!(loose_id("objects/4B/825dc642cb6eb9a060e54bf899d69f628aca02"), None);
        assert_eq!(loose_id("objects/pack/x"), None);
    }

    #[test]
    fn changes() {
        let base = b"hello world";
        let delta = [11, 8, 0x80 | 1 | 16, 6, 5, 3, b'!', b'!', b'!'];
        assert_eq!(changed(base, &delta).unwrap(), b"world!!!");
        assert!(changed(b"hello", &delta).is_err());
        for cut in 0..delta.len() {
            assert!(changed(base, &delta[..cut]).is_err(), "{cut}");
        }
        assert!(changed(base, &[11, 8, 0x80 | 1 | 16, 6, 6, 3, b'!', b'!', b'!']).is_err());
        assert!(changed(base, &[11, 8, 0]).is_err());
    }
}
