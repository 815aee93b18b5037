#!/usr/bin/env python3
"""`make bench`: what the shipped program costs, beside peers in the same run.

A number alone says more about the machine than about the program, so every
row is a ratio: ours and the peer's runs alternate, each pair gives one ratio,
and the median of the ratios is printed, with what each of them did. Data is
made once, under target/bench.

    run.py [--quick] [NAME...]      rows whose name contains one of NAMEs
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "bench"
STELLA = os.environ["STELLA_BINARY"]
QUICK = "--quick" in sys.argv
ONLY = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
PAIRS = 3 if QUICK else 7
SCALE = 16 if QUICK else 1  # the quick run takes a sixteenth of the data

MIB = 1 << 20
GIB = 1 << 30


# --- running ---------------------------------------------------------------

def run(command, statuses=(0,), shell=False):
    """Seconds that it took."""
    arguments = ["/bin/sh", "-c", command] if shell else command
    with open(DATA / "stdout", "wb") as out, open(DATA / "stderr", "wb") as err:
        begin = time.perf_counter()
        status = subprocess.run(arguments, stdout=out, stderr=err).returncode
        seconds = time.perf_counter() - begin
    expect(command, status, statuses)
    return seconds


def peak(command, statuses=(0,)):
    """Seconds, and the peak of resident memory in KiB, asked of the kernel
    every millisecond: the usage that wait4 gives counts us, before exec, too."""
    high = 0
    with open(DATA / "stdout", "wb") as out, open(DATA / "stderr", "wb") as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        while process.poll() is None:
            try:
                for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        high = max(high, int(line.split()[1]))
            except (OSError, ProcessLookupError):
                pass
            time.sleep(0.001)
        seconds = time.perf_counter() - begin
    expect(command, process.returncode, statuses)
    return seconds, high


def expect(command, status, statuses):
    if status not in statuses:
        sys.exit(f"{command} ended with {status}:\n{(DATA / 'stderr').read_text()[-2000:]}")


# An unsigned artifact is inconclusive (6) however well it was hashed.
VERDICTS = (0, 6)


def stella(*arguments, jobs=1):
    return [STELLA, "forensic", "verify", *map(str, arguments), "--trust-roots", str(DATA / "key.pem"),
            "--output", "json", "--no-progress", "--jobs", str(jobs)]


def pairs(ours, peer, peer_shell=False, count=PAIRS):
    """Medians of both, and the median of the pairwise ratios peer/ours."""
    run(ours, VERDICTS)
    run(peer, shell=peer_shell)
    mine, theirs = [], []
    for turn in range(count):
        order = [(mine, ours, False, VERDICTS), (theirs, peer, peer_shell, (0,))]
        for times, command, shell, statuses in order if turn % 2 else reversed(order):
            times.append(run(command, statuses, shell))
    ratio = statistics.median(b / a for a, b in zip(mine, theirs))
    return statistics.median(mine), statistics.median(theirs), ratio


# --- rows ------------------------------------------------------------------

ROWS = []


def row(name, ours, peer, ratio, target=""):
    ROWS.append((name, ours, peer, ratio, target))
    print(f"{name:44} {ours:>26} {peer:>34} {ratio:>9} {target}", flush=True)


def wanted(name):
    return not ONLY or any(part in name for part in ONLY)


def rate(size, seconds):
    return f"{size / seconds / 1e6:.0f} MB/s ({seconds:.3f} s)"


def against(name, size, ours, peer, peer_name, target="", shell=False):
    mine, theirs, ratio = pairs(ours, peer, shell)
    row(name, rate(size, mine), f"{peer_name} {rate(size, theirs)}", f"{ratio:.2f}", target)


# --- data ------------------------------------------------------------------

def once(path, make):
    """Makes `path` unless it is there, under another name first."""
    if path.exists():
        return path
    partial = path.with_name(path.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.unlink(missing_ok=True)
    make(partial)
    partial.rename(path)
    return path


def noise(size, seed=1):
    """Bytes that do not compress, the same in every run."""
    import random
    return random.Random(seed).randbytes(size)


def one_file(size):
    def make(path):
        block = noise(16 * MIB)
        with open(path, "wb") as file:
            for _ in range(size // len(block)):
                file.write(block)
    return once(DATA / f"one-{size}.bin", make)


def many_files(count, size, name):
    def make(path):
        content = noise(size + count.bit_length() * 4)
        for number in range(count):
            folder = path / f"{number // 1000:04}"
            if number % 1000 == 0:
                folder.mkdir(parents=True)
            (folder / f"{number % 1000:03}").write_bytes(number.to_bytes(4, "big") + content[:size - 4])
    return once(DATA / name, make)


def archive(size):
    """Half noise and half text, so that there is something to decompress."""
    def make(path):
        class Blocks:
            def __init__(self, number):
                text = b"".join(b"line %d of a log that repeats itself\n" % n for n in range(40000))
                self.data = (noise(4 * MIB, number) + (text * 4)[:4 * MIB]) * 2
                self.at = 0

            def read(self, count):
                chunk = self.data[self.at:self.at + count]
                self.at += count
                return chunk

        process = subprocess.Popen(["zstd", "-q", "-3", "-o", str(path)], stdin=subprocess.PIPE)
        with tarfile.open(fileobj=process.stdin, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
            for number in range(size // (16 * MIB)):
                member = tarfile.TarInfo(f"part-{number:04}.bin")
                member.size = 16 * MIB
                tar.addfile(member, Blocks(number))
        process.stdin.close()
        if process.wait() != 0:
            sys.exit("zstd failed")
    return once(DATA / f"archive-{size}.tar.zst", make)


def tokens(count):
    """Files, a token beside each as `openssl ts` makes it, and the root."""
    def make(path):
        (path / "files").mkdir(parents=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True, "cwd": path}
        (path / "ca.cnf").write_text(
            "[req]\ndistinguished_name = dn\n[dn]\n[ca]\nbasicConstraints = critical, CA:TRUE\n"
            "keyUsage = critical, keyCertSign, cRLSign\n[stamp]\nbasicConstraints = CA:FALSE\n"
            "keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n"
            "[tsa]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\ncerts = tsa.pem\n"
            "signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\n"
            "ess_cert_id_chain = no\ness_cert_id_alg = sha256\ncrypto_device = builtin\n"
            "ordering = no\ntsa_name = no\n")
        new = ["openssl", "req", "-config", "ca.cnf", "-newkey", "rsa:2048", "-nodes", "-subj"]
        subprocess.run([*new, "/CN=Bench root", "-x509", "-days", "7300", "-extensions", "ca",
                        "-keyout", "root.key", "-out", "root.pem"], **quiet)
        subprocess.run([*new, "/CN=Bench TSA", "-keyout", "tsa.key", "-out", "tsa.csr"], **quiet)
        subprocess.run(["openssl", "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
                        "-days", "7300", "-set_serial", "7", "-extfile", "ca.cnf", "-extensions", "stamp",
                        "-out", "tsa.pem"], **quiet)
        (path / "serial").write_text("01\n")
        for number in range(count):
            name = path / "files" / f"{number:04}"
            name.write_bytes(b"file %d\n" % number)
            subprocess.run(["openssl", "ts", "-query", "-data", str(name), "-sha256", "-cert", "-no_nonce",
                            "-out", "query"], **quiet)
            subprocess.run(["openssl", "ts", "-reply", "-queryfile", "query", "-config", "ca.cnf",
                            "-section", "tsa", "-out", f"{name}.tsr"], **quiet)
    return once(DATA / f"tokens-{count}", make)


# What the peer does in one process: reads each token and verifies signature,
# chain and imprint under the one root.
RFC3161_CLIENT = """
import hashlib, pathlib, sys
from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import VerifierBuilder, decode_timestamp_response
folder = pathlib.Path(sys.argv[1])
root = load_pem_x509_certificate((folder / "root.pem").read_bytes())
verifier = VerifierBuilder().add_root_certificate(root).build()
for token in sorted((folder / "files").glob("*.tsr")):
    response = decode_timestamp_response(token.read_bytes())
    verifier.verify(response, hashlib.sha256(token.with_suffix("").read_bytes()).digest())
