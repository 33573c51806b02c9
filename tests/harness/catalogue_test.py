"""The catalogue of failures: complete, true to the files, and every scenario a valid one.

Usage: catalogue_test.py PLUMBLINE SOURCE_FOLDER; called by CTest.
"""

import json
import pathlib
import subprocess
import sys
import unittest

import jsonschema

PLUMBLINE = sys.argv[1]
SOURCE = pathlib.Path(sys.argv[2])
SCENARIOS = sorted((SOURCE / "workloads/scenarios").glob("*.json"))
SWEEPS = sorted((SOURCE / "workloads/sweeps").glob("*.json"))


def listed(*arguments):
    done = subprocess.run([PLUMBLINE, "list", *arguments], check=True, capture_output=True,
                          text=True)
    return json.loads(done.stdout)


class Catalogue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listed = listed("--json")
        cls.runnable = {entry["name"]: entry
                        for entry in cls.listed["scenarios"] + cls.listed["sweeps"]}

    def test_has_the_42_known_failures_each_with_scenarios_or_a_reason(self):
        modes = self.listed["failure_modes"]
        self.assertEqual([mode["row"] for mode in modes], list(range(1, 43)))
        for mode in modes:
            self.assertNotEqual(bool(mode["scenarios"]), bool(mode["why_not"]), mode)
            self.assertLessEqual(set(mode["scenarios"]), set(self.runnable), mode)

    def test_has_at_least_36_scenarios_that_show_one(self):
        showing = [name for name, entry in self.runnable.items() if entry["failure_modes"]]
        self.assertGreaterEqual(len(showing), 36)

    # Fault: the list says that a scenario catches a fault, which is tried in another one.
    def test_every_scenario_names_the_faults_that_are_tried_in_it_or_a_peer(self):
        tried = {}
        for patch in sorted((SOURCE / "tests/faults/seeded").glob("*.patch")):
            lines = patch.read_text().splitlines()
            scenario = next(line for line in lines if line.startswith("Scenario: "))
            scenario = scenario.removeprefix("Scenario: ")
            if scenario.endswith(".json"):  # one that only the fault has
                self.assertTrue((patch.parent.parent / scenario).is_file(), scenario)
            else:
                tried.setdefault(scenario, []).append(patch.stem)
        self.assertLessEqual(set(tried), set(self.runnable))
        for name, entry in self.runnable.items():
            kind, _, what = entry["catches"].partition(" ")
            if name in tried:
                self.assertEqual((kind, what), ("fault", ", ".join(tried[name])), name)
            else:
                self.assertEqual(kind, "peer", name)
                self.assertTrue(what, name)

    def test_every_file_is_listed_under_its_own_name(self):
        files = {file.stem for file in SCENARIOS + SWEEPS}
        self.assertEqual(files, set(self.runnable))
        self.assertEqual(len(SCENARIOS) + len(SWEEPS), len(files), "a name stands twice")

    def test_knows_no_catch_of_a_scenario_that_is_gone(self):
        catalogue = json.loads((SOURCE / "workloads/catalogue.json").read_text())
        self.assertEqual({entry["scenario"] for entry in catalogue["catches"]}, set(self.runnable))


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = listed("--schema")
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def test_allows_every_scenario_that_there_is(self):
        specs = [json.loads(file.read_text()) for file in SCENARIOS]
        specs += [json.loads(file.read_text())["scenario"] for file in SWEEPS]
        for spec in specs:
            errors = [error.message for error in self.validator.iter_errors(spec)]
            self.assertEqual(errors, [], spec["name"])

    def test_refuses_what_the_reader_refuses(self):
        good = json.loads((SOURCE / "workloads/scenarios/standard.json").read_text())
        step = {"category": "sync", "duration_us": 5, "primitive": "sleep"}
        wrong = [
            {"workers": 0}, {"workers": "two"}, {"colour": 1}, {"endpoints": []},
            {"rounds": -1}, {"jitter": {"distribution": "normal", "percent": 1}},
            *({"endpoints": [{"name": "a", "steps": [step | change]}]} for change in (
                {"duration_us": -1}, {"category": "gpu"}, {"primitive": "prayer"}, {"speed": 1})),
            {"endpoints": [{"name": "a", "steps": []}]},
            {"endpoints": [{"name": "", "steps": [step]}]},
        ]
        for change in wrong:
            self.assertFalse(self.validator.is_valid(good | change), change)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
