import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { type Backend, type Generation, type GenerationEvent, invalidArgument, ReckonError } from "@reckon/core";
import type * as wire from "@reckon/proto/reckon/model/v1/model";
import type { ModelService } from "@reckon/proto/reckon/model/v1/model";
import {
  generateRequestFromProto,
  generationEventToProto,
  loadToProto,
  modelToProto,
  openWindowFromProto,
  startSampleFromProto,
} from "../convert/generation.ts";
import { eventsUntil } from "../events-until.ts";
import { createGenerateSpans } from "./generate-spans.ts";

/**
 * ModelService over any backend. Every sample is one `generate` span, child of the span that its request names. A client that
 * leaves, a deadline and a broken request close the generation at once, so that its samples stop costing.
 */
export function serveGeneration(backend: Backend): ServiceImpl<typeof ModelService> {
  return {
    async listModels() {
      const models = await backend.listModels();
      return { models: models.map((model, index) => modelToProto(model, index === 0)) };
    },
    getLoad: async () => loadToProto(await backend.load()),
    async *generate(request: wire.GenerateRequest, { signal }: HandlerContext) {
      const { problem, samples, options } = generateRequestFromProto(request);
      const generation = await backend.open(problem, options);
      const spans = createGenerateSpans(backend.name, options);
      const start = () => {
        for (let sample = 0; sample < samples; sample += 1) {
          spans.start(sample);
          generation.start(sample);
        }
        generation.finish();
      };
      for await (const event of generate(generation, spans.observe, signal, start)) {
        yield { news: generationEventToProto(event) };
      }
    },
    async *generateWindow(requests: AsyncIterable<wire.GenerateWindowRequest>, { signal }: HandlerContext) {
      const commands = requests[Symbol.asyncIterator]();
      const first = (await commands.next()).value?.request;
      if (first?.case !== "open") {
        throw invalidArgument([{ field: "request", description: `begins with ${first?.case ?? "nothing"}, not open` }]);
      }
      const { problem, options } = openWindowFromProto(first.value);
      const generation = await backend.open(problem, options);
      const spans = createGenerateSpans(backend.name, options);
      const start = () => obey(commands, generation, spans.start);
      for await (const event of generate(generation, spans.observe, signal, start)) {
        yield { news: generationEventToProto(event) };
      }
    },
  };
}

/** Events of a generation while `start` feeds it; closes it however the iteration ends, and when the signal aborts. */
async function* generate(
  generation: Generation,
  observe: (event: GenerationEvent | undefined) => void,
  signal: AbortSignal,
  start: () => void | Promise<void>,
): AsyncGenerator<GenerationEvent, void, void> {
  const events = generation.events[Symbol.asyncIterator]();
  const close = () => generation.close();
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  try {
    // The consumer must be there before the first sample starts, and a failed feed must end the events.
    const feeding = Promise.resolve().then(start);
    for await (const event of eventsUntil(events, feeding)) {
      observe(event);
      yield event;
    }
  } finally {
    signal.removeEventListener("abort", close);
    generation.close();
    // Not awaited: nobody waits for these ends any more, but spans want their exact tokens.
    void observeRest(events, observe);
  }
}

async function observeRest(
  events: AsyncIterator<GenerationEvent>,
  observe: (event: GenerationEvent | undefined) => void,
): Promise<void> {
  try {
    for (let step = await events.next(); step.done !== true; step = await events.next()) observe(step.value);
  } catch {
    // A generation that breaks while it is closed has no more to say.
  } finally {
    observe(undefined);
  }
}

/** Does what the requests of a window say, until the client closes its side. */
async function obey(
  commands: AsyncIterator<wire.GenerateWindowRequest>,
  generation: Generation,
  onStart: (sample: number, traceparent: string | undefined) => void,
): Promise<void> {
  for (;;) {
    const step = await commands.next();
    if (step.done === true) return generation.finish();
    const { request } = step.value;
    switch (request.case) {
      case "start": {
        const { sample, overrides } = startSampleFromProto(request.value);
        generation.start(sample, overrides);
        onStart(sample, request.value.traceparent);
        break;
      }
      case "cancel":
        generation.cancel(request.value.sample);
        break;
      case "open":
        throw invalidArgument([{ field: "request", description: "is a second open; a window is opened once" }]);
      default:
        throw new ReckonError("invalid-argument", "the request says neither start nor cancel");
    }
  }
}
