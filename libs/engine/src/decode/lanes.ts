import type { ReckonError } from "@reckon/core";
import { startWorker, type WorkerHost } from "../worker-host.ts";
import type { DecodeCommand, DecodeWorkerData, StepMessage, TrunkMessage } from "./protocol.ts";
import { type Counters, createStepDelivery, type SampleEntry } from "./step-delivery.ts";

/** One decoding worker and the samples it has. */
export interface Lane {
  readonly host: WorkerHost<DecodeCommand>;
  readonly entries: Map<number, SampleEntry>;
  failAll(error: ReckonError): void;
}

/** Where the samples of one call run. */
export interface CallPlace {
  readonly call: number;
  /** `<bos> prompt <sep>`. */
  readonly prompt: Int32Array;
  /** The lane that computes the prompt; chosen with the first sample. */
  home: Lane | undefined;
  /** Lanes that have the prompt, or will get it. */
  readonly supplied: Set<Lane>;
}

/** Chooses a lane for each new sample and passes prompts between lanes. */
export interface Lanes {
  readonly all: readonly Lane[];
  /** The lane for the call's next sample, which is told where to get the prompt from. */
  place(call: CallPlace): Lane;
}

/** How many lanes there are, and what each is started with. */
export interface LanesOptions {
  readonly count: number;
  readonly worker: DecodeWorkerData;
  readonly counters: Counters;
  readonly tokenTexts: readonly string[];
}

/** A call stays on its lane until that has so many samples more than another: small batches are no faster when split. */
const spillSamples = 4;

/**
 * Starts `count` decoding workers, each with a session and a batch of its own. They share nothing and never wait for each
 * other, unlike threads inside the runtime, which meet at every operator. A call's prompt is still computed once: when its
 * samples spill over to another lane, the computed keys and values go there with them.
 */
export async function startLanes(options: LanesOptions): Promise<Lanes> {
  const transfers = new Map<number, { readonly from: Lane; readonly to: Lane; readonly prompt: Int32Array }>();
  let nextRequest = 0;

  const finishTransfer = (request: number, computed: TrunkMessage["computed"]): void => {
    const transfer = transfers.get(request);
    transfers.delete(request);
    transfer?.to.host.release({ type: "import", prompt: transfer.prompt, computed });
  };

  const start = async (): Promise<Lane> => {
    const entries = new Map<number, SampleEntry>();
    const { deliver, failAll } = createStepDelivery(entries, options.counters, options.tokenTexts);
    const host: WorkerHost<DecodeCommand> = await startWorker<DecodeCommand, StepMessage | TrunkMessage>({
      entry: new URL("./decode-worker.ts", import.meta.url),
      data: options.worker,
      onMessage(message) {
        if (message.type === "trunk") finishTransfer(message.request, message.computed);
        else {
          deliver(message);
          if (entries.size === 0) host.hold(false);
        }
      },
      onCrash(error) {
        failAll(error);
        for (const [request, transfer] of [...transfers]) {
          if (transfer.from === lane) finishTransfer(request, undefined);
          if (transfer.to === lane) transfers.delete(request);
        }
        lane.host.hold(false);
      },
    });
    const lane: Lane = { host, entries, failAll };
    return lane;
  };

  const started = await Promise.allSettled(Array.from({ length: options.count }, start));
  const all = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = started.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(all.map((lane) => lane.host.close({ type: "shutdown" })));
    throw failed.reason;
  }

  const place = (call: CallPlace): Lane => {
    const idlest = all.reduce((best, lane) => (lane.entries.size < best.entries.size ? lane : best));
    call.home ??= idlest;
    const { home } = call;
    if (home === idlest || home.entries.size - idlest.entries.size < spillSamples) return home;
    // A lane that is full may keep the prompt waiting: better compute it twice.
    if (!call.supplied.has(idlest) && home.entries.size <= options.worker.maxBatch) {
      const request = nextRequest++;
      transfers.set(request, { from: home, to: idlest, prompt: call.prompt });
      idlest.host.post({ type: "expect", prompt: call.prompt });
      home.host.post({ type: "export", request, call: call.call, prompt: call.prompt });
    }
    call.supplied.add(idlest);
    return idlest;
  };
  return { all, place };
}
