//! Every element that is read is encoded to the same bytes, however deep it lies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::der::{
    DerError, Reader, encode, encode_bit_string, encode_unsigned_integer, read_all,
};

fn walk(reader: &mut Reader<'_>, depth: usize) -> Result<(), DerError> {
    while !reader.is_empty() {
        let mut typed = reader.clone();
        let element = reader.any()?;
        assert_eq!(encode(element.tag, &[element.content]), element.whole);
        match element.tag.octet() {
            0x02 => {
                typed.unsigned_integer().map(|n| assert_eq!(encode_unsigned_integer(n), element.whole))?
            }
            0x03 => typed.bit_string().map(|bits| assert_eq!(encode_bit_string(bits), element.whole))?,
            0x06 => typed.oid().map(drop)?,
            tag if tag & 0x20 != 0 && depth < 64 => {
                read_all(element.content, |inner| walk(inner, depth + 1))?
            }
            _ => {}
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    let _ = read_all(bytes, |reader| walk(reader, 0));
});
