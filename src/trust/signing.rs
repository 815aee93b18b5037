//! prx's own rules of when it signs, and of how well its signing is set up: what
//! its `ci` command and its `provenance status` decide.

use super::Posture;

/// What is decided where rows of a ledger would be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// No ledger is in scope.
    Skip,
    /// There is a ledger and nobody who could sign: exit status 65, never a silent skip.
    Fail,
    /// Rows are signed.
    Sign,
}

impl Signing {
    /// For a ledger that is in scope or not, and a signer that is there or not.
    pub fn decide(ledger: bool, signer: bool) -> Signing {
        match (ledger, signer) {
            (false, _) => Signing::Skip,
            (true, false) => Signing::Fail,
            (true, true) => Signing::Sign,
        }
    }

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Signing::Skip => "skip",
            Signing::Fail => "fail",
            Signing::Sign => "sign",
        }
    }
}

/// Where the master secret of an installation of prx comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Master {
    /// A file that the operator names in the environment.
    OperatorFile,
    /// A file that the configuration names.
    ConfigFile,
    /// A seed that was made for development.
    DevBootstrap,
}

/// What prx judges its own signing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Whether each actor has a key of its own.
    pub per_actor: bool,
    /// Where the master secret comes from.
    pub master: Master,
    /// How many actors the trust map has.
    pub trusted: usize,
    /// How many actors have another key than the map says, or none in it.
    pub drifted: usize,
    /// Whether rows have to be signed.
    pub enforced: bool,
}

impl Setup {
    /// How well that stands, by prx's rules.
    pub fn posture(&self) -> Posture {
        let operated = matches!(self.master, Master::OperatorFile | Master::ConfigFile);
        if self.drifted > 0 && self.trusted > 0 {
            Posture::Drifted
        } else if operated && self.trusted > 0 && self.enforced && self.per_actor {
            Posture::Production
        } else if self.master == Master::DevBootstrap && self.per_actor {
            Posture::Bootstrap
        } else {
            Posture::Unconfigured
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_without_a_signer_is_never_skipped() {
        for (ledger, signer, expected) in
            [(false, false, "skip"), (false, true, "skip"), (true, false, "fail"), (true, true, "sign")]
        {
            assert_eq!(Signing::decide(ledger, signer).name(), expected);
        }
    }
}
