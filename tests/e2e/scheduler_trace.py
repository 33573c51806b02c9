"""The kernel's own record of when threads ran: the oracle of real_programs_test.py.

A tracefs instance of its own (root only) with the scheduler's switches and wake-ups of the whole
machine, stamped with CLOCK_MONOTONIC. Per thread: blocked from a switch-out that is not a
preemption until the wake-up, run queue from the wake-up or preemption until the switch-in, on CPU
for the rest. Nothing of Plumbline is used.

On some machines (seen: Linux 6.18 as a guest with its own idle loop) the kernel leaves out events of
CPUs that were idle, counted nowhere: 1,773 of 7,181 switch-ins of redis-server, 83 of its wake-ups.
So a loop of the idle policy keeps each CPU from idling while the trace runs; it yields at once to
whatever else wakes up there. With it every sequence of events was a possible one.

Failure: Unavailable where there is no tracefs to be had; LostEvents where the buffers were too
small, or a thread is switched in or out that cannot be: then nothing follows from the rest. Times
are printed by the kernel in microseconds, cut off; at both ends of an interval alike, so that sums
have no bias.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

TRACEFS = pathlib.Path("/sys/kernel/tracing")
EVENTS = ("sched_switch", "sched_wakeup", "sched_wakeup_new")
BUFFER_KIB = 65536  # per CPU: 450,000 switches

LINE = re.compile(
    rb" (\d+)\.(\d{6}): (?:"
    rb"sched_switch: prev_comm=.* prev_pid=(\d+) prev_prio=\d+ prev_state=(\S+) ==> "
    rb"next_comm=.* next_pid=(\d+) next_prio=\d+"
    rb"|sched_wakeup(?:_new)?: comm=.* pid=(\d+) prio=\d+ target_cpu=\d+)$", re.MULTILINE)

# Ends when its parent does.
KEEP_AWAKE = """
import os, sys
parent = os.getppid()
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
print(flush=True)
while os.getppid() == parent:
    for _ in range(10000): pass
"""

ON_CPU, BLOCKED, QUEUED, UNKNOWN = range(4)
FOLLOWS = {UNKNOWN: (ON_CPU, BLOCKED, QUEUED), ON_CPU: (BLOCKED, QUEUED), BLOCKED: (QUEUED,),
           QUEUED: (ON_CPU,)}


class Unavailable(Exception):
    """This machine, or this user, cannot trace: the reason."""


class LostEvents(Exception):
    """The kernel dropped events, or some are missing."""


@dataclasses.dataclass
class ThreadTimes:
    on_cpu_ns: int = 0
    blocked_ns: int = 0
    run_queue_ns: int = 0
    unknown_ns: int = 0  # before the thread's first event: it is being made


class SchedulerTrace:
    """Runs from begin() to end(); to be removed with remove() in any case."""

    def __init__(self):
        self.folder = TRACEFS / "instances" / f"plumbline-{os.getpid()}"
        self.loops = []
        self.changes = {}  # tid -> [(when, state)]

    def begin(self):
        if os.geteuid() != 0:
            raise Unavailable("a scheduler trace needs root")
        try:
            mount_tracefs()
            remove_abandoned()
            self.folder.mkdir()
            self.write("trace_clock", "mono")
            self.write("buffer_size_kb", str(BUFFER_KIB))
            for event in EVENTS:
                self.write(f"events/sched/{event}/enable", "1")
            self.keep_awake()
        except (OSError, subprocess.CalledProcessError) as error:
            self.remove()
            raise Unavailable(f"tracefs: {error}") from error

    def keep_awake(self):
        for cpu in os.sched_getaffinity(0):
            self.loops.append(subprocess.Popen(
                [sys.executable, "-S", "-c", KEEP_AWAKE, str(cpu)], stdout=subprocess.PIPE))
        for loop in self.loops:
            loop.stdout.read(1)

    def end(self):
        """Stops, and reads what was recorded."""
        self.write("tracing_on", "0")
        self.end_loops()
        for stats in self.folder.glob("per_cpu/cpu*/stats"):
            found = dict(line.split(": ") for line in stats.read_text().splitlines())
            lost = {name: found[name] for name in ("overrun", "commit overrun", "dropped events")
                    if int(found[name]) != 0}
            if lost:
                raise LostEvents(f"{stats.parent.name}: {lost}")
        with open(self.folder / "trace", "rb") as lines:
            self.read(lines)

    def read(self, lines):
        for line in lines:
            match = LINE.search(line)
            if match is None:
                continue
            seconds, micros, out, state, switched_in, woken = match.groups()
            when = int(seconds) * 10**9 + int(micros) * 1000
            if woken is not None:
                self.woken(int(woken), when)
                continue
            self.change(int(out), when, QUEUED if state.startswith(b"R") else BLOCKED)
            self.change(int(switched_in), when, ON_CPU)

    def change(self, tid, when, state):
        if tid != 0:  # the idle threads
            self.changes.setdefault(tid, []).append((when, state))

    def woken(self, tid, when):
        """Only who sleeps wakes: the kernel also reports those who were about to sleep."""
        before = self.changes.get(tid)
        if before is None or before[-1][1] == BLOCKED:
            self.change(tid, when, QUEUED)

    def times(self, tid, begin_ns, end_ns):
        """What the thread did between two instants of CLOCK_MONOTONIC."""
        totals = [0, 0, 0, 0]
        since, state = begin_ns, UNKNOWN
        for when, now in self.changes.get(tid, []):
            if now not in FOLLOWS[state]:
                raise LostEvents(f"thread {tid} at {when}: {now} after {state}")
            upto = min(max(when, since), end_ns)
            totals[state] += upto - since
            since, state = upto, now
        totals[state] += end_ns - since
        return ThreadTimes(*totals)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def end_loops(self):
        while self.loops:
            with self.loops.pop() as loop:
                loop.kill()

    def remove(self):
        self.end_loops()
        if self.folder.exists():
            remove_instance(self.folder)


def mount_tracefs():
    if not (TRACEFS / "instances").exists():
        subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACEFS], check=True,
                       capture_output=True)


def remove_abandoned():
    """Those of tests that were killed."""
    for folder in (TRACEFS / "instances").glob("plumbline-*"):
        pid = folder.name.rpartition("-")[2]
        if pid.isdigit() and not pathlib.Path("/proc", pid).exists():
            remove_instance(folder)


def remove_instance(folder):
    """What is in it are the kernel's files: they go with it."""
    (folder / "tracing_on").write_text("0")
    os.rmdir(folder)
