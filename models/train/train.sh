#!/bin/sh
# The whole recipe: tokenizer, decoder, chains, reward model, export, check, evaluation on validation problems.
# Interrupted training of the decoder goes on from its last checkpoint (work/decoder.pt); delete it to begin anew.
# Chains are sampled by the product's own engine, so the decoder is exported before them.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
[ -f ../weights/tokenizer.json ] || $python tokenizer.py
$python train_decoder.py --seed 3 --minutes "${DECODER_MINUTES:-48}" --keep
# An optional second stage on all levels of the generator; the published weights have none.
[ "${LONG_MINUTES:-0}" = 0 ] || $python train_decoder.py --stage 2 --minutes "$LONG_MINUTES" --peak 2e-3 --shard 9000
$python export.py
$python chains.py --problems "${CHAIN_PROBLEMS:-9000}" --samples 8 --bands easy,medium,medium,hard,hard --out chains.pt
$python train_prm.py --minutes "${PRM_MINUTES:-18}"
$python export.py
$python verify.py
$python chains.py --split validation --seed 900 --problems 231 --samples 16 --unique --out validation.pt
$python evaluate.py
