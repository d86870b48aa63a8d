// A plain reverse proxy of a process of its own: every request goes to one upstream as it is, and the answer comes back as it
// is. What a gateway costs that does nothing.
import { Agent, createServer, request } from "node:http";
import { announce } from "./announce.ts";

const upstream = new URL(process.argv[2] as string);
const agent = new Agent({ keepAlive: true, maxSockets: 1_024 });
const server = createServer((req, res) => {
  const { method, url: path, headers } = req;
  const onward = request({ host: upstream.hostname, port: upstream.port, method, path, headers, agent }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on("error", () => res.destroy());
  req.pipe(onward);
});
server.keepAliveTimeout = 60_000;
announce(server);
