import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "../cluster/start-cluster.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Part } from "../part.ts";
import { type Kind, kinds, kindTable, summary, type Way, ways } from "./front-door-report.ts";
import { openLoop } from "./open-loop.ts";
import { startChild } from "./start-child.ts";
import type { ChatTiming } from "./timed-chat.ts";

const question = "Say something kind to whoever reads this.";
const warmUpSeconds = 3;

/** What the OpenAI front door and the hops behind it add to a call, beside a reverse proxy that does nothing. */
export const frontDoorPart: Part = {
  name: "front-door",
  summary: "p50 and p99 of a call with one sample through the OpenAI front door, beside a plain reverse proxy",
  flags: {
    rate: { type: "string" },
    seconds: { type: "string" },
    rounds: { type: "string" },
    first: { type: "string" },
    gap: { type: "string" },
  },
  async run(flags, progress) {
    const rate = integerFlag(flags, "rate", 100, 1, 5_000);
    const seconds = integerFlag(flags, "seconds", 10, 1, 600);
    const rounds = integerFlag(flags, "rounds", 3, 1, 100);
    const firstMs = integerFlag(flags, "first", 20, 0, 60_000);
    const gapMs = integerFlag(flags, "gap", 5, 0, 60_000);
    const timings = new Map<string, ChatTiming[]>();
    await withTargets([String(firstMs), String(gapMs)], async (targets) => {
      for (const kind of kinds) {
        for (const way of ways) await openLoop(targets(way), bodyOf(way, kind), rate, warmUpSeconds);
        for (let round = 0; round < rounds; round += 1) {
          for (const way of ways) {
            progress(`${kind}, round ${round + 1}: ${way}`);
            const more = await openLoop(targets(way), bodyOf(way, kind), rate, seconds);
            const key = `${kind}, ${way}`;
            timings.set(key, [...(timings.get(key) ?? []), ...more]);
          }
        }
      }
    });
    return {
      title: "The OpenAI front door beside a plain reverse proxy",
      notes: [
        `${rate} requests a second, evenly spaced, whether or not earlier ones were answered; ${rounds} times ${seconds} s of each way in turn, after ${warmUpSeconds} s of warm-up; one sample, kept connections, all processes on the loopback of one machine`,
        `the upstream is a process that says 16 tokens, the first after ${firstMs} ms, the others ${gapMs} ms apart; the reverse proxy is Node's own http, a process that passes bytes on`,
        "Reckon: orchestrator (front door) and model-proxy, each a process, `reckon-fast`, one sample of free text, which is streamed as it comes; with an estimate: the difficulty service is asked too, and the answer is told when the vote is over",
      ],
      tables: kinds.map((kind) => kindTable(kind, timings)),
      figures: Object.fromEntries([...timings].map(([key, all]) => [key, summary(all)])),
    };
  },
};

/** Starts upstream, proxy and Reckon, runs, and ends them. */
async function withTargets(pace: string[], run: (targets: (way: Way) => string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "reckon-front-door-"));
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const upstream = await startChild("./upstream-process.ts", ...pace);
    stops.push(upstream.stop);
    const proxy = await startChild("./proxy-process.ts", upstream.url);
    stops.push(proxy.stop);
    const config = join(folder, "reckon.toml");
    const backend = { kind: "openai", url: `${upstream.url}/v1`, instruction: "", logprobs: false, probe: false };
    const lines = Object.entries(backend).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    writeFileSync(config, ["[backends.upstream]", ...lines, ""].join("\n"));
    const cluster = await startCluster({ env: { RECKON_CONFIG: config } });
    stops.push(cluster.stop);
    const plain: Partial<Record<Way, string>> = { "upstream alone": upstream.url, "plain reverse proxy": proxy.url };
    await run((way) => plain[way] ?? cluster.url);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

function bodyOf(way: Way, kind: Kind): string {
  const messages = [{ role: "user", content: question }];
  const stream = kind === "stream";
  // Without the strategy's own 2 s, beyond which a machine that is too slow for the rate would answer with errors.
  const estimated = way === "Reckon with an estimate" ? { samples: 1, answer_kind: "choice" } : {};
  const own = way.startsWith("Reckon")
    ? { model: "reckon-fast", reckon: { timeout_ms: 60_000, ...estimated } }
    : { model: "upstream" };
  return JSON.stringify({ ...own, messages, stream, ...(stream && { stream_options: { include_usage: true } }) });
}
