import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runModelServer } from "./model-server.ts";

async function textUntil(stream: PassThrough, pattern: RegExp): Promise<RegExpExecArray> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  throw new Error(`never said: ${pattern.source}`);
}

describe("reckon model-server", () => {
  it("serves until a signal comes", async () => {
    const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
    const args = ["--port", "0", "--stub", "--stub-text", "Answer: 391"];
    const running = runModelServer({ name: "model-server", args }, io);
    const [, url] = await textUntil(io.stdout, /OpenAI, vLLM\s+(http:\S+)\n/);
    const response = await fetch(`${url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ messages: [{ role: "user", content: "What is 17 * 23?" }] }),
    });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: "Answer: 391" } }] });
    process.emit("SIGTERM");
    expect(await running).toBe(0);
  });

  it("refuses flags that it does not have", async () => {
    const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
    const wrong = runModelServer({ name: "model-server", args: ["--fault", "x"] }, io);
    await expect(wrong).rejects.toThrow("did you mean --faults?");
  });
});
