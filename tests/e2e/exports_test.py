"""`plumbline export` of a recorded program, read by readers that are not ours.

Usage: exports_test.py BUILD SCHEMAS; called by CTest. Sums are exact: to the nanosecond those of
`plumbline hotspots --json`. What needs Go or protoc is skipped where they are not installed
(./dev test full installs them). The schemas are written from each format's own documents.
"""

import collections
import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BUILD = pathlib.Path(sys.argv.pop(1))
SCHEMAS = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
COLUMNS = ("cpu", "lock", "sync", "file", "socket", "runqueue", "other", "residual")
PPROF_TYPES = ("samples", "wall-time", "cpu-time", "lock-acquire-wait", "sync-wait", "file-io-time",
               "socket-io-time", "runqueue-time", "uncategorized", "residual")

# opentelemetry-proto 1.11, profiles/v1development: number of field -> message, or type on the wire.
OTLP = {
    "ProfilesData": {1: "ResourceProfiles", 2: "ProfilesDictionary"},
    "ProfilesDictionary": {1: "Mapping", 2: "Location", 3: "Function", 4: "Link", 5: "bytes",
                           6: "KeyValueAndUnit", 7: "Stack"},
    "ResourceProfiles": {1: "Resource", 2: "ScopeProfiles", 3: "bytes"},
    "Resource": {1: "KeyValue", 2: "varint"},
    "KeyValue": {1: "bytes", 2: "AnyValue"},
    "AnyValue": {1: "bytes", 2: "varint", 3: "varint", 4: "fixed64"},
    "ScopeProfiles": {1: "Scope", 2: "Profile", 3: "bytes"},
    "Scope": {1: "bytes", 2: "bytes"},
    "Profile": {1: "ValueType", 2: "Sample", 3: "fixed64", 4: "varint", 5: "ValueType", 6: "varint",
                7: "bytes", 8: "varint", 9: "bytes", 10: "bytes", 11: "packed"},
    "Sample": {1: "varint", 2: "packed", 3: "varint", 4: "packed", 5: "packed64"},
    "ValueType": {1: "varint", 2: "varint"},
    "Mapping": {1: "varint", 2: "varint", 3: "varint", 4: "varint", 5: "packed"},
    "Location": {1: "varint", 2: "varint", 3: "Line", 4: "packed"},
    "Line": {1: "varint", 2: "varint", 3: "varint"},
    "Function": {1: "varint", 2: "varint", 3: "varint", 4: "varint"},
    "Link": {1: "bytes", 2: "bytes"},
    "KeyValueAndUnit": {1: "varint", 2: "AnyValue", 3: "varint"},
    "Stack": {1: "packed"},
}


def varints(data):
    """Numbers one behind the other."""
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value - (1 << 64) if value >> 63 else value)
            value = shift = 0
    return numbers


