import type { Generation } from "@reckon/core";
import type { Fault } from "../faults/fault-schedule.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerCounts } from "../server-counts.ts";
import type { UsageRecord } from "../usage-records.ts";
import type { ChatCall } from "./chat-call.ts";
import type { Dialect } from "./dialect.ts";

/** Everything that an answer is made of. */
export interface ChatSetting {
  readonly call: ChatCall;
  readonly dialect: Dialect;
  readonly exchange: Exchange;
  readonly generation: Generation;
  /** Tokens of the prompt, before any of it is computed. */
  readonly promptTokens: number;
  readonly record: UsageRecord;
  readonly counts: ServerCounts;
  readonly fault: Fault | undefined;
  /** Headers of the response beside its content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** Told when the fault is shown. */
  readonly onFault: (fault: Fault) => void;
}
