"""Shards from outside: `plumbline run --shard` by every way to say it, and `plumbline merge`.

Usage: merge_test.py PATH_OF_PLUMBLINE; called by CTest. Two scenarios run for real; the rest needs
no workload: of one scenario and two shards the second is empty.
"""

import json
import os
import pathlib
import sys
import unittest

from results_of_tests import Commands, result, shard

CLEAN = {name: value for name, value in os.environ.items()
         if not name.startswith(("GTEST_", "SLURM_", "CI_NODE_"))
         and name not in ("JOB_COMPLETION_INDEX", "GITHUB_STEP_SUMMARY")}
QUICK = {"workers": 1, "rounds": 3, "endpoints": [{"name": "GET /", "steps": [
    {"category": "cpu", "duration_us": 2000, "function": "build_report"},
    {"category": "sync", "duration_us": 2000, "primitive": "sleep"}]}]}
EMPTY, NOTHING_RAN = "shard 2/2", 77


class Sharded(Commands):
    plumbline = pathlib.Path(sys.argv[1])

    def scenario(self, name):
        return self.write(name, QUICK | {"name": name})

    def run_shard(self, *arguments, **variables):
        return self.run_plumbline("run", "--scenario", self.scenario("one"), "--repeat", 1,
                                  "-o", "out", *arguments, env=CLEAN | variables)


