"""Checks what libplumbline.so asks of and shows to the program it is loaded into.

Run by CTest with the library's path. A guest brings nothing along: no library but libc and the
loader, no symbol but the API, the thread context and the hooks, two pointers of static TLS, no lazy
binding.
"""

import re
import subprocess
import sys
import unittest

LIBRARY = sys.argv.pop(1)
SOURCE = sys.argv.pop(1)


def readelf(*options: str) -> str:
    return subprocess.run(["readelf", "-W", *options, LIBRARY], capture_output=True, text=True,
                          check=True).stdout


class LibraryShape(unittest.TestCase):
    def test_needs_libc_and_the_loader_only(self):
        needed = re.findall(r"\(NEEDED\).*\[(.+)\]", readelf("-d"))
        self.assertEqual(set(needed), {"libc.so.6", "ld-linux-x86-64.so.2"})

    def test_binds_at_load_and_stays_mapped(self):
        flags = readelf("-d")
        self.assertRegex(flags, r"BIND_NOW")
        self.assertRegex(flags, r"NODELETE")

    # Ours, and the one that OTEP 4947 wants exported.
    def test_static_tls_is_two_pointers(self):
        sizes = re.findall(r"^\s*TLS\s+\S+\s+\S+\s+\S+\s+\S+\s+0x([0-9a-f]+)", readelf("-l"),
                           re.MULTILINE)
        self.assertEqual([int(size, 16) for size in sizes], [16])

    def test_imports_nothing_that_allocates_aborts_or_resolves_tls(self):
        imported = set(re.findall(r"UND\s+([A-Za-z_0-9]+)", readelf("--dyn-syms")))
        forbidden = {"malloc", "calloc", "realloc", "free", "abort", "exit", "__tls_get_addr",
                     "printf", "fprintf", "fwrite", "pthread_mutex_lock", "__assert_fail"}
        self.assertEqual(imported & forbidden, set())

    # How a reader learns where in a thread's block the exported variable is: OTEP 4947,
    # "Thread-Local Variable Resolution", static access.
    def test_thread_context_can_be_located(self):
        self.assertRegex(readelf("-r"), r"R_X86_64_TPOFF64\s+[0-9a-f]+\s+otel_thread_ctx_v1")

    def test_exports_the_table_and_the_hooks_only(self):
        exported = set(re.findall(r"(?:FUNC|OBJECT|TLS)\s+GLOBAL\s+DEFAULT\s+\d+\s+([A-Za-z_0-9]+)",
                                  readelf("--dyn-syms")))
        with open(f"{SOURCE}/profiler/session/exports.map", encoding="utf-8") as text:
            listed = text.read().split("global:")[1].split("local:")[0]
        self.assertEqual(exported, set(re.findall(r"[A-Za-z_0-9]+(?=;)", listed)))
        for name in exported:  # unversioned, so that any version of glibc's symbol is satisfied
            self.assertNotIn("@", name)


if __name__ == "__main__":
    unittest.main()
