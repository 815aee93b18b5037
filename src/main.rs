//! The program; everything it does is in the library.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    stella_forensic::cli::main()
}
