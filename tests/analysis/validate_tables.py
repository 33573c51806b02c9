"""Checks documents of `endpoints`, `locks` and `diff` --json against the schemas, and their sums.

Usage: validate_tables.py SCHEMA_FOLDER FOLDER_OF_DOCUMENTS
Called by CTest after recording_commands_test has left its documents behind. Which schema a
document is of, its own `schema` says. Each schema must also refuse a document with one fault.
"""

import copy
import json
import pathlib
import sys

import jsonschema

CATEGORIES = ("cpu", "lock", "sync", "file", "socket", "runqueue", "other")
LEAST_DOCUMENTS = {"endpoints": 8, "locks": 4, "diff": 5}


def faulty(valid: dict) -> dict[str, dict]:
    """Documents with one fault each, by the name of the fault."""
    faults = {}

    def broken(name: str) -> dict:
        faults[name] = copy.deepcopy(valid)
        return faults[name]

    broken("another version")["schema"] += "0"
    broken("misspelt field")["recordigns"] = 0
    for field in ("schema", "notes", "intact"):
        del broken(f"no {field}")[field]
    for field in ("endpoints", "locks", "methods"):
        if valid.get(field):
            broken(f"misspelt field in {field}")[field][0]["wal_ns"] = 0
            name = next(iter(valid[field][0]))
            del broken(f"{field} without {name}")[field][0][name]
    if valid["schema"] == "plumbline.endpoints/1":
        broken("fraction of a nanosecond")["total"]["wall_ns"] = 0.5
        del broken("category left out")["total"]["category_ns"]["lock"]
        broken("unknown key of sorting")["sort"]["by"] = "size"
    return faults


def of_time(time: dict) -> list[int]:
    if sum(time["category_ns"].values()) + time["residual_ns"] != time["wall_ns"]:
        raise ValueError("the categories are not the wall")
    if sum(time["other_ns"].values()) != time["category_ns"]["other"]:
        raise ValueError("the reasons are not other")
    return [*(time["category_ns"][name] for name in CATEGORIES), time["residual_ns"]]


def added(times: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*times)]


def check_endpoints(document: dict) -> None:
    rows = document["endpoints"]
    total = added([of_time(document["no_span"])] + [of_time(row["time"]) for row in rows])
    if total != of_time(document["total"]):
        raise ValueError("endpoints and no span are not the total")
    threads = of_time(document["threads"])
    threads[CATEGORIES.index("other")] += sum(row["uncovered_ns"] for row in rows)
    if total != threads:
        raise ValueError("the total is not that of the threads and what was on none")
    for series, row in zip(document["series"] or [], rows):
        if series["endpoint"] != row["endpoint"]:
            raise ValueError("series are not in the order of the endpoints")
        if added([of_time(point["time"]) for point in series["points"]]) != of_time(row["time"]):
            raise ValueError("a series is not its endpoint")
        if sum(point["requests"] for point in series["points"]) != row["requests"]:
            raise ValueError("requests of a series are not its endpoint's")
    for row in rows:
        if not row["p50_ns"] <= row["p95_ns"] <= row["p99_ns"] <= row["max_ns"]:
            raise ValueError("percentiles are out of order")


def check_locks(document: dict) -> None:
    if sum(lock["blocked_ns"] for lock in document["locks"]) != document["blocked_ns"]:
        raise ValueError("the locks are not all blocked time")
    if document["sums_agree"] != (document["blocked_ns"] == document["lock_category_ns"]):
        raise ValueError("sums agree, or not")
    for lock in document["locks"]:
        if lock["columns_ns"]["lock"] != lock["blocked_ns"]:
            raise ValueError("the lock column is not the blocked time")
        for parties in (lock["waiters"], lock["holders"]):
            if sum(party["blocked_ns"] for party in parties) != lock["blocked_ns"]:
                raise ValueError("parties are not the lock")
        for functions, columns in ((lock["waited_in"], lock["columns_ns"]),
                                   (lock["held_in"], lock["held_columns_ns"])):
            for name, ns in columns.items():
                if sum(row["columns_ns"][name] for row in functions) != ns:
                    raise ValueError(f"functions do not sum to {name}")


def check_diff(document: dict) -> None:
    if not document["sums_agree"]:
        raise ValueError("sums do not agree")
    for side in ("a", "b"):
        columns = document[side]["columns_ns"]
        if sum(columns.values()) != document[side]["wall_ns"]:
            raise ValueError(f"the columns of {side} are not its wall")
        for row in document["categories"]:
            if row[f"{side}_ns"] != columns[row["category"]]:
                raise ValueError(f"{row['category']} of {side} is not its column")
        for name, ns in columns.items():
            if sum(row[f"{side}_columns_ns"][name] for row in document["methods"]) != ns:
                raise ValueError(f"methods of {side} do not sum to {name}")
    for change in [document["wall"], *document["categories"],
                   *(row["self"] for row in document["methods"])]:
        if change["b_ns"] - change["a_ns"] != change["change_ns"]:
            raise ValueError("a change is not b - a")


CHECKS = {"endpoints": check_endpoints, "locks": check_locks, "diff": check_diff}


def main() -> int:
    failures, seen = [], dict.fromkeys(LEAST_DOCUMENTS, 0)
    for file in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
        document = json.loads(file.read_text())
        kind = document["schema"].removeprefix("plumbline.").partition("/")[0]
        seen[kind] += 1
        schema = json.loads((pathlib.Path(sys.argv[1]) / f"{kind}-1.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        failures += [f"{file.name}: {error.json_path}: {error.message}"
                     for error in validator.iter_errors(document)]
        try:
            CHECKS[kind](document)
        except ValueError as error:
            failures.append(f"{file.name}: {error}")
        failures += [f"{file.name}: the schema takes a document with: {name}"
                     for name, broken in faulty(document).items() if validator.is_valid(broken)]
    failures += [f"{seen[kind]} documents of {kind} to check, {least} are made"
                 for kind, least in LEAST_DOCUMENTS.items() if seen[kind] < least]
    print("\n".join(failures) or f"{sum(seen.values())} documents are sound")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
