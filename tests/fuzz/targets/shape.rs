//! Reading by name finds what is there under exactly that name, and nothing
//! passes that a reader without regard to letter case would take for it. The
//! first line names the member.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::json;
use stella_forensic::wire::shape::{Fields, ShapeError, decimal};

fn pointer(error: &ShapeError) -> (&str, bool) {
    match error {
        ShapeError::Missing { pointer } => (pointer, false),
        ShapeError::Type { pointer, .. }
        | ShapeError::Unknown { pointer }
        | ShapeError::MemberCase { pointer, .. }
        | ShapeError::Value { pointer, .. } => (pointer, true),
        other => panic!("{other}"),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(name) = str::from_utf8(&bytes[..end]) else { return };
    assert_eq!(decimal(name), name.parse().ok().filter(|number: &u64| number.to_string() == name));
    let Ok(value) = json::parse(&bytes[end + 1..]) else { return };
    let Ok(twin) = serde_json::from_slice::<serde_json::Value>(&bytes[end + 1..]) else { return };
    let Ok(mut open) = Fields::open(&value, "") else {
        assert!(!twin.is_object());
        return;
    };
    let members = twin.as_object().expect("an object for us is one for others");
    let alike = |member: &str| {
        member != name && (member.to_lowercase() == name.to_lowercase() || member.eq_ignore_ascii_case(name))
    };
    match open.opt_value(name) {
        Ok(found) => {
            assert_eq!(found.is_some(), members.contains_key(name));
            assert!(!members.keys().any(|member| alike(member)));
        }
        Err(ShapeError::MemberCase { found, known, .. }) => {
            assert_eq!(known, name);
            assert!(found != name && members.contains_key(&found));
        }
        Err(error) => panic!("{error}"),
    }
    // Each reading agrees with what the other reader has there, and an error
    // says where.
    let check = |found: Result<bool, ShapeError>, expected: bool| match found {
        Ok(some) => assert!(!some || expected),
        Err(error) => {
            let (at, present) = pointer(&error);
            assert_eq!(twin.pointer(at).is_some(), present, "{error}");
        }
    };
    let there = &twin[name];
    check(open.opt_str(name).map(|found| found.is_some()), there.is_string());
    check(open.str(name).map(|_| true), there.is_string());
    check(open.opt_bool(name).map(|found| found.is_some()), there.is_boolean());
    check(open.opt_u64(name).map(|found| found.is_some()), there.is_u64());
    check(open.u64(name).map(|found| there.as_u64() == Some(found)), there.is_u64());
    check(open.decimal(name).map(|_| true), there.as_str().is_some_and(|text| decimal(text).is_some()));
    check(open.array(name).map(|_| true), there.is_array());
    check(open.strings(name).map(|_| true), there.is_array());
    check(open.object(name).map(|_| true), there.is_object());
    check(open.nested_open(name).map(|_| true), there.is_object());
    // Closed: all that was not asked for is refused.
    let mut closed = Fields::closed(&value, "").expect("an object, as above");
    if closed.skip(name).is_ok() {
        let others = members.keys().filter(|member| *member != name).count();
        assert_eq!(closed.finish().is_ok(), others == 0);
    }
});
