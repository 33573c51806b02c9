"""The schema of gate files says the same as their reader, and the printed defaults follow it.

Usage: gate_schema_test.py PLUMBLINE SCHEMA CASES; called by CTest after harness_test left in CASES
gate files, right and wrong in every field, with what the reader said of each.
"""

import json
import pathlib
import subprocess
import sys
import unittest

import jsonschema

PLUMBLINE, SCHEMA, CASES = map(pathlib.Path, sys.argv[1:4])
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


class Agreement(unittest.TestCase):
    def test_printed_defaults_follow_the_schema(self):
        printed = subprocess.run([PLUMBLINE, "run", "--print-gate"], capture_output=True,
                                 text=True, check=True).stdout
        self.assertEqual([str(error) for error in VALIDATOR.iter_errors(json.loads(printed))], [])

    def test_schema_and_reader_agree_on_every_field(self):
        cases = json.loads(CASES.read_text())
        self.assertGreater(len(cases), 500)
        wrong = []
        for case in cases:
            errors = [error.message[:100] for error in VALIDATOR.iter_errors(case["gate"])]
            if case["taken"] != (not errors):
                wrong.append((case["taken"], errors, json.dumps(case["gate"])[:2000]))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
