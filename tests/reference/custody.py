#!/usr/bin/env python3
"""A second verifier of stella.custody/v1, written from docs/formats/custody.md alone.

    custody.py TRUST.json FILE... [--pin CASE=COUNT:HASH]...

TRUST.json: [{"identity": "...", "purposes": ["custody"], "keys": ["<raw Ed25519, hex>"], "distrusted": false}]
(keys of other kinds are outside this script). Prints one JSON array for each file: [line, kind, standing] of every
break, sorted, where standing is "proven" or "not-established".
"""
import base64
import binascii
import datetime
import functools
import hashlib
import json
import re
import sys

KINDS = ("shape genesis gap order duplicate fork link hash leaf anchor case signature actor handover rehash "
         "redaction time head").split()
ZEROS = "0" * 64
EVENT_TYPE = "application/vnd.stella.custody.event.v1+json"


# --- Ed25519, RFC 8032, strict: canonical encodings, no points of small order, no cofactor -----------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=None)
def ed25519(key, message, sig):
    if len(sig) != 64:
        return False
    a, r, s = decompress(key), decompress(sig[:32]), int.from_bytes(sig[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    if any(same(times(8, point), (0, 1, 1, 0)) for point in (a, r)):
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + key + message).digest(), "little") % ORDER
    return same(times(s, BASE), add(r, times(k, a)))


def key_id(key):
    spki = bytes.fromhex("302a300506032b6570032100") + key
    return "sha256:" + hashlib.sha256(spki).hexdigest()


# --- The trust store ---------------------------------------------------------------------------------------------

class Trust:
    def __init__(self, entries):
        self.entries = entries
        for entry in entries:
            entry["by_id"] = {key_id(bytes.fromhex(key)): bytes.fromhex(key) for key in entry["keys"]}
        # One person: entries that share a key, directly or through others.
        groups = []
        for entry in entries:
            names, keys = {entry["identity"]}, set(entry["by_id"])
            for group in [g for g in groups if g[0] & names or g[1] & keys]:
                groups.remove(group)
                names, keys = names | group[0], keys | group[1]
            groups.append((names, keys))
        self.person = {name: index for index, (names, _) in enumerate(groups) for name in names}

    def same_person(self, a, b):
        return a == b or (a in self.person and self.person.get(a) == self.person.get(b))

    def actor(self, name):
        mine = [e for e in self.entries if e["identity"] == name]
        if not mine:
            return "unknown"
        if any(e.get("distrusted") for e in mine):
            return "refused"
        return "authorised" if any("custody" in e["purposes"] for e in mine) else "refused"

    def signed(self, name, keyid, message, sig):
        owners = [e for e in self.entries if keyid in e["by_id"]]
        if not owners:
            return "unknown key"
        mine = [e for e in owners if e["identity"] == name]
        return "good" if mine and ed25519(mine[0]["by_id"][keyid], message, sig) else "wrong"


# --- A line ------------------------------------------------------------------------------------------------------

class Shape(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Shape(what)


def canonical(value):
    # Without numbers, and with ASCII names only, this is RFC 8785.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


BAD_IN_NAMES = re.compile(
    "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]")


def name(text):
    demand(1 <= len(text.encode()) <= 256, "length of a name")
    demand(not BAD_IN_NAMES.search(text) and "  " not in text and text == text.strip(" "), "a name")


def number(text):
    demand(re.fullmatch("[1-9][0-9]*", text, re.ASCII) and int(text) < 2**64, "a number")
    return int(text)


def time(text):
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z",
                         text, re.ASCII)
    demand(match, "a time")
    try:
        when = datetime.datetime(*(int(match[i]) for i in range(1, 7)))
    except ValueError:
        raise Shape("a date")
    return when, int((match[7] or "").ljust(9, "0"))


def path(text):
    demand(text and len(text.encode()) <= 4096 and text[0] != "/", "a path")
    demand(not re.match("[A-Za-z]:", text) and "\0" not in text and "\\" not in text, "a path")
    parts = text.split("/")
    demand(len(parts) <= 64, "depth of a path")
    demand(all(p not in ("", ".", "..") and p[-1] not in ". " for p in parts), "part of a path")


def digest(text):
    algorithm, _, value = text.partition(":")
    sizes = {"sha256": 64, "sha384": 96, "sha512": 128}
    demand(re.fullmatch("[0-9a-f]{%d}" % sizes.get(algorithm, 1), value) and algorithm in sizes, "a digest")


