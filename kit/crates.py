"""Lists the crates that the program carries, with version and licence.

Reads `cargo metadata` from standard input; follows normal dependencies only,
so that what tests alone use is not listed.
"""

import json
import sys

metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]

reached, waiting = set(), [root]
while waiting:
    identity = waiting.pop()
    if identity in reached:
        continue
    reached.add(identity)
    for dependency in nodes[identity]["deps"]:
        if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
            waiting.append(dependency["pkg"])

rows = sorted(
    (package["name"], package["version"], package["license"] or "see its sources")
    for identity, package in packages.items()
    if identity in reached and identity != root
)
for name, version, licence in rows:
    print(f"{name} {version}: {licence}")
