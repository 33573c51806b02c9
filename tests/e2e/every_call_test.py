"""Every hooked function gives the same with the library and without it: result, errno, output.

Usage: every_call_test.py BUILD; called by CTest. The subject calls each with what succeeds,
fails and blocks, once as it is and once built with _FORTIFY_SOURCE.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1))
LIBRARY = BUILD / "lib" / "libplumbline.so"
SUBJECTS = ("every_call", "every_call_fortified")
INPUT = b"ab12 34\nthe rest of a line\nmore\n"
NOT_HOOKS = {"plumbline_api_v1", "otel_thread_ctx_v1"}


def symbols(program: pathlib.Path, *options: str) -> set[str]:
    listing = subprocess.run(["nm", "-D", *options, program], capture_output=True, text=True,
                             check=True).stdout
    return {line.split()[-1].partition("@")[0] for line in listing.splitlines()}


class EveryCall(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-every-call-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_subject(self, subject, name, **environment):
        folder = self.folder / name
        folder.mkdir()
        done = subprocess.run([BUILD / "bin" / subject], input=INPUT, capture_output=True,
                              cwd=folder, env=os.environ | environment, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr.decode()

    def assert_same(self, subject, **environment):
        bare = self.run_subject(subject, "bare")
        self.assertEqual(bare[0], 0, bare[2])
        hooked = self.run_subject(subject, "hooked", **environment)
        self.assertEqual(hooked[2].splitlines(), bare[2].splitlines())
        self.assertEqual(hooked[:2], bare[:2])

    # Fault: a hook changes a result or errno. Seen in: dd-trace-php#3654 (EAGAIN became ERANGE).
    # Pass: 0 of about 720 lines differ.
    def test_loaded_but_not_recording(self):
        for subject in SUBJECTS:
            with self.subTest(subject):
                self.assert_same(subject, LD_PRELOAD=str(LIBRARY))
                shutil.rmtree(self.folder / "bare")
                shutil.rmtree(self.folder / "hooked")

    def test_while_recording(self):
        for clock in ("perf", "timer"):
            for subject in SUBJECTS:
                with self.subTest(subject=subject, clock=clock):
                    output = self.folder / "out.plumb"
                    self.assert_same(subject, LD_PRELOAD=str(LIBRARY), PLUMBLINE_OUTPUT=str(output),
                                     PLUMBLINE_OPTIONS=f"rate=2000,clock={clock}")
                    self.assertTrue(output.exists())
                    for left in ("bare", "hooked"):
                        shutil.rmtree(self.folder / left)
                    output.unlink()

    # What is lost is lost to us, not to the program.
    def test_with_the_smallest_ring(self):
        self.assert_same("every_call", LD_PRELOAD=str(LIBRARY),
                         PLUMBLINE_OUTPUT=str(self.folder / "out.plumb"),
                         PLUMBLINE_OPTIONS="ring_kib=16,flush_ms=10000,clock=none")

    def test_no_hook_is_left_out(self):
        called = set().union(*(symbols(BUILD / "bin" / subject, "-u") for subject in SUBJECTS))
        hooks = symbols(LIBRARY, "--defined-only") - NOT_HOOKS
        self.assertEqual(sorted(hooks - called), [])

    # Fault: a hooked dlopen searches the RUNPATH of the profiler, not of the program.
    # Seen in: google/sanitizers#1219. Pass: both ways find the library.
    def test_dlopen_searches_where_its_caller_says(self):
        done = subprocess.run([BUILD / "bin" / "runpath_guest"], capture_output=True, text=True,
                              env=os.environ | {"LD_PRELOAD": str(LIBRARY)}, check=False)
        self.assertEqual(done.stdout, "by name: found\nby origin: found\n")


if __name__ == "__main__":
    unittest.main()