def evidence(items):
    demand(isinstance(items, list) and len(items) <= 16384, "evidence")
    for item in items:
        demand(isinstance(item, dict) and set(item) == {"digest", "path"}, "an item")
        demand(all(isinstance(v, str) for v in item.values()), "an item")
        path(item["path"])
        digest(item["digest"])
    paths = [item["path"].encode() for item in items]
    demand(all(a < b for a, b in zip(paths, paths[1:])), "order of evidence")
    return {item["path"]: item["digest"] for item in items}


ALWAYS = {"schema", "case", "sequence", "previous", "at", "kind", "actor"}
OF_KIND = {"opened": set(), "collected": {"evidence"}, "observed": {"note"}, "transferred": {"to", "evidence"},
           "sealed": {"evidence"}, "redaction-notice": {"supersedes", "note"}, "closed": set()}


class Line:
    def __init__(self, raw):
        demand(len(raw) <= 4 << 20, "length of the line")
        try:
            value = json.loads(raw.decode("utf-8"))
            demand(canonical(value) == raw, "canonical form")
        except (ValueError, RecursionError):
            raise Shape("JSON")
        demand(isinstance(value, dict) and set(value) == {"event", "signatures"}, "members of the line")
        event, signatures = value["event"], value["signatures"]
        demand(isinstance(event, dict), "the event")
        demand(all(isinstance(v, str) for k, v in event.items() if k != "evidence"), "strings")
        demand(event.get("kind") in OF_KIND, "kind")
        needed = ALWAYS | OF_KIND[event["kind"]]
        demand(needed <= set(event) <= needed | {"note"}, "members of the event")
        demand(event["schema"] == "stella.custody/v1", "schema")
        name(event["case"])
        name(event["actor"])
        demand(re.fullmatch("[0-9a-f]{64}", event["previous"]), "previous")
        if "note" in event:
            demand(1 <= len(event["note"].encode()) <= 4096, "note")
        self.kind, self.case, self.actor = event["kind"], event["case"], event["actor"]
        self.sequence, self.previous, self.at = number(event["sequence"]), event["previous"], time(event["at"])
        self.to = event.get("to")
        if self.to is not None:
            name(self.to)
        self.supersedes = number(event["supersedes"]) if "supersedes" in event else None
        self.evidence = evidence(event["evidence"]) if "evidence" in event else None
        demand(self.kind != "collected" or self.evidence, "nothing collected")
        self.event = canonical(event)
        demand(raw.startswith(b'{"event":' + self.event), "the event comes first")
        self.parties = sorted({self.actor} | ({self.to} if self.to is not None else set()), key=str.encode)
        self.signatures = self.read_signatures(signatures)
        self.hash = hashlib.sha256(
            b"stella.custody/v1/link\0" + len(self.case.encode()).to_bytes(8, "big") + self.case.encode()
            + self.sequence.to_bytes(8, "big") + bytes.fromhex(self.previous)
            + len(raw).to_bytes(8, "big") + raw).hexdigest()

    def read_signatures(self, signatures):
        demand(isinstance(signatures, list), "signatures")
        read = {}
        for entry in signatures:
            demand(isinstance(entry, dict) and set(entry) == {"actor", "keyid", "sig"}, "a signature")
            demand(all(isinstance(v, str) for v in entry.values()), "a signature")
            demand(entry["actor"] in self.parties, "a party")
            demand(re.fullmatch("sha256:[0-9a-f]{64}", entry["keyid"]), "keyid")
            try:
                sig = base64.b64decode(entry["sig"], validate=True)
            except binascii.Error:
                raise Shape("base64")
            demand(base64.b64encode(sig).decode() == entry["sig"] and 1 <= len(sig) <= 1024, "sig")
            read[entry["actor"]] = (entry["keyid"], sig)
        order = [entry["actor"].encode() for entry in signatures]
        demand(all(a < b for a, b in zip(order, order[1:])), "order of signatures")
        return read


# --- A file ------------------------------------------------------------------------------------------------------

