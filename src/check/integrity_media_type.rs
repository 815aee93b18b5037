//! A descriptor calls a blob a manifest and the blob is an index, or a signature and the blob is a
//! program: whoever goes by the name does something else than whoever looks (CVE-2021-41190).

use crate::evidence::Item;
use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::limits;
use crate::listing::oci::Descriptor;

/// What there is to say about `integrity.media-type`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityMediaType,
    title: "blobs are what their descriptors call them",
    establishes: "In an image layout, every blob that a descriptor calls an index, a manifest, a payload of \
        a signature, an envelope or a bundle is one, and says nothing else of itself. Other types are not \
        looked into.",
    why: "The type decides which reader gets the bytes. Where name and content differ, one digest means two \
        things, and a signature over it is good for both.",
    remedy: "Copy the image again from its registry. If it still differs, whoever built it wrote the wrong \
        type.",
    clause: "OCI image specification, descriptor (mediaType) and manifest (mediaType must match); \
        CVE-2021-41190",
};

/// The blob is something else.
pub fn failed(list: &str, item: &Item, descriptor: &Descriptor, book: &mut Book) {
    let detail = "the blob is not what its descriptor calls it";
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, detail)
            .item(item.path.as_str())
            .expected(crate::path::escape(descriptor.media_type.as_bytes()))
            .found(item.kind.name())
            .at(format!("{list}, {}", descriptor.at)),
    );
}

/// Documents lie in documents deeper than anybody needs, and are not followed.
pub fn too_deep(item: &Item, book: &mut Book) {
    let detail = "a document that lies deeper in others than is followed";
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, detail)
            .item(item.path.as_str())
            .expected(format!("at most {} levels", limits::OCI_DEPTH_MAX)),
    );
}
