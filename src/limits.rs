//! Every bound in the program, each with its reason.
//!
//! A bound is charged per item and never shared between items, so that one
//! hostile file cannot use up what an honest one needs. Exceeding a bound is
//! a finding that names the bound and the value.

// --- names -----------------------------------------------------------------

/// Longest evidence path, in bytes. Linux gives up at 4096.
pub const PATH_BYTES_MAX: usize = 4096;

/// Deepest nesting of directories in an evidence path. Real bundles use under ten.
pub const PATH_DEPTH_MAX: usize = 64;

// --- items -----------------------------------------------------------------

/// Most items in one container. A million tiny files is a stated load; this
/// leaves room above it and stops an archive that only exists to exhaust us.
pub const ITEMS_MAX: usize = 2_000_000;

/// Largest file that is held in memory because its format is understood.
/// The largest real attestations (SBOMs inside DSSE) are about 20 MiB.
pub const STRUCTURED_BYTES_MAX: u64 = 32 << 20;

/// Largest list of digests that is held in memory: [`ITEMS_MAX`] lines of a
/// digest and a name of 60 bytes.
pub const LIST_BYTES_MAX: u64 = 256 << 20;

/// Largest file that is held because a signature beside it is made over all of
/// its bytes (Ed25519, HMAC). Larger ones have to be signed over a digest.
pub const SIGNED_BYTES_MAX: u64 = 16 << 20;

/// Most bytes that one container may have held in memory at once. Ten thousand
/// attestations of 100 KiB fit; what exceeds it exists to exhaust us, and then
/// nothing of the container is held, so that no order decides what is.
pub const HELD_BYTES_MAX: u64 = 1 << 30;

/// Most faults of one kind that are kept of one container; further ones are
/// counted. Nobody reads the ten-thousandth.
pub const FAULTS_KEPT_MAX: usize = 10_000;

/// Most descriptors in one index or manifest of an image. Layers stay under two
/// hundred; an index of everything in a registry may have thousands.
pub const OCI_DESCRIPTORS_MAX: usize = 10_000;

/// How deep indexes may lie in indexes. Real ones go two deep.
pub const OCI_DEPTH_MAX: usize = 8;

/// Most directories of one source that are containers of their own. Evidence
/// lockers export hundreds; each costs a case in the report.
pub const CONTAINERS_MAX: usize = 4096;

/// Most archives of one container that are opened to look for a manifest. An
/// evidence folder has dozens; each may cost [`EXPANSION_FLOOR_BYTES`].
pub const INNER_ARCHIVES_MAX: usize = 4096;

// --- grammars ----------------------------------------------------------------

/// Deepest nesting of JSON. Attestations and SBOMs stay under thirty; the
/// reader recurses, and this keeps it far from the end of a thread's stack.
pub const JSON_DEPTH_MAX: usize = 128;

/// Most values in one JSON text. The largest SBOMs have under a million; a
/// value takes 32 bytes and `[0,0,...]` only two per value, so this is what
/// bounds memory, not the size of the file.
pub const JSON_VALUES_MAX: usize = 2_000_000;

/// Longest number in JSON. The exact decimal form of the smallest double has
/// 767 digits; nobody means anything by more.
pub const JSON_NUMBER_BYTES_MAX: usize = 1024;

/// Most blocks in one PEM text. The bundles of authorities that browsers and
/// operating systems ship have about 150.
pub const PEM_BLOCKS_MAX: usize = 4096;

// --- archives ----------------------------------------------------------------

/// Longest extension header of a tar. Linux stops at 64 KiB for all extended
/// attributes of a file together, and at 4 KiB for its name.
pub const TAR_EXTENSION_BYTES_MAX: u64 = 1 << 20;

/// Bytes read at once. Below 64 KiB the calls begin to show beside hashing;
/// above 256 KiB nothing is gained, and the caches are left.
pub const READ_BYTES: usize = 128 << 10;

/// Largest zstd window. RFC 8878 3.1.1.1.2 asks every reader for 8 MiB and every
/// writer to stay below; it is also what keeps a reader's memory flat. Only
/// `--long` and `--ultra` go beyond.
pub const ZSTD_WINDOW_BYTES_MAX: u64 = 8 << 20;

