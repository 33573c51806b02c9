"""The page without a browser: is it self-contained, and does it hold what the commands say?

Usage: page_test.py BUILD SOURCE; called by CTest. Needs nothing but Python. What the page shows
of its data is tested in a browser: analysis/web/test.
"""

import base64
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import page_container

BUILD = pathlib.Path(sys.argv.pop(1))
SOURCE = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
TEMPLATE = SOURCE / "analysis" / "web" / "dist" / "page.html"
RESULT = SOURCE / "tests" / "harness" / "fixtures" / "results.json"
MOST_BYTES = 93_000
NAMESPACES = ("http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml",
              "http://www.w3.org/2000/svg")
OK, UNUSABLE = 0, 2
MISSED_KIND = 19  # of cells: a weight, no time


def policy_of(html: str) -> dict:
    text = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html).group(1)
    return {part.split()[0]: part.split()[1:] for part in text.split("; ")}


def hash_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.html = TEMPLATE.read_text()

    def test_is_small(self):
        self.assertLessEqual(len(self.html.encode()), MOST_BYTES)

    def test_asks_for_nothing_from_outside(self):
        rest = self.html
        for namespace in NAMESPACES:
            rest = rest.replace(namespace, "")
        self.assertNotRegex(rest, r"(?i)\bhttps?:|\bwss?:|//[a-z0-9-]+\.[a-z]{2,}/")
        self.assertEqual(re.findall(r"<[^>]*\s(?:src|srcset|action)=[^>]*>", rest), [])
        self.assertEqual(re.findall(r"<link[^>]*>", rest), ['<link rel="icon" href="data:,">'])
        self.assertNotRegex(rest, r"@import|@font-face|url\(|sourceMappingURL")
        self.assertNotRegex(rest, r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts)\(")

    def test_the_policy_allows_what_is_inline_by_its_hash_and_nothing_else(self):
        policy = policy_of(self.html)
        scripts = re.findall(r'<script type="module">(.*?)</script>', self.html, re.S)
        styles = re.findall(r"<style>(.*?)</style>", self.html, re.S)
        self.assertEqual((len(scripts), len(styles)), (1, 1))
        self.assertEqual(policy, {
            "default-src": ["'none'"], "script-src": [hash_source(scripts[0])],
            "style-src": [hash_source(styles[0])], "img-src": ["data:"], "base-uri": ["'none'"],
            "form-action": ["'none'"]})
        before = self.html[:self.html.index("Content-Security-Policy")]
        self.assertNotIn("<script", before)
        self.assertNotIn("<style", before)

    def test_names_can_become_text_only(self):
        self.assertNotRegex(self.html, r"\beval\(|new Function\b|document\.write")
        # Preact has one use, which our sources never ask for.
        sources = [path for path in (SOURCE / "analysis" / "web" / "src").rglob("*.ts*")
                   if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|DangerouslySet",
                                path.read_text())]
        self.assertEqual(sources, [])

    def test_has_one_place_for_the_data(self):
        self.assertEqual(self.html.count("<!--DATA-->"), 1)
        self.assertEqual(page_container.packed_data(self.html), "<!--DATA-->")


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-page-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.recording = cls.folder / "hot.plumb"
        subprocess.run([PLUMBLINE, "record", "--rate", "1000", "-o", cls.recording, "--",
                        BUILD / "bin" / "hot_report"], check=True, timeout=120)
        cls.header, cls.columns = page_container.unpacked(cls.report(cls.recording)[1])

    @classmethod
    def report(cls, source):
        page = cls.folder / "page.html"
        page.unlink(missing_ok=True)
        done = subprocess.run([PLUMBLINE, "report", source, "-o", page], capture_output=True,
                              text=True, check=False, timeout=60)
        return done, page.read_text() if page.exists() else ""

    def hotspots(self, *options):
        done = subprocess.run([PLUMBLINE, "hotspots", self.recording, *options, "--json"],
                              capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)

    def test_only_the_data_differs_from_the_template(self):
        html = self.report(self.recording)[1]
        self.assertEqual(html.replace(page_container.packed_data(html), "<!--DATA-->"),
                         TEMPLATE.read_text())

    def test_cells_are_the_time_of_all_threads(self):
        ns = sum(ns for ns, kind in zip(self.columns["cell_ns"], self.columns["cell_kind"])
                 if kind != MISSED_KIND)
        whole = self.hotspots()
        self.assertEqual(ns, whole["thread_time_ns"])
        self.assertEqual(sum(self.columns["segment_length_ns"]), ns)
        self.assertEqual(len(self.columns["sample_ns"]), whole["sampling"]["samples"])

    def test_spans_are_those_of_the_recording(self):
        picked = self.hotspots("--slowest", "1")["selection"]["picked_spans"][0]
        ids = self.columns["span_id"]
        at = next(i for i in range(len(ids) // 8)
                  if ids[i * 8:i * 8 + 8].hex() == picked["span_id"])
        strings = self.header["strings"]
        self.assertEqual(self.columns["span_trace"][at * 16:at * 16 + 16].hex(),
                         picked["trace_id"])
        self.assertEqual(
            (strings[self.columns["span_name"][at]], strings[self.columns["span_endpoint"][at]],
             self.columns["span_start_ns"][at], self.columns["span_end_ns"][at]),
            (picked["name"], picked["endpoint"], picked["start_ns"], picked["end_ns"]))

    def test_every_method_has_a_frame(self):
        strings, names = self.header["strings"], set()
        for row in self.columns["frame_function"]:
            names.add(strings[row])
        methods = {method["function"] for method in self.hotspots()["methods"]}
        self.assertEqual(methods - names, set())

    def test_parents_stand_before_their_children(self):
        for name in ("node_parent", "span_parent"):
            rows = self.columns[name]
            self.assertTrue(all(0 <= parent <= at for at, parent in enumerate(rows)), name)

    def test_a_result_is_handed_over_whole(self):
        done, html = self.report(RESULT)
        self.assertEqual(done.returncode, OK, done.stderr)
        header, _ = page_container.unpacked(html)
        self.assertEqual(header["kind"], "result")
        self.assertEqual(header["result"], json.loads(RESULT.read_text()))

    def test_a_folder_is_its_result(self):
        done, html = self.report(RESULT.parent)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(page_container.unpacked(html)[0]["file"], "results.json")

    def test_what_is_neither_is_refused_with_one_line(self):
        text = self.folder / "notes.txt"
        text.write_text("no recording\n")
        broken = self.folder / "results.json"
        broken.write_text('{"schema": "plumbline.results/1", "cells": 7}')
        for source in (text, broken, self.folder / "missing.plumb", "/dev/null"):
            done, html = self.report(source)
            self.assertEqual((done.returncode, html), (UNUSABLE, ""), source)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_damaged_recording_is_shown_up_to_the_damage(self):
        cut = self.folder / "cut.plumb"
        whole = self.recording.read_bytes()
        cut.write_bytes(whole[:len(whole) - 40])
        done, html = self.report(cut)
        self.assertEqual(done.returncode, UNUSABLE)
        self.assertIn("the page shows what is before that", done.stderr)
        header, _ = page_container.unpacked(html)
        self.assertFalse(header["intact"])
        self.assertIn("at byte", header["damage"])


if __name__ == "__main__":
    sys.exit(unittest.main())