"""


IDENTITY = "https://forge.test.invalid/org/app/.ci/release.yml@refs/tags/v1.0.0"
ISSUER = "https://token.forge.test.invalid"


def bundles(count):
    """So many bundles of Sigstore, each by a certificate of its own."""
    folder = DATA / f"bundles-{count}"
    command = ["cargo", "run", "--quiet", "--locked", "--release", "--example", "fixtures", "--",
               "--bundles", str(count), str(folder)]
    def make(partial):
        subprocess.run([*command[:-1], str(partial)], cwd=ROOT, check=True)
    return once(folder, make)


def sigstore_verify():
    """The program around sigstore-verify, or nothing where it cannot be built."""
    target = DATA / "sigstore-verify"
    command = ["cargo", "build", "--quiet", "--locked", "--release", "--manifest-path",
               str(ROOT / "tests/oracles/Cargo.toml"), "--target-dir", str(target), "--example", "bundles"]
    built = subprocess.run(command).returncode == 0
    return target / "release/examples/bundles" if built else None


def sigstore_python():
    """Where the Python client of Sigstore lies, or nothing."""
    folder = DATA / "sigstore-python"
    if not (folder / "bin/sigstore").exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(folder)]).returncode == 0
        made = made and subprocess.run([folder / "bin/pip", "install", "--quiet", "sigstore"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        if not made:
            return None
    return folder / "bin/sigstore"


def sigstore_config(folder):
    """What the Python client wants to know of an instance: the root, and services that nobody calls."""
    one = {"url": "https://nobody.test.invalid", "majorApiVersion": 1, "operator": "test.invalid",
           "validFor": {"start": "2024-01-01T00:00:00Z"}}
    signing = {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json", "caUrls": [one],
               "oidcUrls": [one], "rekorTlogUrls": [one], "rekorTlogConfig": {"selector": "ANY"}, "tsaUrls": [one],
               "tsaConfig": {"selector": "ANY"}}
    path = folder / "config.json"
    path.write_text(json.dumps({
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": json.loads((folder / "trusted_root.json").read_text()), "signingConfig": signing}))
    return path


def rfc3161_client():
    """The peer's own folder, or nothing where it cannot be had."""
    def make(path):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(path),
                        "rfc3161-client"], check=True, stderr=subprocess.DEVNULL)
    try:
        return once(DATA / "rfc3161-client", make)
    except subprocess.CalledProcessError:
        return None