/// How many times larger than what went in may be what comes out. Text reaches
/// 20, logs and sparse images 100; deflate ends at 1032 and zstd does not end.
pub const EXPANSION_RATIO_MAX: u64 = 200;

/// What may come out at whatever ratio: a second's work, and never held.
pub const EXPANSION_FLOOR_BYTES: u64 = 64 << 20;

/// Most bytes that come out of one archive: half an hour's work.
pub const EXPANDED_BYTES_MAX: u64 = 1 << 40;

// --- custody timelines -----------------------------------------------------

/// Longest line of a timeline. A transfer names every item again, so this
/// leaves room for [`CUSTODY_ITEMS_MAX`] items of ordinary names.
pub const CUSTODY_LINE_BYTES_MAX: usize = 4 << 20;

/// Most evidence items that one timeline follows through its transfers. Who
/// has more collects the file that lists them.
pub const CUSTODY_ITEMS_MAX: usize = 16_384;

/// Most bytes of evidence names that one timeline follows, so that the longest
/// names at the largest number stay a few megabytes.
pub const CUSTODY_ITEM_NAME_BYTES_MAX: usize = 4 << 20;

/// Most chains in one file. Each has a state of its own of some kilobytes.
pub const CUSTODY_CHAINS_MAX: usize = 256;

/// How far back a line that comes again is told apart from one that differs.
/// Further back both are only "out of order".
pub const CUSTODY_RECALL_MAX: usize = 512;

/// Most gaps that may still turn out to be lines in the wrong place.
pub const CUSTODY_GAPS_OPEN_MAX: usize = 64;

/// Shared keys of one name that are tried on a row. They come from the trust
/// store, where a name is given twice only by accident or after a hand-over.
pub const CUSTODY_KEYS_TRIED_MAX: usize = 4;

/// Names of keys that nobody knows, of which a log's first row is kept; what is
/// beyond is counted.
pub const CUSTODY_UNKNOWN_KEYS_MAX: usize = 16;

/// Time stamps over rows of a log that are asked for their authority, the first
/// and the last of them, half each. All are compared with their rows.
pub const CUSTODY_STAMPS_KEPT_MAX: usize = 256;

/// Parts of a log, rows and markers of archives; a marker beyond is a row.
pub const CUSTODY_ARCHIVES_MAX: usize = 512;

/// Bytes of a log that are read before its rows are linked: enough for several
/// threads, too little to notice.
pub const CUSTODY_BATCH_BYTES: usize = 1 << 20;

/// Receipts for rows of a log that are held against it.
pub const CUSTODY_RECEIPTS_MAX: usize = 4096;

/// Longest receipt: a header of HTTP, with room.
pub const CUSTODY_RECEIPT_BYTES_MAX: usize = 8192;

/// Ids of events that are remembered where events do not name each other: for
/// redactions and repetitions. Ten megabytes.
pub const CUSTODY_IDS_MAX: usize = 1 << 18;

/// What events say of envelopes, as far as it is compared with them.
pub const CUSTODY_PROVENANCE_KEPT_MAX: usize = 1024;

/// Records of a transcript of tBTC, which its own engine keeps no more of.
pub const TBTC_RECORDS_MAX: usize = 256;

/// Operators in a list of tBTC: a hundred times what there are.
pub const TBTC_OPERATORS_MAX: usize = 16_384;

/// Inputs and outputs of a transaction each: a block has room for fewer.
pub const TBTC_INPUTS_MAX: usize = 25_000;

/// Bytes of a transaction: a block has room for no more.
pub const TBTC_TRANSACTION_BYTES_MAX: usize = 4_000_000;

/// Most signed anchors that one timeline is measured against: a million events
/// in the batches of 1000 that the ledger makes, and some more.
pub const CUSTODY_ANCHORS_MAX: usize = 4096;

/// Most breaks of one timeline that are kept with their particulars; further
/// ones are counted. Whoever repairs a timeline begins with the first.
pub const BREAKS_KEPT_MAX: usize = 100;

