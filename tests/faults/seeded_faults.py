#!/usr/bin/env python3
"""Seeded faults: deliberately wrong profilers (and a wrong ledger) that the harness must catch, and
strange kernels that the profiler must not fall for.

Each patch in seeded/ says above its diff what it breaks, which program it rebuilds, which scenario
shows it and which rows of results.json must then fail. A fault is caught when the run ends with
exit code 1 and every named row has the verdict `fail`. On a machine that the run calls unfit (exit
code 3, "machine unfit") a fault is not judged: that is said, and the exit code is 77 if it was so
for all of them.

A patch that imitates a kernel names what must hold instead: every cell of a category keeps its
error within so many per cent and does not fail, and the recording names the setting that shows that
the profiler met that kernel.

Usage: seeded_faults.py --build BUILD [--repeat N] [NAME ...]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDED = Path(__file__).resolve().parent / "seeded"
SOURCES = ["CMakeLists.txt", "profiler", "analysis", "workloads", "harness"]

CAUGHT, HELD, MISSED, NOT_JUDGED = "caught", "held", "MISSED", "not judged"


@dataclass
class Fault:
    name: str
    patch: Path
    rebuilds: str = "library"  # or "workload"
    scenario: str = "standard"
    must_fail: list[str] = field(default_factory=list)
    must_hold: list[str] = field(default_factory=list)
    must_say: list[str] = field(default_factory=list)


def read_fault(patch: Path) -> Fault:
    """The `Key: value` lines above the diff."""
    fault = Fault(patch.stem, patch)
    for line in patch.read_text().splitlines():
        if line.startswith("--- "):
            break
        key, _, value = line.partition(": ")
        if key in ("Must fail", "Must hold", "Must say"):
            getattr(fault, key.lower().replace(" ", "_")).append(value)
        elif key in ("Rebuilds", "Scenario"):
            setattr(fault, key.lower(), value)
    if not fault.must_fail and not fault.must_hold:
        raise SystemExit(f"{patch}: no line 'Must fail: ...' or 'Must hold: ...' above the diff")
    return fault


def build_variant(fault: Fault, build: Path) -> Path:
    """An installation beside the real one in which one program is the patched one."""
    folder = build / "faults" / fault.name
    shutil.rmtree(folder / "source", ignore_errors=True)
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / "source").mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / "source" / name)
    with fault.patch.open() as patch:
        run(["patch", "--silent", "-p1", "-d", str(folder / "source")], stdin=patch)
    target = {"library": "plumbline", "workload": "plumbline-workload"}[fault.rebuilds]
    run(["cmake", "-S", str(folder / "source"), "-B", str(folder / "build"),
         "-DPLUMBLINE_TESTS=OFF", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"])
    run(["cmake", "--build", str(folder / "build"), "-j", str(os.cpu_count()),
         "--target", target])
    return assemble(folder, build)


def assemble(folder: Path, build: Path) -> Path:
    """bin/ with copies, since a program finds its companions beside its own real path."""
    installation = folder / "installation"
    shutil.rmtree(installation, ignore_errors=True)
    for part, pattern in (("bin", "plumbline*"), ("lib", "libplumbline.so*")):
        (installation / part).mkdir(parents=True)
        for origin in (build, folder / "build"):
            for file in (origin / part).glob(pattern):
                shutil.copy(file, installation / part)  # a link becomes what it points to
    (installation / "share").symlink_to((build / "share").resolve())
    return installation


def run(command: list[str], **options) -> None:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: failed\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def rows_that_failed(results: dict, must_fail: str) -> bool:
    """True when what `must_fail` names has the verdict `fail`."""
    table, _, what = must_fail.partition(" ")
    if table == "links":
        return all(row["verdict"] == "fail" for row in results["links"])
    if table == "cells":
        rows = [row for row in results["cells"] if row["category"] == what]
        return bool(rows) and all(row["verdict"] == "fail" for row in rows)
    if table == "conservation":
        who, _, figure = what.rpartition(":")
        rows = [row for row in results["conservation"] if row["profiler"] == (who or "plumbline")]
        return bool(rows) and all(
            row["verdict"] == "fail" and row[figure] > row["tolerance"][figure] for row in rows)
    raise SystemExit(f"Must fail: {must_fail}: expected links, cells CATEGORY or "
                     "conservation FIGURE")


def cells_that_gave_way(results: dict, must_hold: str) -> list[str]:
    _, category, limit_pct = must_hold.split()
    rows = [row for row in results["cells"] if row["category"] == category and row["error_pct"]]
    bad = [f"{row['endpoint']} {category} {row['error_pct']:+.3f} %" for row in rows
           if row["verdict"] == "fail" or abs(row["error_pct"]) > float(limit_pct)]
    return bad if rows else [f"no cell {category}"]


def settings_that_do_not_say(installation: Path, output: Path, must_say: str) -> list[str]:
    key, _, value = must_say.partition(" ")
    plumbline, recording = str(installation / "bin" / "plumbline"), str(output / "sleep.plumb")
    run([plumbline, "record", "-o", recording, "--", "/bin/sleep", "1"])
    info = subprocess.run([plumbline, "info", "--json", recording], capture_output=True, text=True,
                          check=True)
    said = json.loads(info.stdout)["settings"].get(key)
    return [] if said == value else [f"{key} is {said}"]


def judge_kernel(fault: Fault, results: dict, installation: Path, output: Path) -> tuple[str, str]:
    wrong = [bad for row in fault.must_hold for bad in cells_that_gave_way(results, row)]
    wrong += [bad for row in fault.must_say
              for bad in settings_that_do_not_say(installation, output, row)]
    errors = [f"{row['error_pct']:+.3f}" for row in results["cells"] if row["category"] == "cpu"]
    return (MISSED, ", ".join(wrong)) if wrong else (
        HELD, ", ".join(fault.must_hold + fault.must_say) + f"; cpu {' '.join(errors)} %")


def judge(fault: Fault, installation: Path, repeat: int) -> tuple[str, str]:
    output = installation.parent / "result"
    shutil.rmtree(output, ignore_errors=True)
    done = subprocess.run(
        [str(installation / "bin" / "plumbline"), "run", "--scenario", fault.scenario,
         "--repeat", str(repeat), "-o", str(output), "--json"],
        capture_output=True, text=True)
    if done.returncode not in (0, 1, 3, 77):
        raise SystemExit(f"{fault.name}: plumbline run ended with {done.returncode}: {done.stderr}")
    results = json.loads(done.stdout)
    reason = results["summary"]["reason"]
    if done.returncode == 3 and reason.startswith("machine unfit"):
        return NOT_JUDGED, reason
    if fault.must_hold:
        return judge_kernel(fault, results, installation, output)
    missing = [row for row in fault.must_fail if not rows_that_failed(results, row)]
    if done.returncode != 1 or missing:
        return MISSED, f"exit code {done.returncode}; did not fail: {', '.join(missing) or '-'}"
    return CAUGHT, "failed: " + ", ".join(fault.must_fail)


# Fault: the code moved on, and the patch of a fault no longer applies; nobody notices until the
# long tests run.
def check_that_all_apply(faults: list[Fault]) -> int:
    for fault in faults:
        with fault.patch.open() as patch:
            run(["patch", "--silent", "--dry-run", "--fuzz=0", "-p1", "-d", str(ROOT)],
                stdin=patch)
    print(f"{len(faults)} patches apply")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="folder of the release build")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each scenario")
    parser.add_argument("--check", action="store_true", help="only see whether the patches apply")
    parser.add_argument("names", nargs="*", help="faults by name; all when none is named")
    arguments = parser.parse_args()
    faults = [read_fault(patch) for patch in sorted(SEEDED.glob("*.patch"))]
    if arguments.check:
        return check_that_all_apply(faults)
    unknown = set(arguments.names) - {fault.name for fault in faults}
    if unknown:
        raise SystemExit(f"no such fault: {', '.join(sorted(unknown))}; they are the patches in "
                         f"{SEEDED.relative_to(ROOT)}")
    outcomes = []
    for fault in faults:
        if arguments.names and fault.name not in arguments.names:
            continue
        installation = build_variant(fault, arguments.build.resolve())
        outcome, detail = judge(fault, installation, arguments.repeat)
        outcomes.append(outcome)
        print(f"{outcome:10}  {fault.name}: {detail}", flush=True)
    print(f"{outcomes.count(CAUGHT) + outcomes.count(HELD)} of {len(outcomes)} seeded faults "
          "caught, or held against")
    if MISSED in outcomes:
        return 1
    return 77 if outcomes and all(outcome == NOT_JUDGED for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
