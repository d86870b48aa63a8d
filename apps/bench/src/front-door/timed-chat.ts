import { type Agent, request } from "node:http";

/** How long one chat request took, from its first byte sent. */
export interface ChatTiming {
  /** To the first text of the model, thought or answer. */
  readonly textMs: number;
  /** To the end of the body. */
  readonly wholeMs: number;
}

const someText = /"(?:content|reasoning_content)":"[^"]/;

/** Sends a chat request over a kept connection and reads its whole answer. Rejects for every status but 200. */
export function timedChat(base: string, body: string, agent: Agent): Promise<ChatTiming> {
  const { promise, resolve, reject } = Promise.withResolvers<ChatTiming>();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const startedAt = performance.now();
  let textMs: number | undefined;
  const call = request(`${base}/v1/chat/completions`, { method: "POST", agent, headers }, (res) => {
    let text = "";
    res.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (textMs === undefined && someText.test(part)) textMs = performance.now() - startedAt;
    });
    res.on("end", () => {
      const wholeMs = performance.now() - startedAt;
      const whole = /\[DONE\]\n\n$|"chat\.completion"/.test(text);
      if (res.statusCode === 200 && whole) resolve({ textMs: textMs ?? wholeMs, wholeMs });
      else reject(new Error(`status ${res.statusCode}: ${text.slice(0, 500)}`));
    });
    res.on("error", reject);
  });
  call.on("error", reject);
  call.end(body);
  return promise;
}