/// Most events kept for display at each end of a timeline.
pub const EVENTS_KEPT_MAX: usize = 500;

/// The same for each further chain in one file, so that many chains take no
/// more than one.
pub const EVENTS_KEPT_FURTHER_MAX: usize = 10;

/// Most moments of a merged timeline; the rest is counted. Nobody reads more, and
/// five chains of [`EVENTS_KEPT_MAX`] at either end fit in.
pub const MOMENTS_MAX: usize = 5000;

/// Most pairs of moments that are compared; the rest is counted.
pub const MOMENT_PAIRS_MAX: usize = 10_000;

/// Most rows of one table of a database: with a hundred bytes each, all that
/// [`STRUCTURED_BYTES_MAX`] has room for.
pub const SQLITE_ROWS_MAX: usize = 400_000;

/// Most tables of a database.
pub const SQLITE_TABLES_MAX: usize = 1000;

/// Longest row of a database, in bytes: as long as a line of a timeline, with room
/// for what stands beside it.
pub const SQLITE_ROW_BYTES_MAX: usize = 5 << 20;

/// Most commits of a ledger of prx that are answered for one by one.
pub const CUSTODY_COMMITS_MAX: usize = 10_000;

/// Most kinds of effects, as actor and subcommand, that are told apart in a ledger.
pub const CUSTODY_EFFECTS_MAX: usize = 1000;

/// How many ids of derivations are remembered, to find one that is there twice.
pub const CUSTODY_IDS_KEPT_MAX: usize = 65_536;

/// Most handovers kept for display; further ones are counted.
pub const HANDOVERS_KEPT_MAX: usize = 500;

/// Longest case id, identity, tenant or kind in a timeline, in bytes; that of
/// identities in a trust store.
pub const CUSTODY_NAME_BYTES_MAX: usize = 256;

/// Longest note on an event, in bytes: a page. Longer texts are evidence.
pub const CUSTODY_NOTE_BYTES_MAX: usize = 4096;

/// Longest signature on an event, in bytes: that of the largest RSA key.
pub const CUSTODY_SIGNATURE_BYTES_MAX: usize = 1024;

/// Longest text quoted from a line of a timeline, in bytes.
pub const CUSTODY_QUOTE_BYTES_MAX: usize = 160;

// --- keys and signatures ---------------------------------------------------

/// Shortest shared key. Below 128 bits a tag can be forged by guessing the key;
/// NIST SP 800-107 asks for no less.
pub const SHARED_KEY_BYTES_MIN: usize = 16;

/// Longest shared key. HMAC hashes anything longer than 64 bytes down to 32, so
/// length above that adds nothing; this leaves room for pass phrases in files.
pub const SHARED_KEY_BYTES_MAX: usize = 4096;

/// Smallest RSA modulus, in bits, under an algorithm that is not marked legacy:
/// 112 bits of strength, the floor of NIST SP 800-131A since 2014.
pub const RSA_BITS_MIN: u32 = 2048;

/// Smallest RSA modulus that is read at all. Old time-stamp authorities have
/// such keys; 768 bits were factored in 2009.
pub const RSA_BITS_LEGACY_MIN: u32 = 1024;

/// Largest RSA modulus. Work grows with the square of the length, so one key of
/// 64 kilobits would cost as much as a thousand honest ones; the crypto library
/// draws the line here too.
pub const RSA_BITS_MAX: u32 = 8192;

/// Most bits in an RSA public exponent. Real ones are 3, 17, 257 and 65537; work
/// grows with the length, and the crypto library refuses more than 33.
pub const RSA_EXPONENT_BITS_MAX: u32 = 33;

/// Longest text that is read as one public key, in bytes. An 8192-bit RSA key
/// with its PEM frame or SSH comment takes under two thousand.
pub const KEY_TEXT_BYTES_MAX: usize = 16 << 10;

// --- Merkle trees ----------------------------------------------------------

/// Most hashes in a proof: a tree of 2^64 leaves is that deep, and a
/// consistency proof has one hash more than that only for sizes nobody has.
pub const MERKLE_PATH_MAX: usize = 64;

