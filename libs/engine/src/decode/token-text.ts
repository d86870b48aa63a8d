/** Turns the tokens of one sample into text as they come; a character that spans tokens appears with its last one. */
export interface TokenText {
  push(token: number): string;
  /** What is left at the end: U+FFFD for an unfinished character. */
  end(): string;
}

/** Texts of all tokens, shared by all samples. `undefined` where the bytes are not ASCII and depend on their neighbours. */
export function createTokenText(tokenBytes: readonly Uint8Array[]): () => TokenText {
  const ascii = tokenBytes.map((bytes) => (bytes.every((b) => b < 0x80) ? String.fromCharCode(...bytes) : undefined));
  return () => {
    let decoder: TextDecoder | undefined;
    let pending = false;
    return {
      push(token) {
        const text = ascii[token];
        // Bytes of an unfinished character come before: let the decoder judge them with this token.
        if (text !== undefined && !pending) return text;
        decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
        const bytes = tokenBytes[token] ?? new Uint8Array(0);
        pending = text === undefined;
        return decoder.decode(bytes, { stream: true });
      },
      end() {
        pending = false;
        return decoder?.decode() ?? "";
      },
    };
  };
}
