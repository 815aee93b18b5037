//! Builds archives as no program should: every field can be wrong.

use super::{BLOCK, header};

/// One header block to be bent.
#[derive(Clone)]
pub(crate) struct Block(pub(crate) [u8; BLOCK]);

impl Block {
    /// A good POSIX header.
    pub(crate) fn new(name: &str, typeflag: u8, size: u64) -> Block {
        Block([0; BLOCK])
            .with(0, name.as_bytes())
            .with(100, b"0000644\0")
            .with(108, b"0000000\0")
            .with(116, b"0000000\0")
            .with(124, format!("{size:011o}\0").as_bytes())
            .with(136, b"00000000000\0")
            .with(156, &[typeflag])
            .with(257, b"ustar\x0000")
    }

    /// A good GNU header.
    pub(crate) fn gnu(name: &str, typeflag: u8, size: u64) -> Block {
        Block::new(name, typeflag, size).with(257, b"ustar  \0")
    }

    /// The same with these bytes there, and the checksum made right.
    pub(crate) fn with(mut self, at: usize, bytes: &[u8]) -> Block {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        let sum = format!("{:06o}\0 ", header::checksum(&self.0));
        self.0[148..156].copy_from_slice(sum.as_bytes());
        self
    }

    /// The same with these bytes there, and the checksum as it was.
    pub(crate) fn damaged(mut self, at: usize, bytes: &[u8]) -> Block {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }
}

/// An archive.
#[derive(Clone, Default)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    pub(crate) fn new() -> Tar {
        Tar::default()
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Tar {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn block(self, block: Block) -> Tar {
        self.raw(&block.0)
    }

    /// `content`, and zeros up to the next block.
    pub(crate) fn content(self, content: &[u8]) -> Tar {
        let padding = (BLOCK - content.len() % BLOCK) % BLOCK;
        self.raw(content).raw(&[0; BLOCK][..padding])
    }

    pub(crate) fn file(self, name: &str, content: &[u8]) -> Tar {
        self.block(Block::new(name, b'0', content.len() as u64)).content(content)
    }

    pub(crate) fn directory(self, name: &str) -> Tar {
        self.block(Block::new(name, b'5', 0))
    }

    /// A PAX header with these records.
    pub(crate) fn pax(self, records: &[(&str, &str)]) -> Tar {
        let text: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.block(Block::new("PaxHeaders/x", b'x', text.len() as u64)).content(text.as_bytes())
    }

    /// A global PAX header.
    pub(crate) fn global(self, records: &[(&str, &str)]) -> Tar {
        let text: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.block(Block::new("pax_global_header", b'g', text.len() as u64)).content(text.as_bytes())
    }

    /// A GNU long name (`L`) or long link (`K`).
    pub(crate) fn long(self, typeflag: u8, name: &str) -> Tar {
        let text = format!("{name}\0");
        self.block(Block::gnu("././@LongLink", typeflag, text.len() as u64)).content(text.as_bytes())
    }

    /// The two blocks of zeros.
    pub(crate) fn end(self) -> Vec<u8> {
        self.raw(&[0; 2 * BLOCK]).0
    }
}

pub(crate) fn record(key: &str, value: &str) -> String {
    (1..)
        .map(|length| format!("{length} {key}={value}\n"))
        .find(|text| text.split(' ').next() == Some(text.len().to_string().as_str()))
        .expect("some length is right")
}
