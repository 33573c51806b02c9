#!/usr/bin/env python3
"""The runner of the seeded faults: what it calls caught, and that no variant holds another's patch.

Results are made by hand and by a program that stands for `plumbline run`; the variants are of a
library of two files.
"""

import copy
import io
import json
import os
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import seeded_faults  # noqa: E402
import variants  # noqa: E402
from verdicts import (CAUGHT, MISSED, NOT_JUDGED, SKIPPED, Fault,  # noqa: E402
                      failed_elsewhere, judge)


def result(**changes) -> dict:
    """Everything passes; `changes`: verdicts by "cells lock of GET /a", or a summary's reason."""
    cells = [{"endpoint": endpoint, "category": category, "verdict": "pass"}
             for endpoint in ("GET /a", "GET /b") for category in ("lock", "file")]
    made = {"cells": cells,
            "functions": [{"endpoint": "GET /a", "function": "parse", "verdict": "pass"}],
            "links": [{"verdict": "pass"}],
            "conservation": [{"profiler": "plumbline", "verdict": "pass", "reason": "",
                              "double_booked_ns": 0, "residual_pct": 0,
                              "tolerance": {"double_booked_ns": 0, "residual_pct": 0.1}}],
            "summary": {"reason": changes.pop("reason", "")}}
    for row in cells:
        name = f"{row['category']} of {row['endpoint']}"
        row["verdict"] = changes.pop(name, row["verdict"])
    made["links"][0]["verdict"] = changes.pop("links", "pass")
    made["functions"][0]["verdict"] = changes.pop("parse", "pass")
    assert not changes, changes
    return made


def fault(*must_fail: str, name: str = "broken", scenario: str = "any") -> Fault:
    return Fault(name, Path(f"{name}.patch"), scenario=scenario, must_fail=list(must_fail))


class Judgement(unittest.TestCase):
    def test_caught_when_the_named_row_fails(self):
        broken = result(**{"lock of GET /a": "fail"})
        outcome, _ = judge(fault("cells lock of GET /a"), 1, broken, result())
        self.assertEqual(outcome, CAUGHT)

    # Fault: the suite fails, but elsewhere: the cell that the bug is about passes.
    def test_missed_when_another_row_fails(self):
        broken = result(**{"file of GET /a": "fail"})
        outcome, detail = judge(fault("cells lock of GET /a"), 1, broken, result())
        self.assertEqual(outcome, MISSED)
        self.assertIn("cells lock of GET /a", detail)
        self.assertEqual(failed_elsewhere(fault("cells lock"), broken), ["cells file of GET /a"])

    # Fault: one of two endpoints is enough where the line names all.
    def test_a_line_without_endpoint_means_all(self):
        broken = result(**{"lock of GET /a": "fail"})
        self.assertEqual(judge(fault("cells lock"), 1, broken, result())[0], MISSED)

    # Fault: a row fails with and without the bug, and is taken for a proof.
    def test_missed_when_the_row_fails_without_the_fault_too(self):
        broken = result(**{"lock of GET /a": "fail"})
        outcome, detail = judge(fault("cells lock of GET /a"), 1, broken, copy.deepcopy(broken))
        self.assertEqual(outcome, MISSED)
        self.assertIn("without the fault", detail)

    # Fault: a row is printed as failed, and CI sees exit code 0.
    def test_missed_when_the_gate_does_not_fail(self):
        broken = result(links="fail")
        self.assertEqual(judge(fault("links"), 0, broken, result())[0], MISSED)

    # Fault: a row that is no longer there fails nowhere, and nobody misses it.
    def test_missed_when_no_row_has_the_name(self):
        self.assertEqual(judge(fault("cells sync"), 1, result(links="fail"), result())[0], MISSED)

    def test_unfit_machine_judges_nothing(self):
        unfit = result(reason="machine unfit: 3 of 3 runs invalid", links="fail")
        self.assertEqual(judge(fault("links"), 3, unfit, result())[0], NOT_JUDGED)

    # Fault: the host disturbed the true profiler's run alone, in which then no row fails: that
    # proves nothing, and is no fault that was missed either.
    def test_unfit_machine_without_the_fault_judges_nothing(self):
        unfit = result(reason="machine unfit: 2 of 4 runs invalid", parse="inconclusive")
        for line in ("links", "functions parse of GET /a"):
            broken = result(links="fail", parse="fail")
            outcome, detail = judge(fault(line), 1, broken, unfit)
            self.assertEqual(outcome, NOT_JUDGED)
            self.assertIn("without the fault: machine unfit", detail)

    def test_rows_that_cannot_run_here_are_skipped(self):
        here = result(**{"file of GET /a": "skipped"})
        self.assertEqual(judge(fault("cells file of GET /a"), 0, here, result())[0], SKIPPED)

    def test_a_share_is_judged_by_the_gate_alone(self):
        failed = result(parse="fail")
        for line in ("functions parse of GET /a", "functions any of GET /a"):
            self.assertEqual(judge(fault(line), 1, failed, result())[0], CAUGHT)
            self.assertEqual(judge(fault(line), 0, failed, result())[0], MISSED)
            self.assertEqual(judge(fault(line), 1, result(links="fail"), result())[0], MISSED)

    def test_any_share_of_all_endpoints(self):
        line = "functions any"
        failed = result(parse="fail")
        failed["functions"].append(dict(failed["functions"][0], endpoint="GET /b", verdict="pass"))
        outcome, _ = judge(fault(line), 1, failed, result())
        self.assertEqual((outcome, failed_elsewhere(fault(line), failed)), (CAUGHT, []))
        self.assertEqual(judge(fault(line), 1, result(links="fail"), result())[0], MISSED)
        self.assertEqual(judge(fault(line), 1, failed, result(parse="inconclusive"))[0], MISSED)

    # Fault: with so few samples the true profiler's share would be inconclusive at best; that the
    # broken one fails may be chance.
    def test_a_share_that_nobody_could_tell_without_the_fault_proves_nothing(self):
        outcome, detail = judge(fault("functions parse of GET /a"), 1, result(parse="fail"),
                                result(parse="inconclusive"))
        self.assertEqual(outcome, MISSED)
        self.assertIn("without the fault not decided", detail)


