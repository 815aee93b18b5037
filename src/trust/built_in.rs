//! The store that is compiled in: data with a source and a date.
//!
//! It holds public roots only, and as yet none. It is read when somebody first
//! asks for it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{STORE_FILE, TrustStore, form};

static STORE: LazyLock<TrustStore> = LazyLock::new(|| {
    let bytes = include_bytes!("built-in.json").to_vec();
    form::parse(&BTreeMap::from([(STORE_FILE.to_owned(), bytes)]))
        .expect("a test reads the store that is compiled in")
});

/// The store that is compiled in.
pub fn built_in() -> &'static TrustStore {
    &STORE
}
