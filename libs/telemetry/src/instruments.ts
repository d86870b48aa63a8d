import { type Meter, metrics } from "@opentelemetry/api";

type Observables = Parameters<Meter["addBatchObservableCallback"]>[1];
type BatchCallback = Parameters<Meter["addBatchObservableCallback"]>[0];

/** The meter of all our instruments. */
export function reckonMeter(): Meter {
  return metrics.getMeter("reckon");
}

/** Gives what was declared at the current meter provider; declared anew when telemetry has started or stopped since. */
export function declaredOnce<T>(declare: (meter: Meter) => T): () => T {
  let made: { readonly provider: unknown; readonly instruments: T } | undefined;
  return () => {
    const provider = metrics.getMeterProvider();
    if (made?.provider !== provider) made = { provider, instruments: declare(reckonMeter()) };
    return made.instruments;
  };
}

/** Calls back whenever metrics are read; the function returned stops it. */
export function observe(observables: Observables, callback: BatchCallback): () => void {
  const meter = reckonMeter();
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}
