#!/bin/sh
# The recipe in about a minute on a tiny budget, in a folder of its own: trains, samples, labels, exports, compares ONNX with torch.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export RECKON_TRAIN_WORK="$scratch/work" RECKON_WEIGHTS="$scratch/weights"
$python tokenizer.py >/dev/null
$python train_decoder.py --minutes 0.3 --shard 1000 --tokens 4000 --evaluate 21
$python export.py
$python chains.py --problems 24 --samples 4 --bands easy --out chains.pt
$python train_prm.py --minutes 0.1 --tokens 4000
$python export.py
$python verify.py
echo "smoke test passed"
