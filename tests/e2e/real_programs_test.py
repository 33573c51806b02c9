"""Programs of Debian under `plumbline record`: same output, whole stacks, time conserved.

Usage: real_programs_test.py BUILD; called by `./dev test full`, which installs them. Each is run
bare and recorded at 1 kHz. Pass: exit status and output are the same; at least 99 % of the stacks
reach their root; `other` is at most 5 % of the busy threads' wall; residual within its law.

fio: the completion latencies that it sums are our wall inside the same calls within 2 %.

Shown beside, not judged: how long each thread was blocked by `plumbline threads`, and by the
kernel's scheduler trace of the same run (scheduler_trace.py, root only). On Linux 6.18 that trace
leaves events out and does not say so (152 of 186 switches in 2 s, by /proc/stat), so that it showed
up to a third more blocked time than the thread's own CPU and run-queue clocks leave room for.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import scheduler_trace

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
PLUMBLINE = BUILD / "bin" / "plumbline"
PORT = "17399"
BLOCKED_CATEGORIES = ("lock", "sync", "file", "socket")
# Blocked too, but outside every hook. What the hypervisor took is not: the kernel does not see it.
BLOCKED_REASONS = ("uninstrumented_wait", "major_fault")

PYTHON_SCRIPT = """
import hashlib, os, subprocess, threading
def work():
    for _ in range(100): hashlib.sha256(b"x" * 1_000_000).hexdigest()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(subprocess.run(["echo", "from a child"], capture_output=True, text=True).stdout)
child = os.fork()
if child == 0: os._exit(3)
print(os.waitpid(child, 0)[1])
"""

SQL = """
create table t(a integer primary key, b text);
with recursive c(x) as (select 1 union all select x + 1 from c where x < 1200000)
  insert into t select x, printf('%080d', x) from c;
