// A model endpoint in a process of its own that answers every chat with the same text, a token at a time: the first after the
// milliseconds of the first argument, the others that of the second apart. It computes next to nothing, so that what is in front
// of it can be measured.
import { createServer, type ServerResponse } from "node:http";
import { announce } from "./announce.ts";

const firstMs = Number(process.argv[2] ?? 0);
const gapMs = Number(process.argv[3] ?? 0);
const tokens = "A kind word costs nothing , and it is worth more than gold to whoever needs it".split(" ");
const common = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "upstream" };
const event = (value: object) => `data: ${JSON.stringify({ ...common, ...value })}\n\n`;
const choice = (delta: object, reason: string | null = null) => [{ index: 0, delta, finish_reason: reason }];
const usage = { prompt_tokens: 12, completion_tokens: tokens.length, total_tokens: 12 + tokens.length };
const role = event({ choices: choice({ role: "assistant", content: "" }) });
const events = tokens.map((token, at) => event({ choices: choice({ content: at === 0 ? token : ` ${token}` }) }));
const end = `${event({ choices: choice({}, "stop") })}${event({ choices: [], usage })}data: [DONE]\n\n`;
const whole = JSON.stringify({
  ...common,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: tokens.join(" ") }, finish_reason: "stop" }],
  usage,
});

/** Says each token when it is due, by the same timers whether it is streamed or not: both take the same time. */
function answer(res: ServerResponse, stream: boolean): void {
  const startedAt = performance.now();
  res.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
  if (stream) res.write(role);
  let said = 0;
  const dueMs = () => firstMs + said * gapMs - (performance.now() - startedAt);
  const say = () => {
    while (said < events.length && dueMs() <= 0) {
      if (stream) res.write(events[said]);
      said += 1;
    }
    if (said < events.length) setTimeout(say, dueMs());
    else res.end(stream ? end : whole);
  };
  say();
}

const server = createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on("data", (part: Buffer) => parts.push(part));
  req.on("end", () => {
    if (req.method === "POST" && req.url === "/v1/chat/completions") {
      const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as { stream?: boolean };
      return answer(res, body.stream === true);
    }
    res.setHeader("content-type", "application/json");
    const models = { object: "list", data: [{ id: "upstream", object: "model", max_model_len: 4096 }] };
    res.statusCode = req.url === "/v1/models" ? 200 : 404;
    res.end(res.statusCode === 200 ? JSON.stringify(models) : "{}");
  });
});
server.keepAliveTimeout = 60_000;
announce(server);
