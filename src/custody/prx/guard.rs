//! What prx asks before a merge: of each commit, whether every derivation that made
//! it is signed by its actor, and whether that actor owns the effect.
//!
//! prx compares no manifest with what was signed about it, so that an envelope of
//! one commit speaks for another: its answer and ours stand side by side.

use std::collections::BTreeMap;

use crate::anchor::Effects;
use crate::limits;

/// The commits of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// By object id, escaped.
    pub commits: BTreeMap<String, Commit>,
    /// How many commits are not among them.
    pub left_out: u64,
    /// Every effect, by actor and name, with how often and in which line first.
    pub effects: BTreeMap<(Option<String>, String), (u64, u64)>,
    /// How many rows had an effect that is not among them.
    pub effects_left_out: u64,
}

/// What was derived about a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// How many derivations made it.
    pub rows: u64,
    /// How many of them prx would verify, without asking for effects.
    pub verified: u64,
    /// How many of them nothing speaks against.
    pub sound: u64,
    /// Why prx's own answer cannot be told.
    pub untold: Option<&'static str>,
    /// Their effects.
    pub effects: BTreeMap<(Option<String>, String), u64>,
}

/// The three answers of prx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Everything about the commit is verified.
    Verified,
    /// Something is not, which blocks.
    Unsigned,
    /// It cannot be told.
    Untold,
}

impl Axis {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Verified => "verified",
            Axis::Unsigned => "unsigned",
            Axis::Untold => "untold",
        }
    }
}

impl Commit {
    fn owned(&self, effects: &Effects) -> bool {
        self.effects.keys().all(|(actor, effect)| effects.ownership(actor.as_deref(), effect).is_allowed())
    }

    /// What prx would answer. Without a table of effects there is no telling where
    /// there are any.
    pub fn peer(&self, effects: Option<&Effects>) -> Axis {
        if self.untold.is_some() {
            return Axis::Untold;
        }
        let owned = match effects {
            Some(effects) => self.owned(effects),
            None if self.effects.is_empty() => true,
            None if self.verified < self.rows => return Axis::Unsigned,
            None => return Axis::Untold,
        };
        if owned && self.verified == self.rows { Axis::Verified } else { Axis::Unsigned }
    }

    /// What we do: every row is bound to what was signed, too.
    pub fn strict(&self, effects: Option<&Effects>) -> Axis {
        let owned = effects.is_none_or(|effects| self.owned(effects));
        if owned && self.sound == self.rows { Axis::Verified } else { Axis::Unsigned }
    }
}

/// What one row adds.
pub(super) struct Said<'r> {
    pub line: u64,
    pub commits: &'r [String],
    pub effect: Option<&'r (Option<String>, String)>,
    pub verified: bool,
    pub untold: Option<&'static str>,
    pub sound: bool,
}

impl Guard {
    pub(super) fn add(&mut self, said: &Said) {
        if let Some(effect) = said.effect {
            let room = self.effects.len() < limits::CUSTODY_EFFECTS_MAX;
            if room || self.effects.contains_key(effect) {
                self.effects.entry(effect.clone()).or_insert((0, said.line)).0 += 1;
            } else {
                self.effects_left_out += 1;
            }
        }
        for commit in said.commits {
            if !self.commits.contains_key(commit) && self.commits.len() == limits::CUSTODY_COMMITS_MAX {
                self.left_out += 1;
                continue;
            }
            let one = self.commits.entry(commit.clone()).or_default();
            one.rows += 1;
            one.verified += u64::from(said.verified);
            one.sound += u64::from(said.sound);
            one.untold = one.untold.or(said.untold);
            if let Some(effect) = said.effect {
                // One that is not owned is enough; there are few kinds.
                if one.effects.len() < limits::CUSTODY_EFFECTS_MAX || one.effects.contains_key(effect) {
                    *one.effects.entry(effect.clone()).or_default() += 1;
                } else {
                    one.untold = one.untold.or(Some("it has more effects than we keep"));
                    one.sound = 0;
                }
            }
        }
    }
}
