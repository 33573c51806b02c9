"""Checks what the signal handler can reach in libplumbline.so, instruction by instruction.

Usage: handler_reach_test.py LIBRARY; called by CTest. From on_sample_signal every direct call and
jump is followed. A call that leaves the library, or goes through a pointer, must be in the lists
below, each with its reason: in the handler any other could allocate, take a lock or ask the loader.
"""

import re
import subprocess
import sys
import unittest

LIBRARY = sys.argv.pop(1)
HANDLER = "plumbline::capture::on_sample_signal"

# Functions of others.
FOREIGN = {
    "clock_gettime": "CLOCK_MONOTONIC only, which the vDSO answers",
    "sigaddset": "sets a bit",
}
# Functions of ours that call through a pointer.
PASSES_ON = "the program's own handler gets a signal that is not ours, as from the kernel"
INDIRECT = {
    HANDLER: PASSES_ON,
    "plumbline::capture::(anonymous namespace)::pass_on": PASSES_ON,
    "plumbline::capture::(anonymous namespace)::call_program_handler": PASSES_ON,
}

FUNCTION = re.compile(r"^([0-9a-f]+) <(.+)>:$")
PREFIXES = r"(?:(?:notrack|bnd|addr32|data16|rex\S*) )*"
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+" + PREFIXES + r"(\S+)\s*(.*)$")
DIRECT = re.compile(r"^([0-9a-f]+) <(.+?)(?:\+0x[0-9a-f]+)?>$")
# A switch: the place to go to comes out of a table of offsets. At most so far before the jump.
SWITCH_TABLE = re.compile(r"^movslq\s+(0x[0-9a-f]+)?\(%\w+,%\w+,4\)")
SWITCH_INSTRUCTIONS = 4
THROUGH_TABLE = re.compile(r"^\*-?0x[0-9a-f]+\(%rip\)\s+# ([0-9a-f]+)")


def tool(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def plain(name: str) -> str:
    """Without parameters, and without what the compiler put behind a part or a copy."""
    name = re.sub(r"( \[clone [^]]*\])+$", "", name)
    return name if name.startswith("(") else re.sub(r"\((?!anonymous namespace\)).*$", "", name)


class Code:
    """The library's functions and where each of their calls and jumps goes."""

    def __init__(self):
        bound = re.findall(r"^([0-9a-f]+)\s+[0-9a-f]+\s+R_X86_64_(?:GLOB_DAT|JUMP_SLOT)\S*"
                           r"\s+[0-9a-f]+\s+([^@\s]+)", tool("readelf", "-rW", LIBRARY),
                           re.MULTILINE)
        self.bound = {int(address, 16): name for address, name in bound}
        self.branches = {}  # name -> set of (kind, goal)
        inside, before = None, []
        for line in tool("objdump", "-dC", "--no-show-raw-insn", LIBRARY).splitlines():
            if found := FUNCTION.match(line):
                inside = plain(found[2])
                self.branches.setdefault(inside, set())
            elif found := INSTRUCTION.match(line):
                is_switch = found[2] == "jmp" and any(map(SWITCH_TABLE.match, before))
                if found[2].startswith(("call", "j")) and inside and not is_switch:
                    self.add_branch(inside, found[3].strip())
                before = [*before, f"{found[2]} {found[3]}"][-SWITCH_INSTRUCTIONS:]

    def add_branch(self, inside: str, operand: str):
        if direct := DIRECT.match(operand):
            if plain(direct[2]) != inside:
                self.branches[inside].add(("direct", plain(direct[2])))
        elif table := THROUGH_TABLE.match(operand):
            name = self.bound.get(int(table[1], 16), f"pointer at {table[1]}")
            self.branches[inside].add(("foreign", name))
        else:
            self.branches[inside].add(("indirect", operand))

    def reached_from(self, start: str) -> set[str]:
        reached, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            for kind, goal in self.branches[name]:
                if kind == "direct":
                    waiting.append(goal)
        return reached


class HandlerReach(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.code = Code()
        cls.reached = cls.code.reached_from(HANDLER)

    def branches(self, wanted: str) -> list[str]:
        return sorted(f"{name} -> {goal}" for name in self.reached
                      for kind, goal in self.code.branches[name] if kind == wanted)

    def test_every_call_out_of_the_library_is_allowed(self):
        wrong = [branch for branch in self.branches("foreign")
                 if branch.rpartition(" -> ")[2] not in FOREIGN]
        self.assertEqual(wrong, [])

    def test_every_call_through_a_pointer_has_its_reason(self):
        wrong = [branch for branch in self.branches("indirect")
                 if branch.partition(" -> ")[0] not in INDIRECT]
        self.assertEqual(wrong, [])

    def test_nothing_is_allowed_that_is_not_there(self):
        foreign = {branch.rpartition(" -> ")[2] for branch in self.branches("foreign")}
        self.assertEqual(foreign, set(FOREIGN))
        self.assertTrue(self.branches("indirect"))

    def test_the_search_reaches_the_walker_and_the_modules(self):
        for part in ("plumbline::unwind::walk", "plumbline::capture::walk_interrupted",
                     "plumbline::unwind::ModuleReader::find",
                     "plumbline::capture::count_dropped"):
            self.assertIn(part, self.reached)

    # What a call would look like: the search sees those of the session.
    def test_the_search_sees_calls(self):
        start = self.code.reached_from("plumbline::session::start_session")
        called = {goal for name in start for _, goal in self.code.branches[name]}
        self.assertTrue({"pthread_atfork", "dlsym"} & called, called)


if __name__ == "__main__":
    unittest.main()