// --- transparency logs -----------------------------------------------------

/// Longest signed note, in bytes: [`NOTE_SIGNATURES_MAX`] post-quantum signatures
/// of five thousand, and room for the text. Checkpoints take two hundred.
pub const NOTE_BYTES_MAX: usize = 512 << 10;

/// How many heads of a log are remembered once they are verified, each of a note of
/// at most [`HEAD_KEPT_BYTES_MAX`]: 16 MiB at worst. What comes after is verified
/// each time that it is met.
pub const HEADS_KEPT_MAX: usize = 4096;

/// Longest note that is remembered as a verified head, in bytes.
pub const HEAD_KEPT_BYTES_MAX: usize = 4096;

/// Most signature lines of a note. C2SP asks every reader for sixteen.
pub const NOTE_SIGNATURES_MAX: usize = 64;

/// Longest key name and longest origin, in bytes: an address without its scheme.
pub const LOG_NAME_BYTES_MAX: usize = 256;

/// Most logs, witnesses and groups of one policy for logs. C2SP asks every reader
/// for 32 of each.
pub const LOG_POLICY_LINES_MAX: usize = 4096;

/// Most hashes or entries of one tile: C2SP fixes the height at eight.
pub const TILE_WIDTH_MAX: u64 = 256;

/// Most extension lines of a checkpoint. Real ones have one or none.
pub const CHECKPOINT_EXTENSIONS_MAX: usize = 64;

// --- trust -----------------------------------------------------------------

/// Longest identity, in bytes: a workflow of a hosted builder is known by the
/// address of its file at a branch, and by the address of the provider.
pub const IDENTITY_BYTES_MAX: usize = 1024;

/// Longest file of a trust store, in bytes. A store of a thousand authorities
/// with inline keys is under one million; a bundle of all public web roots is
/// a quarter of that.
pub const TRUST_BYTES_MAX: usize = 4 << 20;

/// Most files in a folder of trust, two for each of a thousand authorities and
/// room above that.
pub const TRUST_FILES_MAX: usize = 10_000;

/// Most bytes in a folder of trust: everything is held in memory at once.
pub const TRUST_FOLDER_BYTES_MAX: usize = 64 << 20;

/// Most authorities in a trust store.
pub const TRUST_AUTHORITIES_MAX: usize = 4096;

/// Longest id of a log. All that are known are digests of 32 bytes, or four
/// bytes of one.
pub const LOG_ID_BYTES_MAX: usize = 64;

/// Most keys or certificates of one authority, and most elements of any other
/// list in a trust store. Keys are rotated daily at most.
pub const TRUST_KEYS_MAX: usize = 4096;

/// Longest name, hint, type or reason in a trust store, in bytes. Predicate
/// types and build types are addresses of under two hundred.
pub const TRUST_WORD_BYTES_MAX: usize = 1024;

// --- statements and lists ---------------------------------------------------

/// Most subjects of one statement. The largest real one (a container image
/// with all its layers and platforms) has a few hundred.
pub const STATEMENT_SUBJECTS_MAX: usize = 100_000;

/// Most keys of a layout. Real ones have under ten.
pub const LAYOUT_KEYS_MAX: usize = 1000;

/// Most steps of a layout, and most inspections. Real ones have under twenty.
pub const LAYOUT_STEPS_MAX: usize = 1000;

/// Most artifact rules of a layout, over all its steps.
pub const LAYOUT_RULES_MAX: usize = 10_000;

/// How deep layouts may lie in layouts. Real ones go one deep.
pub const LAYOUT_DEPTH_MAX: usize = 8;

/// Most trials of signatures with keys for all layouts of one case, each
/// signature and key once: some seconds of work. Copies of a layout cost none.
pub const LAYOUT_TRIALS_MAX: u64 = 1 << 16;

/// Most links that are looked at for all steps of all layouts of one case: a
/// thousand layouts of twenty steps with ten links each fit.
pub const LAYOUT_LOOKS_MAX: u64 = 1 << 18;

