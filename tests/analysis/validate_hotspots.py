"""Checks documents of `plumbline hotspots --json` against the schema, and their sums.

Usage: validate_hotspots.py SCHEMA FOLDER_OF_DOCUMENTS
Called by CTest after recording_commands_test has left its documents behind. The schema must also
refuse each document with one fault.
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

    del broken("no breakdown")["breakdown"]
    broken("another version")["schema"] = "plumbline.hotspots/2"
    broken("unknown scope")["selection"]["scope"] = "minute"
    broken("unknown category")["breakdown"][0]["category"] = "gpu"
    broken("fraction of a nanosecond")["wall_ns"] = 1.5
    broken("misspelt field")["uncoverd_ns"] = 0
    broken("interval with one end")["owners"][0]["self"]["cpu_95_ns"] = [1]
    del broken("other without reasons")["breakdown"][6]["reasons_ns"]
    return faults


def sum_faults(document: dict) -> list[str]:
    """Sums that must hold in every document, whatever it is about."""
    faults = []
    wall = document["wall_ns"]
    if sum(row["ns"] for row in document["breakdown"]) != wall:
        faults.append("the breakdown is not the wall")
    percent = sum(round(row["percent"] * 10) for row in document["breakdown"])
    if percent != (1000 if wall > 0 else 0):
        faults.append(f"percents sum to {percent / 10}")
    other = document["breakdown"][6]
    if sum(other["reasons_ns"].values()) != other["ns"]:
        faults.append("reasons are not other")
    columns = {row["category"]: row["ns"] for row in document["breakdown"]}
    for name, rows, field in (("methods", document["methods"], "self"),
                              ("owners", document["owners"], "self"),
                              ("tree", (document["tree"] or {}).get("nodes"), "total")):
        if rows is None or (name == "methods" and document["category"]):
            continue
        for column, ns in columns.items():
            if sum(row[field]["columns_ns"][column] for row in rows) != ns:
                faults.append(f"{name} do not sum to {column}")
    return faults


def main() -> int:
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(pathlib.Path(sys.argv[2]).glob("*.json"))
    if len(files) < 8:
        print(f"{sys.argv[2]}: {len(files)} documents to check, 8 are made")
        return 1
    failures = []
    for file in files:
        document = json.loads(file.read_text())
        failures += [f"{file.name}: {error.json_path}: {error.message}"
                     for error in validator.iter_errors(document)]
        failures += [f"{file.name}: {fault}" for fault in sum_faults(document)]
        failures += [f"{file.name}: the schema takes a document with: {name}"
                     for name, broken in must_be_refused(document).items()
                     if validator.is_valid(broken)]
    print("\n".join(failures) or f"{len(files)} documents are sound")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
