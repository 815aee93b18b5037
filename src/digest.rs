//! Digests: an algorithm, and bytes of exactly its length.

use std::fmt;

use sha2::Digest as _;

/// A hash function that some format of ours names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Weak: shown, never enough to vouch for anything.
    Sha1,
    /// The one that everything is measured with.
    Sha256,
    /// Used by P-384 signatures and some manifests.
    Sha384,
    /// Used by BagIt, npm and P-521 signatures.
    Sha512,
    /// What minisign hashes a file with before it signs.
    Blake2b512,
}

impl Algorithm {
    /// All of them, in the order of their names' strength.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512, Algorithm::Blake2b512];

    /// The name used before the colon in `sha256:...`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
            Algorithm::Blake2b512 => "blake2b512",
        }
    }

    /// The algorithm of that name, in lower case.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|a| a.name() == name)
    }

    /// The algorithm that a statement names so: in-toto takes the names of
    /// Python's `hashlib`, and some tools write the length of BLAKE2b.
    pub fn from_statement_name(name: &str) -> Option<Algorithm> {
        match name {
            "blake2b" | "blake2b-512" => Some(Algorithm::Blake2b512),
            _ => Algorithm::from_name(name),
        }
    }

    /// Length of a digest in bytes.
    pub fn size(self) -> usize {
        match self {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 | Algorithm::Blake2b512 => 64,
        }
    }

    /// Whether naming a file by this digest pins its content.
    pub fn is_strong(self) -> bool {
        self != Algorithm::Sha1
    }
}

/// A digest value. Equality is on algorithm and bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: [u8; 64],
}

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// The part before the colon names no algorithm of ours.
    #[error("no digest algorithm that is known here")]
    Algorithm,
    /// The value has the wrong number of bytes for the algorithm.
    #[error("{algorithm} wants {expected} bytes, found {found}", algorithm = .algorithm.name())]
    Length {
        /// Which algorithm was named.
        algorithm: Algorithm,
        /// How long its digests are.
        expected: usize,
        /// How long this one is.
        found: usize,
    },
    /// Not lower-case hexadecimal.
    #[error("not lower-case hexadecimal")]
    Hex,
}

impl Digest {
    /// A digest from its raw bytes.
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<Digest, DigestError> {
        if bytes.len() != algorithm.size() {
            return Err(DigestError::Length { algorithm, expected: algorithm.size(), found: bytes.len() });
        }
        let mut fixed = [0; 64];
        fixed[..bytes.len()].copy_from_slice(bytes);
        Ok(Digest { algorithm, bytes: fixed })
    }

    /// A digest from lower-case hexadecimal.
    pub fn from_hex(algorithm: Algorithm, hex: &str) -> Result<Digest, DigestError> {
        let mut bytes = [0; 64];
        if hex.len() != 2 * algorithm.size() {
            let bytes = decode_hex(hex).ok_or(DigestError::Hex)?;
            return Digest::new(algorithm, &bytes);
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = hex_pair(pair).ok_or(DigestError::Hex)?;
        }
        Ok(Digest { algorithm, bytes })
    }

    /// Reads `sha256:<hex>`.
    pub fn parse(text: &str) -> Result<Digest, DigestError> {
        let (name, hex) = text.split_once(':').ok_or(DigestError::Algorithm)?;
        Digest::from_hex(Algorithm::from_name(name).ok_or(DigestError::Algorithm)?, hex)
    }

    /// The SHA-256 of `data`.
    pub fn sha256(data: &[u8]) -> Digest {
        Digest::new(Algorithm::Sha256, &sha2::Sha256::digest(data)).expect("SHA-256 gives 32 bytes")
    }

    /// The digest of `data`.
    pub fn of(algorithm: Algorithm, data: &[u8]) -> Digest {
        let mut hasher = Hasher::new(AlgorithmSet::only(algorithm));
        hasher.update(data);
        hasher.finish().get(algorithm).expect("the one algorithm asked for is computed")
    }

    /// Which hash function made it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.size()]
    }

    /// Lower-case hexadecimal.
    pub fn hex(&self) -> String {
        encode_hex(self.bytes())
    }
}

/// `sha256:<hex>`
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hexadecimal of `bytes`.
pub fn encode_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// The bytes of lower-case hexadecimal, or `None`.
pub fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(hex_pair).collect()
}

/// The byte that two digits spell.
fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    Some(digit(pair[0])? << 4 | digit(pair[1])?)
}

/// A set of algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AlgorithmSet(u8);

impl AlgorithmSet {
    /// No algorithm.
    pub const EMPTY: AlgorithmSet = AlgorithmSet(0);

    /// One algorithm.
    pub fn only(algorithm: Algorithm) -> AlgorithmSet {
        AlgorithmSet(1 << algorithm as u8)
    }

    /// Both sets together.
    pub fn union(self, other: AlgorithmSet) -> AlgorithmSet {
        AlgorithmSet(self.0 | other.0)
    }

    /// What is in this set and not in `other`.
    pub fn without(self, other: AlgorithmSet) -> AlgorithmSet {
        AlgorithmSet(self.0 & !other.0)
    }

    /// Adds one.
    pub fn insert(&mut self, algorithm: Algorithm) {
        self.0 |= 1 << algorithm as u8;
    }

