//! `allowed_signers`, ssh-keygen(1): one line for each key, with the principals
//! that it belongs to and, perhaps, what narrows it.
//!
//! `alice@example.org namespaces="git" valid-before="20270101Z" ssh-ed25519 AAAA...`
//!
//! The principals of a line, as they stand there, are one identity: who looks for
//! `alice@example.org` is not answered by whoever holds a key for `*@example.org`.
//! Namespaces become payload types (`sshsig:git`), so that a key that is narrowed
//! signs nothing else. What a line says and this reader does not know is a fault:
//! an option that is skipped would widen what the key is good for.

use super::Naming;
use super::error::TrustErrorKind;
use super::form::consistent;
use super::store::{Draft, Unused};
use crate::anchor::{Authority, Identity, TrustedKey};
use crate::crypto::key::SshKey;
use crate::limits;
use crate::path::escape;
use crate::proof::sshsig;
use crate::time::{UnixTime, Window};

type Kind = TrustErrorKind;

/// How the types of keys begin.
const TYPES: [&str; 3] = ["ssh-", "ecdsa-sha2-", "sk-"];

/// Whether the first line that says something is one of principals and a key.
pub(super) fn is_allowed_signers(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Some(line) = lines(text).next() else { return false };
    let mut words = line.1.split_ascii_whitespace();
    let principals = words.next().unwrap_or_default();
    !principals.starts_with(['{', '-', '['])
        && words.any(|word| TYPES.iter().any(|name| word.starts_with(name)))
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().zip(1..).map(|(line, number)| (number, line.trim_matches([' ', '\t'])));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Adds an authority for each line.
pub(super) fn add(draft: &mut Draft, bytes: &[u8], naming: Naming) -> Result<(), Kind> {
    let text = std::str::from_utf8(bytes).map_err(|_| Kind::Unrecognised)?;
    let found = lines(text).count();
    if found > limits::TRUST_KEYS_MAX {
        return Err(Kind::TooMany { what: "lines", found, limit: limits::TRUST_KEYS_MAX });
    }
    for (number, line) in lines(text) {
        let wrong = |what| Kind::AllowedSigner { line: number, what };
        let signer = Signer::read(line).map_err(wrong)?;
        if signer.authority {
            let name = format!("line {number}, {}", escape(signer.principals.as_bytes()));
            draft.unused.insert(Unused { name, why: "certificates of SSH are not read here" });
            continue;
        }
        let identity =
            Identity::new(signer.principals).map_err(|_| wrong("principals that can name nobody"))?;
        let key = SshKey::from_words(signer.key_type, signer.key).map_err(Kind::from)?;
        let mut key = TrustedKey::ssh(key);
        if key.algorithms.is_empty() {
            return Err(Kind::Weak(key.id));
        }
        key.window = signer.window;
        let mut authority = Authority::new(identity, [naming.of_keys()]).with_key(key);
        authority.narrowing.payload_types =
            signer.namespaces.map(|names| names.into_iter().map(sshsig::payload_type).collect());
        consistent(&authority)?;
        draft.authorities.push(authority);
    }
    Ok(())
}

/// What one line says.
struct Signer<'a> {
    principals: &'a str,
    authority: bool,
    namespaces: Option<Vec<&'a str>>,
    window: Window,
    key_type: &'a str,
    key: &'a str,
}

impl<'a> Signer<'a> {
    fn read(line: &'a str) -> Result<Signer<'a>, &'static str> {
        let (principals, mut rest) = word(line)?;
        let mut signer = Signer {
            principals: principals
                .strip_prefix('"')
                .and_then(|inner| inner.strip_suffix('"'))
                .unwrap_or(principals),
            authority: false,
            namespaces: None,
            window: Window::OPEN,
            key_type: "",
            key: "",
        };
        if signer.principals.contains(['!', '"']) {
            return Err("principals that exclude others, or a quote among them");
        }
        let first = word(rest)?;
        if !TYPES.iter().any(|name| first.0.starts_with(name)) {
            for option in options(first.0)? {
                signer.option(option)?;
            }
            rest = first.1;
        }
        (signer.key_type, rest) = word(rest)?;
        // What follows the key is a comment.
        (signer.key, _) = word(rest)?;
        Ok(signer)
    }

