"""`plumbline serve`: the page, for who knows the address; nothing else, to nobody else.

Usage: serve_test.py BUILD SOURCE; called by CTest. Raw sockets: what a browser would not send, a
hostile program does.
"""

import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1))
SOURCE = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
RESULT = SOURCE / "tests" / "harness" / "fixtures" / "results.json"
UNUSABLE = 2


class Served:
    """A serving process, and its address."""

    def __init__(self, source, *options):
        self.process = subprocess.Popen([PLUMBLINE, "serve", source, *options], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.url = self.process.stdout.readline().strip()
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([0-9a-f]{32})/", self.url)
        if not match:
            raise AssertionError(f"'{self.url}': {self.process.stderr.read()}")
        self.port, self.token = int(match[1]), match[2]

    def ask(self, request: bytes) -> tuple[int, bytes]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall(request)
            answer = b""
            try:
                while piece := client.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass  # it did not read all of what was sent
        head = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        return (int(head[1]) if head else 0), answer

    def request(self, path=None, method="GET", host=None, more="", version="HTTP/1.1") -> bytes:
        path = f"/{self.token}/" if path is None else path
        host = f"127.0.0.1:{self.port}" if host is None else host
        return f"{method} {path} {version}\r\nHost: {host}\r\n{more}\r\n".encode()

    def end(self, by=signal.SIGTERM) -> int:
        self.process.send_signal(by)
        try:
            return self.process.wait(timeout=20)
        finally:
            self.process.stdout.close()
            self.process.stderr.close()


class Serve(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-serve-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.file = self.folder / "results.json"
        shutil.copy(RESULT, self.file)
        (self.folder / "secret.txt").write_text("secret\n")
        self.served = Served(self.file)
        self.addCleanup(lambda: self.served.process.poll() is None and self.served.end())

    def test_who_knows_the_address_gets_the_page(self):
        page = self.folder / "page.html"
        subprocess.run([PLUMBLINE, "report", self.file, "-o", page], check=True,
                       capture_output=True, timeout=60)
        for host in ("127.0.0.1", "localhost"):
            status, answer = self.served.ask(
                self.served.request(host=f"{host}:{self.served.port}"))
            head, content = answer.split(b"\r\n\r\n", 1)
            self.assertEqual((status, content), (200, page.read_bytes()))
            for line in (b"X-Content-Type-Options: nosniff", b"frame-ancestors 'none'",
                         b"Cache-Control: no-store", b"Referrer-Policy: no-referrer"):
                self.assertIn(line, head)

    def test_hostile_requests_get_nothing(self):
        at, token = self.served, self.served.token
        own = f"Origin: http://127.0.0.1:{at.port}\r\n"
        hostile = {
            "another name for this machine (DNS rebinding)":
                (403, at.request(host=f"evil.example:{at.port}")),
            "another port": (403, at.request(host="127.0.0.1:1")),
            "a page of another origin": (403, at.request(more="Origin: https://evil.example\r\n")),
            "a sandboxed page": (403, at.request(more="Origin: null\r\n")),
            "no token": (404, at.request(path="/")),
            "a wrong token": (404, at.request(path="/" + "0" * 32 + "/")),
            "the token and more": (404, at.request(path=f"/{token}/../secret.txt")),
            "a file beside it": (404, at.request(path="/secret.txt")),
            "dots": (404, at.request(path="/../../../../etc/passwd")),
            "dots, encoded": (404, at.request(path=f"/{token}/%2e%2e/secret.txt")),
            "an absolute address": (400, at.request(path="http://evil.example/")),
            "POST": (405, at.request(method="POST", more=own + "Content-Length: 0\r\n")),
            "OPTIONS": (405, at.request(method="OPTIONS", more=own)),
            "CONNECT": (400, at.request(method="CONNECT", path="evil.example:443")),
            "no host": (400, f"GET /{token}/ HTTP/1.1\r\n\r\n".encode()),
            "two hosts": (400, at.request(more="Host: evil.example\r\n")),
            "a body": (400, at.request(more="Content-Length: 4\r\n") + b"evil"),
            "a second request behind it": (400, at.request() + at.request()),
            "a folded header": (400, at.request(more="X: a\r\n b\r\n")),
            "a NUL": (400, at.request(more="X: a\0b\r\n")),
            "an endless header": (431, at.request(more="X: " + "a" * 20000 + "\r\n")),
            "no HTTP": (400, b"hello\r\n\r\n"),
            "another version": (400, at.request(version="HTTP/2.0")),
        }
        page = b"PLUMB"
        for what, (expected, request) in hostile.items():
            with self.subTest(what):
                status, answer = at.ask(request)
                self.assertIn(status, (expected, 0) if expected == 431 else (expected,))
                for kept in (b"<html", b"secret", b"root:", token.encode(), page):
                    self.assertNotIn(kept, answer)
        self.assertEqual(at.ask(at.request())[0], 200, "it serves on")

    def test_clients_that_only_connect_hold_nobody_up(self):
        idle = [socket.create_connection(("127.0.0.1", self.served.port)) for _ in range(40)]
        idle[-1].sendall(b"GET /")
        self.assertEqual(self.served.ask(self.served.request())[0], 200)
        for client in idle:
            client.close()

    def test_only_this_machine_can_connect(self):
        with open("/proc/net/tcp", encoding="ascii") as table:
            listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
        mine = [where for where in listening if where.endswith(f":{self.served.port:04X}")]
        self.assertEqual(mine, [f"0100007F:{self.served.port:04X}"])

    def test_tokens_differ(self):
        other = Served(self.file)
        self.assertNotEqual(other.token, self.served.token)
        other.end()

    def test_a_file_that_is_gone_is_said_and_one_that_comes_back_is_served(self):
        text = self.file.read_text()
        self.file.unlink()
        status, answer = self.served.ask(self.served.request())
        self.assertEqual(status, 410)
        self.assertIn(b"results.json", answer)
        self.file.write_text(text.replace('"exit_code": 0', '"exit_code": 3'))
        self.assertEqual(self.served.ask(self.served.request())[0], 200)

    def test_a_port_in_use_is_refused_with_what_to_do(self):
        done = subprocess.run([PLUMBLINE, "serve", self.file, "--port", str(self.served.port)],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (UNUSABLE, ""))
        self.assertRegex(done.stderr, r"port \d+ of 127\.0\.0\.1 is in use: .*--port")

    def test_an_input_without_a_page_is_refused_before_serving(self):
        done = subprocess.run([PLUMBLINE, "serve", self.folder / "secret.txt"],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (UNUSABLE, ""))

    def test_ctrl_c_ends_it(self):
        self.assertEqual(self.served.end(signal.SIGINT), -signal.SIGINT)


if __name__ == "__main__":
    sys.exit(unittest.main())
