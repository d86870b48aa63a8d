/**
 * The addresses of the other services, as arguments. A parent that starts all services side by side learns them only when
 * those are ready; with `RECKON_SERVICES_FROM_STDIN=1` this process, loaded by then, waits for them: one line of JSON,
 * `{"difficulty": "host:port", "verifier": ..., "model_proxy": ...}`, on standard input. Rejects where the input ends first
 * or the line is something else.
 */
export async function serviceAddresses(
  env: NodeJS.ProcessEnv = process.env,
  input: NodeJS.ReadStream = process.stdin,
): Promise<string[]> {
  if (env["RECKON_SERVICES_FROM_STDIN"] !== "1") return [];
  const addresses: unknown = JSON.parse(await firstLine(input));
  if (typeof addresses !== "object" || addresses === null) throw new Error("the addresses on stdin are no JSON object");
  return Object.entries(addresses).flatMap(([name, address]) => [`--services.${name}`, String(address)]);
}

function firstLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end === -1) return;
      stop();
      resolve(text.slice(0, end));
    };
    const onEnd = () => {
      stop();
      reject(new Error("standard input ended before it named the addresses of the services"));
    };
    const stop = () => {
      // Paused, so that its end is not lost before somebody else listens for it.
      input.off("data", onData).off("end", onEnd).pause();
    };
    input.on("data", onData).on("end", onEnd);
  });
}
