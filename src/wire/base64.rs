//! Base64, RFC 4648, in exactly the spelling that was asked for.
//!
//! How it would be attacked: a second spelling of the same bytes (padding left
//! out, bits under the padding that nobody reads, white space, the other
//! alphabet), so that what one tool compares as text another compares as
//! bytes; or an encoding that two decoders cut at different places.

/// Why a text is not base64 of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Base64Error {
    /// Not of the alphabet; `=` counts only as padding at the end.
    #[error("expected a base64 character, found {found:?} at offset {offset}")]
    Character {
        /// What stands there.
        found: char,
        /// Where, in bytes.
        offset: usize,
    },
    /// The number of characters is none that bytes encode to.
    #[error("{found} base64 characters are no whole number of bytes")]
    Length {
        /// How many there are, padding apart.
        found: usize,
    },
    /// Padding is missing, or too much, or there where none belongs.
    #[error("expected {expected} padding characters, found {found}")]
    Padding {
        /// How many `=` belong at the end.
        expected: usize,
        /// How many are there.
        found: usize,
    },
    /// RFC 4648 3.5: the bits that are left over are not zero.
    #[error("the last base64 character has bits that belong to no byte")]
    TrailingBits,
    /// `+` or `/` and `-` or `_` in one text.
    #[error("both base64 alphabets in one text")]
    Mixed,
}

/// Decodes RFC 4648 section 4, padded: `+/8=`.
pub fn decode_standard(text: &str) -> Result<Vec<u8>, Base64Error> {
    decode(text, &STANDARD, Padding::Required)
}

/// Decodes RFC 4648 section 4 without padding, as SSH writes fingerprints.
pub fn decode_standard_unpadded(text: &str) -> Result<Vec<u8>, Base64Error> {
    decode(text, &STANDARD, Padding::Forbidden)
}

/// Decodes RFC 4648 section 5 without padding, as JOSE writes: `-_8`.
pub fn decode_url(text: &str) -> Result<Vec<u8>, Base64Error> {
    decode(text, &URL, Padding::Forbidden)
}

/// Decodes RFC 4648 section 5, padded: `-_8=`.
pub fn decode_url_padded(text: &str) -> Result<Vec<u8>, Base64Error> {
    decode(text, &URL, Padding::Required)
}

/// Decodes what DSSE allows: either alphabet, but one of them, padded.
pub fn decode_dsse(text: &str) -> Result<Vec<u8>, Base64Error> {
    let url = text.bytes().any(|b| matches!(b, b'-' | b'_'));
    if url && text.bytes().any(|b| matches!(b, b'+' | b'/')) {
        return Err(Base64Error::Mixed);
    }
    decode(text, if url { &URL } else { &STANDARD }, Padding::Required)
}

/// Encodes as RFC 4648 section 4, padded.
pub fn encode_standard(bytes: &[u8]) -> String {
    encode(bytes, STANDARD_ALPHABET, Padding::Required)
}

/// Encodes as RFC 4648 section 4 without padding.
pub fn encode_standard_unpadded(bytes: &[u8]) -> String {
    encode(bytes, STANDARD_ALPHABET, Padding::Forbidden)
}

/// Encodes as RFC 4648 section 5 without padding.
pub fn encode_url(bytes: &[u8]) -> String {
    encode(bytes, URL_ALPHABET, Padding::Forbidden)
}

/// Encodes as RFC 4648 section 5, padded.
pub fn encode_url_padded(bytes: &[u8]) -> String {
    encode(bytes, URL_ALPHABET, Padding::Required)
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Required,
    Forbidden,
}

const STANDARD_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static STANDARD: [u8; 256] = inverse(STANDARD_ALPHABET);
static URL: [u8; 256] = inverse(URL_ALPHABET);

/// In the tables: not of the alphabet. The bit is in no six-bit value.
const NONE: u8 = 0x80;

const fn inverse(alphabet: &[u8; 64]) -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table
}

fn decode(text: &str, table: &[u8; 256], padding: Padding) -> Result<Vec<u8>, Base64Error> {
    let characters = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(characters.len() / 4 * 3 + 2);
    let groups = characters.chunks_exact(4);
    let rest = groups.remainder();
    for (position, group) in groups.enumerate() {
        let [a, b, c, d] = [group[0], group[1], group[2], group[3]].map(|b| table[usize::from(b)]);
        if (a | b | c | d) & NONE != 0 {
            return Err(character(text, table, position * 4));
        }
        bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    if rest.iter().any(|b| table[usize::from(*b)] == NONE) {
        return Err(character(text, table, characters.len() - rest.len()));
    }
    let sixes: Vec<u8> = rest.iter().map(|b| table[usize::from(*b)]).collect();
    let left_over = match sixes[..] {
        [] => 0,
        [a, b] => {
            bytes.push(a << 2 | b >> 4);
            b << 4
        }
        [a, b, c] => {
            bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2]);
            c << 6
        }
        _ => return Err(Base64Error::Length { found: characters.len() }),
    };
    if left_over != 0 {
        return Err(Base64Error::TrailingBits);
    }
    let found = text.len() - characters.len();
    let expected = match padding {
        Padding::Required => (4 - rest.len()) % 4,
        Padding::Forbidden => 0,
    };
    if found != expected {
        return Err(Base64Error::Padding { expected, found });
    }
    Ok(bytes)
}

