#!/bin/sh
# Gradescope runs this once, as root, when it builds the image in which each submission gets a container of its own.
# An image of yours that has PyTorch already keeps it. PYTHON=python3.12 takes another Python than the system's.
set -eu
cd "$(dirname "$0")"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv
# With it student code is shut in as `autograder grade` does it, where a container may make namespaces.
apt-get install -y -qq --no-install-recommends bubblewrap || echo "no bubblewrap: another user has to do"

PYTHON=${PYTHON:-python3}
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "{python}".split("."))))'; then
    PYTHON=python{python} # which Ubuntu 22.04 has beside its own
    apt-get install -y -qq --no-install-recommends "$PYTHON-venv"
fi
"$PYTHON" -m venv --system-site-packages ../venv
cpu=https://download.pytorch.org/whl/cpu
pip="../venv/bin/python -m pip install --quiet --no-cache-dir --no-warn-script-location"
# PyTorch for processors alone is a tenth of the size; where its index cannot be reached, the usual build does, too.
$pip --retries 0 --timeout 15 --index-url "$cpu" '{torch}' || echo "no PyTorch from $cpu: taking the usual build"
$pip ./*.whl

# Student code runs as another user: reference and checks are root's alone.
cd ..
packages=$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
chmod -R go-rwx source "$packages/{course}"
