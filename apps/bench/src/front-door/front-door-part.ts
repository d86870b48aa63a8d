import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "../cluster/start-cluster.ts";
import { decimal } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";
import { startChild } from "./start-child.ts";
import { type ChatTiming, timedChat } from "./timed-chat.ts";

const ways = ["upstream alone", "plain reverse proxy", "Reckon"] as const;
type Way = (typeof ways)[number];
const kinds = ["whole", "stream"] as const;
type Kind = (typeof kinds)[number];
const question = "Say something kind to whoever reads this.";

/** What the OpenAI front door and the three hops behind it add to a call, beside a reverse proxy that does nothing. */
export const frontDoorPart: Part = {
  name: "front-door",
  summary: "p50 and p99 of a call with one sample through the OpenAI front door, beside a plain reverse proxy",
  flags: {
    rate: { type: "string" },
    seconds: { type: "string" },
    rounds: { type: "string" },
  },
  async run(flags, progress) {
    const rate = integerFlag(flags, "rate", 100, 1, 5_000);
    const seconds = integerFlag(flags, "seconds", 10, 1, 600);
    const rounds = integerFlag(flags, "rounds", 3, 1, 100);
    const folder = mkdtempSync(join(tmpdir(), "reckon-front-door-"));
    const upstream = await startChild("./upstream-process.ts");
    const proxy = await startChild("./proxy-process.ts", upstream.url);
    const config = join(folder, "reckon.toml");
    writeFileSync(
      config,
      `[backends.upstream]\nkind = "openai"\nurl = "${upstream.url}/v1"\ninstruction = ""\nlogprobs = false\nprobe = false\n`,
    );
    const cluster = await startCluster({ env: { RECKON_CONFIG: config } });
    const targets: Record<Way, string> = {
      "upstream alone": upstream.url,
      "plain reverse proxy": proxy.url,
      Reckon: cluster.url,
    };
    const timings = new Map<string, ChatTiming[]>();
    try {
      for (const kind of kinds) {
        for (const way of ways) await load(targets[way], bodyOf(way, kind), rate, 3);
        for (let round = 0; round < rounds; round += 1) {
          for (const way of ways) {
            progress(`${kind}, round ${round + 1}: ${way}`);
            const key = `${kind}, ${way}`;
            const more = await load(targets[way], bodyOf(way, kind), rate, seconds);
            timings.set(key, [...(timings.get(key) ?? []), ...more]);
          }
        }
      }
    } finally {
      await cluster.stop();
      await proxy.stop();
      await upstream.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    return {
      title: "The OpenAI front door beside a plain reverse proxy",
      notes: [
        `${rate} requests a second, evenly spaced and whether or not earlier ones were answered, ${rounds} times ${seconds} s of each way in turn, after 3 s of warm-up; N = 1, kept connections, all processes on the loopback of one machine`,
        "the upstream is a process that answers at once, 17 tokens in 17 events; the reverse proxy is Node's own http, a process that passes bytes on",
        "Reckon: orchestrator (front door), difficulty and model-proxy, each a process; `reckon-fast`, free text, one sample",
      ],
      tables: kinds.map((kind) => kindTable(kind, timings)),
      figures: Object.fromEntries([...timings].map(([key, all]) => [key, summary(all)])),
    };
  },
};

function bodyOf(way: Way, kind: Kind): string {
  const messages = [{ role: "user", content: question }];
  const stream = kind === "stream";
  // Without the strategy's own 2 s, beyond which a machine that is too slow for the rate would answer with errors.
  const own = way === "Reckon" ? { model: "reckon-fast", reckon: { timeout_ms: 60_000 } } : { model: "upstream" };
  return JSON.stringify({ ...own, messages, stream, ...(stream && { stream_options: { include_usage: true } }) });
}

/** An open loop: requests begin when it is their time, so that a slow answer does not spare the server the next request. */
async function load(url: string, body: string, rate: number, seconds: number): Promise<ChatTiming[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_024 });
  const running: Promise<ChatTiming>[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < rate * seconds; sent += 1) {
    const waitMs = startedAt + (sent * 1000) / rate - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const timing = timedChat(url, body, agent);
    timing.catch(() => undefined); // Told by the wait for all of them.
    running.push(timing);
  }
  const timings = await Promise.all(running);
  agent.destroy();
  return timings;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function summary(timings: readonly ChatTiming[]) {
  const of = (key: keyof ChatTiming) => {
    const values = timings.map((timing) => timing[key]);
    return { p50: quantile(values, 0.5), p90: quantile(values, 0.9), p99: quantile(values, 0.99) };
  };
  return { requests: timings.length, first: of("firstMs"), whole: of("wholeMs") };
}

function kindTable(kind: Kind, timings: ReadonlyMap<string, readonly ChatTiming[]>): Table {
  const summaries = ways.map((way) => [way, summary(timings.get(`${kind}, ${way}`) ?? [])] as const);
  const plain = summaries.find(([way]) => way === "plain reverse proxy")?.[1];
  const ms = (value: number) => `${decimal(value, 2)} ms`;
  const rows = summaries.map(([way, { requests, first, whole }]) => [
    way,
    String(requests),
    ...(kind === "stream" ? [ms(first.p50), ms(first.p99)] : []),
    ms(whole.p50),
    ms(whole.p99),
    ...(way === "Reckon" && plain ? [ms(whole.p50 - plain.whole.p50), ms(whole.p99 - plain.whole.p99)] : ["", ""]),
  ]);
  const first = kind === "stream" ? ["first byte p50", "first byte p99"] : [];
  return {
    caption: kind === "stream" ? "Streamed answers" : "Answers in one piece",
    columns: ["", "requests", ...first, "whole p50", "whole p99", "added to the proxy p50", "added p99"],
    rows,
  };
}
