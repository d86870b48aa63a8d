import type { CacheShape, Forward } from "../forward.ts";
import { capacityFor } from "../sequence-cache.ts";
import { FairQueue } from "./fair-queue.ts";
import { createLiveSample, type LiveSample } from "./live-sample.ts";
import { Outbox } from "./outbox.ts";
import { createPrefiller } from "./prefiller.ts";
import type { DecodeCommand, endReasons, StepMessage, TrunkMessage } from "./protocol.ts";
import { createSampleOutput } from "./sample-output.ts";
import { createSampler } from "./sampler.ts";
import { SlotCache } from "./slot-cache.ts";
import { createTokenText } from "./token-text.ts";
import { type Trunk, TrunkCache } from "./trunk-cache.ts";

/** What a decoder needs; the two forwards are bindings of one session. */
export interface DecoderOptions {
  readonly shape: CacheShape;
  readonly vocabSize: number;
  readonly eosId: number;
  readonly tokenBytes: readonly Uint8Array[];
  /** Samples that are decoded together. */
  readonly maxBatch: number;
  readonly decodeForward: Forward;
  readonly prefillForward: Forward;
  readonly send: (message: StepMessage | TrunkMessage) => void;
}

/** Decodes many samples together, one token each a step. */
export interface Decoder {
  /** Takes effect before the next step. */
  command(command: DecodeCommand): void;
  /** Runs until `shutdown`, then resolves with all samples cancelled and reported. */
  run(): Promise<void>;
}

/** Prompts and prefixes kept for later samples, in tokens: 6 KB each with 4 layers of width 192. */
const trunkTokens = 4_096;
/** An engine without work frees its caches after this time. */
const idleMs = 3_000;

/**
 * Creates the scheduler of the decoding worker: admits queued samples in turn of their calls while there is room, computes
 * prompts in pieces between steps, and at each step feeds one token of every running sample in one forward pass (continuous
 * batching; Yu et al. 2022, Orca).
 */
