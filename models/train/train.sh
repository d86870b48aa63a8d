#!/bin/sh
# The whole recipe: tokenizer, decoder, chains, reward model, export, check. Minutes of training: DECODER_MINUTES, PRM_MINUTES.
# Interrupted training of the decoder goes on from its last checkpoint (work/decoder.pt); delete it to begin anew.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
[ -f ../weights/tokenizer.json ] || $python tokenizer.py
$python train_decoder.py --minutes "${DECODER_MINUTES:-60}"
$python chains.py --problems "${CHAIN_PROBLEMS:-9000}" --samples 8 --bands easy,medium,medium,hard,hard --out chains.pt
$python train_prm.py --minutes "${PRM_MINUTES:-20}"
$python export.py
$python verify.py
