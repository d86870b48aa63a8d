// A model endpoint of a process of its own that answers every chat at once with the same text, token by token: what it takes
// itself is next to nothing, so that what is in front of it can be measured.
import { createServer, type ServerResponse } from "node:http";
import { announce } from "./announce.ts";

const tokens = "A kind word costs nothing , and it is worth more than gold to whoever needs it today".split(" ");
const common = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "upstream" };
const event = (value: object) => `data: ${JSON.stringify({ ...common, ...value })}\n\n`;
const choice = (delta: object, reason: string | null = null) => [{ index: 0, delta, finish_reason: reason }];
const usage = { prompt_tokens: 12, completion_tokens: tokens.length, total_tokens: 12 + tokens.length };
const events = [
  event({ choices: choice({ role: "assistant", content: "" }) }),
  ...tokens.map((token, at) => event({ choices: choice({ content: at === 0 ? token : ` ${token}` }) })),
  event({ choices: choice({}, "stop") }),
];
const whole = {
  ...common,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: tokens.join(" ") }, finish_reason: "stop" }],
  usage,
};

function stream(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/event-stream" });
  for (const part of events) res.write(part);
  res.end(`${event({ choices: [], usage })}data: [DONE]\n\n`);
}

const server = createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on("data", (part: Buffer) => parts.push(part));
  req.on("end", () => {
    if (req.url === "/v1/models") {
      res.setHeader("content-type", "application/json");
      res.end(JSON.stringify({ object: "list", data: [{ id: "upstream", object: "model", max_model_len: 4096 }] }));
      return;
    }
    if (req.method !== "POST" || req.url !== "/v1/chat/completions") {
      res.statusCode = 404;
      res.end();
      return;
    }
    const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as { stream?: boolean };
    if (body.stream === true) return stream(res);
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify(whole));
  });
});
server.keepAliveTimeout = 60_000;
announce(server);
