//! NIST PKITS: path validation after RFC 5280. Each case gives a certificate,
//! the others of its path, CRLs, and the inputs about policies.

use std::collections::{BTreeMap, BTreeSet};

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::x509::path::{Path, PathRequest, PolicyInputs, Usage, find};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo, Oid};
use stella_forensic::time::{Interval, UnixTime};

use super::{Case, Files, Judged, Suite, nothing_further};

/// Cases that only revocation data decides.
const REVOCATION: &str = "revocation is not asked";

pub const SUITE: Suite = Suite {
    name: "pkits",
    exceptions: &[
        ("40104_valid_dsa_signatures_test4", "DSA is not supported"),
        ("40105_valid_dsa_parameter_inheritance_test5", "DSA is not supported"),
        ("40401_missing_crl_test1", REVOCATION),
        ("40402_invalid_revoked_ca_test2", REVOCATION),
        ("40403_invalid_revoked_ee_test3", REVOCATION),
        ("40404_invalid_bad_crl_signature_test4", REVOCATION),
        ("40405_invalid_bad_crl_issuer_name_test5", REVOCATION),
        ("40406_invalid_wrong_crl_test6", REVOCATION),
        ("40408_invalid_unknown_crl_entry_extension_test8", REVOCATION),
        ("40409_invalid_unknown_crl_extension_test9", REVOCATION),
        ("40410_invalid_unknown_crl_extension_test10", REVOCATION),
        ("40411_invalid_old_crl_nextupdate_test11", REVOCATION),
        ("40412_invalid_pre2000_crl_nextupdate_test12", REVOCATION),
        ("40415_invalid_negative_serial_number_test15", REVOCATION),
        ("40418_invalid_long_serial_number_test18", REVOCATION),
        ("40420_invalid_separate_certificate_and_crl_keys_test20", REVOCATION),
        ("40421_invalid_separate_certificate_and_crl_keys_test21", REVOCATION),
        ("40502_invalid_basic_self_issued_old_with_new_test2", REVOCATION),
        ("40505_invalid_basic_self_issued_new_with_old_test5", REVOCATION),
        ("40507_invalid_basic_self_issued_crl_signing_key_test7", REVOCATION),
        ("40704_invalid_keyusage_critical_crlsign_false_test4", REVOCATION),
        ("40705_invalid_keyusage_not_critical_crlsign_false_test5", REVOCATION),
        ("41402_invalid_distributionpoint_test2", REVOCATION),
        ("41403_invalid_distributionpoint_test3", REVOCATION),
        ("41406_invalid_distributionpoint_test6", REVOCATION),
        ("41408_invalid_distributionpoint_test8", REVOCATION),
        ("41409_invalid_distributionpoint_test9", REVOCATION),
        ("41411_invalid_onlycontainsusercerts_crl_test11", REVOCATION),
        ("41412_invalid_onlycontainscacerts_crl_test12", REVOCATION),
        ("41414_invalid_onlycontainsattributecerts_crl_test14", REVOCATION),
        ("41415_invalid_onlysomereasons_test15", REVOCATION),
        ("41416_invalid_onlysomereasons_test16", REVOCATION),
        ("41417_invalid_onlysomereasons_test17", REVOCATION),
        ("41420_invalid_onlysomereasons_test20", REVOCATION),
        ("41421_invalid_onlysomereasons_test21", REVOCATION),
        ("41423_invalid_idp_with_indirectcrl_test23", REVOCATION),
        ("41426_invalid_idp_with_indirectcrl_test26", REVOCATION),
        ("41427_invalid_crlissuer_test27", REVOCATION),
        ("41431_invalid_crlissuer_test31", REVOCATION),
        ("41432_invalid_crlissuer_test32", REVOCATION),
        ("41434_invalid_crlissuer_test34", REVOCATION),
        ("41435_invalid_crlissuer_test35", REVOCATION),
        ("41501_invalid_deltacrlindicator_no_base_set_test1", REVOCATION),
        ("41503_invalid_deltacrl_test3", REVOCATION),
        ("41504_invalid_deltacrl_test4", REVOCATION),
        ("41506_invalid_deltacrl_test6", REVOCATION),
        ("41509_invalid_deltacrl_test9", REVOCATION),
        ("41510_invalid_deltacrl_test10", REVOCATION),
    ],
    judge,
    further: nothing_further,
};

fn judge(files: &Files, case: &Case) -> Judged {
    // A certificate that cannot be read is none: it is missing from its path.
    let read = |role: &str| Certificate::parse(&files.bytes(case.file(role)));
    let leaf = match read("leaf") {
        Ok(leaf) => leaf,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let others: Vec<Certificate> = case
        .files
        .keys()
        .filter(|role| role.starts_with("other"))
        .filter_map(|role| read(role).ok())
        .collect();
    let root = read("root").expect("the root is sound");
    let anchor = Anchor::new(Identity::new("pkits").expect("an identity"), root).expect("the root has a key");
    let rules = rules();
    let at = UnixTime::parse_rfc3339("2012-01-01T00:00:00Z").expect("a time");
    let request = PathRequest {
        target: &leaf,
        candidates: &others,
        anchors: &[anchor],
        usage: Usage::Any,
        rules: &rules,
        at: Some(Interval { earliest: Some(at), latest: Some(at) }),
        policies: policies(case),
        memo: &Memo::new(),
    };
    let mut acceptable = |_: &Path, _: &mut Budget| Ok(());
    Judged::from_result(find(&request, &mut Budget::new(), &mut acceptable))
}

fn rules() -> Rules {
    Rules {
        algorithms: BTreeMap::from([(Algorithm::RsaPkcs1Sha256, None)]),
        at: None,
        revocation: Revocation::Require,
        allow_development: false,
    }
}

fn policies(case: &Case) -> PolicyInputs {
    let given = &case.params["policy_params"];
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    let set = given["user_initial_policy_set"].as_array().map(|set| {
        set.iter()
            .map(|oid| Oid::from_dotted(oid.as_str().expect("dotted")).expect("dotted"))
            .collect::<BTreeSet<Oid>>()
    });
    PolicyInputs {
        initial: set,
        explicit: flag("initial_explicit_policy"),
        inhibit_mapping: flag("initial_policy_mapping_inhibit"),
        inhibit_any: flag("initial_any_policy_inhibit"),
    }
}
