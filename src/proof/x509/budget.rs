//! How much work one search may be.
//!
//! Budgets are charged as if nothing had been remembered, so that what one
//! search may do does not depend on what ran before it.

use crate::limits;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Checking one signature.
    Signatures,
    /// Looking at one candidate.
    Steps,
    /// Comparing one name with one constraint.
    Comparisons,
}

impl Work {
    const ALL: [Work; 3] = [Work::Signatures, Work::Steps, Work::Comparisons];

    /// The word for it, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Work::Signatures => "signatures",
            Work::Steps => "steps",
            Work::Comparisons => "comparisons of names",
        }
    }

    fn max(self) -> u32 {
        match self {
            Work::Signatures => limits::PATH_SIGNATURES_MAX,
            Work::Steps => limits::PATH_STEPS_MAX,
            Work::Comparisons => limits::PATH_COMPARISONS_MAX,
        }
    }
}

/// The search was given up: it would have cost too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {max} {work} in one search", work = .work.name())]
#[non_exhaustive]
pub struct BudgetError {
    /// What was used up.
    pub work: Work,
    /// How much of it there was.
    pub max: u32,
}

/// What is left.
#[derive(Clone, Debug)]
pub struct Budget {
    left: [u32; 3],
}

impl Budget {
    /// What [`limits`] allows for one search, with whatever that search needs to
    /// ask about revocation.
    #[allow(clippy::new_without_default, reason = "a budget is given on purpose")]
    pub fn new() -> Budget {
        Budget { left: Work::ALL.map(Work::max) }
    }

    /// A smaller one, for tests.
    #[cfg(test)]
    pub(crate) fn with(work: Work, max: u32) -> Budget {
        let mut budget = Budget::new();
        budget.left[work as usize] = max;
        budget
    }

    /// Takes one off.
    pub fn charge(&mut self, work: Work) -> Result<(), BudgetError> {
        let left = &mut self.left[work as usize];
        *left = left.checked_sub(1).ok_or(BudgetError { work, max: work.max() })?;
        Ok(())
    }

    /// Takes several off; what is not enough is used up all the same.
    pub fn charge_times(&mut self, work: Work, times: usize) -> Result<(), BudgetError> {
        (0..times).try_for_each(|_| self.charge(work))
    }
}