def decoded(data, message):
    """A message as lists by field; only fields of the table, each of its type."""
    fields, at = collections.defaultdict(list), 0

    def varint():
        nonlocal at
        start = at
        while data[at] >= 0x80:
            at += 1
        at += 1
        return varints(data[start:at])[0]

    while at < len(data):
        tag = varint()
        kind = OTLP[message].get(tag >> 3)
        assert kind, f"{message} has no field {tag >> 3}"
        wire = {"varint": 0, "fixed64": 1}.get(kind, 2)
        assert tag & 7 == wire, f"{message}.{tag >> 3} is of type {tag & 7} on the wire"
        if wire == 0:
            value = varint()
        else:
            size = 8 if wire == 1 else varint()
            value, at = data[at:at + size], at + size
            if kind == "packed":
                value = varints(value)
            elif kind[0].isupper():
                value = decoded(value, kind)
        fields[tag >> 3].append(value)
    return fields


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-exports-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.recording = cls.folder / "hot.plumb"
        subprocess.run([PLUMBLINE, "record", "--rate", "1000", "-o", cls.recording, "--",
                        BUILD / "bin" / "hot_report"], check=True, timeout=120)

    def export(self, format_, *options, code=0):
        file = self.folder / f"out.{format_}"
        done = subprocess.run([PLUMBLINE, "export", self.recording, "--format", format_, "-o", file,
                               *options], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        if code == 0:
            self.assertIn("not held: ", done.stderr)
            self.assertEqual(done.stdout, "")
        return file if code == 0 else done.stderr

    @classmethod
    @functools.cache
    def hotspots(cls, *options):
        done = subprocess.run([PLUMBLINE, "hotspots", cls.recording, *options, "--json"],
                              capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)

    def expected(self, *options):
        return {row["category"]: row["ns"] for row in self.hotspots(*options)["breakdown"]}

    def valid(self, file, schema):
        checker = jsonschema.Draft202012Validator(
            json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))
        document = json.loads(file.read_text())
        self.assertEqual([error.message for error in checker.iter_errors(document)], [])
        return document

    def selections(self):
        return ((), ("--endpoint", "GET /report"),
                ("--slowest", "1", "--scope", "period"), ("--slowest", "2", "--scope", "span"))

    def test_speedscope(self):
        for options in self.selections():
            document = self.valid(self.export("speedscope", *options), "speedscope")
            sums = {profile["name"]: sum(profile["weights"]) for profile in document["profiles"]}
            for column, ns in self.expected(*options).items():
                if column != "residual":  # signed
                    self.assertEqual(sums.get(column, 0), ns, (options, column))

    def test_chrome(self):
        for options in self.selections():
            document = self.valid(self.export("chrome", *options), "chrome_trace")
            sums = collections.Counter()
            for event in document["traceEvents"]:
                for column in COLUMNS:
                    sums[column] += event["args"].get(f"{column}_ns", 0)
            sums["other"] += int(document["otherData"]["not_on_any_thread_ns"])
            self.assertEqual(dict(sums), self.expected(*options), options)

    def test_otlp_spans(self):
        for options in self.selections():
            document = self.valid(self.export("otlp-spans", *options), "otlp_spans")
            resource = document["resourceSpans"][0]
            sums = collections.Counter()
            spans = resource["scopeSpans"][0]["spans"]
            for holder in (resource["resource"], *spans):
                for attribute in holder["attributes"]:
                    found = re.fullmatch(r"plumbline\.(?:self|no_span)\.(\w+)_ns", attribute["key"])
                    if found:
                        sums[found[1]] += int(attribute["value"]["intValue"])
            expected = self.expected(*options)
            expected["other"] -= self.hotspots(*options)["uncovered_ns"]
            self.assertEqual({column: sums[column] for column in COLUMNS}, expected, options)
            ids = {span["spanId"] for span in spans}
            if not options:
                self.assertTrue(all(not span["parentSpanId"] or span["parentSpanId"] in ids
                                    for span in spans))

    def test_schemas_refuse_faults(self):
        speedscope = json.loads(self.export("speedscope").read_text())
        speedscope["profiles"][0]["weights"][0] = -1
        chrome = json.loads(self.export("chrome").read_text())
        del chrome["traceEvents"][-1]["dur"]
        spans = json.loads(self.export("otlp-spans").read_text())
        spans["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] = "7Eg="
        for schema, broken in (("speedscope", speedscope), ("chrome_trace", chrome),
                               ("otlp_spans", spans)):
            checker = jsonschema.Draft202012Validator(
                json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))
            self.assertFalse(checker.is_valid(broken), schema)

    def test_otlp_profiles(self):
        """Fields, tables and sums, by a decoder that knows the field table alone."""
        for options in self.selections():
            data = decoded(self.export("otlp-profiles", "--experimental", *options).read_bytes(),
                           "ProfilesData")
            dictionary = data[2][0]
            strings = [text.decode() for text in dictionary[5]]
            for table in range(1, 8):
                rows = [json.dumps(row, default=repr, sort_keys=True) for row in dictionary[table]]
                self.assertEqual(len(set(rows)), len(rows), f"table {table} holds something twice")
                self.assertIn(rows[0], ("{}", json.dumps("b''")), f"table {table} begins with none")
            sums, used = {}, set()
            for profile in data[1][0][2][0][2]:
                name = strings[profile[1][0][1][0]]
                sums[name] = sum(sample[4][0][0] for sample in profile[2])
                identities = [(sample[1][0], tuple(sample[2][0]), (sample[3] or [0])[0])
                              for sample in profile[2]]
                self.assertEqual(len(set(identities)), len(identities))
                used |= {identity[0] for identity in identities}
            self.assertEqual(used | {0}, set(range(len(dictionary[7]))), "stacks without samples")
            expected = {column: ns for column, ns in self.expected(*options).items() if ns}
            self.assertEqual({name: ns for name, ns in sums.items() if ns}, expected, options)

    @unittest.skipUnless(shutil.which("protoc"), "protoc is not installed (protobuf-compiler)")
    def test_protoc_finds_the_fields_of_the_table(self):
        file = self.export("otlp-profiles", "--experimental")
        with open(file, "rb") as bytes_:
            text = subprocess.run(["protoc", "--decode_raw"], stdin=bytes_, capture_output=True,
                                  text=True, check=True, timeout=60).stdout
        path, met = ["ProfilesData"], set()
        for line in text.splitlines():
            if line.strip() == "}":
                path.pop()
                continue
            number, opens = re.match(r"\s*(\d+)(?:: .*)?( \{)?$", line).groups()
            # Text that happens to look like a message is shown as one: what is in it is not ours.
            kind = OTLP[path[-1]].get(int(number)) if path[-1] else None
            self.assertTrue(kind or not path[-1], f"{path[-1]} has no field {number}")
            met.add((path[-1], int(number)))
            if opens:
                path.append(kind if kind and kind[0].isupper() else None)
        for wanted in (("Sample", 3), ("Link", 1), ("Link", 2), ("Profile", 3), ("Stack", 1),
                       ("Location", 3), ("Mapping", 4), ("KeyValueAndUnit", 2)):
            self.assertIn(wanted, met)

    def pprof_sums(self, file, *options):
        """By type, to the nanosecond, as `go tool pprof` has read them."""
        text = subprocess.run(["go", "tool", "pprof", "-raw", *options, file], capture_output=True,
                              text=True, check=True, timeout=60).stdout
        head, _, samples = text.split("Samples:\n")[1].split("\nLocations")[0].partition("\n")
        types = [name.split("/")[0] for name in head.split()]
        sums = collections.Counter()
        for row in re.findall(r"^((?: +-?\d+)+):", samples, re.MULTILINE):
            for name, value in zip(types, row.split(), strict=True):
                sums[name] += int(value)
        self.assertEqual(types, list(PPROF_TYPES))
        return sums

    @unittest.skipUnless(shutil.which("go"), "Go is not installed (golang-go)")
    def test_go_tool_pprof(self):
        """Sums; and the recipe of --help finds an endpoint and a span, with exact waits."""
        for options in self.selections():
            sums = self.pprof_sums(self.export("pprof", *options))
            expected = self.expected(*options)
            self.assertEqual([sums[name] for name in PPROF_TYPES[2:]], list(expected.values()))
            self.assertEqual(sums["wall-time"], sum(expected.values()))
        file = self.export("pprof")
        request = json.loads(self.export("otlp-spans", "--slowest", "1").read_text())
        spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
        query = next(span["spanId"] for span in spans if span["name"] == "query")
        help_ = subprocess.run([PLUMBLINE, "export", "--help"], capture_output=True, text=True,
                               check=True).stdout
        for focus, options, of_help in (
                ("trace endpoint=^GET /report$", ("--endpoint", "GET /report"),
                 "-tagfocus 'trace endpoint=^GET /report$'"),
                (f"span_id=^{query}$", ("--span", query, "--scope", "span"),
                 "-tagfocus 'span_id=^00f067aa0ba902b7$'")):
            self.assertIn(of_help, help_)
            sums, expected = self.pprof_sums(file, "-tagfocus", focus), self.expected(*options)
            self.assertGreater(sums["sync-wait"], 0)
            for name, column in zip(PPROF_TYPES[3:8], COLUMNS[1:6], strict=True):
                self.assertEqual(sums[name], expected[column], (focus, name))

    def test_folded(self):
        for column in ("cpu", "sync", "runqueue"):
            lines = self.export("folded", "--category", column).read_text().splitlines()
            self.assertEqual(sum(int(line.rsplit(" ", 1)[1]) for line in lines),
                             self.expected()[column], column)
        lines = self.export("folded", "--lines", "--category", "cpu").read_text()
        self.assertRegex(lines, r"hot_loop[^;]* \([^;]*hot_report\.cc:\d+\) \d+")

    def test_what_cannot_be_asked(self):
        self.assertIn("add --experimental", self.export("otlp-profiles", code=2))
        self.assertIn("does not go with", self.export("chrome", "--category", "cpu", code=2))
        self.assertIn("no span", self.export("pprof", "--span", "1", code=2))
        self.assertIn("needs spans", self.export("pprof", "--scope", "full", code=2))

    def test_a_cut_recording_is_exported_up_to_the_cut(self):
        whole, cut = self.recording, self.folder / "cut.plumb"
        cut.write_bytes(whole.read_bytes()[:-7])
        done = subprocess.run([PLUMBLINE, "export", cut, "--format", "folded", "-o",
                               self.folder / "cut.folded"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("DAMAGED at byte ", done.stderr)
        self.assertGreater((self.folder / "cut.folded").stat().st_size, 0)


if __name__ == "__main__":
    unittest.main()
