import { envelope } from "../src/client-kinds.ts";

/** What came of a request: `ok`, a Connect status (`unauthenticated`, `not_found`, ...), or an HTTP status. */
export type Result = string;

/** Headers that a caller sends. */
export type CallerHeaders = Readonly<Record<string, string>>;

const orchestrator = "reckon.orchestrator.v1.OrchestratorService";
export const question = { messages: [{ role: "ROLE_USER", content: "What is 2 + 3?" }] };
const small = { strategy: "STRATEGY_FAST", samples: 1, maxSteps: 8 };

/** A unary call as curl makes it; the answer's JSON where it is one. */
export async function unary(url: string, path: string, body: object, headers: CallerHeaders) {
  const response = await fetch(`${url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { result: response.ok ? "ok" : String(answer["code"]), answer };
}

/** A server-streaming call as curl makes it: its messages, and how it ended. */
export async function stream(url: string, path: string, body: object, headers: CallerHeaders, signal?: AbortSignal) {
  const response = await fetch(`${url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/connect+json", ...headers },
    body: envelope(JSON.stringify(body)),
    ...(signal && { signal }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const messages: Record<string, unknown>[] = [];
  let result = `HTTP ${response.status}`;
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    const message = JSON.parse(bytes.toString("utf8", at + 5, at + 5 + length)) as Record<string, unknown>;
    if (((bytes[at] ?? 0) & 2) === 0) messages.push(message);
    else result = (message["error"] as { code?: string } | undefined)?.code ?? "ok";
    at += 5 + length;
  }
  return { result, messages };
}

/** Asks for a short solve; its id where it began. */
export async function solve(url: string, headers: CallerHeaders, options: object = small, more: object = {}) {
  const { result, messages } = await stream(
    url,
    `${orchestrator}/Solve`,
    { problem: question, options, ...more },
    headers,
  );
  const [first] = messages as { event?: { solveStarted?: { solveId?: string } } }[];
  return { result, messages, solveId: first?.event?.solveStarted?.solveId };
}

const status = async (response: Promise<Response>): Promise<Result> => {
  const { ok, status: code, body } = await response;
  await body?.cancel();
  return ok ? "ok" : `HTTP ${code}`;
};
const chat = { model: "reckon-fast", messages: [{ role: "user", content: "What is 2 + 3?" }] };

/** What a caller may try: each gives how it went. `theirs` is the id of a solve of acme's that has ended a moment ago. */
export const actions: Readonly<
  Record<string, (url: string, headers: CallerHeaders, theirs: string) => Promise<Result>>
> = {
  "GET /healthz": (url, headers) => status(fetch(`${url}/healthz`, { headers })),
  "GET /readyz": (url, headers) => status(fetch(`${url}/readyz`, { headers })),
  "Health/Check": async (url, headers) => (await unary(url, "grpc.health.v1.Health/Check", {}, headers)).result,
  "Status/GetStatus": async (url, headers) =>
    (await unary(url, "reckon.admin.v1.StatusService/GetStatus", {}, headers)).result,
  Estimate: async (url, headers) =>
    (await unary(url, "reckon.difficulty.v1.DifficultyService/Estimate", { problem: question }, headers)).result,
  ListModels: async (url, headers) => (await unary(url, "reckon.model.v1.ModelService/ListModels", {}, headers)).result,
  CheckEquivalence: async (url, headers) =>
    (await unary(url, "reckon.verifier.v1.VerifierService/CheckEquivalence", { answers: ["1", "1.0"] }, headers))
      .result,
  Solve: async (url, headers) => (await solve(url, headers)).result,
  SolveBatch: async (url, headers) =>
    (await stream(url, `${orchestrator}/SolveBatch`, { items: [{ problem: question }], options: small }, headers))
      .result,
  "Resume of acme's": async (url, headers, theirs) =>
    (await stream(url, `${orchestrator}/Resume`, { solveId: theirs }, headers)).result,
  "Cancel of acme's": async (url, headers, theirs) =>
    (await unary(url, `${orchestrator}/Cancel`, { solveId: theirs }, headers)).result,
  "GET /v1/models": (url, headers) => status(fetch(`${url}/v1/models`, { headers })),
  "POST /v1/chat/completions": (url, headers) =>
    status(
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(chat),
      }),
    ),
};
