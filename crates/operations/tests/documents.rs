//! The tables in the documents are those of the catalogue. `cargo xtask documents` writes them anew.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::{Path, PathBuf};
use tieline_operations::{Catalogue, documents};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Compares a document with what it should be, or writes it where that is asked for.
fn compare(name: &str, expected: &str) {
    if std::env::var_os("TIELINE_WRITE_DOCUMENTS").is_some() {
        std::fs::write(file(name), expected).unwrap();
    }
    let found = std::fs::read_to_string(file(name)).unwrap_or_default();
    assert!(found == expected, "docs/{name} is stale; run `cargo xtask documents`");
}

#[test]
fn the_catalogue_page_is_current() {
    compare("CATALOGUE.md", &documents::catalogue_page(&Catalogue::default()));
}

#[test]
fn the_table_of_requests_is_current() {
    const BEGIN: &str = "<!-- Written by `cargo xtask documents`: -->\n\n";
    const END: &str = "\n<!-- End. -->";
    let page = std::fs::read_to_string(file("API.md")).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let table = documents::request_table(&Catalogue::default());
    compare("API.md", &format!("{before}{BEGIN}{table}{END}{after}"));
}
