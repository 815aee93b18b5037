//! `stella forensic explain` and `stella policy show`.

use std::io::{self, Write};

use crate::check::{self, document};
use crate::cli::args::{Explain, PolicyShow};
use crate::cli::failure::Failure;
use crate::cli::{load, own};
use crate::finding::CheckId;
use crate::policy;

/// Explains one check, or lists them all.
pub fn run(arguments: &Explain) -> Result<u8, Failure> {
    let text = match &arguments.check {
        _ if arguments.all => document::markdown(),
        None => {
            let line =
                |about: &&crate::finding::About| format!("{:<28} {}\n", about.id.as_str(), about.title);
            check::ALL.iter().map(line).collect()
        }
        Some(name) => {
            let id = CheckId::parse_or_alias(name).ok_or_else(|| {
                Failure::usage(format!("no check is called {name}; `stella forensic explain` lists them"))
            })?;
            let about = check::about(id);
            let known = match id.aliases() {
                [] => String::new(),
                aliases => format!("known to StellaOps as\n  {}\n", aliases.join("\n  ")),
            };
            format!(
                "{}: {}\n\nestablishes\n  {}\nwhy it matters\n  {}\nwhat to do\n  {}\nasked for by\n  {}\n{known}",
                about.id, about.title, about.establishes, about.why, about.remedy, about.clause
            )
        }
    };
    write(text.as_bytes())
}

/// Prints the policy that holds, as a file that gives the same policy again.
pub fn policy(arguments: &PolicyShow) -> Result<u8, Failure> {
    let given = arguments.policy.as_deref().map(load::policy).transpose()?;
    let kit = own::kit(&[]);
    let (text, digest) = match given.as_ref().or(kit.policy()) {
        Some(policy) => (policy::to_toml(policy), policy.digest()),
        None => (policy::DEFAULT_TOML.to_owned(), policy::default().digest()),
    };
    write(format!("# digest {digest}\n{text}").as_bytes())
}

fn write(bytes: &[u8]) -> Result<u8, Failure> {
    io::stdout().lock().write_all(bytes).map_err(|error| Failure::fault(format!("cannot write: {error}")))?;
    Ok(0)
}
