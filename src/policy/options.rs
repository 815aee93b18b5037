//! Options of the command line against the policy: tighter always, looser only
//! where the policy says so.

use std::fmt::Display;

use super::model::{Loosening, Policy};
use crate::anchor::Revocation;
use crate::limits;
use crate::time::UnixTime;

/// What the command line asks for; `None` and `false` ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--at`
    pub at: Option<UnixTime>,
    /// `--threshold`
    pub threshold: Option<u32>,
    /// `--revocation`
    pub revocation: Option<Revocation>,
    /// `--min-trust`
    pub min_trust: Option<u64>,
    /// `--allow-development`
    pub allow_development: bool,
}

/// Why an option cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// It would go below what the policy demands, and the policy does not free it.
    #[error("{asked} is looser than the policy '{policy}', which demands {demanded}")]
    Loosens {
        /// Which option.
        option: Loosening,
        /// The policy's id.
        policy: String,
        /// The option as it was given.
        asked: String,
        /// What the policy demands.
        demanded: String,
    },
    /// No policy takes such a threshold.
    #[error("a threshold of {found}, expected 1 to {}", limits::THRESHOLD_MAX)]
    Threshold {
        /// What was asked for.
        found: u32,
    },
}

impl Policy {
    /// The policy that holds with these options. They may always tighten it.
    pub fn with(&self, options: &Options) -> Result<Policy, OptionError> {
        let mut policy = self.clone();
        if let Some(threshold) = options.threshold {
            if !(1..=limits::THRESHOLD_MAX).contains(&threshold) {
                return Err(OptionError::Threshold { found: threshold });
            }
            let looser = threshold < self.threshold;
            self.permit(Loosening::Threshold, looser, threshold, self.threshold)?;
            policy.threshold = threshold;
        }
        if let Some(mode) = options.revocation {
            let looser = mode < self.revocation;
            self.permit(Loosening::Revocation, looser, mode.name(), self.revocation.name())?;
            policy.revocation = mode;
        }
        if let Some(sequence) = options.min_trust {
            if let Some(demanded) = self.trust_sequence_min {
                self.permit(Loosening::MinTrust, sequence < demanded, sequence, demanded)?;
            }
            policy.trust_sequence_min = Some(sequence);
        }
        if let (Some(at), Some(earliest)) = (options.at, self.at_earliest) {
            self.permit(Loosening::At, at < earliest, at, format!("no instant before {earliest}"))?;
        }
        if options.allow_development && !self.allow_development {
            self.permit(Loosening::AllowDevelopment, true, "", "authorities that are not for development")?;
            policy.allow_development = true;
        }
        Ok(policy)
    }

    fn permit(
        &self,
        option: Loosening,
        looser: bool,
        asked: impl Display,
        demanded: impl Display,
    ) -> Result<(), OptionError> {
        if !looser || self.loosen.contains(&option) {
            return Ok(());
        }
        let (asked, demanded) = (format!("--{} {asked}", option.name()), demanded.to_string());
        Err(OptionError::Loosens {
            option,
            policy: self.id.clone(),
            asked: asked.trim_end().to_owned(),
            demanded,
        })
    }
}
