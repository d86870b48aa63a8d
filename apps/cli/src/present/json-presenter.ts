import { solveEventToJson } from "@reckon/client";
import { writeLines } from "../io.ts";
import { describeError } from "../terminal/describe-error.ts";
import { jsonLine } from "../terminal/json-line.ts";
import type { Presenter, PresenterOptions } from "./create-presenter.ts";
import { createTimings } from "./timings.ts";

/** One event a line in protobuf's JSON mapping, the last being `solveEnded`; errors go to stderr. */
export function createJsonPresenter({ debug, io }: PresenterOptions): Presenter {
  const timings = createTimings();
  return {
    connected: () => timings.connected(),
    async event(event) {
      timings.event(event);
      await writeLines(io.stdout, [jsonLine(solveEventToJson(event))]);
    },
    async ended() {
      if (debug) await writeLines(io.stderr, [timings.line()]);
    },
    async failed(error, interrupted) {
      await writeLines(io.stderr, [interrupted ? "interrupted" : `reckon: ${describeError(error)}`]);
    },
    close: () => undefined,
  };
}
