//! What is unpacked is what others unpack, however the bytes come by. Those who
//! are less strict may read more.
#![no_main]

use std::io::{BufReader, Read};

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::unpack::{Packing, UnpackFault, Unpacked};

fn unpack(packing: Packing, bytes: &[u8], capacity: usize) -> Result<Vec<u8>, UnpackFault> {
    let mut content = Vec::new();
    let source = BufReader::with_capacity(capacity, bytes);
    let mut unpacked = Unpacked::new(packing, source).expect("memory does not fail");
    match unpacked.read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) => Err(UnpackFault::of(&error).expect("the source does not fail").clone()),
    }
}

fuzz_target!(|bytes: &[u8]| {
    for packing in [Packing::Gzip, Packing::Zstd] {
        let found = unpack(packing, bytes, 4096);
        let piecewise = unpack(packing, bytes, 3);
        assert_eq!(found.is_ok(), piecewise.is_ok());
        let Ok(found) = found else { continue };
        assert_eq!(Ok(&found), piecewise.as_ref());
        assert_eq!(Packing::recognise(bytes), Some(packing));
        let mut theirs = Vec::new();
        match packing {
            Packing::Gzip => flate2::read::GzDecoder::new(bytes).read_to_end(&mut theirs),
            Packing::Zstd => zstd::Decoder::new(bytes).and_then(|mut d| d.read_to_end(&mut theirs)),
        }
        .expect("what we accept others do");
        assert_eq!(found, theirs);
    }
});