class FakeTree:
    """Every variant is built at once: its folder has the fault's name."""

    def __init__(self, folder: Path):
        self.folder = folder

    def prepare(self, kinds: set[str]) -> None:
        pass

    def variant(self, patch: Path, kind: str) -> Path:
        return self.folder / patch.stem


# Answers with the file that stands where the library would, or with clean.json.
FAKE_PLUMBLINE = """#!/usr/bin/env python3
import json, pathlib, sys
arguments = sys.argv
here = pathlib.Path(__file__).resolve().parent.parent
answer = here / "clean.json"
(here / "gates.txt").open("a").write(
    arguments[arguments.index("--gate") + 1] + "\\n" if "--gate" in arguments else "none\\n")
if "--library" in arguments:
    answer = pathlib.Path(arguments[arguments.index("--library") + 1]).parent.parent / "answer.json"
said = json.loads(answer.read_text())
print(json.dumps(said["results"]))
sys.exit(said["exit_code"])
"""


class ExitCodes(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.build = Path(held.name)
        (self.build / "bin").mkdir()
        program = self.build / "bin" / "plumbline"
        program.write_text(FAKE_PLUMBLINE)
        program.chmod(0o755)
        self.say(self.build / "clean.json", 0, result())

    def say(self, path: Path, exit_code: int, results: dict) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"exit_code": exit_code, "results": results}))

    def run_faults(self, answers: dict[str, tuple[int, dict]], as_lines=False) -> tuple[int, str]:
        for name, (exit_code, results) in answers.items():
            self.say(self.build / name / "answer.json", exit_code, results)
        with mock.patch.object(seeded_faults, "VariantTree", FakeTree), \
                redirect_stdout(io.StringIO()) as said:
            bench = seeded_faults.Bench(self.build, None)
            exit_code = seeded_faults.run_faults(
                [fault("links", name=name) for name in answers], bench, as_lines)
        return exit_code, said.getvalue()

    CAUGHT = (1, result(links="fail"))
    MISSED = (0, result())
    UNFIT = (3, result(reason="machine unfit: 3 of 3 runs invalid"))
    SKIPPED = (77, result(links="skipped"))

    # Fault: the broken profiler is judged by one gate, and the true one by another.
    def test_both_runs_are_judged_by_the_gate_of_the_fault(self):
        self.say(self.build / "a" / "answer.json", *self.CAUGHT)
        with mock.patch.object(seeded_faults, "VariantTree", FakeTree):
            bench = seeded_faults.Bench(self.build, None)
            by_gate, by_default = fault("links", name="a"), fault("links", name="a")
            by_gate.gate = "share_gate.json"
            for one in (by_gate, by_default):
                self.assertEqual(seeded_faults.try_fault(bench, one)["outcome"], CAUGHT)
        gates = (self.build / "gates.txt").read_text().split()
        path = str(Path(seeded_faults.__file__).parent / "share_gate.json")
        self.assertEqual(gates, [path, path, "none", "none"])

    def test_all_caught_is_0(self):
        exit_code, said = self.run_faults({"a": self.CAUGHT, "b": self.CAUGHT})
        self.assertEqual(exit_code, 0, said)
        self.assertIn("2 of 2 seeded faults caught", said)

    # Fault: a fault that nobody caught is one line among many, and the command succeeds.
    def test_one_missed_is_1(self):
        exit_code, said = self.run_faults({"a": self.CAUGHT, "b": self.MISSED, "c": self.UNFIT})
        self.assertEqual(exit_code, 1, said)
        self.assertIn("MISSED      b:", said)

    def test_unfit_is_3(self):
        exit_code, said = self.run_faults({"a": self.CAUGHT, "b": self.UNFIT})
        self.assertEqual(exit_code, 3, said)

    def test_everything_skipped_is_77(self):
        self.assertEqual(self.run_faults({"a": self.SKIPPED})[0], 77)
        self.assertEqual(self.run_faults({"a": self.SKIPPED, "b": self.CAUGHT})[0], 0)

    def test_lines_are_counted_and_are_json(self):
        exit_code, said = self.run_faults({"a": self.CAUGHT, "b": self.MISSED}, as_lines=True)
        count, *rows = said.splitlines()
        self.assertEqual((exit_code, int(count), len(rows)), (0, 2, 2))
        self.assertEqual([json.loads(row)["outcome"] for row in rows], [CAUGHT, MISSED])


