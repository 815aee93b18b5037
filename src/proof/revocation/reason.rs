//! Why a certificate was revoked, RFC 5280 5.3.1 and 4.2.1.13.

/// A CRLReason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// 0: somebody took the trouble to say nothing.
    Unspecified,
    /// 1: somebody else has the subject's key, or may have.
    KeyCompromise,
    /// 2: the same of a certification authority.
    CaCompromise,
    /// 3: the name or another statement about the subject no longer holds.
    AffiliationChanged,
    /// 4: there is another certificate.
    Superseded,
    /// 5: no longer needed.
    CessationOfOperation,
    /// 6: suspended; may be taken back.
    CertificateHold,
    /// 8: in a delta only: a hold is over, or the certificate has expired.
    RemoveFromCrl,
    /// 9: a right that the certificate states was withdrawn.
    PrivilegeWithdrawn,
    /// 10: an attribute authority was compromised.
    AaCompromise,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 10] = [
        Reason::Unspecified,
        Reason::KeyCompromise,
        Reason::CaCompromise,
        Reason::AffiliationChanged,
        Reason::Superseded,
        Reason::CessationOfOperation,
        Reason::CertificateHold,
        Reason::RemoveFromCrl,
        Reason::PrivilegeWithdrawn,
        Reason::AaCompromise,
    ];

    /// The number in CRLs and responses; 7 was never given out.
    pub fn code(self) -> u8 {
        match self {
            Reason::Unspecified => 0,
            Reason::KeyCompromise => 1,
            Reason::CaCompromise => 2,
            Reason::AffiliationChanged => 3,
            Reason::Superseded => 4,
            Reason::CessationOfOperation => 5,
            Reason::CertificateHold => 6,
            Reason::RemoveFromCrl => 8,
            Reason::PrivilegeWithdrawn => 9,
            Reason::AaCompromise => 10,
        }
    }

    /// The reason of that number.
    pub fn from_code(code: u8) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The name in RFC 5280.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Unspecified => "unspecified",
            Reason::KeyCompromise => "keyCompromise",
            Reason::CaCompromise => "cACompromise",
            Reason::AffiliationChanged => "affiliationChanged",
            Reason::Superseded => "superseded",
            Reason::CessationOfOperation => "cessationOfOperation",
            Reason::CertificateHold => "certificateHold",
            Reason::RemoveFromCrl => "removeFromCRL",
            Reason::PrivilegeWithdrawn => "privilegeWithdrawn",
            Reason::AaCompromise => "aACompromise",
        }
    }

    /// RFC 3161 section 4: after these the key was still its owner's alone, so
    /// what it did before the revocation stands. No reason at all is not one
    /// of them, whatever is guessed to be behind the silence.
    pub fn excuses_earlier(self) -> bool {
        matches!(
            self,
            Reason::Unspecified
                | Reason::AffiliationChanged
                | Reason::Superseded
                | Reason::CessationOfOperation
        )
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// ReasonFlags: which reasons a list speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonSet(u16);

impl ReasonSet {
    /// No reason.
    pub const NONE: ReasonSet = ReasonSet(0);

    /// Bits 1 to 8 of ReasonFlags; bit 0 is unused there.
    pub const ALL: ReasonSet = ReasonSet(0b1_1111_1110);

    /// The flags as they are numbered in RFC 5280 4.2.1.13, bit `n` at `1 << n`.
    /// What lies beyond bit 8 has no meaning yet and adds nothing.
    pub fn from_bits(bits: u16) -> ReasonSet {
        ReasonSet(bits & ReasonSet::ALL.0)
    }

    /// In both.
    pub fn and(self, other: ReasonSet) -> ReasonSet {
        ReasonSet(self.0 & other.0)
    }

    /// In one of them.
    pub fn or(self, other: ReasonSet) -> ReasonSet {
        ReasonSet(self.0 | other.0)
    }

    /// Whether nothing is left out.
    pub fn is_all(self) -> bool {
        self == ReasonSet::ALL
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self == ReasonSet::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        for code in [7, 11, 255] {
            assert_eq!(Reason::from_code(code), None);
        }
        let excusing: Vec<u8> =
            Reason::ALL.into_iter().filter(|r| r.excuses_earlier()).map(Reason::code).collect();
        assert_eq!(excusing, [0, 3, 4, 5]);
    }

    #[test]
    fn flags() {
        assert_eq!(ReasonSet::from_bits(u16::MAX), ReasonSet::ALL);
        assert!(ReasonSet::from_bits(1).is_empty(), "bit 0 is unused");
        let half = ReasonSet(0b110);
        assert_eq!(half.and(ReasonSet::ALL), half);
        assert!(
            !half.is_all() && half.or(ReasonSet(0b1_1111_1000)).is_all() && half.and(ReasonSet(8)).is_empty()
        );
    }
}
