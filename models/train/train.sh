#!/bin/sh
# The whole recipe: tokenizer, decoder, chains, reward model, export, check, evaluation on validation problems.
# Interrupted training of the decoder goes on from its last checkpoint (work/decoder.pt); delete it to begin anew.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
[ -f ../weights/tokenizer.json ] || $python tokenizer.py
$python train_decoder.py --minutes "${DECODER_MINUTES:-52}"
# The published weights have no second stage; LONG_MINUTES adds one on all levels of the generator.
[ "${LONG_MINUTES:-0}" = 0 ] || $python train_decoder.py --stage 2 --minutes "$LONG_MINUTES" --peak 2e-3 --shard 9000
$python chains.py --problems "${CHAIN_PROBLEMS:-9000}" --samples 4 --bands easy,medium,medium,hard,hard --out chains.pt
$python train_prm.py --minutes "${PRM_MINUTES:-14}"
$python export.py
$python verify.py
$python chains.py --split validation --seed 900 --problems 231 --samples 16 --unique --out validation.pt
$python evaluate.py
