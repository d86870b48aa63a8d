import { createServer } from "node:net";
import type { Config } from "@reckon/config";
import { type Finding, fine } from "./finding.ts";

/** The public port: whether `reckon serve` could listen on it. */
export async function checkPort(config: Config): Promise<Finding> {
  const { host, port } = config.server;
  const name = "public port";
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (error === undefined) return fine(name, `${host}:${port} is free`);
  const taken = error.code === "EADDRINUSE";
  return {
    name,
    status: "warning",
    detail: `${host}:${port} ${taken ? "is taken, by a running Reckon or by something else" : (error.code ?? error.message)}`,
    remedy: "`reckon serve --port N`, or [server] port; `ask` and `batch` take free ports anyway",
  };
}
