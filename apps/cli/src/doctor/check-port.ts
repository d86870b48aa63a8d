import { createServer } from "node:net";
import type { Config } from "@reckon/config";
import { type Finding, fine } from "./finding.ts";

/** The public port: whether `reckon serve` could listen on it. */
export function checkPort(config: Config): Promise<Finding> {
  const { host, port } = config.server;
  return portFinding(
    { name: "public port", host, port },
    "`reckon serve --port N`, or [server] port; `ask` and `batch` take free ports anyway",
  );
}

/** The port that `reckon model-server` takes where none is named: vLLM's. */
export function checkModelServerPort(): Promise<Finding> {
  return portFinding({ name: "model server port", host: "127.0.0.1", port: 8_000 }, "`reckon model-server --port N`");
}

interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

async function portFinding({ name, host, port }: Place, remedy: string): Promise<Finding> {
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
    remedy,
  };
}
