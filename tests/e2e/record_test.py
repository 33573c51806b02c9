"""`plumbline record`: unmodified programs run as they would without it, and are recorded.

Usage: record_test.py BUILD; called by CTest. What the programs do is in tests/subjects/guest.c, or
is one of Debian's own programs.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
GUEST = BUILD / "bin" / "guest"
NOBODY = 65534


class Record(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-record-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.recording = self.folder / "out.plumb"

    def record(self, *words, options=(), recording=None, **more):
        return subprocess.run(
            [PLUMBLINE, "record", "-o", recording or self.recording, *options, "--", *words],
            capture_output=True, text=True, check=False, timeout=120, cwd=self.folder, **more)

    def info(self, recording):
        done = subprocess.run([PLUMBLINE, "info", recording, "--json"], capture_output=True,
                              text=True, check=False)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        return json.loads(done.stdout)

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertFalse(self.recording.exists())

    def test_exit_status_and_output_are_the_programs(self):
        done = self.record("sh", "-c", "cat; echo to stderr >&2; exit 7", input="to stdout\n")
        self.assertEqual((done.returncode, done.stdout), (7, "to stdout\n"))
        self.assertTrue(done.stderr.endswith("\nto stderr\n"), done.stderr)
        self.assertTrue(self.info(self.recording)["threads"])

    def test_death_by_signal_is_the_programs(self):
        done = self.record("sh", "-c", "kill -TERM $$")
        self.assertEqual(done.returncode, -signal.SIGTERM)

    def test_environment_is_as_without_us(self):
        bare = subprocess.run(["env"], capture_output=True, text=True, check=True,
                              cwd=self.folder, env=os.environ | {"LD_PRELOAD": ""})
        # env prints what it was given before it could be taken out; its child shows the rest.
        done = self.record("sh", "-c", "env", env=os.environ | {"LD_PRELOAD": ""})
        def lines(text):
            return {line for line in text.splitlines()
                    if not line.startswith(("_=", "LD_PRELOAD=", "SHLVL=", "PWD=", "OLDPWD="))}
        self.assertEqual(lines(done.stdout), lines(bare.stdout))
        self.assertNotIn("libplumbline", done.stdout)

    def test_a_library_that_the_user_preloads_stays(self):
        other = self.folder / "libother.so"
        subprocess.run(["cc", "-shared", "-o", other, "-x", "c", "/dev/null"], check=True)
        done = self.record("sh", "-c", "env", env=os.environ | {"LD_PRELOAD": str(other)})
        self.assertIn(f"LD_PRELOAD={other}\n", done.stdout)

    def test_refuses_what_cannot_be_recorded(self):
        self.assert_refused(self.record("no-such-program"), "no-such-program", "PATH")
        text = self.folder / "text"
        text.write_text("neither\n")
        text.chmod(0o755)
        self.assert_refused(self.record(text), "neither an ELF program nor a script")
        source = self.folder / "main.c"
        source.write_text("int main(void) { return 0; }\n")
        static = self.folder / "static"
        subprocess.run(["cc", "-static", "-o", static, source], check=True)
        self.assert_refused(self.record(static), str(static), "statically linked")
        script = self.folder / "script"
        script.write_text(f"#!{static}\n")
        script.chmod(0o755)
        self.assert_refused(self.record(script), str(static), "statically linked")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to somebody else")
    def test_refuses_a_setuid_program(self):
        program = self.folder / "setuid"
        shutil.copy(GUEST, program)
        os.chown(program, NOBODY, NOBODY)
        program.chmod(0o4755)
        self.assert_refused(self.record(program), "setuid")

    def test_refuses_to_write_over_a_file(self):
        self.recording.write_text("precious")
        done = self.record("true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("exists already", done.stderr)
        self.assertEqual(self.recording.read_text(), "precious")

    # Fault: a child of fork shares the ring, the file or the ids of its parent.
    def test_followed_children_have_files_of_their_own(self):
        done = self.record(GUEST, "fork", "3", options=["--follow"])
        self.assertEqual((done.returncode, done.stdout), (0, "3 children\n"))
        recordings = sorted(self.folder.glob("*.plumb"))
        self.assertEqual(len(recordings), 4)
        infos = [self.info(recording) for recording in recordings]
        self.assertEqual(len({info["pid"] for info in infos}), 4)
        for recording, info in zip(recordings, infos):
            with self.subTest(recording.name):
                if recording != self.recording:
                    self.assertEqual(recording.name, f"out.{info['pid']}.plumb")
                self.assertEqual([thread["tid"] for thread in info["threads"]][:1], [info["pid"]])
                self.assertEqual(info["conservation"]["tiling_error_ns"], 0)
                self.assertGreaterEqual(info["waits"], 1)  # each sleeps

    def test_children_record_nothing_unless_followed(self):
        done = self.record(GUEST, "fork", "3")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(list(self.folder.glob("*.plumb")), [self.recording])
        self.assertEqual(len(self.info(self.recording)["threads"]), 1)

    def test_programs_that_are_executed_are_followed(self):
        self.record("sh", "-c", "ls / >/dev/null; exec sleep 0.2", options=["--follow"])
        infos = [self.info(recording) for recording in self.folder.glob("*.plumb")]
        names = [thread["name"] for info in infos for thread in info["threads"]]
        self.assertIn("sleep", names)
        self.assertIn("ls", names)

    def test_options_reach_the_profiler(self):
        self.record("true", options=["--rate", "523", "--clock", "none",
                                    "--unwind", "fp"])
        settings = self.info(self.recording)["settings"]
        self.assertEqual((settings["rate_hz"], settings["sampler"], settings["unwinder"]),
                         ("523", "none", "frame_pointers"))
        self.assertEqual((settings["rate_by"], settings["budget_percent"]), ("asked", "0"))

    def test_the_budget_is_for_the_default_rate_or_where_it_is_asked_for(self):
        for options, expected in (((), ("199", "default", "2")),
                                  (("--budget", "7"), ("199", "default", "7")),
                                  (("--rate", "1000", "--budget", "5"), ("1000", "asked", "5"))):
            with self.subTest(options):
                self.recording.unlink(missing_ok=True)
                self.record("true", options=options)
                info = self.info(self.recording)
                settings = info["settings"]
                self.assertEqual((settings["rate_hz"], settings["rate_by"],
                                  settings["budget_percent"]), expected)
                self.assertEqual(info["sampling"]["rate_changes"], [])

    def test_refuses_rates_and_budgets_out_of_range(self):
        for option, value, limits in (("--rate", "0", "1 to 10000"),
                                      ("--rate", "10001", "1 to 10000"),
                                      ("--budget", "0", "1 to 100"),
                                      ("--budget", "101", "1 to 100")):
            with self.subTest((option, value)):
                self.assert_refused(self.record("true", options=[option, value]), option, limits)

    def test_compresses_unless_asked_not_to(self):
        for options, expected in (((), "zstd"), (("--compress", "yes"), "zstd"),
                                  (("--compress", "no"), "no")):
            with self.subTest(options):
                self.recording.unlink(missing_ok=True)
                done = self.record("true", options=list(options))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.info(self.recording)["settings"]["compress"], expected)
        self.recording.unlink()
        self.assert_refused(self.record("true", options=["--compress", "gzip"]), "--compress")

    def test_waits_by_libunwind(self):
        done = self.record("sleep", "0.01", options=["--unwind", "libunwind"])
        self.assertEqual(done.returncode, 0, done.stderr)
        info = self.info(self.recording)
        self.assertEqual(info["settings"]["unwinder"], "cfi, of waits libunwind")
        self.assertGreaterEqual(info["stack_ends"]["complete"], 1)

    # Fault: the unwinder that was asked for is not there, and another is taken in silence.
    # Pass: the program runs, nothing is recorded, and one line says which file failed and how.
    def test_without_libunwind_nothing_is_recorded_and_the_reason_said(self):
        stand_in = self.folder / "libunwind.so.8"
        source = self.folder / "none.c"
        source.write_text("int none;\n", encoding="ascii")
        subprocess.run(["gcc", "-shared", "-o", self.folder / "other.so", source], check=True)
        for content, reason in ((b"", "libunwind.so.8: file too short"),
                                ((self.folder / "other.so").read_bytes(),
                                 "libunwind.so.8: has no _Ux86_64_getcontext")):
            stand_in.write_bytes(content)
            done = self.record("sh", "-c", "exit 7", options=["--unwind", "libunwind"],
                               env=os.environ | {"LD_LIBRARY_PATH": str(self.folder)})
            self.assertEqual(done.returncode, 7, done)
            self.assertIn("plumbline: not recording: option unwind=libunwind: ", done.stderr)
            self.assertIn(reason, done.stderr)
            self.assertFalse(self.recording.exists())


if __name__ == "__main__":
    unittest.main()
