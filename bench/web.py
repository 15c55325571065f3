"""How long the page takes to answer, in Chromium, once a photograph is there: reading, preparing, classifying.

    python -m bench.web

The model is the one of the book. Prints a table and writes _build/bench/web.json. Times are milliseconds, the median of
thirty after ten to warm up; reading is the browser's decoder and a copy of its pixels.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.table import Table

from autograder.console import print_table
from bench import BUILD
from solutions import data
from solutions.deploy import web
from solutions.runs.folders import COURSE_MODEL

RESULTS = BUILD / "web.json"
SIZES = {"a shop's": (480, 640), "a screen's": (1080, 1350), "a telephone's": (3024, 4032)}
MEASURE = """async (photo) => {
  const { load, prepareImage } = await import(new URL("classifier.js", location));
  const { readPhoto } = await import(new URL("photo.js", location));
  const model = await load(new URL("weights.safetensors", location));
  const file = new Blob([Uint8Array.from(atob(photo), (byte) => byte.charCodeAt(0))]);
  const times = { reading: [], preparing: [], classifying: [] };
  for (let k = 0; k < 40; k++) {
    const marks = [performance.now()];
    const image = await readPhoto(file);
    marks.push(performance.now());
    const pixels = prepareImage(image);
    marks.push(performance.now());
    model.classify(pixels);
    marks.push(performance.now());
    if (k >= 10) Object.values(times).forEach((list, i) => list.push(marks[i + 1] - marks[i]));
  }
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}"""


def jpeg(size: tuple[int, int]) -> str:
    """Return a photograph as base64: a garment on a ground with a little noise, as every camera adds it."""
    image = web.example(data.load(data.SAMPLE_FOLDER), 2).resize(size)
    content = io.BytesIO()
    Image.blend(image, Image.effect_noise(size, 60).convert("RGB"), 0.05).save(content, "JPEG", quality=88)
    return base64.b64encode(content.getvalue()).decode()


def measured() -> dict[str, dict[str, float]]:
    """Measure a photograph of each size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        web.write_page(COURSE_MODEL, data.load(data.SAMPLE_FOLDER), folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            found = {kind: page.evaluate(MEASURE, jpeg(size)) for kind, size in SIZES.items()}
            browser.close()
        server.shutdown()
    return found


def main() -> None:
    found = measured()
    table = Table("photograph", "pixels", "reading, ms", "preparing, ms", "classifying, ms", "answer, ms")
    for kind, times in found.items():
        times["answer"] = times["preparing"] + times["classifying"]
        width, height = SIZES[kind]
        table.add_row(kind, f"{width}×{height}", *(f"{time:.1f}" for time in times.values()))
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
