//! Evidence of fraud: a wallet's key signed a Bitcoin transaction that nobody
//! asked for. The hash that was signed follows from the transaction and from what
//! it spends (BIP-341, key path), the identity of the accusation from both.
//!
//! How it would be attacked: another order of bytes in the id of a transaction;
//! a signature whose type says less than it seems; amounts and scripts that are
//! not those of the outputs spent.

use super::{Judged, Peer, Signed};
use crate::crypto::key::PublicKey;
use crate::crypto::schnorr::{XOnlyKey, tagged};
use crate::custody::BreakKind;
use crate::digest::{Digest, decode_hex, encode_hex};
use crate::limits;
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

/// The domain of the identity that the draft has.
pub const DRAFT: &str = "tbtc-p2tr-signature-fraud-challenge-v0";
/// The domain of the identity on the bridge.
pub const BRIDGE: &str = "tbtc-p2tr-signature-fraud-bridge-challenge-v1";

/// What the last byte of a signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SighashType {
    /// There is none.
    Default = 0,
    /// `01`
    All = 1,
}

/// A witness: the signature and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// 64 bytes.
    pub signature: [u8; 64],
    /// Its type.
    pub sighash: SighashType,
}

/// Reads a witness; an error is the word that tBTC has for it.
pub fn witness(bytes: &[u8]) -> Result<Witness, &'static str> {
    let sighash = match bytes {
        [.., 1] if bytes.len() == 65 => SighashType::All,
        _ if bytes.len() == 64 => SighashType::Default,
        _ if bytes.len() == 65 => return Err("unsupported-sighash"),
        _ => return Err("invalid-length"),
    };
    let signature = bytes[..64].try_into().expect("64 bytes at least");
    Ok(Witness { signature, sighash })
}

/// An output that is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prevout {
    /// The id of its transaction, in the order in which it is shown.
    pub txid: [u8; 32],
    /// Its place there.
    pub vout: u32,
    /// Its value.
    pub value: u64,
    /// Its script.
    pub script: Vec<u8>,
}

/// A transaction without its witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    version: [u8; 4],
    /// Ids in the order of the wire, places and sequences.
    inputs: Vec<([u8; 32], u32, u32)>,
    /// The outputs as they lie there.
    outputs: Vec<u8>,
    lock_time: [u8; 4],
}

/// Reads forward through bytes.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")))
    }

    /// A count in its one spelling.
    fn count(&mut self) -> Option<usize> {
        let (first, bytes) = match self.take(1)?[0] {
            0xfd => (0xfd, self.take(2)?),
            0xfe => (0x1_0000, self.take(4)?),
            0xff => return None,
            small => return Some(usize::from(small)),
        };
        let value = bytes.iter().rev().fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
        (value >= first).then_some(value)
    }
}

