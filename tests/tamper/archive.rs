//! Changes to the members of a tar, which flips in its bytes do not make.

/// A member: its header, and its content up to the next block.
fn members(tar: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut members, mut rest) = (Vec::new(), tar);
    while rest[0] != 0 {
        let size = std::str::from_utf8(&rest[124..135]).unwrap();
        let size = usize::from_str_radix(size.trim_end_matches(['\0', ' ']), 8).unwrap();
        let (member, after) = rest.split_at(512 + size.next_multiple_of(512));
        members.push(member);
        rest = after;
    }
    (members, rest)
}

fn name(member: &[u8]) -> &str {
    std::str::from_utf8(&member[..100]).unwrap().trim_end_matches('\0')
}

/// With another name, and the checksum for it.
fn named(member: &[u8], name: &str) -> Vec<u8> {
    let mut other = member.to_vec();
    other[..100].fill(0);
    other[..name.len()].copy_from_slice(name.as_bytes());
    other[148..156].fill(b' ');
    let sum: u32 = other[..512].iter().map(|byte| u32::from(*byte)).sum();
    other[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    other
}

/// Other archives of the same members: what was done, with which, and the bytes.
pub fn changed(tar: &[u8]) -> Vec<(&'static str, String, Vec<u8>)> {
    let (members, end) = members(tar);
    let with = |members: Vec<&[u8]>| [&members.concat()[..], end].concat();
    let mut all = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let own = name(member).to_owned();
        let mut fewer = members.clone();
        fewer.remove(at);
        all.push(("member-drop", own.clone(), with(fewer.clone())));
        fewer.insert(0, member);
        if at > 0 {
            all.push(("member-first", own.clone(), with(fewer)));
        }
        let mut twice = members.clone();
        twice.push(member);
        all.push(("member-repeat", own.clone(), with(twice)));
        let copy = named(member, &format!("{own}.copy"));
        all.push(("member-copy", own.clone(), with([&members[..], &[&copy]].concat())));
        for (other_at, other) in members.iter().enumerate().skip(at + 1) {
            let (one, two) = (named(member, name(other)), named(other, name(member)));
            let mut swapped = members.clone();
            (swapped[at], swapped[other_at]) = (&one, &two);
            all.push(("member-swap", format!("{own}:{}", name(other)), with(swapped)));
        }
    }
    let added = {
        let mut header = named(&members[0][..512], "added.bin");
        header[124..136].copy_from_slice(b"00000000000\0");
        named(&header, "added.bin")
    };
    all.push(("member-add", "added.bin".into(), with([&members[..], &[&added]].concat())));
    all.push(("end", "one-block".into(), [&members.concat()[..], &[0; 512]].concat()));
    all.push(("end", "none".into(), members.concat()));
    all.push(("end", "longer".into(), [tar, &[0; 10240]].concat()));
    all
}
