//! The kit that this program belongs to, as a source of trust and policy.

#![allow(clippy::disallowed_methods, reason = "which program this is, is established in cli")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::kit::own::{self, OwnKit};
use crate::kit::pinned::pinned_key;
use crate::policy::{self, Policy};
use crate::report::{KitLine, RULES};
use crate::trust::{self, CertificateUse, Naming, TrustStore};

/// The kit, where there is one that counts.
#[derive(Default)]
pub struct Own {
    kit: Option<Loaded>,
    /// Why a kit around this program does not count.
    pub refused: Option<String>,
}

struct Loaded {
    kit: OwnKit,
    trust: TrustStore,
    policy: Policy,
}

/// Looks for the kit around this program. One that lies in the evidence, or
/// that the evidence contains, is no source of trust: whoever brought the
/// evidence brought it.
pub fn kit(evidence: &[PathBuf]) -> Own {
    let Ok(program) = std::env::current_exe().and_then(std::fs::canonicalize) else { return Own::default() };
    let Some(folder) = own::folder_unverified(&program) else { return Own::default() };
    let there: Vec<PathBuf> = evidence.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    if there.iter().any(|place| program.starts_with(place) || place.starts_with(&folder)) {
        return Own::refused("it lies in the evidence".to_owned());
    }
    match load(&folder, &program) {
        Ok(loaded) => Own { kit: Some(loaded), refused: None },
        Err(why) => Own::refused(why),
    }
}

fn load(folder: &Path, program: &Path) -> Result<Loaded, String> {
    let key = pinned_key();
    let kit = own::open(folder, program, key.as_ref()).map_err(|error| error.to_string())?;
    let files: BTreeMap<String, Vec<u8>> = kit.trust.clone();
    let trust = trust::parse_directory(&files, Naming::Bare(CertificateUse::Any), None)
        .map_err(|error| format!("its trust store cannot be used: {error}"))?;
    let policy = policy::parse(&kit.policy).map_err(|error| format!("its policy cannot be used: {error}"))?;
    Ok(Loaded { kit, trust, policy })
}

impl Own {
    fn refused(why: String) -> Own {
        Own { kit: None, refused: Some(why) }
    }

    /// The policy of the kit.
    pub fn policy(&self) -> Option<&Policy> {
        self.kit.as_ref().map(|loaded| &loaded.policy)
    }

    /// The trust store of the kit.
    pub fn trust(&self) -> Option<&TrustStore> {
        self.kit.as_ref().map(|loaded| &loaded.trust)
    }

    /// The kit, where it counts.
    pub fn manifest(&self) -> Option<&crate::kit::manifest::KitManifest> {
        self.kit.as_ref().map(|loaded| &loaded.kit.manifest)
    }

    /// The kit as the report names it: by trust, policy and rules, and not by
    /// the program, so that two architectures give one report.
    pub fn line(&self) -> Option<KitLine> {
        let loaded = self.kit.as_ref()?;
        let content = format!("{}\n{}\n{RULES}\n", loaded.trust.digest(), loaded.policy.digest());
        Some(KitLine {
            version: loaded.kit.manifest.version.clone(),
            digest: Digest::sha256(content.as_bytes()),
            development: loaded.kit.manifest.development,
        })
    }
}