SIGNET_SECRET = "5e" * 32  # TEST KEY, NOT SECRET


def signet_log(rows):
    """Rows as signet writes them, and the keyring that authenticates them."""
    def make(path):
        import hashlib
        import hmac
        import json
        secret, previous = bytes.fromhex(SIGNET_SECRET), ""
        with open(path, "w", encoding="utf-8") as log:
            for number in range(rows):
                entry = {
                    "approval_chain": ["human:alice@example.com"], "check_name": "regex_content",
                    "decision": "allow", "entry_id": f"00000000-0000-4000-8000-{number:012}",
                    "metadata": {"_anchor": {"backend": "noop", "success": True}, "_signing_key_id": "k1",
                                 "_stage": "admission", "model": "gpt", "score": 0.875, "tokens": number},
                    "owner_id": "alice@example.com", "owner_type": "human", "prev_hmac": previous,
                    "reason": "no pattern of the content policy matched",
                    "request_fingerprint": hashlib.sha256(str(number).encode()).hexdigest(),
                    "ts_ns": 1778889601000000000 + number * 1000003,
                }
                options = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
                payload = json.dumps(entry, **options).encode()
                previous = entry["hmac"] = hmac.new(secret, payload, hashlib.sha256).hexdigest()
                log.write(json.dumps(entry, **options) + "\n")
    (DATA / "keyring.json").write_text(json_text({"active": "k1", "keys": {"k1": SIGNET_SECRET}}))
    return once(DATA / f"signet-{rows}.jsonl", make)


