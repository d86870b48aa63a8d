import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../faults/fault-schedule.ts";
import { encodeWithNan } from "../faults/nan-forms.ts";
import type { Exchange } from "../http/exchange.ts";

/** Writes server-sent events, and shows the fault of its request when its time has come. */
export interface EventStream {
  /** Sends the headers. */
  open(): void;
  /** Sends an event of so many output tokens; does nothing once the stream is cut. */
  send(chunk: object, tokens?: number): Promise<void>;
  /** Sends `[DONE]` and ends. */
  close(): Promise<void>;
}

/** What a stream is made of. */
export interface EventStreamOptions {
  readonly exchange: Exchange;
  readonly fault: Fault | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Cuts the samples off, since the stream has ended. */
  readonly cut: () => void;
  /** Told when the fault is shown. */
  readonly onFault: (fault: Fault) => void;
}

/**
 * Creates a stream. A fault in mid-stream shows before the first event after its number of tokens, or before the end where
 * there are fewer: `stall` writes nothing more for a while, `reset` cuts the connection, `truncated` ends the response without
 * a finish reason, `malformed` puts in place of one event what no client can read.
 */
export function createEventStream(options: EventStreamOptions): EventStream {
  const { exchange, fault, cut } = options;
  const { response, signal } = exchange;
  const inStream = new Set(["stall", "reset", "truncated", "malformed"]);
  let pending = fault !== undefined && inStream.has(fault.kind) ? fault : undefined;
  let sent = 0;
  let ended = false;

  const open = (): void => {
    if (response.headersSent || response.destroyed) return;
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      ...options.headers,
    });
    response.flushHeaders();
  };
  const write = (text: string): void => {
    if (ended || response.destroyed) return;
    open();
    response.write(text);
  };

  /** Shows the fault; true where the event is not to be sent. */
  const show = async (due: Fault): Promise<boolean> => {
    pending = undefined;
    options.onFault(due);
    if (due.kind === "stall") {
      open();
      await stall(due.delayMs, signal);
      return signal.aborted;
    }
    if (due.kind === "malformed" && due.form === "json") {
      write('data: {"id":"chatcmpl-0","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"\n\n');
      return true;
    }
    if (due.kind === "malformed" && due.form === "types") {
      write('data: {"id":7,"object":"chat.completion.chunk","choices":"none","usage":"none"}\n\n');
      return true;
    }
    ended = true;
    if (due.kind === "reset") exchange.reset();
    else {
      open();
      response.end(due.kind === "malformed" ? "<html><body><h1>502 Bad Gateway</h1></body></html>\n\n" : undefined);
    }
    cut();
    return true;
  };

  return {
    open,
    async send(chunk, tokens = 0) {
      if (ended) return;
      const last = "choices" in chunk && isFinish(chunk.choices);
      if (pending !== undefined && (sent >= pending.afterTokens || last) && (await show(pending))) return;
      sent += tokens;
      write(`data: ${encodeWithNan(chunk)}\n\n`);
    },
    async close() {
      if (pending !== undefined) await show(pending);
      write("data: [DONE]\n\n");
      if (ended) return;
      ended = true;
      response.end();
    },
  };
}

function isFinish(choices: unknown): boolean {
  return Array.isArray(choices) && choices.some((choice) => choice.finish_reason != null);
}

/** Waits `delayMs`, or until the client is gone. */
export async function stall(delayMs: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // A client that never gives up is let go when the server closes: its connections are cut then.
  const endless = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  if (delayMs === undefined) return endless;
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
