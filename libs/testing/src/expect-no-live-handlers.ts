/** Anything that can say how many handlers it runs, for example an `RpcServer`. */
export interface CountsHandlers {
  readonly url?: string;
  liveHandlers(): number;
}

/**
 * Waits until none of the servers runs a handler any more; throws, naming those that still do, after `withinMs` (2,000 by
 * default). Run it after clients have left: what is still alive then has leaked.
 */
export async function expectNoLiveHandlers(
  servers: CountsHandlers | readonly CountsHandlers[],
  withinMs = 2_000,
): Promise<void> {
  const all = Array.isArray(servers) ? (servers as readonly CountsHandlers[]) : [servers as CountsHandlers];
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const busy = all.filter((server) => server.liveHandlers() > 0);
    if (busy.length === 0) return;
    if (performance.now() > untilMs) {
      const names = busy.map((server) => `${server.url ?? "a server"}: ${server.liveHandlers()}`).join(", ");
      throw new Error(`handlers still run after ${withinMs} ms (${names})`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
