// A stub model server in a process of its own, so that what it takes is not on anybody else's account.
import { createModelServer } from "@reckon/service-model-server";

const stub = JSON.parse(process.argv[2] ?? "{}") as {
  texts?: string[];
  tokensPerSecond?: number;
  firstTokenMs?: number;
};
process.on("disconnect", () => process.exit(0));
const server = await createModelServer({ stub });
process.on("message", () => process.send?.({ counts: server.counts() }));
process.send?.({ url: server.url });