def json_text(value):
    import json
    return json.dumps(value)


def signet_itself():
    """The peer's own folder, or nothing where it cannot be had."""
    def make(path):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(path), "signet-sign"],
                       check=True, stderr=subprocess.DEVNULL)
    try:
        return once(DATA / "signet-sign", make)
    except subprocess.CalledProcessError:
        return None


def signet_rows(cores):
    """Rows per second beside signet's own verifier; one flipped bit in a million rows."""
    rows = 200_000 // SCALE
    log, peer = signet_log(rows), signet_itself()
    trust = ["--trust-roots", f"custody={DATA / 'keyring.json'}"]
    for jobs in sorted({1, cores}):
        ours = stella(log, jobs=jobs) + trust
        name = f"signet: {rows} rows, links and HMACs, {jobs} jobs"
        if peer is None:
            seconds = statistics.median(run(ours, VERDICTS) for _ in range(PAIRS))
            row(name, f"{rows / seconds:.0f}/s", "signet-sign cannot be installed: skipped", "-", ">= 30")
            continue
        theirs = (f"PYTHONPATH={peer} SIGNET_HMAC_SECRET={SIGNET_SECRET} {sys.executable} -c "
                  f"'from signet.cli import main; main()' audit verify {log} --key-id k1")
        mine, other, ratio = pairs(ours, theirs, True, 3)
        row(name, f"{rows / mine:.0f}/s", f"signet {rows / other:.0f}/s", f"{ratio:.1f}", ">= 30")
    rows = 1_000_000 // SCALE
    log, flipped = signet_log(rows), DATA / f"signet-{rows}-flipped.jsonl"
    at = rows * 2 // 3
    with open(log, "rb") as whole, open(flipped, "wb") as out:
        for number, line in enumerate(whole, 1):
            out.write(line.replace(b"no pattern", b"no qattern") if number == at else line)
    seconds, high = peak(stella(flipped, jobs=cores) + trust, (3,))
    report = (DATA / "stdout").read_text()
    found = f'"at":"line {at}, event {at} ' in report and report.count('"check":"custody.hash"') == 1
    if not found:
        sys.exit(f"the flipped bit in line {at} is not what is reported")
    row(f"signet: one flipped bit in {rows} rows, {cores} jobs", f"line {at} in {seconds:.1f} s",
        f"peak {high >> 10} MiB, report {len(report) >> 10} KiB", "-")


# --- what is measured --------------------------------------------------------

