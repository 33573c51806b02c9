"""What is published, read by parsers that are not ours and by the rules of the tools it is for.

Usage: publish_test.py FOLDER FIXTURES; called by CTest after harness_test left in FOLDER, for each
of several results (hostile names among them), one file a format. Rules of tools that need not be
here are written down below; where xmllint or Google's compare.py is installed, it is asked too.
"""

import copy
import csv
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

from junit_schema import Schema

FOLDER, FIXTURES = map(pathlib.Path, sys.argv[1:3])
COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")  # libbenchmark-tools
EXIT_CODES = {"hostile": 1, "small": 0, "empty": 0, "exit_1": 1, "exit_3": 3, "exit_3_vacuous": 3,
              "exit_77": 77}

# As https://bencher.dev/bmf.json has it, with the lengths of its reference.
BENCHER = {
    "type": "object", "propertyNames": {"minLength": 1, "maxLength": 1024},
    "additionalProperties": {
        "type": "object", "minProperties": 1, "propertyNames": {"minLength": 1, "maxLength": 64},
        "additionalProperties": {
            "type": "object", "required": ["value"], "additionalProperties": False,
            "properties": {"value": {"type": "number"}, "lower_value": {"type": "number"},
                           "upper_value": {"type": "number"}}}}}
# As its README and the reader of custom benchmarks have it.
GITHUB_BENCHMARK = {
    "type": "array", "items": {
        "type": "object", "required": ["name", "unit", "value"], "additionalProperties": False,
        "properties": {"name": {"type": "string", "minLength": 1}, "unit": {"type": "string"},
                       "value": {"type": "number", "minimum": 0}, "range": {"type": "string"},
                       "extra": {"type": "string"}}}}


