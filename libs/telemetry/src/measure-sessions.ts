import { declaredOnce } from "./instruments.ts";
import { attributes, metricNames } from "./names.ts";

/**
 * What happened to a session: a client `resumed` it or `joined` it by its key; its clients' connections were lost and it runs
 * on (`orphaned`); nobody came back (`abandoned`); its replica was lost and this one ended it (`taken-over`).
 */
export type SessionNews = "resumed" | "joined" | "orphaned" | "abandoned" | "taken-over";

/** Something happened to a session. */
export function recordSession(news: SessionNews): void {
  sessions().add(1, { [attributes.sessionNews]: news });
}

const sessions = declaredOnce((meter) =>
  meter.createCounter(metricNames.sessions, {
    description: "Sessions that were resumed, joined, orphaned, abandoned or taken over.",
  }),
);
