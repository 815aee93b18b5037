#!/usr/bin/env python3
"""Shows that a static `stella` reads no clock while it verifies.

clockless.py [STATIC-BINARY] [--symbols UNOPTIMISED-BINARY]

Linux on x86-64 can forbid a process the time stamp counter (prctl(2),
PR_SET_TSC). Every clock that is read without a call to the kernel starts from
that counter, so a program that reads one dies; what asks the kernel instead is
seen by strace. Each run is made twice, with and without that ban, and has to
come to the same bytes and the same exit status. Runs with `--at now` and with
a progress bar have to die: otherwise the ban does not hold on this machine,
and nothing was shown.

With --symbols all that a build with its symbols (target/debug/stella) can reach
from its beginning is walked; a clock may lie only behind the few functions that
are named below, each with its reason.

Exit: 0 shown, 1 a clock is read, 77 nothing can be shown on this machine.
"""

import bisect
import ctypes
import os
import pathlib
import platform
import pty
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
PR_SET_TSC, PR_TSC_SIGSEGV = 26, 2
CLOCKS = "clock_gettime,clock_gettime64,gettimeofday,time,clock_getres,clock_nanosleep,nanosleep,timer_create,timerfd_create,setitimer,alarm,times"


LARGE = tempfile.NamedTemporaryFile(suffix=".tar")


def fill_large():
    with tarfile.open(LARGE.name, "w") as archive:
        member = tarfile.TarInfo("zeros")
        member.size = 48 << 20
        with open("/dev/zero", "rb") as zeros:
            archive.addfile(member, zeros)


def forbid():
    if ctypes.CDLL(None).prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) != 0:
        os._exit(77)


def run(arguments, trap, stderr=subprocess.PIPE):
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                          preexec_fn=forbid if trap else None, check=False)
    return done.returncode, done.stdout


def on_terminal(arguments):
    ours, theirs = pty.openpty()
    try:
        return run(arguments, True, theirs)[0]
    finally:
        os.close(theirs)
        os.close(ours)


def calls(binary):
    """Every command line that is tried."""
    verify = [binary, "forensic", "verify", "--trust-roots", str(FIXTURES / "trust")]
    evidence = sorted(str(path) for path in (FIXTURES / "evidence").iterdir())
    for path in evidence:
        yield verify + ["--output", "json", path]
    everything = verify + evidence
    for output in ["json", "ndjson", "table"]:
        for jobs in ["1", "8"]:
            yield everything + ["--output", output, "--jobs", jobs]
    # Large enough that hashing is handed from thread to thread.
    yield everything + ["--jobs", "4", LARGE.name]
    yield everything + ["--at", "2026-01-02T03:04:05Z"]
    for form in ["html", "sarif", "junit", "vsa"]:
        yield everything + ["--report", f"{form}=/dev/stdout", "--quiet"]
    yield [binary, "forensic", "verify", str(FIXTURES / "evidence" / "bundle")]
    for path in evidence:
        yield [binary, "forensic", "inspect", path]
        yield [binary, "forensic", "timeline", path]
    yield [binary, "forensic", "explain", "--all"]
    yield [binary, "policy", "show"]
    yield [binary, "trust", "list", "--trust-roots", str(FIXTURES / "trust")]


def trapped(binary):
    """Problems, or None where the ban does not hold."""
    fill_large()
    bundle = str(FIXTURES / "evidence" / "bundle")
    verify = [binary, "forensic", "verify", "--trust-roots", str(FIXTURES / "trust"), bundle]
    now = run(verify + ["--at", "now"], True)[0]
    if now != -signal.SIGSEGV:
        return None
    wrong, count = [], 0
    for arguments in calls(binary):
        count += 1
        free, bound = run(arguments, False), run(arguments, True)
        if free != bound:
            wrong.append(f"exit {free[0]}, and {bound[0]} without a clock: {' '.join(arguments[1:])}")
    print(f"{count} runs come to the same bytes with and without a clock; --at now needs one")
    if on_terminal(verify) != -signal.SIGSEGV:
        wrong.append("the progress bar is drawn without a clock: it is not the one that is known here")
    if on_terminal(verify + ["--no-progress"]) != run(verify, False)[0]:
        wrong.append("a clock is read on a terminal without the progress bar")
    print("on a terminal the progress bar reads one, and nothing does with --no-progress")
    return wrong


