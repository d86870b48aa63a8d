import type { ModelServerCommand } from "../arguments/parse-command.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";

const drainTimeoutMs = 30_000;

/** `reckon model-server`: serves the embedded model until a signal comes. */
export async function runModelServer(command: ModelServerCommand, io: Io): Promise<number> {
  const { createModelServer, modelServerOptions } = await import("@reckon/service-model-server");
  const options = await modelServerOptions(command.args, io.env);
  const interrupts = listenForInterrupts();
  try {
    const server = await createModelServer(options);
    const { url, model } = server;
    const faults = options.faults?.faults?.length ?? 0;
    const question = '{"messages":[{"role":"user","content":"What is 17 * 23?"}]}';
    await writeLines(io.stdout, [
      `reckon model-server serves ${model} at ${url}`,
      `  OpenAI, vLLM    ${url}/v1`,
      `  Groq            ${url}/openai/v1`,
      `  step scores     ${url}/pooling`,
      `  metrics         ${url}/metrics`,
      ...(faults > 0 ? [`with ${faults} ${faults === 1 ? "fault" : "faults"} on schedule`] : []),
      `try: curl ${url}/v1/chat/completions -d '${question}'`,
    ]);
    await new Promise<void>((resolve) => {
      if (interrupts.signal.aborted) resolve();
      interrupts.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await writeLines(io.stderr, ["reckon: draining; a second signal ends at once"]);
    await server.close({ drainTimeoutMs });
    return exitCodes.ok;
  } finally {
    interrupts.close();
  }
}
