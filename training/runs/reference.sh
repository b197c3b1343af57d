#!/bin/sh
# The exact commands of the reference network, in order; run from anywhere. Each step goes on where it was stopped.
set -eu
cd "$(dirname "$0")/.."
vertebra() { .venv/bin/python -m vertebra "$@" --config runs/reference.toml; }
vertebra simulate
vertebra facts
vertebra pretrain
vertebra pretrain --objective reconstruction
vertebra probe
vertebra ablate
vertebra calibrate
vertebra real-check
vertebra evaluate
vertebra export
vertebra demo-reference