def asked(binary):
    """Clock calls to the kernel."""
    if not shutil.which("strace"):
        print("skipped: strace is not installed")
        return []
    wrong = []
    for arguments in calls(binary):
        done = subprocess.run(["strace", "-f", "-qq", "-e", f"trace=?{CLOCKS.replace(',', ',?')}"] + arguments,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              check=False)
        lines = [line for line in done.stderr.decode(errors="replace").splitlines()
                 if re.search(r"\b(%s)\(" % CLOCKS.replace(",", "|"), line)]
        wrong += [f"{lines[0].strip()}: {' '.join(arguments[1:])}"] if lines else []
    print("the kernel is asked for no time")
    return wrong


# --- what could reach a clock ------------------------------------------------

# The functions behind which a clock may lie, each with its reason. One that is
# not needed is an error, so that the list stays as short as it can be.
ALLOWED = {
    r"^stella_forensic::cli::judging::validation$": "`--at now` of verify, trust and inspect",
    r"^stella_forensic::cli::kit::at$": "`--at now` of kit",
    r"^<?stella_forensic::cli::progress::|\bindicatif::": "the progress bar: on a terminal, and not with --no-progress",
    r"^<?std::sync::mpmc::": "a channel looks at a clock only where its wait was given an end, and no call gives one",
    r"^rand_bytes_impl\b": "random numbers of the crypto library, seeded from the jitter of the counter: nobody asks for any",
}
CLOCK = re.compile(r"^(__)?(clock_gettime|clock_getres|gettimeofday|time)$"
                   r"|^<?std::(time::(Instant|SystemTime)|sys::pal::unix::time::Timespec)>?::now$")


def lines(*command):
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        yield from process.stdout