/// Most steps of comparing patterns with paths for all layouts of one case:
/// under a second. A hundred rules over ten thousand artifacts of a hundred
/// characters fit.
pub const LAYOUT_PATTERN_STEPS_MAX: u64 = 1 << 28;

/// What a product of a layout counts among those steps, so that many copies of
/// a layout with many products end too: a million products of all fit.
pub const LAYOUT_PRODUCT_STEPS: u64 = 1 << 8;

/// Most entries of one list of files; the same as the items of a container.
pub const LISTING_ENTRIES_MAX: usize = ITEMS_MAX;

// --- policy ----------------------------------------------------------------

/// Longest policy, in bytes. The default with its comments is under four
/// thousand; a group of a thousand identities fits.
pub const POLICY_BYTES_MAX: usize = 256 << 10;

/// Longest name, type or claimed value in a policy, in bytes. Predicate types
/// and build types are addresses of under two hundred.
pub const POLICY_WORD_BYTES_MAX: usize = 1024;

/// Highest threshold. An envelope holds fewer signatures than this.
pub const THRESHOLD_MAX: u32 = 1000;

/// Oldest trust store that a policy can name, in days: a century.
pub const TRUST_AGE_DAYS_MAX: u32 = 36_525;

/// Oldest time anchor that a policy can name, in hours: a century.
pub const ANCHOR_AGE_HOURS_MAX: u32 = 24 * TRUST_AGE_DAYS_MAX;

// --- snapshots and kits ------------------------------------------------------

/// Longest case id, in bytes. It is a name for people, not a place for content.
pub const CASE_ID_BYTES_MAX: usize = 256;

/// Most files in a kit. A kit has a binary, some keys and a few pages of text.
pub const KIT_FILES_MAX: usize = 10_000;

/// Most bytes in a kit that are held at once: everything but the binary is
/// small, and the binary is some megabytes.
pub const KIT_BYTES_MAX: u64 = 512 << 20;

// --- envelopes -------------------------------------------------------------

/// Most signatures on one envelope. Real ones have one to five; every further
/// one costs a verification per candidate key, and a signature twice over the
/// same 20 MiB hashes them twice.
pub const SIGNATURES_MAX: usize = 64;

/// Most keys that one item may have tried on it although its signatures do not
/// name them, summed over its signatures: some seconds of work. A store of a
/// thousand keys and [`SIGNATURES_MAX`] signatures fit, and so do a thousand
/// lines by strangers and 64 keys. Keys that a signature names are always tried.
pub const KEY_TRIALS_MAX: usize = 1 << 16;

/// Most bytes that keys which no signature names may have hashed for one item: a
/// few seconds of work. Ed25519 and shared keys go over the whole message with
/// every trial, other keys share one digest of it. A hundred such keys fit with
/// a payload of 20 MiB, and a thousand with one of 2 MiB.
pub const KEY_TRIAL_BYTES_MAX: u64 = 4 << 30;

/// Most envelopes in one file of JSON lines. A release of
/// ten thousand files with a few attestations each fits; a line may take seventy
/// bytes, and what follows from it fifty times that.
pub const ENVELOPE_LINES_MAX: usize = 100_000;

/// Longest payload type and longest key id of an envelope, in bytes. Both end up
/// in reports; the longest real ones (URIs with a digest in them) are about 200.
pub const ENVELOPE_NAME_BYTES_MAX: usize = 1024;

/// Longest signature that is read, in bytes. RSA with [`RSA_BITS_MAX`] bits
/// takes 1024; post-quantum ones, which we cannot verify yet, under 8000.
pub const SIGNATURE_BYTES_MAX: usize = 16 << 10;

/// Longest text of a detached signature file, in bytes: a signature in base64
/// and, in minisign's format, two comments of at most 8192 bytes.
pub const SIGNATURE_FILE_BYTES_MAX: usize = 64 << 10;

// --- certificates ------------------------------------------------------------

/// Longest certificate, in bytes. Real ones take one to four thousand; those
/// with thousands of names under a hundred thousand.
pub const CERTIFICATE_BYTES_MAX: usize = 256 << 10;

