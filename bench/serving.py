"""How long people wait for the page of `python -m solutions serve` while others ask too.

    python -m bench.serving [MODEL]

Starts the page in a process of its own and lets 1, 5 and 20 clients send a photograph of 400×440 pixels ten times each.
A wait is from sending to answer, upload included; clients and server share this machine. Prints a table and writes
_build/bench/serving.json. Without a model, one is trained on the sample first.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from gradio_client import Client, handle_file
from PIL import Image
from rich.console import Console
from rich.table import Table

from solutions import data

PEOPLE, QUESTIONS = (1, 5, 20), 10
RESULTS = Path(__file__).parent.parent / "_build" / "bench" / "serving.json"


@contextmanager
def served(model: Path) -> Iterator[str]:
    """Serve the page and give its address, which the command prints."""
    command = [sys.executable, "-u", "-m", "solutions", "serve", "--no-open", "--model", str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(word for line in process.stdout for word in line.split() if word.startswith("http"))
        finally:
            process.terminate()


def waits(client: Client, photograph: Path) -> list[float]:
    """Return the seconds of each question of one person."""
    seconds = []
    for _ in range(QUESTIONS):
        started = time.perf_counter()
        answer = client.predict(handle_file(photograph), api_name="/classify")[1]
        seconds.append(time.perf_counter() - started)
        assert "answers" in answer, answer
    return seconds


def trained_on_the_sample(folder: Path) -> Path:
    command = [sys.executable, "-m", "solutions", "train", "--data", str(data.SAMPLE_FOLDER), "--epochs", "5"]
    subprocess.run([*command, "--out", str(folder), "--name", "bench", "--quiet"], check=True)
    return folder / "bench" / "model.safetensors"


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = Path(sys.argv[1]) if len(sys.argv) > 1 else trained_on_the_sample(folder)
        pixels = data.load(data.SAMPLE_FOLDER).test_images[0]
        photograph = Image.new("RGB", (400, 440), (205, 222, 240))
        photograph.paste(Image.fromarray(255 - pixels).resize((280, 280)), (60, 100))
        photograph.save(folder / "photo.jpg")
        with served(model) as address:
            for people in PEOPLE:
                clients = [Client(address, verbose=False, analytics_enabled=False) for _ in range(people)]
                with ThreadPoolExecutor(people) as pool:
                    found = pool.map(lambda client: waits(client, folder / "photo.jpg"), clients)
                    seconds = sorted(second for part in found for second in part)
                cuts = statistics.quantiles(seconds, n=20)
                rows.append({"people": people, "answers": len(seconds), "p50_s": cuts[9], "p95_s": cuts[18]})
    table = Table("people", "answers", "p50 s", "p95 s")
    for row in rows:
        table.add_row(str(row["people"]), str(row["answers"]), f"{row['p50_s']:.3f}", f"{row['p95_s']:.3f}")
    Console().print(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