def published(kind):
    """(name of the result, file) for each result in one format."""
    return [(name, FOLDER / name / kind) for name in EXIT_CODES]


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def object_of(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a name stands twice")
    return dict(pairs)


def strict_json(file):
    return json.loads(file.read_text(encoding="utf-8"), parse_constant=refuse_constant,
                      object_pairs_hook=object_of)


class Junit(unittest.TestCase):
    def setUp(self):
        self.schema = Schema(FIXTURES / "junit.xsd")

    def test_follows_the_schema(self):
        for name, file in published("junit"):
            with self.subTest(name):
                self.assertEqual(self.schema.complaints(ElementTree.parse(file).getroot()), [])

    def test_xmllint_agrees(self):
        if not shutil.which("xmllint"):
            self.skipTest("no xmllint here")
        for name, file in published("junit"):
            with self.subTest(name):
                subprocess.run(["xmllint", "--noout", "--schema", FIXTURES / "junit.xsd", file],
                               check=True, capture_output=True)

    def test_the_schema_refuses_what_is_wrong(self):
        right = ElementTree.parse(FOLDER / "exit_1" / "junit").getroot()
        faults = {
            "no name": lambda case: case.attrib.pop("name"),
            "properties in a case": lambda case: case.insert(0, ElementTree.Element("properties")),
            "text beside elements": lambda case: setattr(case, "text", "x"),
            "unknown element": lambda case: case.append(ElementTree.Element("notes")),
            "element in text": lambda case: case[-1].append(ElementTree.Element("b")),
            "two failures": lambda case: case.insert(0, copy.deepcopy(case[0])),
            "wrong order": lambda case: case.insert(0, case[-1]),
            "number that is none": lambda case: case.set("time", "nan"),
        }
        for fault, break_it in faults.items():
            with self.subTest(fault):
                wrong = copy.deepcopy(right)
                break_it(wrong[1].findall("testcase")[0])
                self.assertNotEqual(self.schema.complaints(wrong), [])

    # Fault: a job is green by its test report while its exit code says that it failed.
    # Pass: a failure or an error if and only if the exit code is 1 or 3.
    def test_is_red_when_the_exit_code_is(self):
        for name, file in published("junit"):
            with self.subTest(name):
                root = ElementTree.parse(file).getroot()
                red = len(root.findall(".//failure")) + len(root.findall(".//error"))
                self.assertEqual(red > 0, EXIT_CODES[name] in (1, 3))

    def test_counts_are_those_of_the_cases(self):
        for name, file in published("junit"):
            root = ElementTree.parse(file).getroot()
            for suite in (root, *root):
                with self.subTest(name=name, suite=suite.get("name")):
                    self.assertEqual(int(suite.get("tests")), len(suite.findall(".//testcase")))
                    for count, tag in (("failures", "failure"), ("errors", "error"),
                                       ("skipped", "skipped")):
                        if suite.get(count) is not None:
                            self.assertEqual(int(suite.get(count)),
                                             len(suite.findall(f".//{tag}")))

    def test_tells_the_environment(self):
        root = ElementTree.parse(FOLDER / "small" / "junit").getroot()
        names = {element.get("name") for element in root.iter("property")}
        self.assertLessEqual({"environment.kernel", "environment.git", "summary.exit_code"}, names)


class Csv(unittest.TestCase):
    def test_is_rfc_4180_and_holds_no_formula(self):
        for name, file in published("csv"):
            with self.subTest(name):
                text = file.read_bytes().decode("utf-8")
                self.assertEqual(text.count("\n"), text.count("\r\n"))
                rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
                self.assertEqual({len(row) for row in rows}, {17})
                for row in rows:
                    for field in (*row[:4], row[16]):
                        self.assertNotRegex(field, '^[ "]*[=+@\\-\uFF1D\uFF0B\uFF0D\uFF20]')
                    for figure in row[4:15] if row is not rows[0] else ():
                        self.assertRegex(figure, r"^(-?[0-9.]+(e[+-]?[0-9]+)?)?$")


    def test_other_tables_are_rfc_4180_and_hold_no_formula(self):
        for kind in ("csv-functions", "csv-confusion", "csv-links", "csv-assertions"):
            for name, file in published(kind):
                with self.subTest(kind=kind, name=name):
                    text = file.read_bytes().decode("utf-8")
                    self.assertEqual(text.count("\n"), text.count("\r\n"))
                    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
                    self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                    for field in (field for row in rows for field in row):
                        if not re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", field):
                            self.assertNotRegex(field, '^[ "]*[=+@\\-\uFF1D\uFF0B\uFF0D\uFF20]')


class GoogleBenchmark(unittest.TestCase):
    """The rules by which tools/compare.py loads, groups and compares two files."""

    def test_loads(self):
        for name, file in published("gbench"):
            with self.subTest(name):
                document = strict_json(file)
                self.assertIsInstance(document["context"], dict)
                self.assertEqual(document["context"]["json_schema_version"], 1)
                for entry in document["benchmarks"]:
                    re.search("x", entry.get("run_name") or entry["name"])
                    self.assertIn(entry["run_type"], ("iteration", "aggregate"))
                    self.assertEqual(entry["run_type"] == "aggregate", "aggregate_name" in entry)
                    self.assertEqual(entry["time_unit"], "ns")
                    for field in ("real_time", "cpu_time"):
                        self.assertTrue(math.isfinite(entry[field]) and entry[field] >= 0)
                    for field in ("iterations", "repetitions", "family_index",
                                  "per_family_instance_index", "threads"):
                        self.assertIsInstance(entry[field], int)

    def test_entries_of_one_name_are_the_repetitions_of_one_cell(self):
        for name, file in published("gbench"):
            groups = {}
            for entry in strict_json(file)["benchmarks"]:
                groups.setdefault(entry["name"], []).append(entry)
            for group in groups.values():
                with self.subTest(name):
                    self.assertEqual(len({entry["family_index"] for entry in group}), 1)
                    if group[0]["run_type"] == "iteration":
                        self.assertEqual([entry["repetition_index"] for entry in group],
                                         list(range(group[0]["repetitions"])))
                    else:
                        self.assertEqual(len(group), 1)

    def test_compare_py_agrees(self):
        if not COMPARE.exists():
            self.skipTest("no compare.py here (libbenchmark-tools)")
        for name, file in published("gbench"):
            with self.subTest(name):
                subprocess.run([sys.executable, COMPARE, "--no-color", "benchmarks", file, file],
                               check=True, capture_output=True)


class Bencher(unittest.TestCase):
    def test_follows_the_schema(self):
        for name, file in published("bmf"):
            with self.subTest(name):
                document = strict_json(file)
                jsonschema.validate(document, BENCHER)
                for measures in document.values():
                    for metric in measures.values():
                        self.assertLessEqual(metric.get("lower_value", metric["value"]),
                                             metric["value"])
                        self.assertGreaterEqual(metric.get("upper_value", metric["value"]),
                                                metric["value"])


class GithubBenchmark(unittest.TestCase):
    def test_follows_the_schema_and_breaks_no_comment(self):
        for name, file in published("github-benchmark"):
            with self.subTest(name):
                document = strict_json(file)
                jsonschema.validate(document, GITHUB_BENCHMARK)
                names = [entry["name"] for entry in document]
                self.assertEqual(len(names), len(set(names)))
                for entry in document:  # the action writes | `name` | `value` unit (`range`) |
                    for text in (entry["name"], entry.get("range", ""), entry.get("extra", "")):
                        self.assertNotRegex(text, "[`|\n\r]")


class All(unittest.TestCase):
    def test_every_result_says_something_where_it_can(self):
        for kind in ("markdown", "junit", "csv", "csv-functions", "csv-confusion", "csv-links",
                     "csv-assertions", "gbench", "bmf", "github-benchmark"):
            for name, file in published(kind):
                with self.subTest(kind=kind, name=name):
                    self.assertGreater(file.stat().st_size, 3)
                    file.read_text(encoding="utf-8")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
