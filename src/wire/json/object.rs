//! Objects: an order, and no name twice.

use std::fmt;

use super::Value;
use crate::wire::quoted;

/// Members in the order received, no name twice.
#[derive(Clone, Default)]
pub struct Object {
    members: Vec<(String, Value)>,
    /// Positions in the order of the names; only for objects that are too
    /// large to be searched one by one. Boxed twice to keep [`Value`] small.
    #[allow(clippy::box_collection)]
    sorted: Option<Box<Vec<u32>>>,
}

/// A name was given twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member {} is there twice", quoted(.name))]
pub struct DuplicateMember {
    /// The name.
    pub name: String,
    /// Position of the second one.
    pub position: usize,
}

/// Up to here a search one by one is quicker than a sorted index.
const UNSORTED_MAX: usize = 16;

impl Object {
    /// An object without members.
    pub fn new() -> Object {
        Object::default()
    }

    /// An object of these members, if no name is there twice.
    pub fn from_members(members: Vec<(String, Value)>) -> Result<Object, DuplicateMember> {
        let duplicate = |position: usize| DuplicateMember { name: members[position].0.clone(), position };
        if members.len() <= UNSORTED_MAX {
            for (position, (name, _)) in members.iter().enumerate() {
                if members[..position].iter().any(|(earlier, _)| earlier == name) {
                    return Err(duplicate(position));
                }
            }
            return Ok(Object { members, sorted: None });
        }
        let name = |position: u32| members[position as usize].0.as_str();
        let count = u32::try_from(members.len()).expect("limits::JSON_VALUES_MAX is below u32::MAX");
        let mut sorted: Vec<u32> = (0..count).collect();
        sorted.sort_unstable_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
        let second =
            sorted.windows(2).filter(|pair| name(pair[0]) == name(pair[1])).map(|pair| pair[1]).min();
        match second {
            Some(position) => Err(duplicate(position as usize)),
            None => Ok(Object { members, sorted: Some(Box::new(sorted)) }),
        }
    }

    /// Adds a member at the end, unless there is one of that name.
    ///
    /// Large objects are built quicker by [`Object::from_members`].
    pub fn push(&mut self, name: impl Into<String>, value: Value) -> Result<(), DuplicateMember> {
        let name = name.into();
        let position = self.members.len();
        if let Some(sorted) = &mut self.sorted {
            let members = &self.members;
            match sorted.binary_search_by(|at| members[*at as usize].0.as_str().cmp(&name)) {
                Ok(_) => return Err(DuplicateMember { name, position }),
                Err(at) => {
                    sorted.insert(at, u32::try_from(position).expect("fewer members than u32::MAX fit"))
                }
            }
            self.members.push((name, value));
            return Ok(());
        }
        if self.members.iter().any(|(earlier, _)| *earlier == name) {
            return Err(DuplicateMember { name, position });
        }
        self.members.push((name, value));
        if self.members.len() > UNSORTED_MAX {
            *self = Object::from_members(std::mem::take(&mut self.members)).expect("just compared");
        }
        Ok(())
    }

    /// The value of that member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).map(|position| &self.members[position].1)
    }

    /// Where that member stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        match &self.sorted {
            None => self.members.iter().position(|(known, _)| known == name),
            Some(sorted) => sorted
                .binary_search_by(|at| self.members[*at as usize].0.as_str().cmp(name))
                .ok()
                .map(|found| sorted[found] as usize),
        }
    }

    /// The members in the order received.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        // Names are unique on both sides, so equal counts and one direction suffice.
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::{JsonErrorKind, parse};

    #[test]
    fn building() {
        let mut object = Object::new();
        for i in (0..50u64).rev() {
            object.push(i.to_string(), Value::from(i)).unwrap();
            let twice = object.push(i.to_string(), Value::Null).unwrap_err();
            assert_eq!(twice, DuplicateMember { name: i.to_string(), position: object.len() });
        }
        assert_eq!(object.len(), 50);
        assert_eq!(object.iter().next(), Some(("49", &Value::from(49))));
        assert_eq!(object.get("7"), Some(&Value::from(7)));
        let ascending = Value::object((0..50u64).map(|i| (i.to_string(), Value::from(i))));
        assert_eq!(Value::Object(object), ascending, "order does not matter");
    }

    #[test]
    fn large_objects_are_searched_and_compared_quickly() {
        let member = |i: usize| format!("\"{:x}\":{i}", i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let members: Vec<String> = (0..200_000).map(member).collect();
        let text = format!("{{{}}}", members.join(","));
        let value = parse(text.as_bytes()).unwrap();
        let object = value.as_object().unwrap();
        for (position, (name, value)) in object.iter().enumerate() {
            assert_eq!(object.position(name), Some(position));
            assert_eq!(value.as_u64(), Some(position as u64));
        }
        assert_eq!(object.get("nothing"), None);
        assert_eq!(value, value.clone());
        let twice = format!("{{{},{}}}", members.join(","), members[77]);
        let error = parse(twice.as_bytes()).unwrap_err();
        assert!(matches!(error.kind, JsonErrorKind::DuplicateMember { .. }));
        assert_eq!(error.offset, text.len());
    }

    #[test]
    fn the_first_repetition_is_named() {
        let names: Vec<String> = (0..30).map(|i| format!("\"{}\":0", i % 20)).collect();
        let error = parse(format!("{{{}}}", names.join(",")).as_bytes()).unwrap_err();
        assert_eq!(error.kind, JsonErrorKind::DuplicateMember { name: "0".into() });
    }
}
