"""A project of somebody else that finds, builds against and runs with Plumbline's build tree.

Usage: consumer_test.py BUILD CMAKE C_COMPILER CXX_COMPILER; called by CTest. Offline.
Position-independent executables and others, linked with --as-needed; each without the profiler,
with it linked, and preloaded.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, CMAKE, C_COMPILER, CXX_COMPILER = (pathlib.Path(word) for word in sys.argv[1:5])
del sys.argv[1:5]
SOURCE = pathlib.Path(__file__).resolve().parent.parent / "subjects" / "consumer"
LIBRARY = BUILD / "lib" / "libplumbline.so"
PLUMBLINE = BUILD / "bin" / "plumbline"
UNTOUCHED = "1 threads, 4 descriptors, SIGURG default, context none"


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-consumer-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        for kind, pie in (("pie", "ON"), ("no-pie", "OFF")):
            for step in ((CMAKE, "-S", SOURCE, "-B", cls.folder / kind, f"-DCONSUMER_PIE={pie}",
                          f"-Dplumbline_DIR={BUILD}", f"-DCMAKE_C_COMPILER={C_COMPILER}",
                          f"-DCMAKE_CXX_COMPILER={CXX_COMPILER}"),
                         (CMAKE, "--build", cls.folder / kind)):
                done = subprocess.run(step, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stdout + done.stderr

    def run_all(self, name, *words, environment=None):
        """Lines of the program's output, for each kind of executable."""
        for kind in ("pie", "no-pie"):
            with self.subTest(kind=kind, program=name):
                done = subprocess.run([self.folder / kind / name, *words], capture_output=True,
                                      text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
                                      env=os.environ | (environment or {}))
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                yield done.stdout.splitlines()

    def recording(self):
        path = self.folder / "out.plumb"
        path.unlink(missing_ok=True)
        return path

    @staticmethod
    def counter(path, key):
        done = subprocess.run([PLUMBLINE, "info", path, "--json"], capture_output=True, text=True,
                              check=True)
        return json.loads(done.stdout)["counters"][key]

    def assert_recorded(self, path):
        done = subprocess.run([PLUMBLINE, "endpoints", path, "--json"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("GET /{name}", done.stdout)
        json.loads(done.stdout)
        path.unlink()

    def test_without_the_profiler(self):
        for lines in self.run_all("bare"):
            self.assertEqual(lines, ["profiler absent", f"before: {UNTOUCHED}", "abc",
                                     f"after: {UNTOUCHED}"])

    # Linking starts no thread, installs no handler, opens no file, publishes nothing.
    def test_linked_but_not_started(self):
        for lines in self.run_all("linked"):
            self.assertEqual(lines, ["profiler present", f"before: {UNTOUCHED}", "abc",
                                     f"after: {UNTOUCHED}"])

    # Fault: --as-needed leaves the library out, since the headers refer to it by dlsym only.
    def test_linked_although_nothing_refers_to_it(self):
        for lines in self.run_all("calls_nothing"):
            self.assertEqual(lines, [])  # and exit code 0

    def test_linked_and_started(self):
        path = self.recording()
        for lines in self.run_all("linked", path):
            self.assertEqual(lines[:3], ["profiler present", f"before: {UNTOUCHED}", "abc"])
            self.assertIn("1 threads", lines[3])
            self.assert_recorded(path)

    def test_preloaded(self):
        for name in ("bare", "linked"):
            path = self.recording()
            for lines in self.run_all(name, environment={"LD_PRELOAD": str(LIBRARY),
                                                         "PLUMBLINE_OUTPUT": str(path)}):
                self.assertEqual((lines[0], lines[2]), ("profiler present", "abc"))
                self.assert_recorded(path)

    def test_preloaded_and_started_by_the_program(self):
        path = self.recording()
        for lines in self.run_all("bare", path, environment={"LD_PRELOAD": str(LIBRARY)}):
            self.assertEqual(lines[:3], ["profiler present", f"before: {UNTOUCHED}", "abc"])
            self.assert_recorded(path)

    # Static TLS of a library that is loaded late comes out of a small reserve: 16 bytes must fit.
    def test_loaded_late(self):
        path = self.recording()
        for lines in self.run_all("bare", path, environment={"CONSUMER_DLOPEN": str(LIBRARY)}):
            self.assertEqual(lines[0], "profiler present")
            self.assert_recorded(path)

    # Fault: two copies of the library both record, or each one half. Pass: the first records all,
    # the other nothing, and the recording says so.
    def test_second_copy_stays_inert(self):
        copy = self.folder / "copy" / "libplumbline.so"
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(LIBRARY.resolve(), copy)
        path = self.recording()
        for environment in ({"LD_PRELOAD": f"{LIBRARY} {copy}"},
                            {"LD_PRELOAD": str(LIBRARY), "CONSUMER_DLOPEN": str(copy)}):
            environment["PLUMBLINE_OUTPUT"] = str(path)
            for lines in self.run_all("bare", environment=environment):
                self.assertEqual((lines[0], lines[2]), ("profiler present", "abc"))
                self.assertEqual(self.counter(path, "copies.inert"), 1)
                self.assert_recorded(path)

    # Its own stays in front: of libc's and of ours.
    def test_program_with_its_own_read(self):
        path = self.recording()
        for lines in self.run_all("own_read", path):
            self.assertEqual(lines[2], "ABC")
            self.assert_recorded(path)
        for lines in self.run_all("own_read", environment={"LD_PRELOAD": str(LIBRARY),
                                                           "PLUMBLINE_OUTPUT": str(path)}):
            self.assertEqual(lines[2], "ABC")
            self.assert_recorded(path)


if __name__ == "__main__":
    unittest.main()
