//! What an authority is trusted for, and for how long its word counts.

use std::fmt;

/// The one thing that a use of a key is for. A key trusted for one purpose
/// proves nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Signs statements, lists, manifests and files.
    Attestation,
    /// Signs the step of a release from one stage to the next.
    Promotion,
    /// Signs entries of a custody timeline.
    Custody,
    /// Issues time-stamp tokens.
    Timestamp,
    /// Signs the heads and promises of a transparency log.
    Log,
    /// Signs the promises of a certificate transparency log.
    CertificateTransparency,
    /// Cosigns the heads of logs that others run.
    Witness,
    /// Signs the manifest of a kit.
    Kit,
    /// Signs policies and trust stores.
    Policy,
    /// Issues the certificates of keyless signers.
    IdentityIssuer,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Purpose; 10] = [
        Purpose::Attestation,
        Purpose::Promotion,
        Purpose::Custody,
        Purpose::Timestamp,
        Purpose::Log,
        Purpose::CertificateTransparency,
        Purpose::Witness,
        Purpose::Kit,
        Purpose::Policy,
        Purpose::IdentityIssuer,
    ];

    /// The word in trust stores, arguments and reports.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Attestation => "attestation",
            Purpose::Promotion => "promotion",
            Purpose::Custody => "custody",
            Purpose::Timestamp => "timestamp",
            Purpose::Log => "log",
            Purpose::CertificateTransparency => "certificate-transparency",
            Purpose::Witness => "witness",
            Purpose::Kit => "kit",
            Purpose::Policy => "policy",
            Purpose::IdentityIssuer => "identity-issuer",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|p| p.name() == name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How proven times are held against the window of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Certificates live for minutes: every counted time lies inside the window.
    ShortLived,
    /// One unbroken proof of existence before the end of the window suffices.
    LongLived,
}

impl Profile {
    /// Both of them.
    pub const ALL: [Profile; 2] = [Profile::ShortLived, Profile::LongLived];

    /// The word in trust stores and reports.
    pub fn name(self) -> &'static str {
        match self {
            Profile::ShortLived => "short-lived",
            Profile::LongLived => "long-lived",
        }
    }

    /// The profile of that name.
    pub fn from_name(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|p| p.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_name(purpose.name()), Some(purpose));
        }
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Purpose::from_name("Attestation"), None);
        assert_eq!(Profile::from_name(""), None);
    }
}
