#!/usr/bin/env python3
"""Seeded faults: deliberately wrong profilers (and a wrong ledger) that the harness must catch, and
strange kernels that the profiler must not fall for. Called by `plumbline selftest`.

Each patch in seeded/ says above its diff what it breaks and who had that bug, what it rebuilds
(library, analysis, workload), which scenario shows it and which rows of results.json
must then fail. A fault is caught when the run ends with exit code 1, every named row has the
verdict `fail`, and none of them has it in the same scenario without the fault. Shares of functions
inform by default: a patch about them names a gate file (`share_gate.json`) in which they gate, and
without the fault they have to pass by the same file. What failed besides is said.
On a machine that the run calls unfit a fault is not judged; where the scenario cannot run (no
/dev/fuse) it is skipped.

A patch that imitates a kernel names what must hold instead: every cell of a category keeps its
error within so many per cent and does not fail, and the recording names the setting that shows that
the profiler met that kernel.

Usage: seeded_faults.py --build BUILD [--repeat N] [--lines] [NAME ...]
Exit codes (with --lines always 0, or 2): 0 all caught, 1 one was missed, 2 unusable, 3 the machine
is unfit, 77 all skipped.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from variants import ROOT, BuildError, VariantTree, run
from verdicts import (CAUGHT, HELD, MISSED, NOT_JUDGED, Fault, cells_that_gave_way, exit_code_of,
                      failed_elsewhere, is_unfit, judge, read_fault)

SEEDED = Path(__file__).resolve().parent / "seeded"


class Bench:
    """Runs scenarios under variants; without a fault once for each scenario."""

    def __init__(self, build: Path, repeat: int | None):
        self.build = build
        self.repeat = repeat
        self.tree = VariantTree(build)
        self.clean: dict[tuple[str, int, str], dict] = {}

    def repeats_of(self, fault: Fault) -> int:
        return self.repeat or fault.repeat

    def without(self, fault: Fault) -> dict:
        key = (fault.scenario, self.repeats_of(fault), fault.gate)
        if key not in self.clean:
            results = self.judged_run(fault, self.build, [], "clean")[1]
            if is_unfit(results):
                return results  # the next fault of the scenario tries again
            self.clean[key] = results
        return self.clean[key]

    def under(self, fault: Fault, variant: Path) -> tuple[int, dict]:
        if fault.rebuilds == "library":
            library = variant / "lib" / "libplumbline.so"
            return self.judged_run(fault, self.build, ["--library", str(library)], fault.name)
        return self.judged_run(fault, variant, [], fault.name)

    def judged_run(self, fault: Fault, installation: Path, options: list[str],
                   name: str) -> tuple[int, dict]:
        is_file = fault.scenario.endswith(".json")
        scenario = str(SEEDED.parent / fault.scenario) if is_file else fault.scenario
        output = self.build / "faults" / "results" / f"{Path(scenario).stem}-{name}"
        shutil.rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
        if fault.gate:
            options = ["--gate", str(SEEDED.parent / fault.gate), *options]
        done = subprocess.run(
            [str(installation / "bin" / "plumbline"), "run", "--scenario", scenario,
             "--repeat", str(self.repeats_of(fault)), "-o", str(output), "--json", *options],
            capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1, 3, 77):
            raise BuildError(f"{name}: plumbline run ended with {done.returncode}: {done.stderr}")
        return done.returncode, json.loads(done.stdout)


def settings_that_do_not_say(bench: Bench, variant: Path, must_say: str) -> list[str]:
    key, _, value = must_say.partition(" ")
    plumbline = str(bench.build / "bin" / "plumbline")
    recording = variant / "sleep.plumb"
    recording.unlink(missing_ok=True)
    # As `record` would, but with the variant's library.
    run(["env", f"LD_PRELOAD={variant / 'lib' / 'libplumbline.so'}",
         f"PLUMBLINE_OUTPUT={recording}", "/bin/sleep", "1"])
    info = subprocess.run([plumbline, "info", "--json", str(recording)], capture_output=True,
                          text=True, check=True)
    said = json.loads(info.stdout)["settings"].get(key)
    return [] if said == value else [f"{key} is {said}"]


def judge_kernel(bench: Bench, fault: Fault, results: dict, variant: Path) -> tuple[str, str]:
    if is_unfit(results):
        return NOT_JUDGED, results["summary"]["reason"]
    wrong = [bad for row in fault.must_hold for bad in cells_that_gave_way(results, row)]
    wrong += [bad for row in fault.must_say
              for bad in settings_that_do_not_say(bench, variant, row)]
    errors = [f"{row['error_pct']:+.3f}" for row in results["cells"] if row["category"] == "cpu"]
    return (MISSED, ", ".join(wrong)) if wrong else (
        HELD, ", ".join(fault.must_hold + fault.must_say) + f"; cpu {' '.join(errors)} %")


def try_fault(bench: Bench, fault: Fault) -> dict:
    begin = time.monotonic()
    variant = bench.tree.variant(fault.patch, fault.rebuilds)
    built = time.monotonic()
    exit_code, results = bench.under(fault, variant)
    ran = time.monotonic()
    row = {"fault": fault.name, "scenario": fault.scenario, "must_fail": fault.must_fail,
           "failed_elsewhere": [], "build_s": round(built - begin, 2),
           "run_s": round(ran - built, 2)}
    if fault.must_hold:
        outcome, detail = judge_kernel(bench, fault, results, variant)
    else:
        row["failed_elsewhere"] = failed_elsewhere(fault, results)
        outcome, detail = judge(fault, exit_code, results, bench.without(fault))
    return row | {"outcome": outcome, "detail": detail}


# Fault: the code moved on, and the patch of a fault no longer applies; nobody notices until the
# long tests run.
def check_that_all_apply(faults: list[Fault]) -> int:
    for fault in faults:
        with fault.patch.open() as patch:
            run(["patch", "--silent", "--dry-run", "--fuzz=0", "-p1", "-d", str(ROOT)],
                stdin=patch)
    print(f"{len(faults)} patches apply")
    return 0


def show(row: dict, as_lines: bool) -> None:
    if as_lines:
        print(json.dumps(row), flush=True)
        return
    print(f"{row['outcome']:10}  {row['fault']}: {row['detail']} "
          f"({row['build_s']:.1f} s to build, {row['run_s']:.1f} s to run)", flush=True)
    for other in row["failed_elsewhere"]:
        print(f"{'':12}and {other}", flush=True)


def run_faults(faults: list[Fault], bench: Bench, as_lines: bool) -> int:
    if as_lines:
        print(len(faults), flush=True)
    bench.tree.prepare({fault.rebuilds for fault in faults})
    outcomes = []
    for fault in faults:
        row = try_fault(bench, fault)
        outcomes.append(row["outcome"])
        show(row, as_lines)
    if as_lines:
        return 0  # whoever reads the lines judges them
    good = sum(outcome in (CAUGHT, HELD) for outcome in outcomes)
    print(f"{good} of {len(outcomes)} seeded faults caught, or held against")
    return exit_code_of(outcomes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="folder of the release build")
    parser.add_argument("--repeat", type=int, help="runs of each scenario (default: the fault's)")
    parser.add_argument("--check", action="store_true", help="only see whether the patches apply")
    parser.add_argument("--lines", action="store_true", help="a line of JSON for each fault")
    parser.add_argument("names", nargs="*", help="faults by name; all when none is named")
    arguments = parser.parse_args()
    # Ended from outside, the run that is under way is ended as well.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    faults = [read_fault(patch) for patch in sorted(SEEDED.glob("*.patch"))]
    if arguments.check:
        return check_that_all_apply(faults)
    unknown = set(arguments.names) - {fault.name for fault in faults}
    if unknown:
        print(f"no such fault: {', '.join(sorted(unknown))}; they are the patches in "
              f"{SEEDED.relative_to(ROOT)}", file=sys.stderr)
        return 2
    chosen = [fault for fault in faults if not arguments.names or fault.name in arguments.names]
    try:
        return run_faults(chosen, Bench(arguments.build.resolve(), arguments.repeat),
                          arguments.lines)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
