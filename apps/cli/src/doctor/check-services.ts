import { createReckon, type Outcome, type Reckon } from "@reckon/client";
import type { Target } from "../arguments/common-flags.ts";
import { connect } from "../cluster/connect.ts";
import { failureOf } from "../failure.ts";
import { duration, percent, plural } from "../view/format.ts";
import { type Finding, fine, messageOf } from "./finding.ts";

const deadlineMs = 20_000;

/** The services: started (or reached at `--url`), each asked for something, and one small problem solved over all of them. */
export async function checkServices(
  target: Target,
  stderr: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<Finding[]> {
  const startedAtMs = performance.now();
  let connection: Awaited<ReturnType<typeof connect>>;
  try {
    connection = await connect(target, { stderr, signal });
  } catch (error) {
    const remedy = "see the lines above; the problems found before this one are the likely cause";
    return [{ name: "services", status: "problem", detail: messageOf(error), remedy }];
  }
  const tookMs = performance.now() - startedAtMs;
  try {
    const reckon = createReckon(connection.client);
    const how = target.url === undefined ? `four processes on loopback, ready after ${duration(tookMs)}` : target.url;
    return [
      fine("services", how),
      await ask("models", () => checkModels(reckon, signal), target),
      await ask("difficulty", () => checkEstimate(reckon, signal), target),
      await ask("equivalence", () => checkEquivalence(reckon, signal), target),
      await ask("solve", () => checkSolve(reckon, signal), target),
    ];
  } finally {
    await connection.close();
  }
}

async function ask(name: string, check: () => Promise<Finding>, target: Target): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const { code, message } = failureOf(error);
    const remedy =
      target.url === undefined ? "run again with --verbose for the services' log" : `is it running at ${target.url}?`;
    return { name, status: "problem", detail: `${code}: ${message}`, remedy };
  }
}

async function checkModels(reckon: Reckon, signal: AbortSignal): Promise<Finding> {
  const models = await reckon.models({ signal, deadlineMs });
  const words = models.map(({ id, backend, capabilities }) => {
    return `${id} on ${backend}${capabilities.processReward ? " with process reward" : ""}`;
  });
  if (models.length > 0) return fine("models", words.join(", "));
  return { name: "models", status: "problem", detail: "none", remedy: "configure a backend: [backends.NAME]" };
}

async function checkEstimate(reckon: Reckon, signal: AbortSignal): Promise<Finding> {
  const { difficulty } = await reckon.estimate("What is 17 * 23?", { signal, deadlineMs });
  const history = plural(difficulty.historyCount, "similar outcome");
  return fine(
    "difficulty",
    `${plural(difficulty.signals.length, "signal")}, ${history}, score ${difficulty.score.toFixed(2)}`,
  );
}

async function checkEquivalence(reckon: Reckon, signal: AbortSignal): Promise<Finding> {
  const classes = await reckon.equivalence(["1/2", "0.5", "3"], { signal, deadlineMs, answerKind: "number" });
  if (classes.length === 2) return fine("equivalence", "1/2 is 0.5 and not 3");
  return { name: "equivalence", status: "problem", detail: `${classes.length} classes for 1/2, 0.5 and 3, not 2` };
}

async function checkSolve(reckon: Reckon, signal: AbortSignal): Promise<Finding> {
  let firstMs: number | undefined;
  let outcome: Outcome | undefined;
  let scored = 0;
  const solve = reckon.solve("What is 12 + 30?", { samples: 4, seed: 1, verificationRounds: 1, signal, deadlineMs });
  for await (const event of solve) {
    if (event.type === "thought-delta") firstMs ??= event.elapsedMs;
    if (
      event.type === "step-scored" &&
      event.verdicts.some(({ verifier, score }) => verifier === "prm" && score !== undefined)
    ) {
      scored += 1;
    }
    if (event.type === "solve-ended") outcome = event.outcome;
  }
  const answer = outcome?.answer;
  const facts = [
    `12 + 30 = ${answer ?? "?"}${outcome?.confidence ? ` (${percent(outcome.confidence.value)})` : ""}`,
    `first thought after ${firstMs === undefined ? "never" : duration(firstMs)}`,
    `answer after ${duration(outcome?.latencyMs ?? 0)}`,
    scored > 0 ? `${plural(scored, "step")} scored by the process reward model` : "no step scored",
  ];
  if (answer === undefined) return { name: "solve", status: "problem", detail: outcome?.failure ?? facts.join(", ") };
  const degraded = [
    ...(outcome?.degradations ?? []),
    ...(scored === 0 ? ["no step was scored by the process reward model"] : []),
  ];
  if (degraded.length === 0) return fine("solve", facts.join(", "));
  return {
    name: "solve",
    status: "warning",
    detail: `${facts.join(", ")}; ${degraded.join("; ")}`,
    remedy: "--verbose shows the verifier's log",
  };
}
