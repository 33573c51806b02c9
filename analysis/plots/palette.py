"""Colours and names of the figures, in one place.

Categories have the colours of Okabe and Ito's palette, which people with any common colour vision
can tell apart; each also has a marker, so that no figure depends on colour alone.
Called by every figure. Pure data.
"""

CATEGORIES = ["cpu", "lock", "sync", "file", "socket", "runqueue", "other"]

NAMES = {
    "cpu": "CPU",
    "lock": "Monitor enter (lock)",
    "sync": "Synchronization",
    "file": "File I/O",
    "socket": "Socket I/O",
    "runqueue": "Run queue",
    "other": "Uncategorized",
    "residual": "(residual)",
}

COLOURS = {
    "cpu": "#D55E00",
    "lock": "#0072B2",
    "sync": "#56B4E9",
    "file": "#009E73",
    "socket": "#CC79A7",
    "runqueue": "#E69F00",
    "other": "#999999",
    "residual": "#000000",
}

MARKERS = {
    "cpu": "o",
    "lock": "s",
    "sync": "D",
    "file": "^",
    "socket": "v",
    "runqueue": "P",
    "other": "X",
    "residual": "x",
}

TOLERANCE_BAND = "#DDDDDD"
DIVERGING = "PuOr"  # a diverging map that is safe without red and green