CMAKE = """cmake_minimum_required(VERSION 3.20)
project(small CXX)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
add_library(plumbline SHARED profiler/one.cc profiler/two.cc)
"""
PATCH = """Fault: made up.
Must fail: links

--- a/profiler/{0}.cc
+++ b/profiler/{0}.cc
@@ -1 +1 @@
-const char* {0}() {{ return "{0}-true"; }}
+const char* {0}() {{ return "{0}-false"; }}
"""


class Variants(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        root = Path(held.name) / "root"
        (root / "profiler").mkdir(parents=True)
        (root / "CMakeLists.txt").write_text(CMAKE)
        for name in ("one", "two"):
            (root / "profiler" / f"{name}.cc").write_text(
                f'const char* {name}() {{ return "{name}-true"; }}\n')
            (root / f"{name}.patch").write_text(PATCH.format(name))
        build = Path(held.name) / "build"
        build.mkdir()
        (build / "CMakeCache.txt").write_text("CMAKE_BUILD_TYPE:STRING=Release\n")
        for name, value in (("ROOT", root), ("SOURCES", ["CMakeLists.txt", "profiler"])):
            patched = mock.patch.object(variants, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        self.root, self.tree = root, variants.VariantTree(build)

    def library(self, name: str) -> bytes:
        folder = self.tree.variant(self.root / f"{name}.patch", "library")
        return (folder / "lib" / "libplumbline.so").read_bytes()

    def objects(self) -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns
                for path in self.tree.objects.rglob("*.cc.o")}

    # Fault: an object of the patch before is still there, and a variant has two bugs.
    def test_each_variant_has_its_own_patch_alone(self):
        one, two, again = self.library("one"), self.library("two"), self.library("one")
        self.assertTrue(b"one-false" in one and b"two-true" in one)
        self.assertTrue(b"one-true" in two and b"two-false" in two)
        self.assertEqual(one, again)

    # Fault: putting the tree back makes everything be compiled again.
    def test_the_tree_is_put_back_with_its_times(self):
        self.tree.prepare({"library"})
        before = self.objects()
        self.assertEqual(len(before), 2)
        self.library("one")
        self.assertEqual(self.objects(), before)
        self.assertNotIn("false", (self.tree.source / "profiler" / "one.cc").read_text())

    # Fault: the runner was killed while the tree was patched; every later variant has that patch.
    def test_a_tree_that_was_left_patched_is_put_back(self):
        self.tree.prepare({"library"})
        with mock.patch.object(variants.VariantTree, "_put_back"):
            self.library("one")
        self.assertIn("false", (self.tree.source / "profiler" / "one.cc").read_text())
        self.assertIn(b"one-true", self.library("two"))

    # Fault: a variant of yesterday's sources is kept.
    def test_a_variant_follows_its_sources(self):
        self.library("one")
        (self.root / "profiler" / "two.cc").write_text(
            'const char* two() { return "two-new"; }\n')
        self.assertIn(b"two-new", self.library("one"))

    # Fault: the program is linked of two views of one structure.
    def test_a_patch_of_a_header_of_the_analysis_is_refused(self):
        patch = self.root / "header.patch"
        patch.write_text("--- a/analysis/x.h\n+++ b/analysis/x.h\n")
        (self.tree.build / "bin").mkdir()
        (self.tree.build / "bin" / "plumbline").touch()
        with self.assertRaisesRegex(variants.BuildError, "analysis/x.h"):
            self.tree.variant(patch, "analysis")

    def test_a_patch_that_does_not_compile_leaves_no_trace(self):
        (self.root / "bad.patch").write_text(
            PATCH.format("one").replace("return \"one-false\"", "?"))
        with self.assertRaises(variants.BuildError):
            self.tree.variant(self.root / "bad.patch", "library")
        self.assertIn(b"one-true", self.library("two"))


if __name__ == "__main__":
    os.environ.setdefault("CCACHE_DISABLE", "1")
    unittest.main()
