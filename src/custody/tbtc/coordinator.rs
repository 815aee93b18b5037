//! Who coordinates an attempt: the first of the participants after a shuffle
//! by the generator that Go calls `math/rand`.
//!
//! The generator is an additive lagged Fibonacci one over 2^64, of length 607
//! and tap 273. Its table of constants is the state of the same recurrence after
//! 7.8 * 10^12 steps from the seed 1. It is computed here, once, by raising
//! `z` to that power modulo `z^607 - z^334 - 1`, and held against vectors in
//! the tests.

use std::sync::OnceLock;

use crate::digest::Digest;

const LENGTH: usize = 607;
const TAP: usize = 273;
/// How many steps the constants are away from the seed 1.
const STEPS: u64 = 7_800_000_000_000;
/// 2^31 - 1.
const MODULUS: i64 = (1 << 31) - 1;

/// The seed of a session: the first eight bytes of a hash over the key of the
/// group, the session, and the message padded to 32 bytes. `None` for a message
/// that is longer.
pub fn seed(key_group: &str, session: &str, message: &[u8]) -> Option<i64> {
    let stripped = &message[message.iter().take_while(|byte| **byte == 0).count()..];
    let mut padded = vec![0; 32_usize.checked_sub(stripped.len())?];
    padded.extend_from_slice(stripped);
    let hash = Digest::sha256(&[key_group.as_bytes(), session.as_bytes(), &padded].concat());
    let first: [u8; 8] = hash.bytes()[..8].try_into().expect("a SHA-256 is longer");
    Some(i64::from_be_bytes(first))
}

/// Who of `members`, in whatever order, coordinates the attempt of that number, from 0.
pub fn select(seed: i64, attempt: u64, members: &[u16]) -> Option<u16> {
    let mut members = members.to_vec();
    members.sort_unstable();
    let mut random = Source::new(seed.wrapping_add(attempt as i64));
    for last in (1..members.len()).rev() {
        let other = random.below(last as u32 + 1) as usize;
        members.swap(last, other);
    }
    members.first().copied()
}

/// x -> 48271 x mod 2^31 - 1, without leaving 32 bits.
fn next_seed(x: i64) -> i64 {
    let x = 48_271 * (x % 44_488) - 3_399 * (x / 44_488);
    if x < 0 { x + MODULUS } else { x }
}

struct Source {
    state: [u64; LENGTH],
    tap: usize,
    feed: usize,
}

impl Source {
    fn new(seed: i64) -> Source {
        let mut x = seed % MODULUS;
        if x < 0 {
            x += MODULUS;
        }
        if x == 0 {
            x = 89_482_311;
        }
        for _ in 0..20 {
            x = next_seed(x);
        }
        let mut state = *constants();
        for cell in &mut state {
            for shift in [40, 20, 0] {
                x = next_seed(x);
                *cell ^= (x as u64) << shift;
            }
        }
        Source { state, tap: 0, feed: LENGTH - TAP }
    }

    fn next(&mut self) -> u64 {
        self.tap = (self.tap + LENGTH - 1) % LENGTH;
        self.feed = (self.feed + LENGTH - 1) % LENGTH;
        let x = self.state[self.feed].wrapping_add(self.state[self.tap]);
        self.state[self.feed] = x;
        x
    }

    /// A number below `n`, by Lemire's way.
    fn below(&mut self, n: u32) -> u32 {
        let mut draw = || {
            let word = ((self.next() & (u64::MAX >> 1)) >> 31) as u32;
            u64::from(word) * u64::from(n)
        };
        let mut product = draw();
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = draw();
            }
        }
        (product >> 32) as u32
    }
}

type Polynomial = [u64; LENGTH];

fn constants() -> &'static Polynomial {
    static CONSTANTS: OnceLock<Box<Polynomial>> = OnceLock::new();
    CONSTANTS.get_or_init(|| {
        // The cell that is written in step k holds the value of step k - 607 before.
        let step = |cell: usize| (2 * LENGTH - TAP - 1 - cell) % LENGTH;
        let mut before = [0; LENGTH];
        seeded().iter().enumerate().for_each(|(cell, value)| before[step(cell)] = *value);
        let mut power = raised(STEPS);
        let mut after = Box::new([0; LENGTH]);
        for ahead in 0..LENGTH {
            let terms = power.iter().zip(&before).map(|(a, b)| a.wrapping_mul(*b));
            // The value of step STEPS - 606 + ahead.
            let steps = (STEPS + ahead as u64 + 1) % LENGTH as u64;
            let cell = (2 * LENGTH - TAP - steps as usize) % LENGTH;
            after[cell] = terms.fold(0_u64, u64::wrapping_add);
            power = shifted(&power);
        }
        after
    })
}

/// The state from the seed 1, as it was before there were constants.
fn seeded() -> Polynomial {
    let mut x = 1;
    for _ in 0..20 {
        x = next_seed(x);
    }
    let mut state = [0; LENGTH];
    for cell in &mut state {
        for shift in [20, 10, 0] {
            x = next_seed(x);
            *cell ^= (x as u64) << shift;
        }
    }
    state
}

/// `z^exponent`.
fn raised(exponent: u64) -> Polynomial {
    let mut power = [0; LENGTH];
    power[0] = 1;
    for bit in (0..u64::BITS - exponent.leading_zeros()).rev() {
        power = product(&power, &power);
        if exponent >> bit & 1 == 1 {
            power = shifted(&power);
        }
    }
    power
}

/// Times `z`.
fn shifted(one: &Polynomial) -> Polynomial {
    let mut all = [0; LENGTH];
    all[1..].copy_from_slice(&one[..LENGTH - 1]);
    all[0] = one[LENGTH - 1];
    all[LENGTH - TAP] = all[LENGTH - TAP].wrapping_add(one[LENGTH - 1]);
    all
}

fn product(a: &Polynomial, b: &Polynomial) -> Polynomial {
    let mut wide = [0_u64; 2 * LENGTH];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| **x != 0) {
        for (sum, y) in wide[i..].iter_mut().zip(b) {
            *sum = sum.wrapping_add(x.wrapping_mul(*y));
        }
    }
    for at in (LENGTH..2 * LENGTH).rev() {
        let carried = wide[at];
        wide[at - LENGTH] = wide[at - LENGTH].wrapping_add(carried);
        wide[at - TAP] = wide[at - TAP].wrapping_add(carried);
    }
    let mut low = [0; LENGTH];
    low.copy_from_slice(&wide[..LENGTH]);
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `rand.New(rand.NewSource(1)).Int63()` gives first.
    #[test]
    fn the_first_number_of_the_first_seed() {
        let mut source = Source::new(1);
        assert_eq!(source.next() & (u64::MAX >> 1), 5_577_006_791_947_779_410);
        assert_eq!(source.next() & (u64::MAX >> 1), 8_674_665_223_082_153_551);
    }

    #[test]
    fn a_message_is_padded_and_not_cut() {
        assert_eq!(seed("g", "s", &[1]), seed("g", "s", &[0, 0, 1]));
        assert_eq!(seed("g", "s", &[1; 33]), None);
        assert_eq!(seed("g", "s", &[&[0; 9][..], &[1; 32]].concat()), seed("g", "s", &[1; 32]));
    }

    #[test]
    fn nobody_and_one() {
        assert_eq!(select(5, 0, &[]), None);
        assert_eq!(select(5, 0, &[9]), Some(9));
    }
}
