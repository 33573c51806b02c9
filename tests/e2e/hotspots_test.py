"""`plumbline hotspots` on a recording of a program whose hotspots are known by construction.

Usage: hotspots_test.py BUILD SUBJECT_SOURCE SCHEMA; called by CTest. Shares are not judged here
(that is the harness's work): what is asserted has more than ten times the room that chance needs,
or is exact.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BUILD = pathlib.Path(sys.argv.pop(1))
SOURCE = pathlib.Path(sys.argv.pop(1))
SCHEMA = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
HOT_LINE = next(number for number, line in enumerate(SOURCE.read_text().splitlines(), 1)
                if "// the hot line" in line)
REPORTS = 10


class Hotspots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-hotspots-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.recording = cls.folder / "hot.plumb"
        subprocess.run([PLUMBLINE, "record", "--rate", "1000", "-o", cls.recording, "--",
                        BUILD / "bin" / "hot_report"], check=True, timeout=120)
        cls.validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))

    def hotspots(self, *options):
        done = subprocess.run([PLUMBLINE, "hotspots", self.recording, *options, "--json"],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual([error.message for error in self.validator.iter_errors(document)], [])
        self.assertTrue(document["sums_agree"])
        return document

    @staticmethod
    def category(document, name):
        return next(row["ns"] for row in document["breakdown"] if row["category"] == name)

    @staticmethod
    def named(document, part, field="self"):
        return sum(method[field]["wall_ns"] for method in document["methods"]
                   if part in method["function"])

    def test_the_hot_line_ranks_first(self):
        """S4, S23: the inlined function's line, below it the function it was inlined into."""
        document = self.hotspots("--endpoint", "GET /report", "--category", "cpu", "--lines",
                                 "--reverse")
        first = document["methods"][0]
        self.assertEqual((first["line"], pathlib.Path(first["file"]).name),
                         (HOT_LINE, SOURCE.name), document["methods"][:3])
        self.assertIn("hot_loop", first["function"])
        self.assertEqual(first["owner"], "own")
        self.assertGreater(first["self"]["columns_ns"]["cpu"],
                           self.category(document, "cpu") / 2)
        leaf = document["tree"]["nodes"][0]
        self.assertIn("hot_loop", leaf["function"])
        self.assertIn("burn_report", leaf["children"][0]["function"])

    def test_waits_have_their_stack(self):
        document = self.hotspots("--endpoint", "GET /report", "--category", "sync")
        asleep = [method for method in document["methods"]
                  if "sleep_in_query" in method["function"]]
        self.assertEqual(len(asleep), 1)
        self.assertGreaterEqual(asleep[0]["self"]["columns_ns"]["sync"], REPORTS * 20_000_000)
        self.assertEqual(asleep[0]["self"]["sampled_ns"], 0, "a wait is exact")

    def test_children_on_another_thread_and_span_alone(self):
        """S25, S26: with children, on any thread; alone, without them."""
        children = self.hotspots("--endpoint", "GET /report")
        alone = self.hotspots("--endpoint", "GET /report", "--scope", "span")
        self.assertGreaterEqual(self.named(children, "sleep_in_query"), REPORTS * 20_000_000)
        self.assertEqual(self.named(alone, "sleep_in_query"), 0)
        self.assertEqual(children["selection"]["spans"], 3 * REPORTS)
        self.assertEqual(self.named(children, "burn_unrelated", "total"), 0)

    def test_the_period_has_all_threads(self):
        """S27: a busy thread without a span appears."""
        document = self.hotspots("--slowest", "1", "--scope", "period")
        self.assertGreater(self.named(document, "burn_unrelated", "total"), 0)
        full = self.hotspots("--slowest", "1", "--scope", "full")
        self.assertGreater(self.category(full, "cpu"), self.category(document, "cpu"))

    def test_spans_alone_sum_to_the_children(self):
        """S9: ids taken from the document itself."""
        request = self.hotspots("--slowest", "1")["selection"]["picked_spans"][0]
        by_trace = self.hotspots("--trace", request["trace_id"])
        by_id = self.hotspots("--span", request["span_id"])
        self.assertEqual(by_trace["breakdown"], by_id["breakdown"])
        self.assertEqual(by_id["selection"]["spans"], 3)

    def test_as_the_endpoint_table(self):
        """S5: an endpoint's totals are the sum over its spans, in both commands."""
        done = subprocess.run([PLUMBLINE, "endpoints", self.recording, "--json"],
                              capture_output=True, text=True, check=True)
        rows = {row["endpoint"]: row for row in json.loads(done.stdout)["endpoints"]}
        self.assertEqual(set(rows), {"GET /report", "GET /idle"})
        for endpoint, row in rows.items():
            document = self.hotspots("--endpoint", endpoint)
            self.assertEqual(document["wall_ns"], row["time"]["wall_ns"])
            self.assertEqual(document["elapsed_ns"], row["elapsed_ns"])
            for category, ns in row["time"]["category_ns"].items():
                self.assertEqual(self.category(document, category), ns, (endpoint, category))

    def test_text_for_people(self):
        done = subprocess.run([PLUMBLINE, "hotspots", self.recording, "--endpoint", "GET /report",
                               "--tree"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("burn_report", "your code", "100.0 %", "sums agree", "samples, cpu "):
            self.assertIn(words, done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_what_is_not_there(self):
        done = subprocess.run([PLUMBLINE, "hotspots", self.recording, "--span", "1"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("no span 0000000000000001", done.stderr)


if __name__ == "__main__":
    unittest.main()
