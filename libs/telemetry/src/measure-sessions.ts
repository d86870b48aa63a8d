import { type Counter, metrics } from "@opentelemetry/api";
import { attributes, metricNames } from "./names.ts";

/**
 * What happened to a session: a client `resumed` it or `joined` it by its key; its clients' connections were lost and it runs
 * on (`orphaned`); nobody came back (`abandoned`); its replica was lost and this one ended it (`taken-over`).
 */
export type SessionNews = "resumed" | "joined" | "orphaned" | "abandoned" | "taken-over";

/** Something happened to a session. */
export function recordSession(news: SessionNews): void {
  instrument().add(1, { [attributes.sessionNews]: news });
}

let made: { readonly provider: unknown; readonly sessions: Counter } | undefined;

/** The counter of the current meter provider; made anew when telemetry starts or stops. */
function instrument(): Counter {
  const provider = metrics.getMeterProvider();
  if (made?.provider !== provider) {
    const description = "Sessions that were resumed, joined, orphaned, abandoned or taken over.";
    made = { provider, sessions: metrics.getMeter("reckon").createCounter(metricNames.sessions, { description }) };
  }
  return made.sessions;
}