/// The first character from `from` on that is not in the table. Everything
/// before it is ASCII, so its offset is a boundary.
fn character(text: &str, table: &[u8; 256], from: usize) -> Base64Error {
    let (offset, found) = text[from..]
        .char_indices()
        .find(|(_, c)| u8::try_from(*c).map_or(true, |b| table[usize::from(b)] == NONE))
        .expect("called only where such a character is");
    Base64Error::Character { found, offset: from + offset }
}

fn encode(bytes: &[u8], alphabet: &[u8; 64], padding: Padding) -> String {
    let letter = |six: u8| char::from(alphabet[usize::from(six & 63)]);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let groups = bytes.chunks_exact(3);
    let rest = groups.remainder();
    for group in groups {
        let [a, b, c] = [group[0], group[1], group[2]];
        text.extend([letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2 | c >> 6), letter(c)]);
    }
    match *rest {
        [a] => text.extend([letter(a >> 2), letter(a << 4)]),
        [a, b] => text.extend([letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2)]),
        _ => {}
    }
    if padding == Padding::Required && !rest.is_empty() {
        text.push_str(&"=="[rest.len() - 1..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // RFC 4648 10.
        let check = |bytes: &str, text: &str| {
            assert_eq!(encode_standard(bytes.as_bytes()), text);
            assert_eq!(encode_url_padded(bytes.as_bytes()), text);
            assert_eq!(decode_standard(text), Ok(bytes.into()));
            assert_eq!(decode_dsse(text), Ok(bytes.into()));
            assert_eq!(decode_url_padded(text), Ok(bytes.into()));
            let unpadded = text.trim_end_matches('=');
            assert_eq!(encode_url(bytes.as_bytes()), unpadded);
            assert_eq!(encode_standard_unpadded(bytes.as_bytes()), unpadded);
            assert_eq!(decode_url(unpadded), Ok(bytes.into()));
            assert_eq!(decode_standard_unpadded(unpadded), Ok(bytes.into()));
            if unpadded != text {
                assert!(matches!(decode_standard(unpadded), Err(Base64Error::Padding { found: 0, .. })));
                assert!(matches!(decode_dsse(unpadded), Err(Base64Error::Padding { found: 0, .. })));
                assert!(matches!(decode_url(text), Err(Base64Error::Padding { expected: 0, .. })));
            }
        };
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foob", "Zm9vYg==");
        check("fooba", "Zm9vYmE=");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn alphabets() {
        assert_eq!(encode_standard(&[0xFB, 0xFF]), "+/8=");
        assert_eq!(encode_url(&[0xFB, 0xFF]), "-_8");
        assert_eq!(decode_dsse("+/8="), Ok(vec![0xFB, 0xFF]));
        assert_eq!(decode_dsse("-_8="), Ok(vec![0xFB, 0xFF]));
        assert_eq!(decode_dsse("+_8="), Err(Base64Error::Mixed));
        assert_eq!(decode_standard("AA-_"), Err(Base64Error::Character { found: '-', offset: 2 }));
        assert_eq!(decode_url("AA+/"), Err(Base64Error::Character { found: '+', offset: 2 }));
    }

    #[test]
    fn second_spellings() {
        let check = |text: &str, expected| assert_eq!(decode_standard(text), Err(expected), "{text:?}");
        check("Zh==", Base64Error::TrailingBits);
        check("Zm9=", Base64Error::TrailingBits);
        check("Z", Base64Error::Length { found: 1 });
        check("Zm9vY===", Base64Error::Length { found: 5 });
        check("Zg=", Base64Error::Padding { expected: 2, found: 1 });
        check("Zg===", Base64Error::Padding { expected: 2, found: 3 });
        check("Zm9v=", Base64Error::Padding { expected: 0, found: 1 });
        check("====", Base64Error::Padding { expected: 0, found: 4 });
        check("=", Base64Error::Padding { expected: 0, found: 1 });
        check("Zg==Zg==", Base64Error::Character { found: '=', offset: 2 });
        check("Zm9v\n", Base64Error::Character { found: '\n', offset: 4 });
        check(" Zm9v", Base64Error::Character { found: ' ', offset: 0 });
        check("Zm9v Zm9v", Base64Error::Character { found: ' ', offset: 4 });
        check("Zmé9", Base64Error::Character { found: 'é', offset: 2 });
        check("Zm€", Base64Error::Character { found: '€', offset: 2 });
        check("Zm9€", Base64Error::Character { found: '€', offset: 3 });
        check("Zm9\u{1F600}", Base64Error::Character { found: '😀', offset: 3 });
    }

    #[test]
    fn every_length_and_byte() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            assert_eq!(decode_standard(&encode_standard(bytes)).as_deref(), Ok(bytes));
            assert_eq!(decode_url(&encode_url(bytes)).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn whatever_is_read_is_written_alike() {
        // All texts of four characters from a set that has every kind of them.
        let characters = ['A', 'B', 'Q', 'g', 'h', '8', '/', '=', '-'];
        let mut read = 0;
        for n in 0..characters.len().pow(4) {
            let text: String = (0..4).map(|i| characters[n / characters.len().pow(i) % 9]).collect();
            if let Ok(bytes) = decode_standard(&text) {
                assert_eq!(encode_standard(&bytes), text);
                read += 1;
            }
        }
        assert!(read > 1000, "{read}");
    }
}
