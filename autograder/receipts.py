"""Receipts: short names for the bytes of a file, which two people can read to each other.

Anybody with the file can compute its receipt again, so it proves which bytes were collected. It says nothing of marks.
"""

import hashlib

PACKED = "hand-in"  # the folder beside a notebook for the copy that `hand_in()` makes
# 128 bits: of 64, two files with one receipt were found within a quarter of an hour, one for each story.
GROUP, GROUPS = 4, 8


def receipt_of(content: bytes) -> str:
    """Return the receipt of a file's content, such as ``3f9a-0c27-e1b4-88d2-5c01-77fe-a9d3-0b46``."""
    return receipt_from(hashlib.sha256(content).hexdigest())


def receipt_from(digest: str) -> str:
    """Return the receipt of a file whose SHA-256, in hex, is known."""
    return "-".join(digest[at * GROUP : (at + 1) * GROUP] for at in range(GROUPS))