export function createDecoder(options: DecoderOptions): Decoder {
  const { shape, vocabSize, eosId, maxBatch } = options;
  const blocked = options.tokenBytes.flatMap((bytes, id) => (bytes.length === 0 && id !== eosId ? [id] : []));
  const sampler = createSampler(vocabSize, blocked);
  const newTokenText = createTokenText(options.tokenBytes);
  const slots = new SlotCache(shape);
  const trunks = new TrunkCache(shape, trunkTokens);
  const outbox = new Outbox();
  const output = createSampleOutput(outbox, sampler, eosId);
  const queue = new FairQueue<LiveSample>();
  const samples = new Map<number, LiveSample>();
  const exports = new Set<DecodeCommand & { type: "export" }>();
  const prefiller = createPrefiller({
    shape,
    vocabSize,
    forward: options.prefillForward,
    trunks,
    onComputed: (count, payer) => {
      outbox.prefill(count);
      if (payer !== undefined) payer.prefilled += count;
    },
  });
  /** Running samples; their place is their slot. */
  const running: LiveSample[] = [];
  const tokens = new Int32Array(maxBatch);
  const lengths = new Int32Array(maxBatch);
  let inbox: DecodeCommand[] = [];
  let prefilling = 0;
  let stopping = false;
  let wake: (() => void) | undefined;
  let nowMs = 0;

  const end = (sample: LiveSample, reason: (typeof endReasons)[number], failure?: string): void => {
    samples.delete(sample.key);
    output.end(sample, reason, failure);
  };

  /** Takes in a drawn token; false where the sample has ended with it. */
  const accept = (sample: LiveSample, token: number): boolean => {
    const goesOn = output.accept(sample, token, nowMs);
    if (!goesOn) samples.delete(sample.key);
    return goesOn;
  };

  /** Frees a slot by moving the last one into it. */
  const release = (slot: number): void => {
    const sample = running[slot] as LiveSample;
    if (sample.lastToken < 0) slots.wipe(slot);
    const last = running.pop() as LiveSample;
    if (last === sample) return;
    slots.move(running.length, slot, last.length);
    running[slot] = last;
  };

  const begin = (sample: LiveSample, trunk: Trunk): void => {
    sample.state = "decoding";
    const token = sampler.draw(trunk.logits as Float32Array, 0, sample.settings, sample.random);
    if (token < 0) trunks.delete(trunk);
    if (!accept(sample, token)) return;
    sample.length = sample.tokens.length;
    slots.reserve(running.length + 1, sample.length + 1, running.length);
    slots.load(running.length, trunk.cache, sample.length);
    running.push(sample);
  };

  const beginWaiters = (trunk: Trunk): void => {
    for (const sample of trunk.waiters.splice(0)) {
      prefilling -= 1;
      begin(sample, trunk);
    }
  };

  const cancel = (sample: LiveSample): void => {
    if (sample.state === "queued") {
      queue.delete(sample.call, sample);
      outbox.start(sample);
    }
    if (sample.state === "prefilling") {
      prefiller.cancel(sample);
      prefilling -= 1;
    }
    const slot = sample.state === "decoding" ? running.indexOf(sample) : -1;
    end(sample, "cancelled");
    if (slot >= 0) release(slot);
  };

  const obey = (command: DecodeCommand): void => {
    if (command.type === "start") {
      const sample = createLiveSample(command, newTokenText());
      samples.set(sample.key, sample);
      queue.push(sample.call, sample);
    } else if (command.type === "cancel") {
      for (const key of command.keys) {
        const sample = samples.get(key);
        if (sample !== undefined) cancel(sample);
      }
    } else if (command.type === "export") exports.add(command);
    else if (command.type === "expect") prefiller.expect(command.prompt);
    else if (command.type === "import") {
      const trunk = prefiller.arrive(command.prompt, command.computed);
      if (trunk !== undefined) beginWaiters(trunk);
    } else {
      stopping = true;
      for (const sample of [...samples.values()]) cancel(sample);
    }
  };

  const admit = (): void => {
    while (queue.size > 0 && running.length + prefilling < maxBatch) {
      const sample = queue.shift() as LiveSample;
      outbox.start(sample);
      const trunk = trunks.find(sample.tokens);
      if (trunk !== undefined) {
        begin(sample, trunk);
        continue;
      }
      sample.state = "prefilling";
      prefilling += 1;
      prefiller.request(sample);
    }
  };

  const prefill = async (): Promise<void> => {
    const finished = await prefiller.step();
    nowMs = performance.now();
    for (const trunk of finished) beginWaiters(trunk);
  };

  /** Sends the prompts that other lanes asked for, and refuses those that nobody here is going to compute. */
  const answerExports = (): void => {
    for (const entry of exports) {
      const { request, call, prompt } = entry;
      const trunk = trunks.find(prompt);
      const coming = () => samples.values().some((s) => s.call === call && s.state !== "decoding");
      if (trunk?.logits === undefined && coming()) continue;
      exports.delete(entry);
      const computed = trunk?.logits && { buffers: trunk.cache.buffers, logits: trunk.logits };
      options.send({ type: "trunk", request, computed });
    }
  };

  const decode = async (): Promise<void> => {
    const batch = running.length;
    let longest = 0;
    for (let b = 0; b < batch; b++) {
      const sample = running[b] as LiveSample;
      tokens[b] = sample.lastToken;
      lengths[b] = sample.length;
      if (sample.length > longest) longest = sample.length;
    }
    slots.reserve(batch, longest + 1, batch);
    const past = slots.buffers;
    const input = { batch, chunk: 1, capacity: slots.capacity, tokens, pastLengths: lengths, past };
    const { head, fresh } = await options.decodeForward(input);
    slots.append(fresh, batch, lengths);
    nowMs = performance.now();
    let ended = false;
    // Backwards: the sample that is moved into a hole has had its turn.
    for (let b = batch - 1; b >= 0; b--) {
      const sample = running[b] as LiveSample;
      sample.length += 1;
      if (accept(sample, sampler.draw(head, b * vocabSize, sample.settings, sample.random))) continue;
      release(b);
      ended = true;
    }
    if (ended) shrink();
  };

  const shrink = (): void => {
    const longest = running.reduce((max, sample) => Math.max(max, sample.length), 0);
    // Not at the very edge, where it would have to grow again at once.
    if (capacityFor(longest) < slots.capacity) slots.shrink(longest === 0 ? 0 : longest + 16, running.length);
  };

  /** A pass that throws takes its samples with it, and nothing else. */
  const guard = async (pass: () => Promise<void>, victims: () => LiveSample[]): Promise<void> => {
    try {
      await pass();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      for (const sample of victims()) end(sample, "failed", `the model run failed: ${detail}`);
    }
  };

  const idle = async (): Promise<void> => {
    const timer = setTimeout(() => {
      slots.clear();
      trunks.clear();
    }, idleMs);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    wake = undefined;
    clearTimeout(timer);
  };

  const post = (): void => {
    const message = outbox.take(nowMs);
    if (message !== undefined) options.send(message);
  };

  return {
    command(command) {
      inbox.push(command);
      wake?.();
    },
    async run() {
      for (;;) {
        nowMs = performance.now();
        const commands = inbox;
        inbox = [];
        for (const command of commands) obey(command);
        if (stopping) return post();
        admit();
        if (prefiller.busy) {
          await guard(prefill, () => {
            const victims = prefiller.abandon();
            prefilling -= victims.length;
            return victims;
          });
          post();
        }
        answerExports();
        if (running.length > 0) await guard(decode, () => running.splice(0));
        post();
        if (inbox.length === 0 && queue.size === 0 && running.length === 0 && !prefiller.busy) await idle();
      }
    },
  };
}