    /// Whether it is in.
    pub fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & (1 << algorithm as u8) != 0
    }

    /// Whether nothing is in.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members in order.
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().filter(move |a| self.contains(*a))
    }
}

/// Several digests of the same bytes, at most one per algorithm, sorted.
///
/// Of a million files nearly all have a SHA-256 and nothing else, so that one
/// is kept in place.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Digests {
    sha256: Option<[u8; 32]>,
    others: Box<[Digest]>,
}

impl Digests {
    /// The one of that algorithm, where it was measured.
    pub fn get(&self, algorithm: Algorithm) -> Option<Digest> {
        match algorithm {
            Algorithm::Sha256 => self.sha256(),
            _ => self.others.iter().find(|d| d.algorithm == algorithm).copied(),
        }
    }

    /// Which algorithms were measured.
    pub fn algorithms(&self) -> AlgorithmSet {
        self.iter().fold(AlgorithmSet::EMPTY, |set, d| set.union(AlgorithmSet::only(d.algorithm)))
    }

    /// Adds what `other` has and this has not.
    pub fn merge(&mut self, other: &Digests) {
        for digest in other.iter() {
            if self.get(digest.algorithm).is_none() {
                self.insert(digest);
            }
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = Digest> {
        let (before, after) =
            self.others.split_at(self.others.partition_point(|d| d.algorithm < Algorithm::Sha256));
        before.iter().copied().chain(self.sha256()).chain(after.iter().copied())
    }

    fn sha256(&self) -> Option<Digest> {
        self.sha256.map(|bytes| {
            Digest::new(Algorithm::Sha256, &bytes).expect("32 bytes are the length of a SHA-256")
        })
    }

    /// Takes in a digest by an algorithm that is not there yet.
    pub fn insert(&mut self, digest: Digest) {
        if digest.algorithm == Algorithm::Sha256 {
            self.sha256 = Some(digest.bytes[..32].try_into().expect("a SHA-256 has 32 bytes"));
            return;
        }
        let mut others = std::mem::take(&mut self.others).into_vec();
        others.push(digest);
        others.sort();
        self.others = others.into();
    }
}

/// Hashes one stream with every algorithm that something demands, in one pass.
pub struct Hasher {
    sha1: Option<sha1::Sha1>,
    sha256: Option<sha2::Sha256>,
    sha384: Option<sha2::Sha384>,
    sha512: Option<sha2::Sha512>,
    blake2b512: Option<blake2::Blake2b512>,
}

impl Hasher {
    /// A hasher for `algorithms`.
    pub fn new(algorithms: AlgorithmSet) -> Hasher {
        let wants = |a| algorithms.contains(a);
        Hasher {
            sha1: wants(Algorithm::Sha1).then(Default::default),
            sha256: wants(Algorithm::Sha256).then(Default::default),
            sha384: wants(Algorithm::Sha384).then(Default::default),
            sha512: wants(Algorithm::Sha512).then(Default::default),
            blake2b512: wants(Algorithm::Blake2b512).then(Default::default),
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, data: &[u8]) {
        if let Some(h) = &mut self.sha1 {
            sha1::Digest::update(h, data);
        }
        if let Some(h) = &mut self.sha256 {
            h.update(data);
        }
        if let Some(h) = &mut self.sha384 {
            h.update(data);
        }
        if let Some(h) = &mut self.sha512 {
            h.update(data);
        }
        if let Some(h) = &mut self.blake2b512 {
            blake2::Digest::update(h, data);
        }
    }

    /// The digests.
    pub fn finish(self) -> Digests {
        let mut all = Digests::default();
        let mut add = |algorithm, bytes: &[u8]| {
            all.insert(Digest::new(algorithm, bytes).expect("a hash function gives bytes of its own length"));
        };
        if let Some(h) = self.sha1 {
            add(Algorithm::Sha1, &sha1::Digest::finalize(h));
        }
        if let Some(h) = self.sha256 {
            add(Algorithm::Sha256, &h.finalize());
        }
        if let Some(h) = self.sha384 {
            add(Algorithm::Sha384, &h.finalize());
        }
        if let Some(h) = self.sha512 {
            add(Algorithm::Sha512, &h.finalize());
        }
        if let Some(h) = self.blake2b512 {
            add(Algorithm::Blake2b512, &blake2::Digest::finalize(h));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_of_abc() {
        let check = |algorithm, expected: &str| {
            assert_eq!(Digest::of(algorithm, b"abc").hex(), expected);
        };
        check(Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        check(Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        check(
            Algorithm::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        );
        check(
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        );
        check(
            Algorithm::Blake2b512,
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        );
    }

    #[test]
    fn one_spelling_only() {
        let good = Digest::sha256(b"");
        assert_eq!(Digest::parse(&good.to_string()), Ok(good));
        assert_eq!(Digest::parse(&good.to_string().to_uppercase()), Err(DigestError::Algorithm));
        assert_eq!(Digest::from_hex(Algorithm::Sha256, &good.hex().to_uppercase()), Err(DigestError::Hex));
        assert!(matches!(Digest::parse("sha256:00"), Err(DigestError::Length { .. })));
        assert_eq!(Digest::parse("md5:00"), Err(DigestError::Algorithm));
    }
}
