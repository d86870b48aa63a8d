"""Trains the byte-level BPE tokenizer: digits alone, operators with their spaces, words by frequency; every byte encodable."""

import json

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from paths import WEIGHTS
from problems import generate, solution_text

SPECIALS = ["<pad>", "<bos>", "<eos>", "<sep>"]
PAD, BOS, EOS, SEP = range(4)
VOCAB_SIZE = 640
# Explicit classes instead of \d and \s: those differ between the Rust and the JavaScript implementation.
PATTERN = r"[0-9]| ?[A-Za-z]+| ?[^ \t\r\n0-9A-Za-z]+ ?|\n|[ \t\r]+"


def train(count: int = 60_000) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        special_tokens=SPECIALS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = (p["prompt"] + "\n" + solution_text(p) for p in generate("train", 7, count))
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save(tokenizer: Tokenizer) -> None:
    """Writes tokenizer.json. The special tokens keep their ids but are taken from the added tokens: a prompt that contains the
    text `<eos>` is then plain text, not a control token."""
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = []
    (WEIGHTS / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def load() -> Tokenizer:
    return Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))


if __name__ == "__main__":
    save(train())
    loaded = load()
    for text in ["12 + 7 = 19\nAnswer: x = -2 or x = 3", "<eos> (3 + 4) * 2", "Tom has 12 apples."]:
        print(loaded.get_vocab_size(), loaded.encode(text).tokens)
