//! `stella forensic snapshot create`

#![allow(clippy::disallowed_methods, reason = "cli reads the environment")]

use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::kit::container::ContainerError;
use crate::kit::input::InputError;
use crate::kit::snapshot::{self, Request, SnapshotError};
use crate::sign::{Ed25519File, Signer};
use crate::time::UnixTime;

/// Seal files into an evidence bundle; the same files give the same bytes
#[derive(Clone, Debug, clap::Args)]
pub struct Create {
    /// The case that the files belong to
    #[arg(long = "case", value_name = "ID")]
    pub case: String,
    /// Where to: a name ending in .tar, .tar.gz, .tgz or .tar.zst, or a directory to make
    #[arg(long, value_name = "PATH")]
    pub output: PathBuf,
    /// Sign the root with this Ed25519 key (PKCS#8 PEM)
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// Files, and directories whose content is sealed
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
}

impl Create {
    /// Seals, and prints the root, which is what two people compare.
    pub fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let created = source_date_epoch()?;
        let signer = self.key.as_deref().map(Ed25519File::open).transpose().map_err(Failure::usage)?;
        let sealed = snapshot::create(&Request {
            case_id: &self.case,
            inputs: &self.inputs,
            output: &self.output,
            created,
            signer: signer.as_ref().map(|key| key as &dyn Signer),
        })
        .map_err(failure)?;
        let mut print = || -> io::Result<()> {
            writeln!(out, "root {}", sealed.root)?;
            writeln!(out, "files {}", sealed.files)?;
            writeln!(out, "bytes {}", sealed.bytes)?;
            match &sealed.signed_by {
                Some(key) => writeln!(out, "signed by {key}"),
                None => writeln!(out, "not signed: whoever has the root has to get it from you"),
            }
        };
        print().map_err(Failure::fault)
    }
}

fn failure(error: SnapshotError) -> Failure {
    match &error {
        SnapshotError::Input(InputError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            Failure::missing(error)
        }
        SnapshotError::Input(InputError::Unreadable { .. } | InputError::Changed { .. }) => {
            Failure::fault(error)
        }
        SnapshotError::Container(ContainerError::Member { .. }) => Failure::fault(error),
        _ => Failure::usage(error),
    }
}

/// The time to write into what is packed: that of `SOURCE_DATE_EPOCH`, or none.
pub fn source_date_epoch() -> Result<Option<UnixTime>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    let time = seconds.and_then(|seconds| UnixTime::new(seconds, 0).ok());
    time.map(Some).ok_or_else(|| Failure::usage("SOURCE_DATE_EPOCH is not a number of seconds"))
}