/// Longest serial number, in bytes. RFC 5280 4.1.2.2 ends at 20; some
/// authorities count those without the sign.
pub const SERIAL_BYTES_MAX: usize = 21;

/// Most extensions of one certificate, CRL or entry. Real ones have about ten.
pub const EXTENSIONS_MAX: usize = 64;

/// Most attributes of one distinguished name. Real ones have three to nine.
pub const NAME_ATTRIBUTES_MAX: usize = 64;

/// Longest distinguished name that is shown whole, in bytes.
pub const NAME_SHOWN_BYTES_MAX: usize = 512;

/// Longest object identifier, in bytes. One made of a UUID takes 20.
pub const OID_BYTES_MAX: usize = 64;

/// Most subject alternative names of one certificate, and most subtrees of its
/// name constraints. Certificates of large sites have some hundred.
pub const NAMES_MAX: usize = 4096;

/// Most policies, mappings or usages of one certificate. The bridges of
/// governments map some dozens.
pub const POLICIES_MAX: usize = 256;

/// Most certificates of a path, its anchor left out. Bridged hierarchies reach
/// six.
pub const PATH_CERTIFICATES_MAX: usize = 12;

/// Most signatures that one search for a path may check: what a hundred
/// honest certificates cost. A bag of certificates of one name, each signed by
/// each other, would cost the factorial of their number.
pub const PATH_SIGNATURES_MAX: u32 = 100;

/// Most steps of one search: candidates looked at.
pub const PATH_STEPS_MAX: u32 = 20_000;

/// How many candidates' names are compared for one step of a search's budget:
/// that takes nanoseconds, and an honest bag may hold thousands.
pub const PATH_NAMES_PER_STEP: usize = 100;

/// How many candidates' keys are hashed for one step of a search's budget, where
/// a responder is named by the hash of its key.
pub const RESPONDER_KEYS_PER_STEP: usize = 10;

/// Most comparisons of a name with a constraint in one search. Names times
/// constraints is what an issuer of both can make grow.
pub const PATH_COMPARISONS_MAX: u32 = 250_000;

// --- revocation --------------------------------------------------------------

/// Longest revocation list, in bytes: [`CRL_ENTRIES_MAX`] entries of a serial
/// number, a date and a reason, about forty each. The largest public lists have
/// grown to 75 million bytes and been split since.
pub const CRL_BYTES_MAX: usize = 96 << 20;

/// Most entries of a revocation list.
pub const CRL_ENTRIES_MAX: usize = 2_000_000;

/// How many entries are compared for one step of a search's budget, so that a
/// list of a million costs a thousand.
pub const CRL_ENTRIES_PER_STEP: usize = 1000;

/// Longest OCSP response, in bytes. Real ones have one to three thousand, most
/// of it certificates.
pub const OCSP_BYTES_MAX: usize = 1 << 20;

/// Most answers in one OCSP response. Real ones have one; a request may ask
/// about a chain or a device's whole store.
pub const OCSP_RESPONSES_MAX: usize = 1024;

/// Most certificates in one OCSP response. Real ones have one or two.
pub const OCSP_CERTIFICATES_MAX: usize = 32;

/// Most signers of revocation data whose own status depends on other signers.
/// A responder below an authority below a root is two.
pub const REVOCATION_DEPTH_MAX: usize = 4;

// --- time stamps -------------------------------------------------------------

/// Longest token or response, in bytes. One takes two to nine thousand; with the
/// certificate lists of a large authority in it some millions.
pub const TOKEN_BYTES_MAX: usize = 16 << 20;

/// Deepest nesting of a token in BER: a name in a certificate identifier lies
/// eighteen levels below a response, and another token may lie in an attribute.
pub const TOKEN_DEPTH_MAX: usize = 48;

/// Most certificates, lists, signers or attributes of one token. Real ones have
/// at most six of each.
pub const TOKEN_BAG_MAX: usize = 64;

/// Longest serial number of a token, in bytes: RFC 3161 2.4.2 asks for 160 bits.
pub const TOKEN_SERIAL_BYTES_MAX: usize = 20;

/// Longest imprint, in bytes: that of SHA-512.
pub const TOKEN_IMPRINT_BYTES_MAX: usize = 64;

