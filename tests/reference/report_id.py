#!/usr/bin/env python3
"""Recomputes the reportId of reports, from docs/formats/report.md alone.

    report_id.py REPORT.json...

Prints `<reportId>  <file>` for each and ends with 0 if all are right, with 1 if
one says something else of itself, with 2 if one cannot be read. Uses nothing of
stella, and of Python's json module only the reader: the canonical form
(RFC 8785) is written here, for what a report holds: objects, arrays, strings,
integers, true, false and null.
"""

import hashlib
import json
import sys

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text(value):
    """RFC 8785 3.2.2.2: as few escapes as possible, in lower case."""
    out = []
    for character in value:
        if character in SHORT:
            out.append(SHORT[character])
        elif character < " ":
            out.append("\\u%04x" % ord(character))
        elif "\ud800" <= character <= "\udfff":
            raise ValueError("half a surrogate pair")
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def canonical(value):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise ValueError("an integer that is no exact double")
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    # RFC 8785 3.2.3: members sorted by their UTF-16 code units.
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(text(name) + ":" + canonical(value[name]) for name in names) + "}"


def once(members):
    """A member that stands there twice would be two reports in one."""
    names = [name for name, _ in members]
    if len(set(names)) != len(names):
        raise ValueError("a member stands there twice")
    return dict(members)


def refuse(number):
    raise ValueError("a report holds no number like " + number)


def report_id(raw):
    report = json.loads(
        raw.decode("utf-8"), object_pairs_hook=once, parse_float=refuse, parse_constant=refuse
    )
    if not isinstance(report, dict) or report.get("schema") != "stella.report/v1":
        raise ValueError("no report")
    if (canonical(report) + "\n").encode("utf-8") != raw:
        raise ValueError("not in canonical form, or no line feed at the end")
    said = report.pop("reportId", None)
    if said is None:
        raise ValueError("a report without a reportId")
    return said, "sha256:" + hashlib.sha256(canonical(report).encode("utf-8")).hexdigest()


def main(names):
    status = 0
    for name in names:
        try:
            with open(name, "rb") as file:
                said, computed = report_id(file.read())
        except (OSError, ValueError) as error:
            print("%s: %s" % (name, error), file=sys.stderr)
            return 2
        print("%s  %s" % (computed, name))
        if said != computed:
            print("%s: says %s of itself" % (name, said), file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
