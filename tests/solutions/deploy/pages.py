"""What the tests of the served page and of the Space share: photographs and addresses."""

import socket
import subprocess
import time
import urllib.request

import numpy as np
from PIL import Image


def photograph_of(pixels: np.ndarray, ground: tuple[int, int, int] = (205, 222, 240)) -> Image.Image:
    """A garment of the data set (28, 28), dark on a ground, at the size of a small photograph."""
    garment = Image.fromarray(pixels).resize((280, 280))
    photograph = Image.new("RGB", (400, 440), ground)
    photograph.paste(
        Image.fromarray(255 - np.asarray(garment)), (60, 100), garment.point(lambda value: 255 * (value > 20))
    )
    return photograph


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(address: str, process: subprocess.Popen) -> str:
    """Wait for the page and return its address."""
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return address
        except OSError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.2)
