//! NIST PKITS: path validation after RFC 5280. Each case gives a certificate,
//! the others of its path, CRLs, and the inputs about policies.
//!
//! Of every certificate of a path its lists must say that it is good: at the
//! moment that is asked about, between thisUpdate and nextUpdate, which is how
//! the suite is made. Where the index says that nothing of a result hangs on
//! revocation, it is asked all the same.

use std::collections::{BTreeMap, BTreeSet};

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::revocation::{Answer, Context, Crl, Currency, Data, Distrust, Responders, along};
use stella_forensic::proof::x509::path::{Path, PathError, PathRequest, PolicyInputs, Usage, find};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo, Oid};
use stella_forensic::time::{Interval, UnixTime};

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite {
    name: "pkits",
    exceptions: &[
        ("40104_valid_dsa_signatures_test4", "DSA is not supported"),
        ("40105_valid_dsa_parameter_inheritance_test5", "DSA is not supported"),
        (
            "41430_valid_crlissuer_test30",
            "the only list that speaks of its signer's certificate is signed by that signer; OpenSSL refuses it too",
        ),
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
    // A list that cannot be read is not there.
    let lists: Vec<Crl> = case
        .files
        .iter()
        .filter(|(role, _)| role.starts_with("crl"))
        .filter_map(|(_, file)| Crl::parse(&files.bytes(file)).ok())
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
    let data = Data::new(lists, Vec::new());
    let context = Context {
        data: &data,
        anchors: request.anchors,
        candidates: &others,
        rules: &rules,
        at: Interval { earliest: Some(at), latest: Some(at) },
        currency: Currency::Within,
        responders: Responders::Checked,
        memo: request.memo,
        distrusted: Distrust::OF_NOBODY,
    };
    let mut acceptable = |path: &Path, budget: &mut Budget| {
        for (examination, certificate) in along(path, &context, budget).into_iter().zip(path.certificates()) {
            let subject = certificate.subject().to_string();
            match examination.answer {
                Answer::Good { .. } => {}
                Answer::Revoked { at, .. } => return Err(PathError::Revoked { subject, at }),
                _ => return Err(PathError::RevocationNotEstablished { subject }),
            }
        }
        Ok(())
    };
    Judged::from_result(find(&request, &mut Budget::new(), &mut acceptable))
}

fn rules() -> Rules {
    Rules {
        algorithms: BTreeMap::from([(Algorithm::RsaPkcs1Sha256, None)]),
        at: None,
        revocation: Revocation::Require,
        allow_development: false,
        effects: None,
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
