// A model server in a process of its own that writes a line for every request that has ended: its question and its tokens.
import { createModelServer } from "@reckon/service-model-server";

const [port = "0", tokensPerSecond = "20"] = process.argv.slice(2);
const server = await createModelServer({
  port: Number(port),
  stub: {
    texts: ["17 * 20 = 340\n17 * 3 = 51\n340 + 51 = 391\nAnswer: 391"],
    tokensPerSecond: Number(tokensPerSecond),
  },
  onEnd: ({ question, completionTokens }) =>
    process.stdout.write(`${JSON.stringify({ question, tokens: completionTokens })}\n`),
});
process.stdin.on("close", () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ service: "model-server", url: server.url })}\n`);
