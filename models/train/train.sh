#!/bin/sh
# The whole recipe: tokenizer, decoder, chains, reward model, export, check, evaluation on validation problems.
# Interrupted training of the decoder goes on from its last checkpoint (work/decoder.pt); delete it to begin anew.
# Chains are sampled by the product's own engine, so the decoder is exported before them.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
[ -f ../weights/tokenizer.json ] || $python tokenizer.py
$python train_decoder.py --seed 3 --minutes "${DECODER_MINUTES:-48}"
$python export.py
$python chains.py --problems "${CHAIN_PROBLEMS:-8400}" --samples 8 --bands easy,medium,medium,hard,hard --out chains.pt
$python train_prm.py --minutes "${PRM_MINUTES:-35}"
$python export.py
$python verify.py
$python chains.py --split validation --seed 900 --problems 231 --samples 16 --unique --out validation.pt
$python evaluate.py