class Verifier:
    def __init__(self, trust, pins):
        self.trust, self.pins = trust, pins
        self.found = set()
        self.case = None
        # the chain
        self.head = None            # (sequence, hash)
        self.head_line = None
        self.unsound_head = False
        self.recalled, self.first = [], None
        self.gaps = []              # [first, last, missing, line, late]
        self.branch = None          # (sequence, hash)
        self.repeated = None
        self.misnumbered = False
        self.unread = 0
        self.pinned, self.met = [], set()
        # what events say
        self.custodian = None       # None, "?" for unknown, or a list of one or two names, the last actor at the end
        self.items, self.bytes = {}, 0   # path: [digest, last that differed, missing]
        self.unknown_evidence = False
        self.sealed = self.closed = False
        self.at = None

    def broken(self, line, kind, standing="proven"):
        if not any(b[:2] == (line, kind) for b in self.found):
            self.found.add((line, kind, standing))

    def verify(self, data):
        lines = data.split(b"\n")
        tail = lines.pop()
        if tail:
            lines.append(tail)
        for line, raw in enumerate(lines, 1):
            try:
                event = Line(raw)
            except Shape:
                self.broken(line, "shape")
                self.unread += 1
                continue
            self.take(line, event)
        if tail:
            self.broken(len(lines), "shape")
        self.end()
        return sorted(self.found, key=lambda b: (b[0], KINDS.index(b[1])))

    def take(self, line, event):
        if self.case is None:
            self.case = event.case
            self.pinned = [pin for pin in self.pins if pin[0] == self.case]
        elif event.case != self.case:
            self.broken(line, "case")
            self.unread += 1
            return
        place = self.place(line, event)
        if place != "repeated":
            self.repeated = None
        if place in ("next", "after loss"):
            self.head, self.head_line = (event.sequence, event.hash), line
            self.unsound_head, self.unread = False, 0
        if place in ("next", "after loss", "late"):
            self.recall(event)
            self.compare_pins(line, event)
        if place == "repeated":
            return
        sound = self.signatures(line, event)
        if place == "late" and sound and event.kind == "collected":
            for item, value in event.evidence.items():
                self.add(item, value)
        if place in ("late", "aside"):
            return
        if not sound:
            self.unsound_head = True
            self.lose()
            return
        if place == "after loss":
            self.lose()
        self.content(line, event)

    # The chain, by the table.

    def known(self, sequence):
        for event in reversed(self.recalled):
            if event[0] == sequence:
                return event
        return self.first if sequence == 1 else None

    def recall(self, event):
        entry = (event.sequence, event.previous, event.hash)
        if event.sequence == 1 and self.first is None:
            self.first = entry
        self.recalled = self.recalled[-511:] + [entry]

    def open_gap(self, line, first, last):
        if last - first + 1 <= self.unread:
            return
        if len(self.gaps) == 64:
            self.broken(line, "genesis" if first == 1 else "gap")
        else:
            self.gaps.append([first, last, last - first + 1, line, False])

    def place(self, line, event):
        if self.head is None:
            if event.sequence == 1:
                if event.previous != ZEROS:
                    self.broken(line, "genesis")
                return "next"
            self.open_gap(line, 1, event.sequence - 1)
            return "after loss"
        last, head_hash = self.head
        follows = event.previous == head_hash
        was_misnumbered, self.misnumbered = self.misnumbered, False
        if event.sequence == last + 1:
            if follows:
                return "next"
            if self.branch == (last, event.previous):
                self.branch = None
            elif any(event.previous == e[2] for e in self.recalled + [self.first] if e):
                self.broken(line, "fork")
            elif self.unsound_head:
                pass
            elif event.previous == ZEROS:
                self.broken(line, "genesis")
            else:
                self.broken(line, "link")
            return "next"
        if follows:
            if not was_misnumbered:
                self.misnumbered = True
                if event.sequence > last + 1:
                    self.broken(line, "gap")
                else:
                    self.broken(line, "duplicate" if self.known(event.sequence) else "order")
            return "next"
        if event.sequence > last + 1:
            self.open_gap(line, last + 1, event.sequence - 1)
            return "after loss"
        known = self.known(event.sequence)
        if known:
            if known[2] == event.hash:
                if self.repeated is None or self.repeated + 1 != event.sequence:
                    self.broken(line, "duplicate")
                self.repeated = event.sequence
                return "repeated"
            if self.branch == (event.sequence - 1, event.previous):
                self.branch = (event.sequence, event.hash)
            elif known[1] == event.previous:
                self.broken(line, "fork")
                self.branch = (event.sequence, event.hash)
            else:
                self.broken(line, "duplicate")
            return "aside"
        for gap in self.gaps:
            if gap[0] <= event.sequence <= gap[1]:
                if not gap[4]:
                    self.broken(line, "order")
                gap[2], gap[4] = gap[2] - 1, True
                self.gaps = [g for g in self.gaps if g[2]]
                self.fit(line, event)
                return "late"
        self.broken(line, "order")
        return "aside"

    def fit(self, line, event):
        before, after = self.known(event.sequence - 1), self.known(event.sequence + 1)
        expected = ZEROS if event.sequence == 1 else before and before[2]
        if expected and expected != event.previous:
            self.broken(line, "link")
        elif after and after[1] != event.hash:
            self.broken(line, "link")

    def compare_pins(self, line, event):
        for index, (_, count, value) in enumerate(self.pinned):
            if count == event.sequence and index not in self.met:
                self.met.add(index)
                if value != event.hash:
                    self.broken(line, "head")

    def end(self):
        for first, _, _, line, _ in self.gaps:
            self.broken(line, "genesis" if first == 1 else "gap")
        for index, (_, count, _) in enumerate(self.pinned):
            if index not in self.met and count > self.head[0] + self.unread:
                self.broken(self.head_line, "head")

    # Who signed.

    def signatures(self, line, event):
        message = b"DSSEv1 %d %s %d " % (len(EVENT_TYPE), EVENT_TYPE.encode(), len(event.event)) + event.event
        sound = True
        if event.kind == "transferred" and self.trust.same_person(event.actor, event.to):
            self.broken(line, "handover")
        for party in event.parties:
            actor = self.trust.actor(party)
            if actor == "unknown":
                self.broken(line, "actor", "not-established")
            elif actor == "refused":
                self.broken(line, "actor")
            if party not in event.signatures:
                self.broken(line, "handover" if event.kind == "transferred" else "signature")
                continue
            signed = self.trust.signed(party, event.signatures[party][0], message, event.signatures[party][1])
            if signed == "wrong":
                self.broken(line, "signature")
                sound = False
            elif signed == "unknown key" and actor != "unknown":
                self.broken(line, "signature", "not-established")
        return sound

    # What an event says.

    def lose(self):
        self.custodian, self.unknown_evidence = "?", True

    def add(self, item, value):
        if item in self.items:
            return True
        size = self.bytes + len(item.encode())
        if len(self.items) == 16384 or size > 4 << 20:
            self.unknown_evidence = True
            return False
        self.items[item], self.bytes = [value, None, False], size
        return True

    def content(self, line, event):
        if (event.kind == "opened") != (event.sequence == 1):
            self.broken(line, "genesis")
        if self.at is not None and event.at < self.at:
            self.broken(line, "time")
        self.at = event.at
        if self.closed:
            self.broken(line, "order")
            self.closed = False
        if event.kind == "collected" and self.sealed:
            self.broken(line, "order")
            self.sealed = False
        self.custody(line, event)
        if event.kind == "collected":
            self.collect(line, event.evidence)
        if event.kind in ("transferred", "sealed"):
            self.rehash(line, event.evidence)
        if event.supersedes is not None and event.supersedes >= event.sequence:
            self.broken(line, "redaction")
        self.sealed = self.sealed or event.kind == "sealed"
        self.closed = self.closed or event.kind == "closed"

    def custody(self, line, event):
        if self.custodian in (None, "?"):
            self.custodian = [event.actor]
        elif event.actor not in self.custodian:
            self.broken(line, "handover")
            self.custodian = [self.custodian[-1], event.actor]
        if event.to is not None:
            self.custodian = [event.to]

    def collect(self, line, listed):
        again = [item for item in listed if item in self.items]
        beyond = [item for item, value in listed.items() if item not in self.items and not self.add(item, value)]
        if again:
            self.broken(line, "rehash")
        elif beyond:
            self.broken(line, "rehash", "not-established")

    def rehash(self, line, listed):
        new = False
        for item, state in self.items.items():
            if item not in listed:
                new, state[2] = new or not state[2], True
                continue
            state[2] = False
            if listed[item] != state[0]:
                new, state[1] = new or listed[item] != state[1], listed[item]
        for item in [item for item in listed if item not in self.items]:
            new = new or not self.unknown_evidence
            self.add(item, listed[item])
        if new:
            self.broken(line, "rehash")


def main(arguments):
    pins, files = [], []
    arguments = iter(arguments)
    for argument in arguments:
        if argument == "--pin":
            case, _, head = next(arguments).rpartition("=")
            count, _, value = head.partition(":")
            pins.append((case, int(count), value))
        else:
            files.append(argument)
    with open(files[0], encoding="utf-8") as file:
        trust = Trust(json.load(file))
    for name_of_file in files[1:]:
        with open(name_of_file, "rb") as file:
            print(json.dumps(Verifier(trust, pins).verify(file.read())))


if __name__ == "__main__":
    main(sys.argv[1:])
