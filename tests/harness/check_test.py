"""`plumbline check` from outside: its exit codes, its JSON, and that what it writes holds.

Usage: check_test.py PATH_OF_PLUMBLINE; called by CTest.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PLUMBLINE = pathlib.Path(sys.argv[1])
FOLDED = "main;a(int) 330\nmain;b 670\n"


def expecting(percent, **content):
    return {"stacks": [{"profile-type": "samples", "stack-content": [
        {"regular_expression": "a\\(int\\)$", "percent": percent} | content]}]}


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.profile = self.folder / "profile.txt"
        self.profile.write_text(FOLDED)

    def check(self, expected, *more, profile=None):
        file = self.folder / "expected.json"
        file.write_text(expected if isinstance(expected, str) else json.dumps(expected))
        return self.plumbline("--expect", file, "--profile", profile or self.folder, *more)

    def plumbline(self, *arguments):
        return subprocess.run([PLUMBLINE, "check", *map(str, arguments)], capture_output=True,
                              text=True, check=False, timeout=60)

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)

    def test_0_when_all_hold_and_1_when_one_does_not(self):
        ended = self.check(expecting(33))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended)
        self.assertIn("1 pass, 0 fail", ended.stdout)
        ended = self.check(expecting(34))
        self.assertEqual(ended.returncode, 1, ended)
        self.assertIn("0 pass, 1 fail", ended.stdout)

    def test_2_in_one_line_for_what_cannot_be_used(self):
        self.assert_refused(self.plumbline("--profile", self.profile), "--expect")
        self.assert_refused(self.plumbline("--expect", "x"), "--profile")
        self.assert_refused(self.check(expecting(33.0)), "expected.json", "percent", "integer")
        self.assert_refused(self.check("{"), "expected.json: at byte")
        self.assert_refused(self.check(expecting(33), profile=self.folder / "none"), "none")
        self.profile.write_bytes(b"\x0a\x04\x08\x01")
        self.assert_refused(self.check(expecting(33)), "profile.txt: at byte")

    def test_3_when_strict_has_warnings_alone(self):
        self.assertEqual(self.check(expecting(50, error_margin=50)).returncode, 0)
        ended = self.check(expecting(50, error_margin=50), "--strict")
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("vacuous: stacks[0].stack-content[0]: ", ended.stdout)
        self.assertEqual(self.check(expecting(33), "--strict").returncode, 0)

    def test_json_for_programs(self):
        ended = self.check(expecting(40, error_margin=5), "--json")
        document = json.loads(ended.stdout)
        self.assertEqual(document["schema"], "plumbline.check/1")
        self.assertEqual(document["summary"], {"pass": 0, "fail": 1, "allowed": 0,
                                               "stopped": False, "exit_code": 1})
        row = document["assertions"][0]
        self.assertEqual((row["verdict"], row["kind"], row["expected"], row["actual"],
                          row["error"], row["margin"]), ("fail", "percent", 40, 33, 7, 5))

    def test_a_named_file_is_taken_whatever_its_name(self):
        other = self.folder / "cpu.folded"
        other.write_text(FOLDED)
        self.profile.unlink()
        self.assertEqual(self.check(expecting(33)).returncode, 1)
        self.assertEqual(self.check(expecting(33), profile=other).returncode, 0)
        self.assertEqual(
            self.check(expecting(33) | {"pprof-regex": "^x"}, profile=other).returncode, 1)

    def test_what_is_written_holds_and_is_plain(self):
        written = self.folder / "written.json"
        ended = self.plumbline("--profile", self.profile, "--write", written)
        self.assertEqual((ended.returncode, ended.stdout), (0, ""), ended)
        self.assertNotIn("null", written.read_text())
        self.assertEqual(
            self.plumbline("--expect", written, "--profile", self.profile).returncode, 0)
        self.profile.write_text("main;a(int) 350\nmain;b 650\n")
        self.assertEqual(
            self.plumbline("--expect", written, "--profile", self.profile).returncode, 1)
        self.assert_refused(self.plumbline("--profile", self.profile, "--write",
                                           self.folder / "no" / "such"), "such")

    def test_names_are_not_obeyed_by_the_terminal(self):
        expected = expecting(33)
        content = expected["stacks"][0]["stack-content"][0]
        content["regular_expression"] = "\x1b]0;owned\x07|a\\(int\\)$"
        ended = self.check(expected)
        self.assertEqual(ended.returncode, 0, ended)
        self.assertNotIn("\x1b", ended.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main(argv=sys.argv[:1]))
