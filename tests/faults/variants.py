"""Variants: Plumbline with one patch applied, built in a tree of their own and kept.

The sources are copied once into BUILD/faults and built there. For each patch the tree is patched,
built (only what the patch touches), the program that changed is copied out, and the tree is put
back as it was: files and times, sources and objects, from a copy of the unpatched tree. So the next
patch meets no trace of the one before, and no patch makes anything but its own files be compiled.
A variant is kept with a key of its patch and its sources, and built again when that has changed.
Of a patch to analysis/ the two libraries there are built, and the program is linked as it was, with
them in place of its own: the harness around them, most of the program, is not compiled again.

Used by seeded_faults.py. A run that was killed in between leaves a mark, and the next one begins by
putting the tree back. Failure: BuildError with the end of what the failing command said.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ["CMakeLists.txt", "profiler", "analysis", "workloads", "harness"]
TARGETS = {"library": "plumbline", "analysis": "plumbline_attribution",
           "workload": "plumbline-workload"}
# What each is made of: a change elsewhere leaves a variant as it is.
MADE_OF = {"library": ("CMakeLists.txt", "profiler/"),
           "analysis": ("CMakeLists.txt", "profiler/", "analysis/"),
           "workload": ("CMakeLists.txt", "profiler/", "analysis/", "workloads/")}
ANALYSIS_LIBRARIES = ("libplumbline_attribution.a", "libplumbline_recording.a")
# What a variant takes over from the build that it is a variant of.
CACHE_ENTRIES = ("CMAKE_BUILD_TYPE", "CMAKE_C_COMPILER", "CMAKE_CXX_COMPILER",
                 "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER")


class BuildError(Exception):
    pass


def run(command: list[str], **options) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}: failed\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def cache_of(build: Path) -> dict[str, str]:
    """The entries of a build's CMakeCache.txt, without their types."""
    entries = {}
    for line in (build / "CMakeCache.txt").read_text().splitlines():
        name, _, value = line.partition("=")
        if not line.startswith(("//", "#")) and ":" in name:
            entries[name.partition(":")[0]] = value
    return entries


def files_below(folder: Path) -> dict[str, Path]:
    return {str(path.relative_to(folder)): path
            for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def mirror(origin: Path, copy: Path) -> None:
    """Makes `copy` the same as `origin`, times included; touches only what differs."""
    wanted, present = files_below(origin), files_below(copy)
    for name in present.keys() - wanted.keys():
        present[name].unlink()
    for name, path in wanted.items():
        there = present.get(name)
        if there is not None and same_stat(path, there):
            continue
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).unlink(missing_ok=True)
        shutil.copy2(path, copy / name, follow_symlinks=False)


def same_stat(one: Path, other: Path) -> bool:
    a, b = one.lstat(), other.lstat()
    return (a.st_mtime_ns, a.st_size) == (b.st_mtime_ns, b.st_size)


def check_that_no_header_is_touched(patch: Path) -> None:
    for name in re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE):
        if not name.endswith(".cc"):
            raise BuildError(f"{patch}: {name}: the harness is not compiled again, so that a patch "
                             "to the analysis must leave its headers alone")


def source_files() -> dict[str, Path]:
    files = {}
    for name in SOURCES:
        path = ROOT / name
        files.update({f"{name}/{inner}": file for inner, file in files_below(path).items()}
                     if path.is_dir() else {name: path})
    return {name: path for name, path in files.items() if "__pycache__" not in name}


