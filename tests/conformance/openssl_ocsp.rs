//! OpenSSL's OCSP tests: a chain and the responses about it, direct and by
//! delegated responders, and the same with one thing wrong.
//!
//! The responses are of the day that is asked about, so they are held to that
//! day lying between thisUpdate and nextUpdate. One responder names no way to
//! check itself, which the suite takes as leave not to. The suite gives no
//! response about the intermediate authority of one chain that it accepts: an
//! authority about which nothing at all is at hand passes, an end entity does
//! not, and neither does anything that speaks of either and is wrong.

use std::collections::BTreeMap;

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::revocation::{
    Answer, Context, Currency, Data, Distrust, OcspResponse, Responders, along,
};
use stella_forensic::proof::x509::path::{PathRequest, PolicyInputs, Usage, find};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo};
use stella_forensic::time::Interval;
use stella_forensic::wire::{base64, pem};

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "openssl-ocsp", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    let certificates = |role: &str| {
        let blocks = pem::blocks(&files.text(case.file(role))).expect("certificates are in PEM");
        blocks.iter().map(|block| Certificate::parse(&block.der).expect("sound")).collect::<Vec<_>>()
    };
    let roles = |prefix: &'static str| case.files.keys().filter(move |role| role.starts_with(prefix));
    let leaf = certificates("leaf").remove(0);
    let candidates: Vec<Certificate> = roles("other").flat_map(|role| certificates(role)).collect();
    let root = certificates("root").into_iter().find(Certificate::is_self_issued).expect("a root");
    let identity = Identity::new("openssl-ocsp").expect("an identity");
    let anchor = Anchor::new(identity, root).expect("the root has a key");
    let mut responses = Vec::new();
    for role in roles("ocsp") {
        let text: String = files.text(case.file(role)).split_whitespace().collect();
        match OcspResponse::parse(&base64::decode_standard(&text).expect("responses are in base64")) {
            Ok(response) => responses.push(response),
            Err(error) => return Judged::Refuses(error.to_string()),
        }
    }
    let data = Data::new(Vec::new(), responses);
    // The chains and responses are of 2012: SHA-1 throughout.
    let rules = Rules {
        algorithms: Algorithm::ALL.into_iter().map(|algorithm| (algorithm, None)).collect::<BTreeMap<_, _>>(),
        at: None,
        revocation: Revocation::Require,
        allow_development: false,
        effects: None,
    };
    let at = Interval::parse_rfc3339(case.param("validation_time").expect("a time")).expect("a time");
    let memo = Memo::new();
    let request = PathRequest {
        target: &leaf,
        candidates: &candidates,
        anchors: std::slice::from_ref(&anchor),
        usage: Usage::Any,
        rules: &rules,
        at: Some(at),
        policies: PolicyInputs::default(),
        memo: &memo,
    };
    let mut budget = Budget::new();
    let path = match find(&request, &mut budget, &mut |_, _| Ok(())) {
        Ok(path) => path,
        // The chains are sound; only what is said about them is not.
        Err(error) => return Judged::Differs(format!("no path: {error}")),
    };
    let context = Context {
        data: &data,
        anchors: std::slice::from_ref(&anchor),
        candidates: &candidates,
        rules: &rules,
        at,
        currency: Currency::Within,
        responders: Responders::WhereNamed,
        memo: &memo,
        distrusted: Distrust::OF_NOBODY,
    };
    for (position, examination) in along(&path, &context, &mut budget).into_iter().enumerate() {
        match examination.answer {
            Answer::Good { .. } => {}
            // Nothing about the authority: but then nothing may be left over
            // that was meant to be.
            Answer::Missing if position > 0 && data.responses().len() < path.certificates().len() => {}
            answer => return Judged::Refuses(format!("certificate {position}: {answer:?}")),
        }
    }
    Judged::Accepts
}
