//! One check, one file, one id, one section of docs/checks.md, one folder of vectors.
//!
//! Mechanisms stop at their first fault and know nothing of reports. Here one
//! failure becomes a finding and the loop goes on to the next item. What a check
//! establishes, why it matters and what to do stands in its `ABOUT`, once.

pub mod archives;
pub mod artifact_demanded;
pub mod artifact_vouched;
pub mod certificate_path;
pub mod certificate_sct;
pub mod certificate_window;
pub mod certificates;
pub mod chain;
pub mod container;
pub mod coverage;
pub mod custody_actor;
pub mod custody_anchor;
pub mod custody_case;
pub mod custody_completeness;
pub mod custody_duplicate;
pub mod custody_fork;
pub mod custody_gap;
pub mod custody_genesis;
pub mod custody_handover;
pub mod custody_hash;
pub mod custody_head;
pub mod custody_leaf;
pub mod custody_link;
pub mod custody_order;
pub mod custody_record;
pub mod custody_redaction;
pub mod custody_rehash;
pub mod custody_shape;
pub mod custody_signature;
pub mod custody_time;
pub mod detached;
pub mod document;
pub mod entries;
pub mod existence;
pub mod format_base64;
pub mod format_der;
pub mod format_lines;
pub mod format_shape;
pub mod auths;
pub mod git;
pub mod git_history;
pub mod git_object;
pub mod intake_archive_tail;
pub mod intake_changed;
pub mod intake_compression;
pub mod intake_duplicate_name;
pub mod intake_expansion;
pub mod intake_folded_name;
pub mod intake_item_count;
pub mod intake_item_size;
pub mod intake_link;
pub mod intake_path;
pub mod intake_second_member;
pub mod intake_sparse;
pub mod intake_special_file;
pub mod intake_tar_checksum;
pub mod intake_tar_headers;
pub mod intake_truncated;
pub mod intake_unreadable;
pub mod intake_window;
pub mod integrity_digest;
pub mod integrity_divergence;
pub mod integrity_media_type;
pub mod integrity_missing;
pub mod integrity_payload_matches;
pub mod integrity_recipe;
pub mod integrity_repeated_entry;
pub mod integrity_root;
pub mod integrity_signed;
pub mod integrity_size;
pub mod integrity_unlisted;
pub mod json_depth;
pub mod json_duplicate_member;
pub mod json_member_case;
pub mod json_syntax;
pub mod json_trailing;
pub mod json_utf8;
pub mod kit_binary;
pub mod kit_contents;
pub mod kit_signature;
pub mod keeper;
pub mod layout_expiry;
pub mod layout_inspection;
pub mod layout_rule;
pub mod layout_signature;
pub mod layout_step;
pub mod layouts;
pub mod log_checkpoint;
pub mod log_consistency;
pub mod log_entry;
pub mod log_inclusion;
pub mod log_known;
pub mod log_presence;
pub mod log_promise;
pub mod log_receipt;
pub mod log_tiles;
pub mod log_time;
pub mod log_witness;
pub mod logs;
pub mod oci;
pub mod pki;
pub mod reading;
pub mod records;
pub mod refusal;
pub mod revocation_freshness;
pub mod revocation_presence;
pub mod revocation_signature;
pub mod revocation_status;
pub mod signature_algorithm;
pub mod signature_bare_payload;
pub mod signature_detached;
pub mod signature_dsse;
pub mod signature_identity;
pub mod signature_shared_key;
pub mod signature_sigstore;
pub mod signature_ssh;
pub mod signature_threshold;
pub mod signing;
pub mod sigstore;
pub mod stamps;
pub mod statement_claims;
pub mod statement_launch;
pub mod statement_predicate_type;
pub mod statement_shape;
pub mod statement_subject;
pub mod statements;
pub mod time_anchor;
pub mod timelines;
pub mod timestamp_authority;
pub mod timestamp_granted;
pub mod timestamp_imprint;
pub mod timestamp_order;
pub mod timestamp_signature;
pub mod timestamp_signer;
pub mod timestamp_validity;
pub mod tool_fault;
pub mod trust_development;
pub mod trust_distrusted;
pub mod trust_evidence_supplied;
pub mod trust_freshness;
pub mod trust_known_signer;
pub mod trust_narrowing;
pub mod trust_purpose;
pub mod trust_sequence;
pub mod trust_window;
pub mod view;
pub mod vouching;

use crate::finding::{About, Book, CheckId};

