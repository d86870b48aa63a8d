import { connect, createServer, type Socket } from "node:net";

/** A load balancer of a test: passes connections on to one of several servers, to the next one where that is not there. */
export interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port and passes each connection on, in turn, to a port of the loopback. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const open = new Set<Socket>();
  const dial = (client: Socket, tried: number): void => {
    const port = ports[(turn + tried) % ports.length] as number;
    const server = connect(port, "127.0.0.1");
    open.add(server);
    server.once("connect", () => {
      client.pipe(server);
      server.pipe(client);
    });
    let isThere = false;
    server.once("connect", () => {
      isThere = true;
    });
    server.on("error", () => {
      if (!isThere && tried + 1 < ports.length) dial(client, tried + 1);
      else client.destroy();
    });
    server.once("close", () => {
      open.delete(server);
      if (isThere) client.destroy();
    });
    client.once("close", () => server.destroy());
  };
  const listener = createServer((client) => {
    open.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => open.delete(client));
    turn += 1;
    dial(client, 0);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
