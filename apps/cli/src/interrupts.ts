import { exitCodes } from "./exit-codes.ts";

/** Listens for Ctrl-C and for signals that end the command. */
export interface Interrupts {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /** The exit status that the signal asks for; `undefined` while there was none. */
  exitCode(): number | undefined;
  close(): void;
}

// `bin/reckon.js` may forward the signal that the terminal has sent to this process as well: that is one key press.
const samePressMs = 100;

/**
 * The first signal aborts `signal`, so that the command can end in order; the second one ends the process at once. (The
 * services go with it: they end when this process is gone.)
 */
export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  let code: number | undefined;
  let firstMs = 0;
  const on = (exitCode: number) => () => {
    if (code === undefined) {
      code = exitCode;
      firstMs = performance.now();
      controller.abort();
    } else if (performance.now() - firstMs > samePressMs) {
      process.exit(exitCode);
    }
  };
  const handlers = {
    SIGINT: on(exitCodes.interrupted),
    SIGTERM: on(exitCodes.terminated),
    SIGHUP: on(exitCodes.terminated),
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    signal: controller.signal,
    exitCode: () => code,
    close() {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    },
  };
}
