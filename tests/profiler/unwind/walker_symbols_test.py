"""Checks what the walker can reach: its object refers to no function outside itself.

Run by CTest with the archive of profiler/unwind. The walk runs in signal handlers: a call of memcpy
that the compiler put in would go through libc's tables, any other call could take a lock.
"""

import re
import subprocess
import sys
import unittest

ARCHIVE = sys.argv.pop(1)
ALLOWED = {
    "plumbline::unwind::module_map_detail::readers",  # the map behind its atomic pointer
    "_GLOBAL_OFFSET_TABLE_",
}


def undefined_symbols(member: str) -> set[str]:
    listing = subprocess.run(["nm", "-C", "-u", ARCHIVE], capture_output=True, text=True,
                             check=True).stdout
    objects = dict(re.findall(r"^(\S+):\n((?:\s+U .*\n)*)", listing, re.MULTILINE))
    return set(re.findall(r"^\s+U (.*)$", objects[member], re.MULTILINE))


class WalkerSymbols(unittest.TestCase):
    def test_walker_calls_nothing(self):
        self.assertEqual(undefined_symbols("walk.cc.o") - ALLOWED, set())

    def test_the_check_sees_calls(self):
        self.assertIn("dl_iterate_phdr", undefined_symbols("module_map.cc.o"))


if __name__ == "__main__":
    unittest.main()
