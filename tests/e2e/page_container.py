"""Reads the data of a page as the page itself does, by other means: for the tests of the page.

Pure functions; page_test.py calls them.
"""

import base64
import gzip
import json
import re


def packed_data(html: str) -> str:
    return re.search(r'<script type="text/plain" id="data">(.*?)</script>', html, re.S).group(1)


def values(body: bytes, count: int, is_delta: bool) -> list[int]:
    found, at, before = [], 0, 0
    for _ in range(count):
        zigzag, shift = 0, 0
        while True:
            byte = body[at]
            at += 1
            zigzag |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        value = zigzag >> 1 ^ -(zigzag & 1)
        before = before + value if is_delta else value
        found.append(before)
    if at != len(body):
        raise ValueError("bytes are left behind the column's values")
    return found


def unpacked(html: str) -> tuple[dict, dict]:
    """The header, and the columns by name."""
    data = gzip.decompress(base64.b64decode(packed_data(html), validate=True))
    if data[:8] != b"PLUMBPG1":
        raise ValueError("not the data of a page")
    begin = 12 + int.from_bytes(data[8:12], "little")
    header = json.loads(data[12:begin])
    columns = {}
    for column in header["columns"]:
        body = data[begin + column["offset"]:begin + column["offset"] + column["bytes"]]
        is_bytes = column["kind"] == "bytes"
        columns[column["name"]] = (
            body if is_bytes else values(body, column["count"], column["kind"] == "delta"))
    return header, columns
