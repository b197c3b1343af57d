#!/bin/sh
# The exact commands of the first network, in order; run from anywhere.
set -eu
cd "$(dirname "$0")/.."
for step in simulate train calibrate real-check evaluate export demo-reference; do
  .venv/bin/python -m vertebra "$step" --config runs/first.toml
done