class Variables(Sharded):
    def test_each_way_to_say_that_this_is_the_second_of_two(self):
        for source, arguments, variables in (
                ("--shard", ("--shard", "2/2"), {}),
                ("GTEST_SHARD_INDEX", (),
                 {"GTEST_SHARD_INDEX": "1", "GTEST_TOTAL_SHARDS": "2"}),
                ("SLURM_ARRAY_TASK_ID", (),
                 {"SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "5",
                  "SLURM_ARRAY_TASK_MAX": "9", "SLURM_ARRAY_TASK_COUNT": "2",
                  "SLURM_ARRAY_TASK_STEP": "4"}),
                ("JOB_COMPLETION_INDEX", ("--shard-total", 2), {"JOB_COMPLETION_INDEX": "1"}),
                ("CI_NODE_INDEX", (), {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "2"}),
                ("--shard", ("--shard", "2/2"),
                 {"GTEST_SHARD_INDEX": "0", "GTEST_TOTAL_SHARDS": "2"})):
            with self.subTest(source):
                ended = self.run_shard(*arguments, **variables)
                self.assertEqual(ended.returncode, NOTHING_RAN, ended)
                self.assertIn(f"{EMPTY} (by {source}): 0 of 1 scenarios", ended.stderr)
                written = json.loads((self.folder / "out" / "results.json").read_text())
                self.assertEqual(written["provenance"]["shard"], {"index": 2, "total": 2})
                self.assertEqual(written["provenance"]["scenarios"], ["one"])

    def test_contradictions_and_half_statements_are_refused_before_anything_runs(self):
        gtest = {"GTEST_SHARD_INDEX": "1", "GTEST_TOTAL_SHARDS": "2"}
        for words, arguments, variables in (
                (("GTEST_SHARD_INDEX says 2/2", "CI_NODE_INDEX says 1/2"), (),
                 gtest | {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"}),
                (("--shard-total",), (), {"JOB_COMPLETION_INDEX": "1"}),
                (("GTEST_TOTAL_SHARDS",), (), {"GTEST_SHARD_INDEX": "1"}),
                (("gaps",), (), {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "1",
                                 "SLURM_ARRAY_TASK_MAX": "7", "SLURM_ARRAY_TASK_COUNT": "3"}),
                (("--shard 3/2",), ("--shard", "3/2"), {})):
            with self.subTest(words):
                self.assert_refused(self.run_shard(*arguments, **variables), *words)
                self.assertFalse((self.folder / "out").exists())

    def test_googletests_status_file_is_touched(self):
        status = self.folder / "status"
        self.run_shard(GTEST_SHARD_INDEX="1", GTEST_TOTAL_SHARDS="2",
                       GTEST_SHARD_STATUS_FILE=str(status))
        self.assertTrue(status.exists())


class RealShards(Sharded):
    def test_two_shards_merged_are_the_experiment(self):
        scenarios = [argument for name in ("first", "second")
                     for argument in ("--scenario", self.scenario(name))]
        for part in (1, 2):
            ended = self.run_plumbline("run", *scenarios, "--repeat", 2, "--shard", f"{part}/2",
                                       "-o", f"s{part}", env=CLEAN)
            self.assertIn(ended.returncode, (0, 1, 3), ended)
        ended = self.run_plumbline("merge", "s2", "s1", "-o", "whole", env=CLEAN)
        merged = json.loads((self.folder / "whole" / "results.json").read_text())
        self.assertEqual(merged["summary"]["exit_code"], ended.returncode, ended)
        self.assertEqual(list(dict.fromkeys(cell["scenario"] for cell in merged["cells"])),
                         ["first", "second"])
        self.assertIsNone(merged["provenance"]["shard"])
        self.assertTrue(list((self.folder / "whole").glob("*-parity.png")))
        parts = [json.loads((self.folder / f"s{part}" / "results.json").read_text())
                 for part in (1, 2)]
        # Of too many disturbed runs in all the whole says so, where a part may still have judged.
        if not merged["summary"]["reason"].startswith("machine unfit"):
            self.assertEqual(merged["summary"]["pass"],
                             sum(part["summary"]["pass"] for part in parts))
        self.assertEqual(len(merged["runs"]), sum(len(part["runs"]) for part in parts))


class Merge(Commands):
    plumbline = pathlib.Path(sys.argv[1])

    def two_shards(self, change=lambda results: None):
        whole = result(1, lambda results: results["provenance"].update(
            scenarios=["fixture", "added"]))
        whole["cells"] += [cell | {"scenario": "added"} for cell in whole["cells"]]
        second = shard(whole, 2, 2, ["added"])
        change(second)
        return [self.write("s1", shard(whole, 1, 2, whole["provenance"]["scenarios"][:1])),
                self.write("s2", second)]

    def merge(self, *arguments):
        return self.run_plumbline("merge", *arguments, "-o", "out/deep", "--no-figures", env=CLEAN)

    def test_the_answer_is_made_anew(self):
        ended = self.merge(*self.two_shards(), "--json")
        merged = json.loads(ended.stdout)
        self.assertEqual(ended.returncode, 1, ended)  # the fixture has a row that fails
        self.assertEqual(merged, json.loads((self.folder / "out/deep/results.json").read_text()))
        failed = sum(row["verdict"] == "fail" for table in ("cells", "links", "conservation")
                     for row in merged[table])
        self.assertEqual(merged["summary"]["fail"], failed)
        again = json.loads(self.merge(*reversed(self.two_shards()), "--json").stdout)
        self.assertEqual(merged, again)

    def test_missing_double_and_foreign_shards_are_refused_and_nothing_is_written(self):
        s1, s2 = self.two_shards()
        whole = self.write("whole", result(1))
        self.assert_refused(self.merge(s1), "shard 2/2 is missing")
        self.assert_refused(self.merge(s1, s2, s2), "s2.json", "and so is")
        self.assert_refused(self.merge(s1, whole), "whole.json", "is no shard")
        for word, change in (
                ("git", lambda results: results["environment"].update(git="def")),
                ("rate_hz", lambda results: results["provenance"]["settings"].update(rate_hz="9"))):
            self.assert_refused(self.merge(*self.two_shards(change), "--force-unlike"), word)
        cpus = self.two_shards(lambda results: results["environment"].update(cpus=64))
        self.assert_refused(self.merge(*cpus), "cpus: 2 and 64", "--force-unlike")
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual(self.merge(*cpus, "--force-unlike").returncode, 1)
        merged = json.loads((self.folder / "out/deep/results.json").read_text())
        self.assertTrue(merged["provenance"]["mixed_machines"])

    def test_a_shards_folder_is_not_overwritten(self):
        for name, file in zip(("x", "y"), self.two_shards()):
            (self.folder / name).mkdir()
            (self.folder / name / "results.json").write_text(file.read_text())
        before = (self.folder / "x" / "results.json").read_text()
        ended = self.run_plumbline("merge", "x", "y", "-o", "./x", env=CLEAN)
        self.assert_refused(ended, "folder of a shard")
        self.assertEqual((self.folder / "x" / "results.json").read_text(), before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
