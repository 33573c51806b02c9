"""The kernel's own record of when threads ran: the oracle of real_programs_test.py.

A tracefs instance of its own (root only) with the scheduler's switches and wake-ups of the whole
machine, stamped with CLOCK_MONOTONIC. Per thread: blocked from a switch-out that is not a
preemption until the wake-up; runnable, on a CPU or in the run queue, for the rest. Nothing of
Plumbline is used.

Some kernels leave events out and count them nowhere. Seen on a Linux 6.18 guest: 152 of 186
switches of /proc/stat were traced; redis-server's 7,181 waits lacked 1,773 switch-ins and 83
wake-ups. It was none where other programs kept the CPUs busy, so loops of the idle policy do
while the trace runs; that alone does not prevent it. What shows a hole: a thread's events that
cannot follow each other (a switch-in is not needed here), and a CPU that switches away from a
thread to which it had not switched. The time between the two, where it was taken for blocked, is
uncertain: neither blocked nor runnable. Not every hole shows: the blocked time was up to 32 %
above Plumbline's with each sleep traced; why is not known. For lost switch-outs compare `sleeps`
with the kernel's count.

Failure: Unavailable where there is no tracefs to be had; LostEvents where the buffers were too
small. Times are printed by the kernel in microseconds, cut off; at both ends of an interval alike,
so that sums have no bias.
"""

import bisect
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
    rb"\[(\d+)\] \S+ +(\d+)\.(\d{6}): (?:"
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

# What happens to a thread.
SWITCHED_IN, PREEMPTED, SLEPT, WOKEN = range(4)
RUNNABLE, BLOCKED, UNCERTAIN = range(3)


class Unavailable(Exception):
    """This machine, or this user, cannot trace: the reason."""


class LostEvents(Exception):
    """The kernel dropped events."""


@dataclasses.dataclass
class ThreadTimes:
    runnable_ns: int
    blocked_ns: int
    uncertain_ns: int
    sleeps: int  # switches-out that are no preemption


class SchedulerTrace:
    """Runs from begin() to end(); to be removed with remove() in any case."""

    def __init__(self):
        self.folder = TRACEFS / "instances" / f"plumbline-{os.getpid()}"
        self.loops = []
        self.running = {}  # CPU -> (since, tid)
        self.dark = []  # (begin, end): a CPU switched unseen; sorted by end
        self.events = {}  # tid -> [(when, what)]

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
            cpu, seconds, micros, out, state, switched_in, woken = match.groups()
            when = int(seconds) * 10**9 + int(micros) * 1000
            if woken is not None:
                self.add(int(woken), when, WOKEN)
                continue
            self.add(int(out), when, PREEMPTED if state.startswith(b"R") else SLEPT)
            self.add(int(switched_in), when, SWITCHED_IN)
            since, tid = self.running.get(cpu, (when, int(out)))
            if tid != int(out):
                self.dark.append((since, when))
            self.running[cpu] = (when, int(switched_in))

    def add(self, tid, when, event):
        if tid != 0:  # the idle threads
            self.events.setdefault(tid, []).append((when, event))

    def times(self, tid, begin_ns, end_ns):
        """What the thread did between two instants of CLOCK_MONOTONIC."""
        totals, sleeps = [0, 0, 0], 0
        since, before = begin_ns, None
        for when, event in self.events.get(tid, []):
            upto = min(max(when, since), end_ns)
            self.add_time(totals, state_between(before, event), since, upto)
            sleeps += event == SLEPT and begin_ns <= when <= end_ns
            since, before = upto, event
        self.add_time(totals, state_between(before, None), since, end_ns)
        return ThreadTimes(*totals, sleeps)

    def add_time(self, totals, state, begin, end):
        unseen = self.dark_between(begin, end) if state == BLOCKED else 0
        totals[UNCERTAIN] += unseen
        totals[state] += end - begin - unseen

    def dark_between(self, begin, end):
        """Of the stretches on several CPUs, what overlaps counts once."""
        total, upto = 0, begin
        for first, last in self.dark[bisect.bisect(self.dark, begin, key=lambda one: one[1]):]:
            total += max(0, min(last, end) - max(first, upto))
            upto = max(upto, last)
            if upto >= end:
                break
        return total

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


def state_between(before, after):
    """A thread that slept does nothing but wake; none that is awake does."""
    if before == SLEPT:
        return BLOCKED if after in (WOKEN, None) else UNCERTAIN
    return UNCERTAIN if before is not None and after == WOKEN else RUNNABLE


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