select count(*), sum(length(b)) from t;
"""


class RealPrograms(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-real-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.recording = self.folder / "out.plumb"
        self.trace = scheduler_trace.SchedulerTrace()
        self.addCleanup(self.trace.remove)
        self.after_recording = lambda: None
        self.untraced = None  # why there is no trace

    def recorded(self, *command):
        """The command that records, when the trace has begun."""
        try:
            self.trace.begin()
        except scheduler_trace.Unavailable as reason:
            self.untraced = str(reason)
        return (PLUMBLINE, "record", "--rate", "1000", "-o", self.recording, "--", *command)

    def need(self, *programs):
        for program in programs:
            if shutil.which(program) is None:
                self.skipTest(f"{program} is not installed")

    def run_both(self, *command, text=None, clean=()):
        outputs = []
        for record in (lambda *words: words, self.recorded):
            words = record(*command)
            for name in clean:
                (self.folder / name).unlink(missing_ok=True)
            done = subprocess.run(words, input=text, capture_output=True, cwd=self.folder,
                                  check=False, timeout=300)
            outputs.append((done.returncode, done.stdout))
        self.assertEqual(outputs[0], outputs[1])
        self.check()

    def table(self, command):
        done = subprocess.run([PLUMBLINE, command, self.recording, "--json"], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)

    def check(self):
        info = self.table("info")
        ends = info["stack_ends"]
        share = ends.get("complete", 0) / sum(ends.values())
        self.assertGreaterEqual(share, 0.99, ends)
        laws = info["conservation"]
        self.assertEqual((laws["tiling_error_ns"], laws["double_booked_ns"]), (0, 0))
        self.assertLessEqual(laws["residual_abs_ns"], laws["residual_limit_ns"])
        times = self.table("endpoints")["no_span"]
        wall = sum(times["category_ns"].values())
        idle = times["category_ns"]["sync"]
        self.assertLessEqual(times["category_ns"]["other"], 0.05 * (wall - idle))
        print(f"{self.id().rpartition('.')[2]}: {sum(ends.values())} stacks, "
              f"{100 * share:.2f} % complete, other {times['category_ns']['other'] / 1e6:.1f} of "
              f"{(wall - idle) / 1e6:.0f} ms", file=sys.stderr)
        self.after_recording()
        self.show_beside_trace()

    def show_beside_trace(self):
        if self.untraced:
            print(f"  no scheduler trace: {self.untraced}", file=sys.stderr)
            return
        self.trace.end()
        for thread in self.table("threads")["threads"]:
            times, traced = thread["time"], self.trace.times(
                thread["tid"], thread["first_edge_ns"], thread["last_edge_ns"])
            ours_ns = (sum(times["category_ns"][name] for name in BLOCKED_CATEGORIES) +
                       sum(times["other_ns"][name] for name in BLOCKED_REASONS))
            print(f"  {thread['name']} {thread['tid']}: blocked {ours_ns / 1e6:.3f} ms, trace "
                  f"{traced.blocked_ns / 1e6:.3f} "
                  f"({100 * (ours_ns / max(traced.blocked_ns, 1) - 1):+.3f} %), uncertain "
                  f"{traced.uncertain_ns / 1e6:.3f}; {traced.sleeps} of "
                  f"{thread['voluntary_switches']} sleeps traced", file=sys.stderr)

    def test_xz_with_two_threads(self):
        self.need("xz")
        data = self.folder / "data"
        subprocess.run(["sh", "-c", f"seq 1 4000000 >{data}"], check=True)
        self.run_both("xz", "-T2", "-1", "-c", "data")

    def test_sqlite3_inserts(self):
        self.need("sqlite3")
        self.run_both("sqlite3", "a.db", text=SQL.encode(), clean=("a.db",))

    def test_python_with_threads_and_children(self):
        self.run_both("/usr/bin/python3", "-c", PYTHON_SCRIPT)

    def test_fio_with_psync(self):
        self.need("fio")
        command = ("fio", "--name=x", "--rw=randwrite", "--ioengine=psync", "--size=16M",
                   "--bs=256k", "--fsync=32", "--runtime=3", "--time_based", "--thread",
                   "--output-format=json", "--output=fio.json")
        self.after_recording = self.compare_with_fio
        self.run_both(*command)

    def compare_with_fio(self):
        """clat: from the issue to the completion of a call. psync's call is made between the two.

        fio's bookkeeping there is 0.13 us a write and 0.9 us a fsync. What else is missing of a
        fsync, 8 us, is taken for our record of the wait, written behind its end. Of a write of
        4 KiB, 4.2 us, fio's part alone is 3 %: so 256 KiB.
        """
        job = json.loads((self.folder / "fio.json").read_text())["jobs"][0]
        worker = max((thread["calls"] for thread in self.table("threads")["threads"]),
                     key=lambda calls: calls.get("sync_file", {"blocked": 0})["blocked"])
        for name, theirs in (("write", job["write"]["clat_ns"]),
                             ("sync_file", job["sync"]["lat_ns"])):
            ours = worker[name]
            calls = ours["blocked"] + ours["not_blocked"]
            theirs_ns = theirs["mean"] * theirs["N"]
            print(f"  {name}: {calls} calls, {ours['wall_ns'] / 1e6:.3f} ms; fio {theirs['N']}, "
                  f"{theirs_ns / 1e6:.3f} ({100 * (ours['wall_ns'] / theirs_ns - 1):+.3f} %)",
                  file=sys.stderr)
            self.assertEqual(calls, theirs["N"])
            self.assertLessEqual(abs(ours["wall_ns"] - theirs_ns), 0.02 * theirs_ns, name)

    def test_redis_server_under_load(self):
        self.need("redis-server", "redis-benchmark", "redis-cli")
        server = subprocess.Popen(self.recorded("redis-server", "--port", PORT, "--save", "",
                                                "--appendonly", "no"), cwd=self.folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.kill)
        cli = ["redis-cli", "-p", PORT]
        while subprocess.run([*cli, "ping"], capture_output=True, check=False).stdout != b"PONG\n":
            self.assertIsNone(server.poll())
            time.sleep(0.05)
        subprocess.run(["redis-benchmark", "-p", PORT, "-n", "50000", "-q", "-t", "set,get"],
                       check=True, capture_output=True, timeout=120)
        answer = subprocess.run([*cli, "dbsize"], capture_output=True, check=True).stdout
        self.assertEqual(answer, b"1\n")
        subprocess.run([*cli, "shutdown", "nosave"], check=False, capture_output=True)
        self.assertEqual(server.wait(timeout=20), 0)
        self.check()


if __name__ == "__main__":
    unittest.main()
