/** Which steps of a chain fit the context of a model whose tokenizer is not here. */
export interface StepWindow {
  /** Index of the first step that fits, together with all that follow; the last one is always taken. */
  firstOf(head: string, steps: readonly string[]): number;
  /** The endpoint has read so many tokens of a request. */
  learn(head: string, steps: readonly string[], tokens: number): void;
  /** The endpoint found a request too long. */
  shrink(head: string, steps: readonly string[]): void;
}

/** Tokens of the chat template around three messages, generously. */
const templateTokens = 32;

/**
 * Estimates tokens by bytes: 0.4 a byte at first, then what the endpoint's own counts say, with 5 % to spare; after a refusal
 * never more than 0.6 of the bytes that were refused. The oldest steps are left out first: a step is judged by what it follows
 * from, which mostly stands right before it.
 */
export function createStepWindow(contextTokens: number): StepWindow {
  let tokensPerByte = 0.4;
  let mostBytes = Number.POSITIVE_INFINITY;
  const bytesOf = (head: string, steps: readonly string[]) =>
    Buffer.byteLength(head) + steps.reduce((sum, step) => sum + Buffer.byteLength(step), 0);
  return {
    firstOf(head, steps) {
      let tokens = contextTokens - templateTokens - bytesOf(head, []) * tokensPerByte;
      let bytes = mostBytes - bytesOf(head, []);
      let first = steps.length;
      while (first > 0) {
        const step = bytesOf("", [steps[first - 1] as string]);
        tokens -= step * tokensPerByte + 1;
        bytes -= step;
        if ((tokens < 0 || bytes < 0) && first < steps.length) break;
        first -= 1;
      }
      return first;
    },
    learn(head, steps, tokens) {
      const bytes = bytesOf(head, steps);
      // Short texts say more of the template than of the tokenizer.
      if (bytes < 200 || tokens <= steps.length) return;
      tokensPerByte = Math.min(2, Math.max(0.1, (1.05 * (tokens - steps.length)) / bytes));
    },
    shrink(head, steps) {
      mostBytes = Math.min(mostBytes, 0.6 * bytesOf(head, steps));
    },
  };
}
