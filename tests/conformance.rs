//! Public test suites: `cargo test --test conformance [-- part-of-a-name ...]`.

#[path = "conformance/mod.rs"]
mod conformance;
mod support;

fn main() {
    conformance::main();
}
