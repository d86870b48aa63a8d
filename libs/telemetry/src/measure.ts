import { type Histogram, metrics } from "@opentelemetry/api";
import { attributes, metricNames } from "./names.ts";

/** Duration of one served call in milliseconds, with its status (`OK`, `InvalidArgument`, ...). */
export function recordRpc(method: string, status: string, durationMs: number): void {
  instruments().rpcDuration.record(durationMs, { [attributes.rpcMethod]: method, [attributes.rpcStatusCode]: status });
}

interface Instruments {
  readonly rpcDuration: Histogram;
}

let made: { readonly provider: unknown; readonly instruments: Instruments } | undefined;

function instruments(): Instruments {
  const provider = metrics.getMeterProvider();
  if (made?.provider !== provider) made = { provider, instruments: declareInstruments() };
  return made.instruments;
}

function declareInstruments(): Instruments {
  const meter = metrics.getMeter("reckon");
  return {
    rpcDuration: meter.createHistogram(metricNames.rpcDuration, {
      unit: "ms",
      description: "Duration of served calls.",
    }),
  };
}
