/** What a request has used, exactly; known from its arrival on, final once it has ended. */
export interface UsageRecord {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  promptTokens: number;
  cachedPromptTokens: number;
  completionTokens: number;
  /** Of `completionTokens`, those of samples that were cut off. */
  cancelledTokens: number;
  /** The last message of the user; `undefined` where the request was refused before it was read. */
  question: string | undefined;
  /** By choice: `stop`, `length`, `abort` or `error`. */
  readonly finishReasons: string[];
  /** Resolves when nothing more will be added. */
  readonly ended: Promise<void>;
}

/** The last records, by id. */
export interface UsageRecords {
  open(id: string, model: string): { readonly record: UsageRecord; end(): void };
  find(id: string): UsageRecord | undefined;
}

/** Keeps the last `capacity` records. */
export function createUsageRecords(capacity = 20_000): UsageRecords {
  const records = new Map<string, UsageRecord>();
  return {
    open(id, model) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const record: UsageRecord = {
        id,
        created: Math.floor(Date.now() / 1000),
        model,
        promptTokens: 0,
        cachedPromptTokens: 0,
        completionTokens: 0,
        cancelledTokens: 0,
        question: undefined,
        finishReasons: [],
        ended: promise,
      };
      records.set(id, record);
      if (records.size > capacity) records.delete(records.keys().next().value as string);
      return { record, end: resolve };
    },
    find: (id) => records.get(id),
  };
}