def main():
    DATA.mkdir(parents=True, exist_ok=True)
    envelopes, events = 20_000 // SCALE, 200_000 // SCALE
    cores = len(os.sched_getaffinity(0))
    generator = ["cargo", "run", "--quiet", "--locked", "--release", "--example", "bench_data", "--"]
    stamp = DATA / f"made-{envelopes}-{events}"
    if not stamp.exists():
        subprocess.run([*generator, str(DATA), str(envelopes), str(events)], check=True, cwd=ROOT)
        stamp.touch()
    print(f"{cores} cores; {PAIRS} pairs each; ratio = peer's time / ours, so more is better for us\n")
    print(f"{'what':44} {'ours':>26} {'peer':>34} {'ratio':>9} target")

    if wanted("one file"):
        size = GIB // SCALE
        file = one_file(size)
        name = f"one file of {size // MIB} MiB, SHA-256 once"
        against(name, size, stella(file), ["openssl", "dgst", "-sha256", str(file)], "openssl", ">= 1.0")
        against(name, size, stella(file), ["sha256sum", str(file)], "sha256sum")

    if wanted("many files"):
        count = 20_000 // SCALE
        folder = many_files(count, 4096, f"many-{count}")
        size = count * 4096
        listed = f"find {folder} -type f -print0 | xargs -0 -n 1000"
        for jobs in sorted({1, cores}):
            name = f"many files: {count} of 4 KiB, {jobs} jobs"
            target = ">= 1.8" if jobs > 1 else ""
            against(name, size, stella(folder, jobs=jobs), f"{listed} openssl dgst -sha256", "openssl", target, True)
            against(name, size, stella(folder, jobs=jobs), f"{listed} sha256sum", "sha256sum", "", True)

    if wanted("archive"):
        size = GIB // SCALE
        file = archive(size)
        name = f"archive: {size // MIB} MiB in .tar.zst"
        # We hash the archive and each of its members; the peers hash the tar once.
        for jobs in sorted({1, cores}):
            for peer in ("openssl dgst -sha256", "sha256sum"):
                against(f"{name}, {jobs} jobs", size, stella(file, jobs=jobs), f"zstd -dc {file} | {peer}",
                        f"zstd | {peer.split()[0]}", "", True)

    if wanted("signatures"):
        file = DATA / "statements.intoto.jsonl"
        seconds = statistics.median(run(stella(file), VERDICTS) for _ in range(PAIRS))
        row(f"signatures: {envelopes} DSSE, Ed25519, 1 job", f"{envelopes / seconds:.0f}/s", openssl_speed(),
            f"{envelopes / seconds / openssl_verifications():.2f}")

    if wanted("custody"):
        for name, signed in (("custody", "a signature each"), ("ledger", "hashes only")):
            file = DATA / f"{name}.ndjson"
            command = stella(file) + ["--trust-roots", f"custody={DATA / 'key.pem'}"]
            size = file.stat().st_size
            mine, theirs, ratio = pairs(command, ["sha256sum", str(file)])
            row(f"custody: {events} events of {name}, {signed}", f"{events / mine:.0f}/s",
                f"sha256sum {rate(size, theirs)}", f"{ratio:.3f}")

    if wanted("signet"):
        signet_rows(cores)

    if wanted("tokens"):
        count = 400 // (4 if QUICK else 1)
        folder = tokens(count)
        trust = ["--trust-roots", f"timestamp={folder / 'root.pem'}"]
        ours = stella(folder / "files", jobs=1) + trust
        peer = rfc3161_client()
        if peer:
            os.environ["PYTHONPATH"] = str(peer)
            client = [sys.executable, "-c", RFC3161_CLIENT, str(folder)]
            mine, theirs, ratio = pairs(ours, client)
            row(f"tokens: {count} RSA-2048, one process, 1 job", f"{count / mine:.0f}/s",
                f"rfc3161-client {count / theirs:.0f}/s", f"{ratio:.2f}", ">= 5")
        else:
            print("tokens: rfc3161-client could not be installed, not measured")
        one = folder / "files" / "0000"
        ours = stella(f"{one}.tsr", "--artifact", one) + trust
        openssl = ["openssl", "ts", "-verify", "-data", str(one), "-in", f"{one}.tsr",
                   "-CAfile", str(folder / "root.pem")]
        mine, theirs, ratio = pairs(ours, openssl, count=50 if QUICK else 200)
        row("tokens: one, a process each", f"{mine * 1e3:.2f} ms", f"openssl ts -verify {theirs * 1e3:.2f} ms",
            f"{ratio:.2f}", ">= 2")

    if wanted("bundles"):
        count = 10_000 // SCALE
        folder = bundles(count)
        root = folder / "trusted_root.json"
        asked = ["--trust-roots", str(root), "--identity", IDENTITY, "--issuer", ISSUER]

        def ours(what, jobs):
            return [STELLA, "forensic", "verify", *map(str, what), *asked, "--output", "json", "--no-progress",
                    "--jobs", str(jobs)]

        peer = sigstore_verify()
        if peer:
            theirs = [peer, root, IDENTITY, ISSUER, folder / "files"]
            # Certificate, its promise, signature, promise of the log: of each. The head of the log is one for all.
            bare = float(subprocess.run([peer, "floor"], stdout=subprocess.PIPE, check=True).stdout)
            floor = bare * (4 * count + 1) / count
            for jobs in (1, 2):
                mine, other, ratio = pairs(ours([folder / "files"], jobs), theirs)
                row(f"bundles: {count}, a certificate each, {jobs} jobs", f"{count / mine:.0f}/s",
                    f"sigstore-verify {count / other:.0f}/s, 1 thread", f"{ratio:.2f}", "> 1" if jobs == 1 else "")
                if jobs == 1:
                    row(f"bundles: {4 * count + 1} signatures of P-256 (peer: {5 * count}), bare", f"{count / mine:.0f}/s", f"{1 / floor:.0f}/s",
                        f"{floor * count / mine:.2f}", ">= 0.85")
            high = peak(ours([folder / "files"], 1))[1]
            row(f"bundles: memory of {count}", f"{high / 1024:.0f} MiB", "", "", "")
        else:
            print("bundles: sigstore-verify could not be built, not measured")
        one = folder / "files" / "00000"
        alone = ours([f"{one}.sigstore.json", "--artifact", one], 1)
        client = sigstore_python()
        command = client and [client, "--trust-config", sigstore_config(folder), "verify", "identity", "--offline",
                              "--bundle", f"{one}.sigstore.json", "--cert-identity", IDENTITY,
                              "--cert-oidc-issuer", ISSUER, str(one)]
        if command and subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            mine, other, ratio = pairs(alone, command, count=3 if QUICK else 10)
            row("bundles: one, a process each", f"{mine * 1e3:.2f} ms", f"sigstore (Python) {other * 1e3:.0f} ms",
                f"{ratio:.0f}", "< 10 ms")
        else:
            mine = statistics.median(run(alone) for _ in range(50))
            row("bundles: one, a process each", f"{mine * 1e3:.2f} ms", "no Python client", "", "< 10 ms")

    if wanted("start"):
        mine, theirs = [], []
        for _ in range(50 if QUICK else 400):
            mine.append(run([STELLA, "--version"]))
            theirs.append(run(["/bin/true"]))
        a, b = statistics.median(mine), statistics.median(theirs)
        row("start: --version", f"{a * 1e3:.2f} ms", f"/bin/true {b * 1e3:.2f} ms", f"+{(a - b) * 1e3:.2f} ms", "< +5 ms")
        small = DATA / "small.txt"
        small.write_text("small\n")
        mine = [run(stella(small), VERDICTS) for _ in range(50 if QUICK else 400)]
        a = statistics.median(mine)
        row("start: verify one small file", f"{a * 1e3:.2f} ms", f"/bin/true {b * 1e3:.2f} ms", f"+{(a - b) * 1e3:.2f} ms")

    if wanted("memory"):
        peaks = {}
        for size in (GIB // SCALE, 8 * GIB // SCALE):
            file = one_file(size)
            peaks[size] = max(peak(stella(file, jobs=cores), VERDICTS)[1] for _ in range(2))
        small, large = peaks.values()
        first, second = (f"{size // MIB} MiB" for size in peaks)
        row(f"memory: one file of {first} and of {second}", f"{small / 1024:.1f} / {large / 1024:.1f} MiB",
            "itself", f"{large / small:.2f}", "< 64 MiB, flat")
        file = archive(GIB // SCALE)
        high = peak(stella(file, jobs=cores), VERDICTS)[1]
        row(f"memory: {file.name}", f"{high / 1024:.1f} MiB", "", "", "")
        count = 1_000_000 // SCALE
        folder = many_files(count, 16, f"tiny-{count}")
        nothing = DATA / "small.txt"
        nothing.write_text("small\n")
        empty = peak(stella(nothing), VERDICTS)[1]
        seconds, high = peak(stella(folder, jobs=cores), VERDICTS)
        row(f"memory: {count} files of 16 bytes", f"{(high - empty) * 1024 / count:.0f} bytes each",
            f"{high / 1024:.0f} MiB in all, {seconds:.1f} s", "", "stated")


def openssl_verifications():
    if not hasattr(openssl_verifications, "found"):
        text = subprocess.run(["openssl", "speed", "-seconds", "2", "ed25519"], capture_output=True, text=True).stdout
        openssl_verifications.found = float(text.strip().splitlines()[-1].split()[-1])
    return openssl_verifications.found


def openssl_speed():
    return f"openssl speed {openssl_verifications():.0f}/s, bare"


main()