class Program:
    """Who names whom: calls, jumps, addresses of functions, and addresses of
    data in which addresses of functions stand. Data is taken to end where the
    next thing begins that something names. A call through an address that was
    computed in another way is not seen."""

    def __init__(self, binary):
        self.names, self.slots, self.outside = {}, {}, {}
        for line in lines("nm", "-C", binary):
            part = line.rstrip("\n").split(" ", 2)
            if len(part) == 3 and part[0] and part[1] in "tTwWiVvu":
                self.names.setdefault(int(part[0], 16), part[2])
        self.starts = sorted(self.names)
        self.code = []
        for line in lines("readelf", "-SW", binary):
            found = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\S+\s+AX", line)
            if found:
                start = int(found[2], 16)
                self.code.append((start, start + int(found[3], 16)))
        for line in lines("readelf", "-rW", binary):
            found = re.match(r"([0-9a-f]{8,16})\s+[0-9a-f]+\s+R_X86_64_(?:RELATIVE|IRELATIV)\s+([0-9a-f]+)", line)
            if found:
                self.slots[int(found[1], 16)] = int(found[2], 16)
            found = re.match(r"([0-9a-f]{8,16})\s+[0-9a-f]+\s+R_X86_64_(?:GLOB_DAT|JUMP_SLOT|64)\s+[0-9a-f]+\s+(\S+)", line)
            if found:
                self.outside[int(found[1], 16)] = found[2].split("@")[0]
        self.named, self.counter = {}, set()
        for line in lines("objdump", "-d", "--no-show-raw-insn", binary):
            found = re.match(r"^\s*([0-9a-f]+):\t(\S+)(.*)", line)
            if not found:
                continue
            at = self.function(int(found[1], 16))
            if found[2] in ("rdtsc", "rdtscp"):
                self.counter.add(at)
            target = re.search(r"# ([0-9a-f]+)", found[3]) or (
                re.match(r"\s+([0-9a-f]+)\b", found[3]) if found[2][0] == "j" or found[2] == "call" else None)
            if target:
                self.named.setdefault(at, set()).add(int(target[1], 16))
        ends = set(self.starts) | {to for all_ in self.named.values() for to in all_} | set(self.slots.values())
        self.ends = sorted(to for to in ends if not self.is_code(to))
        self.filled = sorted(self.slots)
        self.known, self.matches = {}, {}

    def is_code(self, address):
        return any(start <= address < end for start, end in self.code)

    def function(self, address):
        at = bisect.bisect_right(self.starts, address) - 1
        return self.starts[at] if at >= 0 else address

    def names_of(self, place):
        if place not in self.known:
            self.known[place] = list(self.found(place))
        return self.known[place]

    def found(self, place):
        if self.is_code(place):
            targets = self.named.get(place, ())
        else:
            after = bisect.bisect_right(self.ends, place)
            end = self.ends[after] if after < len(self.ends) else place + 8
            first = bisect.bisect_left(self.filled, place)
            last = bisect.bisect_left(self.filled, end)
            targets = [self.slots[at] for at in self.filled[first:last]]
        for target in targets:
            if target in self.outside:
                yield self.outside[target]
            else:
                yield self.function(target) if self.is_code(target) else target

    def is_clock(self, place):
        return place in self.counter or bool(CLOCK.search(self.label(place)))

    def is_behind(self, place, without):
        if place not in self.matches:
            self.matches[place] = {one for one in ALLOWED if re.search(one, self.label(place))}
        return not self.matches[place].isdisjoint(without)

    def label(self, place):
        return place if isinstance(place, str) else self.names.get(place, hex(place))

    def ways_to_a_clock(self, without):
        """From the beginning of the program, not through what `without` matches."""
        start = next(at for at, name in self.names.items() if name == "_start")
        came, todo, ways = {start: None}, [start], []
        while todo:
            place = todo.pop()
            if self.is_clock(place):
                way = [self.label(place)]
                while came[place] is not None:
                    place = came[place]
                    way.append(self.label(place))
                ways.append(" <- ".join(way[:12]))
                continue
            if isinstance(place, str):
                continue
            for named in self.names_of(place):
                if named not in came and not self.is_behind(named, without):
                    came[named] = place
                    todo.append(named)
        return ways, len(came)


def reached(binary):
    program = Program(binary)
    wrong, count = program.ways_to_a_clock(ALLOWED)
    wrong = [f"a clock can be reached: {way}" for way in wrong]
    for one, reason in ALLOWED.items():
        if not program.ways_to_a_clock([other for other in ALLOWED if other != one])[0]:
            wrong.append(f"nothing needs to be allowed for: {reason}")
    print(f"of {count} functions and tables that the program can reach, a clock lies only behind:")
    for reason in ALLOWED.values():
        print(f"  {reason}")
    return wrong


def main():
    arguments = sys.argv[1:]
    symbols = None
    if "--symbols" in arguments:
        at = arguments.index("--symbols")
        symbols = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) > 1 or not (arguments or symbols):
        sys.exit(__doc__)
    if platform.machine() != "x86_64" or sys.platform != "linux":
        print("skipped: the counter can be forbidden on x86-64 Linux only")
        sys.exit(77)
    wrong = reached(symbols) if symbols else []
    held = True
    if arguments:
        binary = os.path.abspath(arguments[0])
        found = trapped(binary)
        if found is None:
            print("skipped: a clock can be read here without the counter, so its absence shows nothing")
            held = False
        else:
            wrong += found + asked(binary)
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0 if held else 77)


if __name__ == "__main__":
    main()
