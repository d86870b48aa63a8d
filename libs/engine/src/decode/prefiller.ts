import type { CacheShape, Forward } from "../forward.ts";
import { appendFresh } from "../sequence-cache.ts";
import type { LiveSample } from "./live-sample.ts";
import type { ComputedPrompt } from "./protocol.ts";
import { equal, type Trunk, type TrunkCache } from "./trunk-cache.ts";

/** Computes prompts in small pieces between decode steps. */
export interface Prefiller {
  /** True while there is something to compute. */
  readonly busy: boolean;
  /** Asks for a sample's beginning; it becomes a waiter of its trunk. */
  request(sample: LiveSample): void;
  /** Forgets a waiting sample. */
  cancel(sample: LiveSample): void;
  /** Announces a prompt that another lane computes. */
  expect(prompt: Int32Array): void;
  /** Takes an expected prompt in and returns its trunk; without `computed` it is computed here after all. */
  arrive(prompt: Int32Array, computed: ComputedPrompt | undefined): Trunk | undefined;
  /** Runs one forward pass over at most `stepTokens` tokens and returns the trunks that it finished. */
  step(): Promise<Trunk[]>;
  /** Gives up the trunks of the last pass, which threw, and those that depend on them; returns their waiters. */
  abandon(): LiveSample[];
}

/** What prompts are computed with, and who is told of it. */
export interface PrefillerOptions {
  readonly shape: CacheShape;
  readonly vocabSize: number;
  readonly forward: Forward;
  readonly trunks: TrunkCache;
  /** Called with the tokens just computed and the sample on whose account they go, if it is still there. */
  readonly onComputed: (tokens: number, payer: LiveSample | undefined) => void;
}

/** Tokens of one forward pass, padding included: a few decode steps' worth of time, so that running samples barely notice. */
const stepTokens = 128;

/** Creates a prefiller over a forward binding of its own. */
export function createPrefiller(options: PrefillerOptions): Prefiller {
  const { shape, vocabSize, forward, trunks, onComputed } = options;
  let jobs: Trunk[] = [];
  let picked: Trunk[] = [];

  const prompts = (trunk: Trunk): boolean =>
    trunk.remote || trunk.waiters.length > 0 || (trunk.child !== undefined && wanted(trunk.child));
  const wanted = (trunk: Trunk): boolean => jobs.includes(trunk) && prompts(trunk);
  const payerOf = (trunk: Trunk): LiveSample | undefined =>
    trunk.waiters[0] ?? (trunk.child === undefined ? undefined : payerOf(trunk.child));

  /** Whether another lane is about to send this trunk's prompt. */
  const awaitsPrompt = (job: Trunk): boolean =>
    jobs.some(
      (other) => other.remote && other !== job && equal(other.tokens, job.tokens.subarray(0, job.promptLength)),
    );

  /** Puts the prompt of a prefixed trunk before it, unless it is computed or under way. */
  const ensurePrompt = (job: Trunk): boolean => {
    if (job.tokens.length === job.promptLength || trunks.sharedLength(job.tokens) >= job.promptLength) return true;
    const prompt = job.tokens.slice(0, job.promptLength);
    if (!jobs.some((other) => equal(other.tokens, prompt))) {
      const parent = trunks.begin(prompt, prompt.length);
      parent.child = job;
      jobs.unshift(parent);
    }
    return false;
  };

  /** The trunks of the next pass: one that continues alone, or several that begin. */
  const pick = (): Trunk[] => {
    const chosen: Trunk[] = [];
    let width = 0;
    for (const job of [...jobs]) {
      if (job.remote) continue;
      if (job.cache.length === 0) {
        if (!ensurePrompt(job)) continue;
        // What finished since it was queued may spare it work.
        if (trunks.sharedLength(job.tokens) > 0) {
          job.cache = trunks.begin(job.tokens, job.promptLength).cache;
        }
      }
      if (job.cache.length > 0) {
        if (chosen.length === 0) return [job];
        continue;
      }
      const next = Math.max(width, Math.min(job.tokens.length, stepTokens));
      if (chosen.length > 0 && next * (chosen.length + 1) > stepTokens) break;
      chosen.push(job);
      width = next;
    }
    return chosen;
  };

  return {
    get busy() {
      return jobs.some((job) => !job.remote && (job.cache.length > 0 || !awaitsPrompt(job)));
    },
    request(sample) {
      let job = jobs.find((other) => equal(other.tokens, sample.tokens));
      if (job === undefined) {
        job = trunks.begin(sample.tokens, sample.promptLength);
        jobs.push(job);
      }
      job.waiters.push(sample);
    },
    cancel(sample) {
      for (const job of jobs) {
        const at = job.waiters.indexOf(sample);
        if (at >= 0) job.waiters.splice(at, 1);
      }
      jobs = jobs.filter(prompts);
    },
    expect(prompt) {
      if (trunks.find(prompt) !== undefined || jobs.some((job) => equal(job.tokens, prompt))) return;
      const job = trunks.begin(prompt, prompt.length);
      job.remote = true;
      jobs.push(job);
    },
    arrive(prompt, computed) {
      const job = jobs.find((other) => other.remote && equal(other.tokens, prompt));
      if (job === undefined) return undefined;
      job.remote = false;
      if (computed === undefined) {
        jobs = jobs.filter(prompts);
        return undefined;
      }
      job.cache = { buffers: computed.buffers, capacity: prompt.length, length: prompt.length };
      job.logits = computed.logits;
      jobs = jobs.filter((other) => other !== job);
      trunks.keep(job);
      return job;
    },
    async step() {
      picked = pick();
      // A prompt that was put in front of its prefixed trunk is picked at the second try.
      if (picked.length === 0) picked = pick();
      const counts = picked.map((job) => Math.min(job.tokens.length - job.cache.length, stepTokens));
      const chunk = Math.max(...counts);
      const tokens = new Int32Array(picked.length * chunk);
      picked.forEach((job, row) => {
        const start = job.cache.length;
        tokens.set(job.tokens.subarray(start, start + (counts[row] as number)), row * chunk);
      });
      const first = picked[0] as Trunk;
      const alone = first.cache.length > 0;
      const { head, fresh } = await forward({
        batch: picked.length,
        chunk,
        capacity: alone ? first.cache.capacity : 0,
        tokens,
        pastLengths: Int32Array.from(picked, (job) => job.cache.length),
        past: first.cache.buffers,
      });
      const finished: Trunk[] = [];
      picked.forEach((job, row) => {
        const count = counts[row] as number;
        appendFresh(shape, job.cache, fresh, row, chunk, count);
        onComputed(count, payerOf(job));
        if (job.cache.length < job.tokens.length) return;
        const last = (row * chunk + count - 1) * vocabSize;
        job.logits = head.slice(last, last + vocabSize);
        jobs = jobs.filter((other) => other !== job);
        trunks.keep(job);
        finished.push(job);
      });
      return finished;
    },
    abandon() {
      const given = new Set<Trunk>();
      for (const trunk of picked) {
        given.add(trunk);
        for (let child = trunk.child; child !== undefined; child = child.child) given.add(child);
      }
      jobs = jobs.filter((job) => !given.has(job));
      return [...given].flatMap((job) => job.waiters);
    },
  };
}