fn compact(out: &mut Vec<u8>, count: usize) {
    match count {
        0..=0xfc => out.push(count as u8),
        0xfd..=0xffff => {
            out.push(0xfd);
            out.extend_from_slice(&(count as u16).to_le_bytes());
        }
        _ => {
            out.push(0xfe);
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
    }
}

impl Transaction {
    /// Reads a transaction that is not signed: no witnesses, no scripts in its
    /// inputs, nothing behind it.
    pub fn read(bytes: &[u8]) -> Option<Transaction> {
        let mut bytes = Bytes(bytes);
        let version = bytes.take(4)?.try_into().expect("four bytes");
        let mut inputs = Vec::new();
        let count = bytes.count().filter(|count| (1..=limits::TBTC_INPUTS_MAX).contains(count))?;
        for _ in 0..count {
            let txid = bytes.take(32)?.try_into().expect("32 bytes");
            let vout = bytes.u32()?;
            if bytes.count()? != 0 {
                return None;
            }
            inputs.push((txid, vout, bytes.u32()?));
        }
        let count = bytes.count().filter(|count| (1..=limits::TBTC_INPUTS_MAX).contains(count))?;
        let before = bytes.0;
        for _ in 0..count {
            bytes.take(8)?;
            let script = bytes.count()?;
            bytes.take(script)?;
        }
        let outputs = before[..before.len() - bytes.0.len()].to_vec();
        let lock_time = bytes.take(4)?.try_into().expect("four bytes");
        bytes.0.is_empty().then_some(Transaction { version, inputs, outputs, lock_time })
    }

    /// BIP-341, common signature message, for the key path and no annex.
    /// `None` where the outputs spent are not those of the inputs.
    pub fn sighash(&self, prevouts: &[Prevout], index: u32, sighash: SighashType) -> Option<Digest> {
        let spends = |(prevout, (txid, vout, _)): (&Prevout, &([u8; 32], u32, u32))| {
            prevout.txid.iter().rev().eq(txid) && prevout.vout == *vout
        };
        let all = prevouts.len() == self.inputs.len() && prevouts.iter().zip(&self.inputs).all(spends);
        if !all || index as usize >= self.inputs.len() {
            return None;
        }
        let (mut places, mut amounts, mut scripts, mut sequences) = (vec![], vec![], vec![], vec![]);
        for (prevout, (txid, vout, sequence)) in prevouts.iter().zip(&self.inputs) {
            places.extend_from_slice(txid);
            places.extend_from_slice(&vout.to_le_bytes());
            amounts.extend_from_slice(&prevout.value.to_le_bytes());
            compact(&mut scripts, prevout.script.len());
            scripts.extend_from_slice(&prevout.script);
            sequences.extend_from_slice(&sequence.to_le_bytes());
        }
        let [places, amounts, scripts, sequences, outputs] =
            [&places, &amounts, &scripts, &sequences, &self.outputs].map(|bytes| Digest::sha256(bytes));
        Some(tagged(
            "TapSighash",
            &[
                &[0, sighash as u8],
                &self.version,
                &self.lock_time,
                places.bytes(),
                amounts.bytes(),
                scripts.bytes(),
                sequences.bytes(),
                outputs.bytes(),
                &[0],
                &index.to_le_bytes(),
            ],
        ))
    }
}

/// An accusation.
#[derive(Clone, Debug)]
pub struct Evidence {
    wallet: [u8; 32],
    transaction: Vec<u8>,
    index: u32,
    prevouts: Vec<Prevout>,
    witness: Vec<u8>,
    /// What it states of what follows, by member.
    stated: Vec<(&'static str, String)>,
}

impl Evidence {
    pub(super) fn read(value: &Value) -> Result<Evidence, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let wallet = bytes32(&mut fields, "walletIDHex")?;
        let transaction = bytes(&mut fields, "unsignedTransactionHex")?;
        let index = small(&mut fields, "signedInputIndex")?;
        let mut prevouts = Vec::new();
        for (place, one) in fields.array("prevouts")?.iter().enumerate().take(limits::TBTC_INPUTS_MAX + 1) {
            let mut one = Fields::open(one, format!("/prevouts/{place}"))?;
            prevouts.push(Prevout {
                txid: bytes32(&mut one, "txidHex")?,
                vout: small(&mut one, "vout")?,
                value: one.u64("valueSats")?,
                script: bytes(&mut one, "scriptPubKeyHex")?,
            });
        }
        let witness = bytes(&mut fields, "witnessSignatureHex")?;
        let mut stated = Vec::new();
        for member in STATED {
            if let Some(text) = fields.opt_str(member)? {
                stated.push((member, text.to_owned()));
            }
        }
        fields.finish()?;
        Ok(Evidence { wallet, transaction, index, prevouts, witness, stated })
    }

    /// The identity of the accusation in the draft: over the transaction and what it spends.
    fn draft(&self, sighash: &Digest, witness: &Witness) -> Digest {
        let mut all = [DRAFT.as_bytes(), &self.wallet, sighash.bytes(), &witness.signature].concat();
        all.push(witness.sighash as u8);
        all.extend_from_slice(&self.index.to_le_bytes());
        compact(&mut all, self.transaction.len());
        all.extend_from_slice(&self.transaction);
        compact(&mut all, self.prevouts.len());
        for prevout in &self.prevouts {
            all.extend_from_slice(&prevout.txid);
            all.extend_from_slice(&prevout.vout.to_le_bytes());
            all.extend_from_slice(&prevout.value.to_le_bytes());
            compact(&mut all, prevout.script.len());
            all.extend_from_slice(&prevout.script);
        }
        Digest::sha256(&all)
    }

    /// Everything that follows from it.
    pub fn judge(&self) -> Judged {
        let mut judged = Judged::default();
        let verdict = self.follow(&mut judged);
        let broken = verdict.is_err() || !judged.faults.is_empty();
        judged.peer = Some(Peer {
            command: "p2tr signature fraud",
            verdict: if broken { "broken" } else { "ok" },
            reasons: verdict.err().into_iter().collect(),
            untold: None,
        });
        judged
    }

    fn follow(&self, judged: &mut Judged) -> Result<(), &'static str> {
        let witness = match witness(&self.witness) {
            Ok(witness) => witness,
            Err(word) => {
                let expected = "64 bytes, or 65 that end in 01";
                let found = format!("{} bytes: {word}", self.witness.len());
                judged.broken(BreakKind::Shape, "witnessSignatureHex", expected, found);
                return Err(word);
            }
        };
        let Some(transaction) = Transaction::read(&self.transaction) else {
            let at = "unsignedTransactionHex";
            judged.broken(BreakKind::Shape, at, "a transaction without signatures", "something else");
            return Err("invalid-transaction");
        };
        let sighash = transaction.sighash(&self.prevouts, self.index, witness.sighash);
        let Some(sighash) = sighash else {
            judged.broken(BreakKind::Link, "prevouts", "the outputs that the inputs spend", "others");
            return Err("prevout-mismatch");
        };
        judged.passed.push(BreakKind::Link);
        let script = &self.prevouts[self.index as usize].script;
        let own = [&[0x51, 0x20], &self.wallet[..]].concat();
        judged.compare(BreakKind::Actor, "scriptPubKeyHex", &encode_hex(&own), &encode_hex(script));
        let draft = self.draft(&sighash, &witness);
        let sighash_bytes = sighash.bytes();
        let bridge =
            [BRIDGE.as_bytes(), &self.wallet, sighash_bytes, &witness.signature, &[witness.sighash as u8]];
        let bridge = Digest::sha256(&bridge.concat());
        for (member, found) in &self.stated {
            let expected = match *member {
                "bip341SighashHex" | "expectedBip341SighashHex" => sighash.hex(),
                "bip340SignatureHex" => encode_hex(&witness.signature),
                "walletP2trScriptPubKeyHex" => encode_hex(&own),
                "draftChallengeIdentityHex" | "expectedDraftChallengeIdentityHex" => draft.hex(),
                _ => bridge.hex(),
            };
            judged.compare(BreakKind::Hash, member, &expected, found);
        }
        let key = XOnlyKey::from_bytes(&self.wallet);
        let verified = key.and_then(|key| key.verify(sighash_bytes, &witness.signature));
        match verified {
            Ok(()) => {
                judged.passed.push(BreakKind::Signature);
                let keys = PublicKey::from_xonly_bytes(&self.wallet).into_iter().collect();
                judged.signed.push(Signed { keys, payload: sighash });
                Ok(())
            }
            Err(error) => {
                let expected = "a signature of the wallet over the transaction";
                judged.broken(BreakKind::Signature, "witnessSignatureHex", expected, error.to_string());
                Err("invalid-signature")
            }
        }
    }
}

