//! JSONTestSuite: what RFC 8259 accepts and refuses, byte by byte.

use stella_forensic::wire::json;

use super::{Case, Files, Judged, Suite};

pub const SUITE: Suite = Suite {
    name: "json-parsing",
    exceptions: &[
        ("y_object_duplicated_key", "a member that is there twice is read differently by different readers"),
        ("y_object_duplicated_key_and_value", "as above; that both have one value is luck"),
    ],
    judge,
    further,
};

fn judge(files: &Files, case: &Case) -> Judged {
    Judged::from_result(json::parse(&files.bytes(case.file("0"))))
}

/// What RFC 8259 leaves to us. Numbers are kept as text, so no size is too
/// large for them; text that is no Unicode is refused in every form.
const LEFT_TO_US: [(&str, bool); 35] = [
    ("i_number_double_huge_neg_exp.json", true),
    ("i_number_huge_exp.json", true),
    ("i_number_neg_int_huge_exp.json", true),
    ("i_number_pos_double_huge_exp.json", true),
    ("i_number_real_neg_overflow.json", true),
    ("i_number_real_pos_overflow.json", true),
    ("i_number_real_underflow.json", true),
    ("i_number_too_big_neg_int.json", true),
    ("i_number_too_big_pos_int.json", true),
    ("i_number_very_big_negative_int.json", true),
    ("i_object_key_lone_2nd_surrogate.json", false),
    ("i_string_1st_surrogate_but_2nd_missing.json", false),
    ("i_string_1st_valid_surrogate_2nd_invalid.json", false),
    ("i_string_UTF-16LE_with_BOM.json", false),
    ("i_string_UTF-8_invalid_sequence.json", false),
    ("i_string_UTF8_surrogate_U+D800.json", false),
    ("i_string_incomplete_surrogate_and_escape_valid.json", false),
    ("i_string_incomplete_surrogate_pair.json", false),
    ("i_string_incomplete_surrogates_escape_valid.json", false),
    ("i_string_invalid_lonely_surrogate.json", false),
    ("i_string_invalid_surrogate.json", false),
    ("i_string_invalid_utf-8.json", false),
    ("i_string_inverted_surrogates_U+1D11E.json", false),
    ("i_string_iso_latin_1.json", false),
    ("i_string_lone_second_surrogate.json", false),
    ("i_string_lone_utf8_continuation_byte.json", false),
    ("i_string_not_in_unicode_range.json", false),
    ("i_string_overlong_sequence_2_bytes.json", false),
    ("i_string_overlong_sequence_6_bytes.json", false),
    ("i_string_overlong_sequence_6_bytes_null.json", false),
    ("i_string_truncated-utf-8.json", false),
    ("i_string_utf16BE_no_BOM.json", false),
    ("i_string_utf16LE_no_BOM.json", false),
    ("i_structure_500_nested_arrays.json", false),
    ("i_structure_UTF-8_BOM_empty_object.json", false),
];

fn further(files: &Files) -> Vec<(String, bool)> {
    let there: Vec<String> = files.names().into_iter().filter(|name| name.starts_with("i_")).collect();
    let mut said =
        vec![(format!("{} files are left to us", LEFT_TO_US.len()), there.len() == LEFT_TO_US.len())];
    for (name, accepted) in LEFT_TO_US {
        let found = json::parse(&files.bytes(name));
        let expected = if accepted { "accepted" } else { "refused" };
        said.push((format!("{name} is {expected}, {found:?}"), found.is_ok() == accepted));
    }
    said
}
