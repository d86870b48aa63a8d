"""Writes the ids that the Python tokenizer gives to awkward texts; a test holds the JavaScript implementation to them."""

import json

from paths import MODELS
from tokenizer import load

TEXTS = [
    "",
    " ",
    "Solve: x^2 - 5x + 6 = 0",
    "12 + 7 = 19\nAnswer: x = -2 or x = 3",
    "What is 17*23?",
    "17 × 23 ÷ 4",
    "<eos><bos> <sep><pad>",
    "\u0000\u0001 NUL",
    "tab\tand\r\nreturn\n\n\n  indented",
    "數學 問題 三加四",
    "٣ + ٤ = ٧, ２３",
    "👩‍👩‍👧 has 3 🍎s",
    "\ufffd \ufffd\ufffd",
    "\u00a0non\u2003breaking\ufeff spaces\u0085",
    "ÀÉîõü ß ſ K",
    "e\u0301 \u202eright to left\u202c",
    "!!!??? ... ((((1+2))))",
    "9" * 40,
    "  3   +   4  ",
    "_under_score-and-dash/slash\\",
]

if __name__ == "__main__":
    tokenizer = load()
    rows = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
    assert all(tokenizer.decode(row["ids"], skip_special_tokens=False) == row["text"] for row in rows)
    path = MODELS / "src" / "tokenizer.fixture.json"
    path.write_text(json.dumps(rows, indent=1) + "\n")