/// Longest nonce, in bytes. Requests carry eight to sixteen.
pub const TOKEN_NONCE_BYTES_MAX: usize = 64;

/// Most extensions of a token. Real ones have at most one.
pub const TOKEN_EXTENSIONS_MAX: usize = 32;

/// Most texts in the status of a response.
pub const TOKEN_STATUS_TEXTS_MAX: usize = 16;

/// Longest text of a status that is kept, in bytes; it ends up in a report.
pub const TOKEN_STATUS_TEXT_BYTES_MAX: usize = 256;

// --- reports -------------------------------------------------------------------

/// Most findings that a case lists. They are sorted before they are cut, so
/// the worst stay, and the report says how many were left out.
pub const FINDINGS_MAX: usize = 1_000;

/// So many findings of a case are collected before they are sorted and cut to
/// [`FINDINGS_MAX`] for the time being.
pub const FINDINGS_HELD_MAX: usize = 16 * FINDINGS_MAX;

/// Deepest nesting of a directory of trust roots.
pub const TRUST_DEPTH_MAX: usize = 8;

/// Most log entries of one bundle, and most tokens. Bundles have one of each; every
/// one costs signatures, and a client that took any number was kept busy by one.
pub const BUNDLE_ENTRIES_MAX: usize = 32;

/// Most certificates in the chain of a bundle.
pub const BUNDLE_CHAIN_MAX: usize = 8;

/// Most promises of certificate transparency logs in one certificate. Browsers
/// ask for two or three.
pub const PROMISES_MAX: usize = 16;

/// Longest value of an extension that says something of a keyless signer.
/// They are names, digests and addresses.
pub const CLAIM_BYTES_MAX: usize = 4096;

/// Most time-stamp tokens that one manifest may hold.
pub const TOKENS_MAX: usize = 256;

/// Most certificates of one case whose keys are tried on signatures.
pub const CERTIFIED_SIGNERS_MAX: usize = 64;

/// How far off the clock of a time-stamp authority is taken to be, in
/// nanoseconds, where neither its tokens nor the trust store say: a minute. ETSI
/// EN 319 421 7.7.1 asks for a second; an absent accuracy is never zero.
pub const ACCURACY_UNSTATED_NANOS: u64 = 60_000_000_000;

// --- git and key event logs ----------------------------------------------------

/// Longest commit or tag, in bytes. Messages with a whole change log in them have
/// a few hundred thousand.
pub const GIT_TEXT_BYTES_MAX: usize = 4 << 20;

/// Most headers of a commit or tag: an octopus merge has some dozen parents, and
/// each signed tag that was merged is one more.
pub const GIT_HEADERS_MAX: usize = 1024;

/// Largest object that is unpacked, in bytes: commits, tags and trees are far below.
pub const GIT_OBJECT_BYTES_MAX: usize = 32 << 20;

/// So many bytes of one repository are unpacked in all. What is read of it is commits,
/// tags and what they are changes of.
pub const GIT_UNPACKED_BYTES_MAX: usize = 1 << 30;

/// Longest chain of changes in a pack. git makes 50, `gc --aggressive` made 250.
pub const GIT_DELTAS_MAX: usize = 512;

/// Most packs of one repository; git gathers them when there are fifty.
pub const GIT_PACKS_MAX: usize = 1024;

/// Most refs of one repository that are looked at.
pub const GIT_REFS_MAX: usize = 10_000;

/// Most commits and tags of one repository that are read on the way back from its refs.
pub const GIT_WALK_MAX: usize = 200_000;

/// Most keys, promises or signatures of one event of a key event log. Real ones have
/// up to a dozen.
pub const KERI_KEYS_MAX: usize = 64;

/// Largest number in a weight: real ones are halves and thirds.
pub const KERI_WEIGHT_MAX: u64 = 10_000;

/// Most events of one key event log, and most seals of one event.
pub const KERI_EVENTS_MAX: usize = 10_000;

/// Most logs of devices in one bundle.
pub const KERI_LOGS_MAX: usize = 1_000;
