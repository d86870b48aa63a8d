// Opens many solves, prints a line when each has had its first thought, and goes on reading until it is killed.
import { createReckon } from "@reckon/client";

const [url = "", clients = "100"] = process.argv.slice(2);
const prompt = "Compute ((38 + 47) * 12 - 96) / 4 + (57 - 29) * 16 - 83 + 45 * 7.";
const options = { method: "self-consistency", samples: 64, window: 2, maxSteps: 64, earlyStopping: false } as const;

const first = Array.from({ length: Number(clients) }, () => {
  const seen = Promise.withResolvers<void>();
  const read = async () => {
    // A new solve as one ends, so that every client is in the middle of one when this process is killed.
    for (;;) {
      for await (const event of createReckon({ url }).solve(prompt, { ...options, timeoutMs: 300_000 })) {
        if (event.type === "thought-delta") seen.resolve();
      }
    }
  };
  read().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return seen.promise;
});
await Promise.all(first);
console.log("thinking");
