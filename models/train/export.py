"""Writes decoder.onnx, prm.onnx and model.json into the weights folder from the checkpoints (random weights where there is none)."""

import argparse
import hashlib
import json
import re

import torch

from model import Decoder, RewardModel, Shape
from onnx_graph import save_decoder, save_reward_model
from paths import WEIGHTS, WORK
from problems import generate
from tokenizer import BOS, EOS, PAD, SEP


def load_decoder(name: str | None = None) -> Decoder:
    """The named checkpoint (default: the last one), random weights where there is none."""
    path = WORK / (name or "decoder.pt")
    if not path.exists():
        torch.manual_seed(0)
        return Decoder(Shape())
    state = torch.load(path, weights_only=False)
    model = Decoder(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    return model.eval()


def load_reward_model(name: str = "prm.pt") -> RewardModel:
    path = WORK / name
    if not path.exists():
        torch.manual_seed(0)
        return RewardModel(load_decoder())
    state = torch.load(path, weights_only=False)
    model = RewardModel(Decoder(Shape(**state["shape"])))
    model.load_state_dict(state["model"])
    return model.eval()


def describe(file: str, model) -> dict:
    digest = hashlib.sha256((WEIGHTS / file).read_bytes()).hexdigest()
    return {"file": file, "sha256": digest, "parameters": sum(p.numel() for p in model.parameters())}


def training_words(count: int = 60_000) -> list[str]:
    """The words of two letters and more in training problems, lower case: what the model can have heard of."""
    found: set[str] = set()
    for problem in generate("train", 7, count, levels="1-14"):
        found.update(re.findall("[a-z]{2,}", problem["prompt"].lower()))
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--aggregation", choices=["min", "last", "product", "mean"])
    parser.add_argument("--decoder", help="file in the work folder")
    options = parser.parse_args()
    decoder, reward = load_decoder(options.decoder), load_reward_model()
    save_decoder(decoder, WEIGHTS / "decoder.onnx")
    save_reward_model(reward, WEIGHTS / "prm.onnx")
    old = json.loads((WEIGHTS / "model.json").read_text()) if (WEIGHTS / "model.json").exists() else {}
    shape, trunk = decoder.shape, reward.decoder.shape
    prm = {**describe("prm.onnx", reward), "layers": trunk.layers, "heads": trunk.heads, "headDim": trunk.head_dim}
    prm["aggregation"] = options.aggregation or old.get("prm", {}).get("aggregation", "min")
    card = {
        "name": "reckon-embedded-1",
        "layers": shape.layers,
        "heads": shape.heads,
        "headDim": shape.head_dim,
        "vocabSize": shape.vocab,
        "contextLength": shape.context,
        "bosId": BOS,
        "eosId": EOS,
        "padId": PAD,
        "sepId": SEP,
        "words": training_words(),
        "decoder": describe("decoder.onnx", decoder),
        "prm": prm,
    }
    (WEIGHTS / "model.json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
