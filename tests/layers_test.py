"""Checks that includes follow the layer table: dependencies go one way only.

Run by CTest. Each folder may include itself and what its row allows; the public headers of the
profiler are <plumbline/...>. Also checks the house limits on files: length, width, names.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# folder -> folders whose headers it may include (besides its own); "public" is <plumbline/...>.
LAYERS = {
    "profiler/include": set(),
    "profiler/format": set(),
    "profiler/base": {"profiler/format"},
    "profiler/unwind": {"profiler/base", "profiler/format"},
    "profiler/capture": {"profiler/unwind", "profiler/base", "profiler/format", "public"},
    "profiler/hooks": {"profiler/capture", "profiler/base", "profiler/format"},
    "profiler/session": {
        "profiler/hooks", "profiler/capture", "profiler/unwind", "profiler/base",
        "profiler/format", "public"},
    "analysis/io": set(),
    "analysis/formats": {"analysis/io"},
    "analysis/recording": {"profiler/format", "analysis/io"},
    "analysis/attribution": {"analysis/recording", "analysis/io", "profiler/format"},
    "analysis/exports": {"analysis/attribution", "analysis/formats", "analysis/recording",
                         "analysis/io", "profiler/format"},
    "analysis/web": {"analysis/attribution", "analysis/recording", "analysis/io",
                     "profiler/format"},
    "workloads": {"analysis/io", "public"},
    "harness": {"analysis/exports", "analysis/web", "analysis/attribution", "analysis/formats",
                "analysis/recording", "analysis/io", "profiler/format", "workloads"},
}
INCLUDE = re.compile(r'^\s*#include\s+(?:"([^"]+)"|<(plumbline/[^>]+)>)', re.MULTILINE)
EMPTY_NAMES = re.compile(r"(^|_)(util|utils|common|misc|helper|helpers|manager)(_|\.|$)")


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard",
         "*.h", "*.cc", "*.py", "*.sh", "*.ts", "*.tsx", "*.mjs", "*.css"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [Path(name) for name in listed if (ROOT / name).exists()]


def layer_of(path: str) -> str | None:
    matching = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(matching, key=len) if matching else None


class Layers(unittest.TestCase):
    def test_includes_follow_the_table(self):
        wrong = []
        for path in sources():
            layer = layer_of(str(path))
            if layer is None or path.suffix not in (".h", ".cc"):
                continue
            for quoted, public in INCLUDE.findall((ROOT / path).read_text()):
                target = "public" if public else layer_of(quoted)
                own = target == layer or (layer == "profiler/include" and public)
                if not own and target not in LAYERS[layer]:
                    wrong.append(f"{path}: includes {quoted or public}")
        self.assertEqual(wrong, [])

    def test_no_include_leaves_its_folder_by_dots(self):
        wrong = [str(path) for path in sources() if path.suffix in (".h", ".cc")
                 and '#include "../' in (ROOT / path).read_text()]
        self.assertEqual(wrong, [])


class House(unittest.TestCase):
    def test_files_are_short_and_narrow(self):
        wrong = []
        for path in sources():
            lines = (ROOT / path).read_text().splitlines()
            if len(lines) > 400:
                wrong.append(f"{path}: {len(lines)} lines")
            wrong += [f"{path}:{number}: {len(line)} columns"
                      for number, line in enumerate(lines, 1) if len(line) > 100]
        self.assertEqual(wrong, [])

    def test_names_say_something(self):
        wrong = [str(path) for path in sources() if EMPTY_NAMES.search(path.name)]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    sys.exit(unittest.main())
