import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";

/** Text to token ids and back, for a byte-level BPE `tokenizer.json`. */
export interface Tokenizer {
  /** Ids of a text, without special tokens; lone surrogates become U+FFFD, and text that looks like `<eos>` is text. */
  encode(text: string): Int32Array;
  /** The bytes of each id; empty for special tokens and for ids without a text. */
  readonly tokenBytes: readonly Uint8Array[];
  /** Length of the longest token, in bytes: a text of n bytes has at least n / longestToken tokens. */
  readonly longestToken: number;
}

/**
 * Creates a tokenizer from a parsed `tokenizer.json`. Added tokens are left out of encoding, so that no prompt can hold a
 * control token. `specialIds` are the ids that have no text.
 */
export function createTokenizer(json: object, vocabSize: number, specialIds: readonly number[]): Tokenizer {
  const plain = { ...json, added_tokens: [], post_processor: null };
  const inner = new HuggingFaceTokenizer(plain, {});
  const byteOf = byteAlphabet();
  const special = new Set(specialIds);
  const tokenBytes = Array.from({ length: vocabSize }, (_, id) => {
    const token = special.has(id) ? undefined : inner.id_to_token(id);
    return Uint8Array.from([...(token ?? "")].map((char) => byteOf.get(char) ?? 0x3f));
  });
  return {
    encode: (text) => Int32Array.from(inner.encode(text.toWellFormed(), { add_special_tokens: false }).ids),
    tokenBytes,
    longestToken: tokenBytes.reduce((longest, bytes) => Math.max(longest, bytes.length), 1),
  };
}

/**
 * The printable characters that byte-level BPE writes bytes as: printable Latin-1 stands for itself, the other 68 bytes in
 * order for U+0100 onwards (Radford et al. 2019, GPT-2).
 */
function byteAlphabet(): Map<string, number> {
  const map = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    map.set(String.fromCharCode(printable ? byte : next), byte);
    if (!printable) next += 1;
  }
  return map;
}
