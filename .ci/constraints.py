"""Write constraints.txt: the versions that ``pip install ARGUMENT…`` would bring into an empty environment."""

import json
import re
import subprocess
import sys
from pathlib import Path

BUILT_FOR_A_PLATFORM = {"torch", "torchvision"}  # each platform has builds of its own, not always of the same patch


def main() -> None:
    """Ask pip, which downloads what it must to know, and installs nothing."""
    line = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = json.loads(subprocess.run([*line, *sys.argv[1:]], check=True, stdout=subprocess.PIPE).stdout)
    lines = ["# The versions with which CI runs. `make constraints` writes them anew."]
    for found in sorted(report["install"], key=lambda found: found["metadata"]["name"].lower()):
        name, version = found["metadata"]["name"], found["metadata"]["version"].partition("+")[0]
        if name in BUILT_FOR_A_PLATFORM:
            version = re.match(r"\d+\.\d+", version)[0] + ".*"
        if "dir_info" not in found["download_info"]:  # which is the course itself
            lines.append(f"{name}=={version}")
    Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
