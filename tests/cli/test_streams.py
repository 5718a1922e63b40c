# SPDX-License-Identifier: BSD-2-Clause
"""Standard streams that are closed: no file of ours takes their place."""

import subprocess
import unittest

from cli.test_leases import Leases


class Closed(Leases):
    def test_a_message_is_not_written_into_the_lock(self):
        self.run_it("expire")
        done = subprocess.run(
            ["sh", "-c", 'exec "$0" -c "$1" delete nokey <&- >&- 2>&-',
             str(self.place.sapdb_path), str(self.place.conf)], check=False, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.place.state / "commit.lock").read_bytes(), b"")


if __name__ == "__main__":
    unittest.main()
