"""Checks results files against the schema, and the schema against files that it must refuse.

Usage: validate_results.py SCHEMA FOLDER_OF_RESULTS
Called by CTest after harness_test has left its results behind.
"""

import copy
import json
import pathlib
import sys

import jsonschema


def must_be_refused(valid: dict) -> dict[str, dict]:
    """Documents with one fault each, by the name of the fault."""
    faults = {}

    def broken(name: str) -> dict:
        faults[name] = copy.deepcopy(valid)
        return faults[name]

    del broken("no summary")["summary"]
    broken("unknown verdict")["cells"][0]["verdict"] = "maybe"
    broken("misspelt field")["cells"][0]["atributed_ns"] = 1
    broken("negative tolerance")["cells"][0]["tolerance_ns"] = -1
    broken("interval with one end")["cells"][0]["ci95_pct"] = [1]
    broken("unknown category")["confusion"][0]["reported_category"] = "gpu"
    broken("exit code that has no meaning")["summary"]["exit_code"] = 4
    broken("another version")["schema"] = "plumbline.results/2"
    return faults


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def main() -> int:
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(pathlib.Path(sys.argv[2]).glob("*.json"))
    if not files:
        print(f"{sys.argv[2]}: no results to check")
        return 1
    failures = 0
    for file in files:
        results = json.loads(file.read_text(), parse_constant=refuse_constant)
        for error in validator.iter_errors(results):
            print(f"{file.name}: {error.json_path}: {error.message}")
            failures += 1
        for name, document in must_be_refused(results).items():
            if validator.is_valid(document):
                print(f"{file.name}: the schema takes a document with: {name}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