class VariantTree:
    def __init__(self, build: Path):
        self.build = build
        self.folder = build / "faults"
        self.source, self.objects = self.folder / "source", self.folder / "objects"
        self.unpatched = self.folder / "unpatched"
        self.mark = self.folder / "patched"  # there while the tree may hold a patch

    def prepare(self, kinds: set[str]) -> None:
        """The unpatched tree, up to date with the sources, with all that `kinds` need built."""
        if self.mark.exists():
            self._put_back()
        changed = self._update_sources()
        if not (self.objects / "CMakeCache.txt").exists():
            self._configure()
        built = self.folder / "built"
        done = set(built.read_text().split()) if built.exists() and not changed else set()
        if kinds <= done:
            return
        built.unlink(missing_ok=True)
        for kind in sorted(kinds | done):
            self._make(kind)
        mirror(self.source, self.unpatched / "source")
        mirror(self.objects, self.unpatched / "objects")
        built.write_text(" ".join(sorted(kinds | done)))

    def variant(self, patch: Path, kind: str) -> Path:
        """What `patch` makes of the library or program: the folder that holds it."""
        folder = self.folder / "variants" / patch.stem
        key = self._key(patch, kind)
        key_file = folder / "key"
        if key_file.exists() and key_file.read_text() == key:
            return folder
        if kind == "analysis":
            check_that_no_header_is_touched(patch)
        shutil.rmtree(folder, ignore_errors=True)
        self.prepare({kind})
        self.mark.touch()
        try:
            with patch.open() as lines:
                run(["patch", "--silent", "--no-backup-if-mismatch", "-p1", "-d", str(self.source)],
                    stdin=lines)
            self._make(kind)
            self._copy_out(kind, folder)
        finally:
            self._put_back()
        key_file.write_text(key)
        return folder

    def _key(self, patch: Path, kind: str) -> str:
        digest = hashlib.sha256(patch.read_bytes())
        for name, path in sorted(source_files().items()):
            if name.startswith(MADE_OF[kind]):
                digest.update(name.encode() + b"\0" + path.read_bytes())
        if kind != "library":  # beside it stand programs of the build
            digest.update(str((self.build / "bin" / "plumbline").stat().st_mtime_ns).encode())
        return digest.hexdigest()

    def _update_sources(self) -> bool:
        self.source.mkdir(parents=True, exist_ok=True)
        wanted, present = source_files(), files_below(self.source)
        changed = False
        for name in present.keys() - wanted.keys():
            present[name].unlink()
            changed = True
        for name, path in wanted.items():
            there = present.get(name)
            if there is not None and there.read_bytes() == path.read_bytes():
                continue
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, self.source / name)  # its time is now: it is to be compiled
            changed = True
        return changed

    def _configure(self) -> None:
        cache = cache_of(self.build)
        options = [f"-D{name}={cache[name]}" for name in CACHE_ENTRIES if cache.get(name)]
        run(["cmake", "-S", str(self.source), "-B", str(self.objects), "-DPLUMBLINE_TESTS=OFF",
             *options])

    def _make(self, kind: str) -> None:
        run(["cmake", "--build", str(self.objects), "-j", str(os.cpu_count()), "--target",
             TARGETS[kind]])

    def _put_back(self) -> None:
        mirror(self.unpatched / "source", self.source)
        mirror(self.unpatched / "objects", self.objects)
        self.mark.unlink(missing_ok=True)

    def _copy_out(self, kind: str, folder: Path) -> None:
        """A library alone; a program as part of an installation, since it finds its companions
        beside its own real path."""
        (folder / "lib").mkdir(parents=True)
        if kind == "library":
            shutil.copy(self.objects / "lib" / "libplumbline.so", folder / "lib")
            return
        shutil.copy(self.build / "lib" / "libplumbline.so", folder / "lib")
        (folder / "bin").mkdir()
        for name in ("plumbline", "plumbline-workload", "plumbline-truthd"):
            shutil.copy(self.build / "bin" / name, folder / "bin")
        (folder / "share").symlink_to((self.build / "share").resolve())
        if kind == "analysis":
            self._link_program(folder / "bin" / "plumbline")
        else:
            shutil.copy(self.objects / "bin" / "plumbline-workload", folder / "bin")

    def _link_program(self, program: Path) -> None:
        """As the build linked it, with the patched libraries. (CMake's Makefiles keep the line.)"""
        line = self.build / "harness" / "CMakeFiles" / "plumbline_cli.dir" / "link.txt"
        words = shlex.split(line.read_text())
        for name in ANALYSIS_LIBRARIES:
            words[words.index(f"../lib/{name}")] = str(self.objects / "lib" / name)
        words[words.index("-o") + 1] = str(program)
        program.unlink()
        run(words, cwd=self.build / "harness")
