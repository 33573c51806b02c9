"""The kernel's own record of when threads ran: the oracle of real_programs_test.py.

A tracefs instance of its own (root only) with the scheduler's switches and wake-ups of one program
and all that it starts, stamped with CLOCK_MONOTONIC. Per thread: blocked from a switch-out that is
not a preemption until the wake-up, run queue from the wake-up or preemption until the switch-in, on
CPU for the rest. Nothing of Plumbline is used.

Failure: Unavailable where there is no tracefs to be had; LostEvents where the buffers were too
small, for then nothing follows from the rest. Times are printed by the kernel in microseconds, cut
off; at both ends of an interval alike, so that sums have no bias.
"""

import dataclasses
import os
import pathlib
import re
import subprocess

TRACEFS = pathlib.Path("/sys/kernel/tracing")
EVENTS = ("sched_switch", "sched_wakeup", "sched_wakeup_new")
BUFFER_KIB = 65536  # per CPU: 450,000 switches

# The program's first process puts itself on the list; the kernel adds what it starts.
ENTER = 'echo $$ >"$0" && exec "$@"'

LINE = re.compile(
    rb" (\d+)\.(\d{6}): (?:"
    rb"sched_switch: prev_comm=.* prev_pid=(\d+) prev_prio=\d+ prev_state=(\S+) ==> "
    rb"next_comm=.* next_pid=(\d+) next_prio=\d+"
    rb"|sched_wakeup(?:_new)?: comm=.* pid=(\d+) prio=\d+ target_cpu=\d+)$", re.MULTILINE)

ON_CPU, BLOCKED, QUEUED = range(3)


class Unavailable(Exception):
    """This machine, or this user, cannot trace: the reason."""


class LostEvents(Exception):
    """The kernel dropped events."""


@dataclasses.dataclass
class ThreadTimes:
    on_cpu_ns: int = 0
    blocked_ns: int = 0
    run_queue_ns: int = 0
    unknown_ns: int = 0  # before the thread's first event


class SchedulerTrace:
    """Runs from begin() to end(); to be removed with remove() in any case."""

    def __init__(self):
        self.folder = TRACEFS / "instances" / f"plumbline-{os.getpid()}"
        self.changes = {}  # tid -> [(when, state)]

    def begin(self):
        if os.geteuid() != 0:
            raise Unavailable("a scheduler trace needs root")
        try:
            mount_tracefs()
            remove_abandoned()
            self.folder.mkdir()
            self.write("trace_clock", "mono")
            self.write("options/event-fork", "1")
            self.write("buffer_size_kb", str(BUFFER_KIB))
            # An empty list would let every event in. The program's process takes this one's place.
            self.write("set_event_pid", str(os.getpid()))
            for event in EVENTS:
                self.write(f"events/sched/{event}/enable", "1")
        except (OSError, subprocess.CalledProcessError) as error:
            self.remove()
            raise Unavailable(f"tracefs: {error}") from error

    def entered(self, command):
        """The command that runs `command` with its processes on the list."""
        return ("sh", "-c", ENTER, str(self.folder / "set_event_pid"), *command)

    def end(self):
        """Stops, and reads what was recorded."""
        self.write("tracing_on", "0")
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
        since, state = begin_ns, 3
        for when, now in self.changes.get(tid, []):
            upto = min(max(when, since), end_ns)
            totals[state] += upto - since
            since, state = upto, now
        totals[state] += end_ns - since
        return ThreadTimes(*totals)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def remove(self):
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
