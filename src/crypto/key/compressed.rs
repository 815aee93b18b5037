//! Points of P-256 of which only one coordinate is given, SEC 1 2.3.4.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

/// FIPS 186-5, P-256: the prime and `b`; `a` is -3.
const P: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];
const B: [u8; 32] = [
    0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc, 0x65,
    0x1d, 0x06, 0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b,
];

/// `04 || x || y` of `02 || x` or `03 || x`; `None` where there is no such point.
/// The caller checks that the point is on the curve, which checks this, too.
pub(super) fn p256(bytes: &[u8]) -> Option<Vec<u8>> {
    let (parity, x) = match bytes {
        [parity @ (2 | 3), x @ ..] if x.len() == 32 => (parity & 1, x),
        _ => return None,
    };
    let prime = BoxedUint::from_be_slice_vartime(&P);
    let precision = prime.bits_precision();
    let number = BoxedUint::from_be_slice(x, precision).ok()?;
    if number >= prime {
        return None;
    }
    let parameters = BoxedMontyParams::new_vartime(Odd::new(prime.clone()).into_option()?);
    let form = |value: BoxedUint| BoxedMontyForm::new(value, &parameters);
    let wide = |value: u8| BoxedUint::from_be_slice(&[value], precision);
    let x_form = form(number);
    let three = form(wide(3).ok()?);
    let b = form(BoxedUint::from_be_slice(&B, precision).ok()?);
    // y^2 = x^3 - 3x + b; the prime is 3 modulo 4, so y is that to (p + 1) / 4.
    let square = x_form.clone() * &x_form * &x_form - &(three * &x_form) + &b;
    let mut exponent = P;
    // (p + 1) / 4: the last 96 bits of p are ones, so this is p / 4 and one more.
    let mut carry = 0;
    for octet in &mut exponent {
        let shifted = (*octet >> 2) | carry;
        carry = *octet << 6;
        *octet = shifted;
    }
    let mut at = exponent.len();
    while at > 0 {
        at -= 1;
        let (sum, over) = exponent[at].overflowing_add(1);
        exponent[at] = sum;
        if !over {
            break;
        }
    }
    let exponent = BoxedUint::from_be_slice(&exponent, precision).ok()?;
    let y = square.pow(&exponent).retrieve().to_be_bytes();
    let mut y = y[y.len() - 32..].to_vec();
    if y[31] & 1 != parity {
        let negative = form(BoxedUint::from_be_slice(&y, precision).ok()?);
        let negative = (form(wide(0).ok()?) - &negative).retrieve().to_be_bytes();
        y = negative[negative.len() - 32..].to_vec();
    }
    Some([&[4], x, &y].concat())
}
