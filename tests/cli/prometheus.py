# SPDX-License-Identifier: BSD-2-Clause
"""What Prometheus' own parser makes of a text (Debian's python3-prometheus-client)."""

import json
import subprocess
import unittest

# Debian's package is for Debian's Python.
PYTHON = "/usr/bin/python3"
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
found = [[f.type, f.documentation, s.name, s.labels, s.value]
         for f in parse(sys.stdin.read()) for s in f.samples]
print(json.dumps(found))
"""


class Samples:
    def __init__(self, text: str):
        done = subprocess.run([PYTHON, "-c", PARSE], input=text, capture_output=True, text=True)
        if "No module named" in done.stderr:
            raise unittest.SkipTest("python3-prometheus-client is not installed")
        if done.returncode != 0:
            raise AssertionError(f"the parser refuses it: {done.stderr}\n{text}")
        self.all = json.loads(done.stdout)

    def values(self) -> dict[str, float | dict[str, float]]:
        """As sapdb -j metrics has them."""
        found: dict = {}
        for _type, _help, name, labels, value in self.all:
            for label in labels.values():
                found.setdefault(name, {})[label] = value
            if not labels:
                found[name] = value
        return found

    def types(self) -> dict[str, str]:
        return {name: kind for kind, _help, name, _labels, _value in self.all}
