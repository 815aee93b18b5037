//! How well one stands: what `trust status` prints.

use std::fmt;

/// What is known of the kit that the binary belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kit {
    /// The binary belongs to no kit.
    None,
    /// A kit without a signature, or signed by a key for development.
    Development,
    /// The manifest verifies under a pinned key and names this binary.
    Verified,
    /// The kit and what is pinned do not agree; says how.
    Disagrees(String),
}

/// What the posture is judged on. Everything in it is established elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The kit.
    pub kit: Kit,
    /// How many authorities could be relied on; the distrusted do not count.
    pub authorities: usize,
    /// How many of these are for development.
    pub development: usize,
    /// The number of the trust store.
    pub sequence: Option<u64>,
    /// The number that policy or options demand.
    pub demanded: Option<u64>,
    /// Whether policy lets nothing pass without a signature.
    pub signatures_required: bool,
}

/// How well one stands, from the worst to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Posture {
    /// Nobody is trusted for anything.
    Unconfigured,
    /// The kit and what is pinned disagree.
    Drifted,
    /// Usable, and something is missing for production.
    Bootstrap,
    /// A kit verified under a pinned key, trust as new as demanded, signatures required.
    Production,
}

impl Posture {
    /// The word in lists.
    pub fn name(self) -> &'static str {
        match self {
            Posture::Unconfigured => "unconfigured",
            Posture::Drifted => "drifted",
            Posture::Bootstrap => "bootstrap",
            Posture::Production => "production",
        }
    }
}

impl fmt::Display for Posture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What to do to stand better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Name somebody to trust.
    NameTrust,
    /// Find out which of kit and pins is the right one.
    SettleKit(String),
    /// Get a kit that is signed by a pinned key.
    UseSignedKit,
    /// Replace authorities for development.
    ReplaceDevelopment(usize),
    /// Get a store with a number.
    NumberTrust,
    /// Get a newer store.
    RenewTrust {
        /// The number of the store.
        found: u64,
        /// The number demanded.
        demanded: u64,
    },
    /// Use a policy that lets nothing pass unsigned.
    RequireSignatures,
    /// Say whose rows in a ledger of prx would be signed.
    NameActors,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::NameTrust => f.write_str(
                "name whom you trust: --trust-roots PATH, or run the binary from its kit",
            ),
            Step::SettleKit(how) => write!(
                f,
                "kit and pins disagree ({how}): check the kit by hand against a fingerprint received on another way, as its printed page shows"
            ),
            Step::UseSignedKit => f.write_str(
                "use a kit whose manifest is signed by a key pinned in this binary: stella kit verify shows it",
            ),
            Step::ReplaceDevelopment(1) => {
                f.write_str("replace 1 authority that is for development: stella trust list marks it")
            }
            Step::ReplaceDevelopment(count) => {
                write!(f, "replace {count} authorities that are for development: stella trust list marks them")
            }
            Step::NameActors => f.write_str(
                "a ledger is in scope and no actor of prx is trusted: give its trust map with --trust-roots custody=FILE",
            ),
            Step::NumberTrust => {
                f.write_str("use a trust store with a sequence instead of bare keys: stella trust import")
            }
            Step::RenewTrust { found, demanded } => write!(
                f,
                "import a newer trust store: this one has sequence {found}, at least {demanded} is demanded"
            ),
            Step::RequireSignatures => {
                f.write_str("use a policy with container.signed = true: stella policy show prints the one in force")
            }
        }
    }
}

/// The posture, and the steps to the next better one; none in production.
pub fn posture(situation: &Situation) -> (Posture, Vec<Step>) {
    if let Kit::Disagrees(how) = &situation.kit {
        return (Posture::Drifted, vec![Step::SettleKit(how.clone())]);
    }
    if situation.authorities == 0 {
        return (Posture::Unconfigured, vec![Step::NameTrust]);
    }
    let mut steps = Vec::new();
    if situation.kit != Kit::Verified {
        steps.push(Step::UseSignedKit);
    }
    if situation.development > 0 {
        steps.push(Step::ReplaceDevelopment(situation.development));
    }
    match (situation.sequence, situation.demanded) {
        (None, _) => steps.push(Step::NumberTrust),
        (Some(found), Some(demanded)) if found < demanded => {
            steps.push(Step::RenewTrust { found, demanded });
        }
        _ => {}
    }
    if !situation.signatures_required {
        steps.push(Step::RequireSignatures);
    }
    if steps.is_empty() { (Posture::Production, steps) } else { (Posture::Bootstrap, steps) }
}
