import { ReckonError } from "@reckon/core";
import { type PromptFormat, promptTokens } from "../prompt-tokens.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { startWorker, type WorkerHost } from "../worker-host.ts";
import type { ScoreCommand, ScoredMessage, ScoreWorkerData } from "./protocol.ts";

/**
 * Step scores of samples of one question by the process reward model. Steps of a sample are scored in the order of their
 * calls, which need not wait for each other.
 */
export interface PrmScoring {
  /**
   * P(the step is right, given all before it), in [0, 1], and the tokens read for it. `step` is one line without its line
   * break; the `last` one ends the sample. Rejects with `invalid-argument` where the sample no longer fits the context, with
   * `cancelled` when it is dropped or closed meanwhile, and with `unavailable` when the worker crashed.
   */
  score(sample: number, step: string, last: boolean): Promise<{ score: number; tokens: number }>;
  /** Frees a sample at once. */
  drop(sample: number): void;
  /** Frees everything at once; may be called more than once. */
  close(): void;
}

/** The main thread's side of scoring. */
export interface ScoringClient {
  openScoring(prompt: string): PrmScoring;
  close(): Promise<void>;
  /** For tests. */
  crash(): Promise<void>;
}

/** What the scoring worker is started with. */
export interface ScoringClientOptions {
  readonly tokenizer: Tokenizer;
  readonly format: PromptFormat & { readonly eosId: number };
  readonly worker: ScoreWorkerData;
}

interface Pending {
  readonly scoring: number;
  readonly sample: number;
  readonly resolve: (result: { score: number; tokens: number }) => void;
  readonly reject: (error: ReckonError) => void;
}

/** Starts the scoring worker. */
export async function createScoringClient(options: ScoringClientOptions): Promise<ScoringClient> {
  const { tokenizer, format } = options;
  const lineBreak = tokenizer.encode("\n");
  const pending = new Map<number, Pending>();
  let lost: ReckonError | undefined;
  let generation = 0;
  let nextScoring = 0;
  let nextRequest = 0;

  const settle = (id: number): Pending | undefined => {
    const request = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) host.hold(false);
    return request;
  };

  const deliver = (message: ScoredMessage): void => {
    message.requests.forEach((id, i) => {
      const request = settle(id);
      const failure = message.failures.get(id);
      if (failure !== undefined) request?.reject(new ReckonError("internal", failure));
      else request?.resolve({ score: message.scores[i] as number, tokens: message.tokens[i] as number });
    });
  };

  const rejectAll = (error: ReckonError, which: (request: Pending) => boolean): void => {
    for (const [id, request] of [...pending]) if (which(request)) settle(id)?.reject(error);
  };

  const host: WorkerHost<ScoreCommand> = await startWorker<ScoreCommand, ScoredMessage>({
    entry: new URL("./score-worker.ts", import.meta.url),
    data: options.worker,
    onMessage: deliver,
    onCrash: (error) => {
      generation += 1;
      lost = error;
      rejectAll(error, () => true);
    },
  });

  const open = (prompt: string): PrmScoring => {
    const promptIds = promptTokens(prompt, tokenizer, format);
    const scoring = nextScoring++;
    const born = generation;
    const samples = new Map<number, { length: number; state: "open" | "complete" | "dropped" }>();
    let closed = false;
    host.post({ type: "open", scoring, prompt: promptIds });

    const stepTokens = (sample: number, step: string, last: boolean): Int32Array => {
      if (closed) throw new ReckonError("failed-precondition", `sample ${sample}: the scoring is closed`);
      // What the worker knew of the samples is gone with it.
      if (born !== generation) throw lost as ReckonError;
      const known = samples.get(sample) ?? { length: promptIds.length, state: "open" };
      if (known.state !== "open") throw new ReckonError("failed-precondition", `sample ${sample} is ${known.state}`);
      const text = step.endsWith("\n") ? step.slice(0, -1) : step;
      const bytes = Buffer.byteLength(text);
      const ids = bytes / tokenizer.longestToken > format.contextLength ? undefined : tokenizer.encode(text);
      const tokens = Int32Array.of(...(ids ?? []), ...(last ? [format.eosId] : lineBreak));
      const length = known.length + tokens.length;
      if (ids === undefined || length > format.contextLength) {
        const has = ids === undefined ? `a step of ${bytes} bytes` : `${length} tokens with this step`;
        const description = `has ${has}; the process reward model's context is ${format.contextLength} tokens`;
        throw new ReckonError("invalid-argument", `sample ${sample} ${description}`, {
          violations: [{ field: "step", description }],
        });
      }
      samples.set(sample, { length, state: last ? "complete" : "open" });
      return tokens;
    };

    return {
      score: (sample, step, last) =>
        new Promise((resolve, reject) => {
          const tokens = stepTokens(sample, step, last);
          const request = nextRequest++;
          host.post({ type: "score", request, scoring, sample, step: tokens });
          host.hold(true);
          pending.set(request, { scoring, sample, resolve, reject });
        }),
      drop(sample) {
        if (closed || samples.get(sample)?.state === "dropped") return;
        samples.set(sample, { length: 0, state: "dropped" });
        const error = new ReckonError("cancelled", `sample ${sample} was dropped`);
        rejectAll(error, (request) => request.scoring === scoring && request.sample === sample);
        if (born === generation) host.release({ type: "drop", scoring, sample });
      },
      close() {
        if (closed) return;
        closed = true;
        const error = new ReckonError("cancelled", "the scoring was closed");
        rejectAll(error, (request) => request.scoring === scoring);
        if (born === generation) host.release({ type: "close", scoring });
      },
    };
  };

  return {
    openScoring: open,
    async close() {
      rejectAll(new ReckonError("cancelled", "the engine was closed"), () => true);
      await host.close({ type: "shutdown" });
    },
    crash: () => host.crash(),
  };
}
