#!/usr/bin/env bash
# The training recipe end to end on a tiny budget, in a Python environment of its own where this one lacks the packages.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
if ! "$python" -c "import torch, tokenizers, onnx, onnxruntime" 2>/dev/null; then
  env=models/train/.venv
  [ -x "$env/bin/python" ] || "$python" -m venv "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check -r models/train/requirements.txt
  python="$PWD/$env/bin/python"
fi
PYTHON="$python" exec sh models/train/smoke.sh
