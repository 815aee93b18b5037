//! Our path validation beside that of certval, over PKITS and over changed
//! certificates, with the same inputs about policies.

#[path = "x509/differential.rs"]
mod differential;

use certval::{
    CertificationPath, CertificationPathResults, CertificationPathSettings, PDVCertificate,
    PDVTrustAnchorChoice, PkiEnvironment, TimeOfInterest,
};
use differential::{Answer, Chain, compare, kind, mutated, pkits};

fn certval_says(chain: &Chain) -> Answer {
    let read = |der: &Vec<u8>| PDVCertificate::try_from(der.as_slice()).map_err(|_| "Unread".to_owned());
    let anchor = PDVTrustAnchorChoice::try_from(chain.anchor.as_slice()).expect("the anchor is sound");
    // It judges a path that others have found.
    let issuers = differential::path(chain).unwrap_or_else(|_| chain.issuers.clone());
    let issuers = issuers.iter().map(read).collect::<Result<_, _>>()?;
    let path = CertificationPath::new(anchor, issuers, read(&chain.target)?);
    let mut settings = CertificationPathSettings::new();
    settings.set_time_of_interest(TimeOfInterest::from_unix_secs(chain.at as u64).expect("a time"));
    settings.set_require_ta_store(false);
    settings.set_enforce_trust_anchor_constraints(true);
    settings.set_initial_explicit_policy_indicator(chain.policies.explicit);
    settings.set_initial_policy_mapping_inhibit_indicator(chain.policies.inhibit_mapping);
    settings.set_initial_inhibit_any_policy_indicator(chain.policies.inhibit_any);
    if let Some(initial) = &chain.policies.initial {
        settings.set_initial_policy_set(initial.iter().map(|oid| oid.to_string()).collect());
    }
    let mut environment = PkiEnvironment::new();
    environment.populate_5280_pki_environment();
    let mut results = CertificationPathResults::new();
    certval::validate_path_rfc5280(&environment, &settings, &path, &mut results).map_err(|error| kind(&error))
}

const NO_GENERAL: &str = "it takes no GeneralizedTime before 2050";
const UNREAD: &str = "it does not read this part where nothing depends on it";
const VERSIONS: &str = "it does not hold fields against the version";
const ARCS: &str = "it knows no object identifiers like 2.999, and no GeneralizedTime before 2050";

/// What we say, what certval says, and why.
const PKITS: &[(&str, &str, &str)] = &[("accepts", "Unread", NO_GENERAL)];

/// The same, over changed certificates.
const CHANGED: &[(&str, &str, &str)] = &[
    ("Der/Content", "accepts", "it takes keys of a broken number of bits, where it does not need them"),
    ("Extension/Repeated", "accepts", "it takes the first of two extensions"),
    ("Extension/Value/Address", "accepts", UNREAD),
    ("Extension/Value/Ascii", "accepts", UNREAD),
    ("Extension/Value/Der", "accepts", UNREAD),
    ("Extension/Value/Empty", "accepts", UNREAD),
    ("Extension/Value/Mask", "accepts", "it reads masks only when an address is compared"),
    ("Extension/Value/NameForm", "accepts", UNREAD),
    ("Extension/Value/Repeated", "accepts", "a policy may stand there twice"),
    ("Key/Unsupported", "accepts", "it takes the kind of a key from the signature, not from the key"),
    ("Later/V1", "accepts", VERSIONS),
    ("Later/V2", "accepts", VERSIONS),
    ("NoIssuer", "accepts", "it compares strings of any tag by their characters"),
    ("NotComparable/Dns", "accepts", "it compares DNS names of any characters"),
    ("Serial", "accepts", "it takes longer serial numbers"),
    ("Version", "accepts", VERSIONS),
    ("accepts", "PathValidation/EncodingError", ARCS),
    ("accepts", "PathValidation/InvalidKeyUsage", "it wants a key usage in every issuer"),
    ("accepts", "PathValidation/NameConstraintsViolation", "it wants a network without bits beyond its mask"),
    ("accepts", "PathValidation/UnprocessedCriticalExtension", "it does not know critical key identifiers"),
    ("accepts", "Unread", ARCS),
];

#[test]
fn pkits_beside_certval() {
    let Some(chains) = pkits() else {
        println!("PKITS is not at hand");
        return;
    };
    compare(chains.into_iter(), certval_says).judge("PKITS", PKITS);
}

#[test]
fn changed_certificates_beside_certval() {
    compare(mutated(20_000), certval_says).judge("changed", CHANGED);
}
