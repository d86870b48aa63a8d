import { createRpcServer, type RpcServer, type RpcServerOptions } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";

/** A server of a test; `await using` closes it. */
export interface TestServer extends RpcServer {
  [Symbol.asyncDispose](): Promise<void>;
}

const defaults = { service: "test", version: "0.0.0", port: 0, logger: createLogger({ level: "silent" }) };

/** Starts a real RPC server with the routes given, on a free loopback port, without a log; other options as given. */
export async function startTestServer(
  routes: RpcServerOptions["routes"],
  options: Partial<Omit<RpcServerOptions, "routes">> = {},
): Promise<TestServer> {
  const server = await createRpcServer({ ...defaults, ...options, routes });
  return { ...server, [Symbol.asyncDispose]: () => server.drain({ timeoutMs: 0 }) };
}
