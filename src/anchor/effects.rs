//! Who may do what: actors of prx, and the effects that each of them owns. It is
//! data of a policy, because the table changes with versions of prx.

use std::collections::{BTreeMap, BTreeSet};

/// Who may have which effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The actors that are roles. Any other actor passes.
    pub roles: BTreeSet<String>,
    /// Effects that nobody has.
    pub blocked: BTreeSet<String>,
    /// By effect, the roles that own it.
    pub owners: BTreeMap<String, BTreeSet<String>>,
}

/// How an effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// A role that owns it.
    Owner,
    /// An actor that is no role.
    NoRole,
    /// An effect that nobody may have.
    Blocked,
    /// Nobody who can be told.
    NoActor,
    /// A role that does not own it.
    Orphan,
}

impl Ownership {
    /// Whether the effect may be there.
    pub fn is_allowed(self) -> bool {
        matches!(self, Ownership::Owner | Ownership::NoRole)
    }
}

impl Effects {
    /// How `effect` of `actor` stands.
    pub fn ownership(&self, actor: Option<&str>, effect: &str) -> Ownership {
        if self.blocked.contains(effect) {
            return Ownership::Blocked;
        }
        let Some(actor) = actor else { return Ownership::NoActor };
        if !self.roles.contains(actor) {
            return Ownership::NoRole;
        }
        match self.owners.get(effect).is_some_and(|owners| owners.contains(actor)) {
            true => Ownership::Owner,
            false => Ownership::Orphan,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_roles_and_others() {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let effects = Effects {
            roles: set(&["keeper", "forge"]),
            blocked: set(&["reset"]),
            owners: BTreeMap::from([("push".to_owned(), set(&["keeper"]))]),
        };
        let check = |actor, effect, expected| assert_eq!(effects.ownership(actor, effect), expected);
        check(Some("keeper"), "push", Ownership::Owner);
        check(Some("forge"), "push", Ownership::Orphan);
        check(Some("keeper"), "commit", Ownership::Orphan);
        check(Some("implement"), "push", Ownership::NoRole);
        check(None, "push", Ownership::NoActor);
        check(Some("implement"), "reset", Ownership::Blocked);
        check(None, "reset", Ownership::Blocked);
    }
}
