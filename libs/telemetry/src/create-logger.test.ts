import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "./create-logger.ts";

const written = () => {
  const lines: string[] = [];
  return {
    destination: { write: (line: string) => void lines.push(line) },
    lines: () => lines.map((l) => JSON.parse(l)),
  };
};

afterEach(() => context.disable());

describe("a logger", () => {
  it("writes one object a line with service, version and level", () => {
    const { destination, lines } = written();
    const logger = createLogger({ service: "verifier", version: "1.2.3", destination });
    logger.info({ n: 5 }, "ready");
    logger.debug("not at this level");
    expect(lines()).toMatchObject([{ level: "info", service: "verifier", version: "1.2.3", n: 5, msg: "ready" }]);
  });

  it("puts the ids of the active span on each line, and none outside of spans", () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { destination, lines } = written();
    const logger = createLogger({ destination });
    const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
    context.with(trace.setSpan(context.active(), trace.wrapSpanContext(ids)), () => logger.info("inside"));
    logger.info("outside");
    expect(lines()[0]).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
    expect(lines()[1]).not.toHaveProperty("trace_id");
  });

  it("keeps the stack of errors", () => {
    const { destination, lines } = written();
    createLogger({ destination }).error({ err: new TypeError("broken") }, "failed");
    expect(lines()[0]).toMatchObject({
      err: { type: "TypeError", stack: expect.stringContaining("create-logger.test") },
    });
  });
});