    fn option(&mut self, option: &'a str) -> Result<(), &'static str> {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        let value = match value.map(|value| value.strip_prefix('"')?.strip_suffix('"')) {
            None => None,
            Some(Some(value)) => Some(value),
            Some(None) => return Err("the value of an option without quotes"),
        };
        match (name.to_ascii_lowercase().as_str(), value) {
            ("cert-authority", None) if !self.authority => self.authority = true,
            ("namespaces", Some(list)) if self.namespaces.is_none() => {
                let names: Vec<&str> = list.split(',').collect();
                if names.iter().any(|name| name.is_empty() || name.contains(['*', '?', '!', ' '])) {
                    return Err("namespaces that are patterns");
                }
                self.namespaces = Some(names);
            }
            ("valid-after", Some(time)) if self.window.not_before.is_none() => {
                self.window.not_before = Some(instant(time)?);
            }
            ("valid-before", Some(time)) if self.window.not_after.is_none() => {
                self.window.not_after = Some(instant(time)?);
            }
            _ => return Err("an option that is not known, or stands there twice"),
        }
        match (self.window.not_before, self.window.not_after) {
            (Some(from), Some(to)) if from > to => Err("a window that ends before it begins"),
            _ => Ok(()),
        }
    }
}

/// The first word, in which white space may stand between quotes, and what follows.
fn word(line: &str) -> Result<(&str, &str), &'static str> {
    let mut quoted = false;
    let end = line.find(|c: char| {
        quoted ^= c == '"';
        !quoted && matches!(c, ' ' | '\t')
    });
    let (word, rest) = end.map_or((line, ""), |end| line.split_at(end));
    match word {
        "" => Err("principals, options, the type of a key and its base64 were expected"),
        _ if quoted => Err("a quote that is not closed"),
        _ => Ok((word, rest.trim_start_matches([' ', '\t']))),
    }
}

/// Options are separated by commas that stand outside of quotes.
fn options(text: &str) -> Result<Vec<&str>, &'static str> {
    let mut quoted = false;
    let parts: Vec<&str> = text
        .split(|c: char| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .collect();
    match parts.iter().any(|part| part.is_empty()) {
        true => Err("an empty option"),
        false => Ok(parts),
    }
}

/// `YYYYMMDDZ`, `YYYYMMDDHHMMZ` or `YYYYMMDDHHMMSSZ`. Without the `Z` it would be the
/// time of some place that nobody named.
fn instant(text: &str) -> Result<UnixTime, &'static str> {
    const WRONG: &str = "a time that is not YYYYMMDD[HHMM[SS]]Z; without Z it is the time of no known place";
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = digits.filter(|digits| matches!(digits.len(), 8 | 12 | 14)).ok_or(WRONG)?;
    let at = |from: usize| digits.get(from..from + 2).unwrap_or("00");
    let (year, month, day) = (&digits[..4], at(4), at(6));
    let rfc3339 = format!("{year}-{month}-{day}T{}:{}:{}Z", at(8), at(10), at(12));
    UnixTime::parse_rfc3339(&rfc3339).map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX";

    fn store(text: &str) -> Result<super::super::TrustStore, String> {
        let naming = Naming::Bare(super::super::CertificateUse::Any);
        super::super::parse_file("x", text.as_bytes(), naming, None).map_err(|error| error.to_string())
    }

    #[test]
    fn lines_and_options() {
        let text = format!(
            "# who signs\n\nalice@example.org {KEY} of Alice\n\
             bob@example.org,b@example.org namespaces=\"git,file\",valid-after=\"20260101Z\",valid-before=\"202701011230Z\" {KEY}\n\
             \"*@example.org\" cert-authority {KEY}\n"
        );
        let store = store(&text).unwrap();
        let [alice, bob] = store.authorities() else { panic!("{store:?}") };
        assert_eq!(alice.identity.as_str(), "alice@example.org");
        assert!(alice.narrowing.is_none());
        assert_eq!(bob.identity.as_str(), "bob@example.org,b@example.org");
        assert!(bob.narrowing.allows_payload_type(Some("sshsig:git")));
        assert!(!bob.narrowing.allows_payload_type(Some("sshsig:other")));
        assert!(!bob.narrowing.allows_payload_type(None));
        let window = bob.keys[0].window;
        assert_eq!(window.not_before.unwrap().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(window.not_after.unwrap().to_string(), "2027-01-01T12:30:00Z");
        assert_eq!(store.unused().len(), 1);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for options in [
            "namespaces=git",
            "namespaces=\"g*\"",
            "namespaces=\"\"",
            "namespaces=\"git",
            "valid-after=\"20260101\"",
            "valid-after=\"20261301Z\"",
            "valid-after=\"20270101Z\",valid-before=\"20260101Z\"",
            "no-touch-required",
            "namespaces=\"git\",namespaces=\"file\"",
            "namespaces=\"git\",",
            "verify-required",
        ] {
            let text = format!("alice@example.org {options} {KEY}\n");
            assert!(store(&text).is_err(), "{options}");
        }
        assert!(store(&format!("!alice@example.org {KEY}\n")).is_err());
        assert!(store("alice@example.org ssh-ed25519\n").is_err());
        assert!(store("alice@example.org ssh-ed25519 AAAA\n").is_err());
        assert!(store("alice@example.org ssh-ed25519-cert-v01@openssh.com AAAA\n").is_err());
    }
}
