"""What takes the truth server away: killed while a run goes on, no /dev/fuse, no root. Each must
end in words and in the right exit code, with no child and, at the latest when the next server
starts, no mount left behind.

Usage: lost_partners_test.py PATH_OF_PLUMBLINE; called by CTest. Judges no figure of the profiler.
"""

import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PLUMBLINE = pathlib.Path(sys.argv[1])
VERDICT_CODES = (0, 1, 3)
NOBODY = 65534

SLEEP = {"category": "sync", "duration_us": 2000, "primitive": "sleep"}
READ = {"category": "file", "duration_us": 2000, "operation": "pread", "bytes": 4096}
FAULT = {"category": "file", "duration_us": 2000, "operation": "mmap_fault"}
LOCK = {"category": "lock", "duration_us": 2000, "primitive": "process_shared"}


def scenario(name, rounds, *steps):
    return {"name": name, "workers": 1, "rounds": rounds,
            "endpoints": [{"name": "GET /", "steps": list(steps)}]}


def mounts():
    return [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()
            if line.startswith("plumbline-truthd ")]


def children_of(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]


def program_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


@unittest.skipIf(os.geteuid() != 0, "needs root, to mount and to become another user")
class Disturbances(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def command(self, spec):
        file = self.folder / "scenario.json"
        file.write_text(json.dumps(spec))
        return [PLUMBLINE, "run", "--scenario", file, "--repeat", "1", "-o",
                self.folder / "result"]

    def run_without_device(self, spec):
        """Hidden in a mount namespace. In a chroot / need not be a mount: unshare's own way of
        keeping the mount to itself ("cannot change root filesystem propagation") fails there."""
        hide = ("mount --make-rprivate / 2>/dev/null || mount --make-rprivate /dev || exit 125; "
                'mount --bind /dev/null /dev/fuse || exit 125; exec "$@"')
        hidden = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", hide, "sh"]
        ended = subprocess.run(hidden + self.command(spec), capture_output=True, text=True,
                               check=False, timeout=120)
        if ended.returncode == 125:
            self.skipTest(f"/dev/fuse cannot be hidden here: {ended.stderr.strip()}")
        return ended

    def skipped(self):
        results = json.loads((self.folder / "result" / "results.json").read_text())
        return {cell["category"] for cell in results["cells"] if cell["verdict"] == "skipped"}

    def kill_truthd_of(self, spec):
        """The run's status and errors, and its children at the time of the kill."""
        with subprocess.Popen(self.command(spec), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as run:
            deadline = time.monotonic() + 60
            children = []
            while len(children) < 2 and time.monotonic() < deadline:
                children = [child for child in children_of(run.pid) if "plumbline-" in
                            program_of(child)]
            for child in children:
                if program_of(child).endswith("plumbline-truthd"):
                    os.kill(child, signal.SIGKILL)
            _, errors = run.communicate(timeout=60)
            return run.returncode, errors, children

    def test_killed_truthd_is_2_in_one_line_with_nothing_left(self):
        if not os.access("/dev/fuse", os.W_OK):
            self.skipTest("no /dev/fuse")
        for step in (READ, FAULT, LOCK):
            with self.subTest(step):
                code, errors, children = self.kill_truthd_of(scenario("long", 10_000, step))
                self.assertEqual(len(children), 2)
                self.assertEqual(code, 2, errors)
                last = errors.splitlines()[-1]
                self.assertTrue(last.startswith("plumbline: "), errors)
                self.assertIn("plumbline-workload ended with status 2", last)
                self.assertIn("plumbline-truthd", last)
                for child in children:
                    self.assertEqual(program_of(child), "")
        ended = subprocess.run(self.command(scenario("short", 1, SLEEP)), capture_output=True,
                               text=True, check=False, timeout=120)
        self.assertIn(ended.returncode, VERDICT_CODES, ended.stderr)
        self.assertEqual([m for m in mounts() if not self.served(m)], [])

    @staticmethod
    def served(mount):
        """Whether a server that lives has this mount: another test may run beside this one."""
        folder = mount.split()[1]
        return subprocess.run(["pgrep", "-f", "plumbline-truthd --directory "
                               + str(pathlib.Path(folder).parent)],
                              capture_output=True, check=False).returncode == 0

    def test_without_device_only_file_segments_is_77(self):
        ended = self.run_without_device(scenario("files", 3, READ))
        if ended.returncode == 3 and "machine unfit" in ended.stdout:
            self.skipTest("the machine was disturbed: that it is unfit comes first")
        self.assertEqual(ended.returncode, 77, ended.stdout + ended.stderr)
        self.assertIn("cannot be mounted", ended.stdout)

    def test_without_device_the_rest_is_judged_and_the_reason_shown(self):
        ended = self.run_without_device(scenario("both", 3, READ, FAULT, SLEEP))
        self.assertIn(ended.returncode, VERDICT_CODES, ended.stderr)
        self.assertIn("cannot be mounted", ended.stdout)
        self.assertEqual(self.skipped(), {"file", "other"})

    def test_without_root_file_segments_are_skipped_by_name(self):
        ended = subprocess.run(self.command(scenario("both", 3, READ, SLEEP)), user=NOBODY,
                               group=NOBODY, extra_groups=[], capture_output=True, text=True,
                               check=False, timeout=120)
        self.assertIn(ended.returncode, VERDICT_CODES, ended.stderr)
        if os.stat("/dev/fuse").st_mode & 0o006 != 0o006:
            self.assertIn("/dev/fuse cannot be opened: Permission denied", ended.stdout)
            self.assertEqual(self.skipped(), {"file"})

    def test_without_root_but_with_the_device_file_segments_run(self):
        """Pass: a user who may have namespaces and /dev/fuse needs nothing else; no mount stays."""
        allowed = subprocess.run(["unshare", "--user", "--mount", "true"], user=NOBODY,
                                 group=NOBODY, extra_groups=[], check=False, capture_output=True)
        if allowed.returncode != 0:
            self.skipTest("no user namespaces here")
        device = self.folder / "fuse"
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(10, 229))
        device.chmod(0o666)
        for_everyone = ["unshare", "--mount", "sh", "-c",
                        f'mount --bind {device} /dev/fuse && exec setpriv --reuid {NOBODY} '
                        f'--regid {NOBODY} --clear-groups "$@"', "sh"]
        ended = subprocess.run(for_everyone + self.command(scenario("both", 3, READ, FAULT)),
                               capture_output=True, text=True, check=False, timeout=120)
        self.assertIn(ended.returncode, VERDICT_CODES, ended.stderr)
        self.assertEqual(self.skipped(), set(), ended.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
