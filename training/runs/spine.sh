#!/bin/sh
# The exact commands of the spine network, in order; run from anywhere. Painting and training go on where they were stopped.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m vertebra spine-simulate
.venv/bin/python -m vertebra spine-train
.venv/bin/python -m vertebra spine-export
.venv/bin/python -m vertebra spine-simulate --held-out
