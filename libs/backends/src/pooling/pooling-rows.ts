import { ReckonError } from "@reckon/core";

/** Softmax in half precision leaves [0, 1] by this much. */
const slack = 1e-3;

/** What `/pooling` answered: a probability for each step, and the tokens that were read. */
export interface PoolingRows {
  readonly scores: readonly number[];
  /** 0 where the endpoint does not say. */
  readonly tokens: number;
}

/**
 * Reads the answer of vLLM's `POST /pooling`, task `token_classify`: `data[0].data` has one row for each step marker that the
 * model has seen, `[P(wrong), P(right)]` or P(right) alone. A marker that was cut off leaves no trace but a missing row, which
 * would shift all scores: any other number of rows than `steps` throws `data-loss`, as does what is no probability.
 */
export function readPoolingRows(json: unknown, steps: number): PoolingRows {
  const wrong = (what: string) => new ReckonError("data-loss", `the process reward model answered ${what}`);
  const { data, usage } = (json ?? {}) as {
    data?: unknown;
    usage?: { prompt_tokens?: unknown; total_tokens?: unknown };
  };
  const rows = Array.isArray(data) ? (data[0] as { data?: unknown } | undefined)?.data : undefined;
  if (!Array.isArray(rows)) throw wrong("without rows");
  if (rows.length !== steps) {
    throw wrong(`${rows.length} rows for ${steps} steps: a step was cut off, or the step marker is another`);
  }
  const scores = rows.map((row: unknown) => {
    const score: unknown = Array.isArray(row) && row.length === 2 ? row[1] : row;
    if (typeof score === "number" && score >= -slack && score <= 1 + slack) return Math.min(1, Math.max(0, score));
    throw wrong(`${JSON.stringify(row)?.slice(0, 100)} for a step: neither a probability nor two of them`);
  });
  const tokens = usage?.prompt_tokens ?? usage?.total_tokens;
  return { scores, tokens: typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : 0 };
}
