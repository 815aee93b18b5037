//! PAX extended headers, POSIX.1-2001: `length key=value\n`, again and again.

use super::TarFault;

/// What the records of one header say about its member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) linkpath: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
}

/// Keys that a global header may not set, for they would change every member
/// after it for those readers that know them.
const NOT_GLOBAL: [&str; 4] = ["path", "linkpath", "size", "hdrcharset"];

/// Reads the records of one member.
pub(super) fn records(bytes: &[u8]) -> Result<Records, TarFault> {
    let mut found = Records::default();
    for (key, value) in split(bytes)? {
        match key {
            "path" => found.path = Some(not_empty(value)?.to_vec()),
            "linkpath" => found.linkpath = Some(not_empty(value)?.to_vec()),
            "size" => {
                found.size = Some(decimal(value).ok_or(TarFault::Records { what: "size is no number" })?)
            }
            _ if key.starts_with("GNU.sparse.") => found.sparse = true,
            _ => {}
        }
    }
    Ok(found)
}

/// Reads the records that hold for all members from here on: a comment is
/// harmless (`git archive` leaves the commit there), most others are.
pub(super) fn global(bytes: &[u8]) -> Result<(), TarFault> {
    for (key, _) in split(bytes)? {
        if NOT_GLOBAL.contains(&key) || key.starts_with("GNU.sparse.") {
            return Err(TarFault::Global { key: key.to_owned() });
        }
    }
    Ok(())
}

/// An empty value would mean "as if there were no such record": a third way to
/// say nothing.
fn not_empty(value: &[u8]) -> Result<&[u8], TarFault> {
    if value.is_empty() { Err(TarFault::Records { what: "an empty name" }) } else { Ok(value) }
}

fn split(mut bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, TarFault> {
    let wrong = |what| TarFault::Records { what };
    let mut all: Vec<(&str, &[u8])> = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|b| *b == b' ').ok_or(wrong("no length"))?;
        let length = decimal(&bytes[..space]).ok_or(wrong("the length is no number"))?;
        let length = usize::try_from(length).ok().filter(|l| *l > space + 1 && *l <= bytes.len());
        let (record, rest) = bytes.split_at(length.ok_or(wrong("a record is longer than the header"))?);
        let record = record[space + 1..].strip_suffix(b"\n").ok_or(wrong("no line feed at the end"))?;
        let equals = record.iter().position(|b| *b == b'=').ok_or(wrong("no equals sign"))?;
        let key = str::from_utf8(&record[..equals]).map_err(|_| wrong("a key is not UTF-8"))?;
        if key.is_empty() {
            return Err(wrong("an empty key"));
        }
        all.push((key, &record[equals + 1..]));
        bytes = rest;
    }
    // POSIX: the last one wins. Some readers take the first.
    let mut keys: Vec<&str> = all.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(wrong("two records of one key"));
    }
    Ok(all)
}

/// A decimal number in its one spelling.
fn decimal(text: &[u8]) -> Option<u64> {
    let text = str::from_utf8(text).ok()?;
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> &'static str {
        match records(bytes) {
            Err(TarFault::Records { what }) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn grammar() {
        let good = b"10 path=a\n9 size=7\n13 comment=x\n";
        let found = records(good).unwrap();
        assert_eq!((found.path.as_deref(), found.size), (Some(b"a".as_slice()), Some(7)));
        assert_eq!(records(b"").unwrap(), Records::default());
        assert!(records(b"24 GNU.sparse.major=1....").is_err());
        assert!(records(b"21 GNU.sparse.major=1\n").is_err()); // one too short
        assert!(records(b"22 GNU.sparse.major=1\n").unwrap().sparse);

        assert_eq!(refused(b"10 path=a\n10 path=b\n"), "two records of one key");
        assert_eq!(refused(b"010 path=a\n"), "the length is no number");
        assert_eq!(refused(b"99 path=a\n"), "a record is longer than the header");
        assert_eq!(refused(b"8 path=a\n"), "no line feed at the end");
        assert_eq!(refused(b"8 pathb\n"), "no equals sign");
        assert_eq!(refused(b"5 =a\n"), "an empty key");
        assert_eq!(refused(b"8 path=\n"), "an empty name");
        assert_eq!(refused(b"11 size=07\n"), "size is no number");
        assert_eq!(refused(b"path=a\n"), "no length");
        assert_eq!(refused(b"0 "), "a record is longer than the header");
        assert_eq!(refused(b"18446744073709551616 "), "the length is no number");
    }

    #[test]
    fn global_records() {
        assert_eq!(global(b"13 comment=x\n"), Ok(()));
        assert_eq!(global(b"10 path=a\n"), Err(TarFault::Global { key: "path".into() }));
        assert_eq!(global(b"9 size=7\n"), Err(TarFault::Global { key: "size".into() }));
    }
}