/// Every check, in the order of [`CheckId::ALL`].
pub const ALL: &[&About] = &[
    &artifact_demanded::ABOUT,
    &artifact_vouched::ABOUT,
    &certificate_path::ABOUT,
    &certificate_sct::ABOUT,
    &certificate_window::ABOUT,
    &custody_actor::ABOUT,
    &custody_anchor::ABOUT,
    &custody_case::ABOUT,
    &custody_completeness::ABOUT,
    &custody_duplicate::ABOUT,
    &custody_fork::ABOUT,
    &custody_gap::ABOUT,
    &custody_genesis::ABOUT,
    &custody_handover::ABOUT,
    &custody_hash::ABOUT,
    &custody_head::ABOUT,
    &custody_leaf::ABOUT,
    &custody_link::ABOUT,
    &custody_order::ABOUT,
    &custody_record::ABOUT,
    &custody_redaction::ABOUT,
    &custody_rehash::ABOUT,
    &custody_shape::ABOUT,
    &custody_signature::ABOUT,
    &custody_time::ABOUT,
    &format_base64::ABOUT,
    &format_der::ABOUT,
    &format_lines::ABOUT,
    &format_shape::ABOUT,
    &git_history::ABOUT,
    &git_object::ABOUT,
    &intake_archive_tail::ABOUT,
    &intake_changed::ABOUT,
    &intake_compression::ABOUT,
    &intake_duplicate_name::ABOUT,
    &intake_expansion::ABOUT,
    &intake_folded_name::ABOUT,
    &intake_item_count::ABOUT,
    &intake_item_size::ABOUT,
    &intake_link::ABOUT,
    &intake_path::ABOUT,
    &intake_second_member::ABOUT,
    &intake_sparse::ABOUT,
    &intake_special_file::ABOUT,
    &intake_tar_checksum::ABOUT,
    &intake_tar_headers::ABOUT,
    &intake_truncated::ABOUT,
    &intake_unreadable::ABOUT,
    &intake_window::ABOUT,
    &integrity_digest::ABOUT,
    &integrity_divergence::ABOUT,
    &integrity_media_type::ABOUT,
    &integrity_missing::ABOUT,
    &integrity_payload_matches::ABOUT,
    &integrity_recipe::ABOUT,
    &integrity_repeated_entry::ABOUT,
    &integrity_root::ABOUT,
    &integrity_signed::ABOUT,
    &integrity_size::ABOUT,
    &integrity_unlisted::ABOUT,
    &json_depth::ABOUT,
    &json_duplicate_member::ABOUT,
    &json_member_case::ABOUT,
    &json_syntax::ABOUT,
    &json_trailing::ABOUT,
    &json_utf8::ABOUT,
    &kit_binary::ABOUT,
    &kit_contents::ABOUT,
    &kit_signature::ABOUT,
    &layout_expiry::ABOUT,
    &layout_inspection::ABOUT,
    &layout_rule::ABOUT,
    &layout_signature::ABOUT,
    &layout_step::ABOUT,
    &log_checkpoint::ABOUT,
    &log_consistency::ABOUT,
    &log_entry::ABOUT,
    &log_inclusion::ABOUT,
    &log_known::ABOUT,
    &log_presence::ABOUT,
    &log_promise::ABOUT,
    &log_receipt::ABOUT,
    &log_tiles::ABOUT,
    &log_time::ABOUT,
    &log_witness::ABOUT,
    &revocation_freshness::ABOUT,
    &revocation_presence::ABOUT,
    &revocation_signature::ABOUT,
    &revocation_status::ABOUT,
    &signature_algorithm::ABOUT,
    &signature_bare_payload::ABOUT,
    &signature_detached::ABOUT,
    &signature_dsse::ABOUT,
    &signature_identity::ABOUT,
    &signature_shared_key::ABOUT,
    &signature_sigstore::ABOUT,
    &signature_ssh::ABOUT,
    &signature_threshold::ABOUT,
    &statement_claims::ABOUT,
    &statement_launch::ABOUT,
    &statement_predicate_type::ABOUT,
    &statement_shape::ABOUT,
    &statement_subject::ABOUT,
    &time_anchor::ABOUT,
    &timestamp_authority::ABOUT,
    &timestamp_granted::ABOUT,
    &timestamp_imprint::ABOUT,
    &timestamp_order::ABOUT,
    &timestamp_signature::ABOUT,
    &timestamp_signer::ABOUT,
    &timestamp_validity::ABOUT,
    &tool_fault::ABOUT,
    &trust_development::ABOUT,
    &trust_distrusted::ABOUT,
    &trust_evidence_supplied::ABOUT,
    &trust_freshness::ABOUT,
    &trust_known_signer::ABOUT,
    &trust_narrowing::ABOUT,
    &trust_purpose::ABOUT,
    &trust_sequence::ABOUT,
    &trust_window::ABOUT,
];

/// What there is to say about a check.
pub fn about(id: CheckId) -> &'static About {
    // The ids are declared in the order of `ALL`; a test holds the two together.
    ALL[id as usize]
}

/// The refusals of intake, each by its own check.
pub fn intake(view: &view::CaseView, book: &mut Book) {
    const REFUSALS: [fn(&view::CaseView, &mut Book); 18] = [
        intake_archive_tail::examine,
        intake_changed::examine,
        intake_compression::examine,
        intake_duplicate_name::examine,
        intake_expansion::examine,
        intake_folded_name::examine,
        intake_item_count::examine,
        intake_item_size::examine,
        intake_link::examine,
        intake_path::examine,
        intake_second_member::examine,
        intake_sparse::examine,
        intake_special_file::examine,
        intake_tar_checksum::examine,
        intake_tar_headers::examine,
        intake_truncated::examine,
        intake_unreadable::examine,
        intake_window::examine,
    ];
    REFUSALS.iter().for_each(|examine| examine(view, book));
}

/// Runs one examination of one item. A panic in it is a fault of ours, and
/// must hide nothing else: `None`, and the report is still written.
pub fn guarded<T>(examination: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(examination)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_its_text() {
        let ids: Vec<CheckId> = ALL.iter().map(|about| about.id).collect();
        assert_eq!(ids, CheckId::ALL);
        for id in CheckId::ALL {
            assert_eq!(about(*id).id, *id);
        }
    }

    #[test]
    fn texts_are_sentences() {
        for about in ALL {
            assert!(!about.title.is_empty() && !about.title.ends_with('.'), "{}: title", about.id);
            assert!(!about.clause.is_empty() && !about.clause.ends_with('.'), "{}: clause", about.id);
            for text in [about.establishes, about.why, about.remedy] {
                assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", about.id);
            }
        }
    }

    #[test]
    fn titles_are_distinct() {
        let titles: std::collections::BTreeSet<&str> = ALL.iter().map(|about| about.title).collect();
        assert_eq!(titles.len(), ALL.len());
    }
}
