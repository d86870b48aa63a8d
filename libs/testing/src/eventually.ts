/** Tries `check` until it stops throwing; throws its last error after `withinMs` (2,000 by default). */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 2_000): Promise<T> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