/// Members that state what follows from the others.
const STATED: [&str; 8] = [
    "bip341SighashHex",
    "expectedBip341SighashHex",
    "bip340SignatureHex",
    "walletP2trScriptPubKeyHex",
    "draftChallengeIdentityHex",
    "expectedDraftChallengeIdentityHex",
    "bridgeChallengeIdentityHex",
    "expectedBridgeChallengeIdentityHex",
];

fn bytes(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, ShapeError> {
    let text = fields.str(name)?;
    let short = text.len() <= 2 * limits::TBTC_TRANSACTION_BYTES_MAX;
    decode_hex(text)
        .filter(|_| short)
        .ok_or_else(|| fields.invalid(name, "lower-case hexadecimal of a transaction's size", text))
}

fn bytes32(fields: &mut Fields<'_>, name: &str) -> Result<[u8; 32], ShapeError> {
    let all = bytes(fields, name)?;
    let length = format!("{} bytes", all.len());
    all.try_into().map_err(|_| fields.invalid(name, "32 bytes", &length))
}

fn small(fields: &mut Fields<'_>, name: &str) -> Result<u32, ShapeError> {
    let number = fields.u64(name)?;
    u32::try_from(number).map_err(|_| fields.invalid(name, "a number of 32 bits", &number.to_string()))
}
