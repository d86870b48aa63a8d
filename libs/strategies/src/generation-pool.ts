import type { AsyncQueue, Backend, Generation, Problem } from "@reckon/core";
import type { CallOptions } from "./generate-options.ts";
import type { SampleAllowance } from "./ledger-keeper.ts";
import type { Mail } from "./mail.ts";

/**
 * The generation calls of one solve. One is open at a time for new samples; another is opened only where its options must
 * change (an escalated plan, a smaller token limit under a nearly dry ledger) or where a call was lost.
 */
export interface GenerationPool {
  /** Whether samples can be started now. */
  readonly ready: boolean;
  /** What a sample of the open call may cost. */
  readonly allowance: SampleAllowance;
  /** Opens a call for the samples to come; throws what the backend throws. */
  open(options: CallOptions): Promise<void>;
  /** As `open`, but in the background: `generation-opened` or `generation-lost` mail follows. */
  reopen(options: CallOptions): void;
  start(sample: number): void;
  cancel(sample: number): void;
  /** A call is gone: no sample is started on it any more. Returns whether it was the open one. */
  forget(call: number): boolean;
  /** The samples that were started on a call. */
  samplesOf(call: number): readonly number[];
  /** No more samples will be started on any call. */
  finish(): void;
  close(): void;
}

interface Call {
  readonly generation: Generation;
  readonly samples: number[];
}

/** Creates a pool that posts what its calls say to `mail`. */
export function createGenerationPool(thinker: Backend, problem: Problem, mail: AsyncQueue<Mail>): GenerationPool {
  const calls: Call[] = [];
  let current: Call | undefined;
  let allowance: SampleAllowance = { maxTokens: 0, attempts: 1 };
  let closed = false;

  async function pump(call: number, generation: Generation): Promise<void> {
    try {
      for await (const event of generation.events) mail.push({ type: "generation", event });
      mail.push({ type: "generation-lost", call, error: undefined });
    } catch (error) {
      mail.push({ type: "generation-lost", call, error });
    }
  }

  async function open({ allowance: allowed, ...options }: CallOptions): Promise<void> {
    current?.generation.finish();
    current = undefined;
    const generation = await thinker.open(problem, options);
    if (closed) {
      generation.close();
      return;
    }
    current = { generation, samples: [] };
    calls.push(current);
    allowance = allowed;
    void pump(calls.length - 1, generation);
  }

  const callOf = (sample: number) => calls.find((call) => call.samples.includes(sample));
  return {
    get ready() {
      return current !== undefined;
    },
    get allowance() {
      return allowance;
    },
    open,
    reopen(options) {
      open(options).then(
        () => mail.push({ type: "generation-opened" }),
        (error: unknown) => mail.push({ type: "generation-lost", call: -1, error }),
      );
    },
    start(sample) {
      current?.samples.push(sample);
      current?.generation.start(sample);
    },
    cancel: (sample) => callOf(sample)?.generation.cancel(sample),
    forget(call) {
      const wasCurrent = current !== undefined && calls[call] === current;
      if (wasCurrent) current = undefined;
      return wasCurrent;
    },
    samplesOf: (call) => calls[call]?.samples ?? [],
    finish() {
      for (const call of calls) call.generation.finish();
    },
    close() {
      closed = true;
      current = undefined;
      for (const call of calls) call.generation.close();
    },
  };
}
