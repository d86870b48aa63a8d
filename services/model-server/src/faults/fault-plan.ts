import { ReckonError } from "@reckon/core";
import { z } from "zod";

/** What can go wrong on purpose; docs/model-server.md tells what each one does. */
export const faultKinds = [
  "rate-limited",
  "server-error",
  "unavailable",
  "slow-first-byte",
  "stall",
  "reset",
  "truncated",
  "malformed",
  "wrong-usage",
  "nan-logprobs",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Ways in which a fault may show; one is drawn where the file names none. */
export const faultForms = {
  malformed: ["json", "types", "html"],
  "wrong-usage": ["missing", "zero", "negative", "double"],
  "nan-logprobs": ["literal", "null"],
} as const;

/** Paths that have faults; `pooling` has only those that do not need a stream of tokens. */
export const faultEndpoints = ["chat", "pooling"] as const;
export type FaultEndpoint = (typeof faultEndpoints)[number];

const poolingKinds: readonly FaultKind[] = ["rate-limited", "server-error", "unavailable", "slow-first-byte", "reset"];
const streamKinds: readonly FaultKind[] = ["stall", "reset", "truncated", "malformed"];
const delayedKinds: readonly FaultKind[] = ["slow-first-byte", "stall"];
const refusingKinds: readonly FaultKind[] = ["rate-limited", "unavailable"];

const waitMs = z.number().int().min(0).max(3_600_000);
const tokens = z.number().int().min(0).max(1_000_000);

const rule = z
  .strictObject({
    kind: z.enum(faultKinds),
    endpoint: z.enum(faultEndpoints).default("chat"),
    /** Share of requests, 0 to 1. */
    rate: z.number().min(0).max(1).optional(),
    /** Requests by their place in the order of arrival at the endpoint, from 0. */
    requests: z.array(z.number().int().min(0)).optional(),
    /** For `rate-limited` and `unavailable`; without it the response has no Retry-After. */
    retry_after_ms: waitMs.optional(),
    /** For `slow-first-byte` (default 10,000) and `stall` (default: until the client gives up). */
    delay_ms: waitMs.optional(),
    /** For faults in mid-stream: after so many output tokens, or a range to draw from. Default [1, 20]. */
    after_tokens: z.union([tokens, z.tuple([tokens, tokens])]).optional(),
    form: z.string().optional(),
  })
  .check((ctx) => {
    const { kind, endpoint, rate, requests, retry_after_ms, delay_ms, after_tokens, form } = ctx.value;
    const wrong = (path: string, message: string) =>
      ctx.issues.push({ code: "custom", path: [path], message, input: ctx.value });
    if (rate === undefined && requests === undefined) wrong("rate", "is missing; name a rate or requests");
    if (endpoint === "pooling" && !poolingKinds.includes(kind)) wrong("kind", `${kind} is not a fault of pooling`);
    if (retry_after_ms !== undefined && !refusingKinds.includes(kind)) wrong("retry_after_ms", `is not for ${kind}`);
    if (delay_ms !== undefined && !delayedKinds.includes(kind)) wrong("delay_ms", `is not for ${kind}`);
    if (after_tokens !== undefined && !streamKinds.includes(kind)) wrong("after_tokens", `is not for ${kind}`);
    if (Array.isArray(after_tokens) && after_tokens[0] > after_tokens[1])
      wrong("after_tokens", `begins with ${after_tokens[0]}, above its end ${after_tokens[1]}`);
    const forms: readonly string[] = kind in faultForms ? faultForms[kind as keyof typeof faultForms] : [];
    if (form !== undefined && !forms.includes(form))
      wrong("form", `is ${JSON.stringify(form)}; ${kind} has ${forms.length === 0 ? "none" : forms.join(", ")}`);
  });

const plan = z
  .strictObject({
    seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    faults: z.array(rule).max(100).default([]),
  })
  .check((ctx) => {
    for (const endpoint of faultEndpoints) {
      const rules = ctx.value.faults.filter((fault) => fault.endpoint === endpoint);
      const sum = rules.reduce((total, fault) => total + (fault.rate ?? 0), 0);
      if (sum <= 1 + 1e-9) continue;
      const message = `of ${endpoint} have rates that add up to ${sum}; at most 1, since a request has one fault`;
      ctx.issues.push({ code: "custom", path: ["faults"], message, input: ctx.value });
    }
  });

/** One fault with its schedule, as a `--faults` file has it. */
export type FaultRule = z.output<typeof rule>;
/** Faults and the seed of their schedule. */
export type FaultPlan = z.output<typeof plan>;
/** The same with defaults left out. */
export type FaultPlanInput = z.input<typeof plan>;

/** Checks a fault plan; throws `invalid-argument` naming each wrong key. */
export function parseFaultPlan(value: unknown, source = "the fault plan"): FaultPlan {
  const parsed = plan.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".") || "faults"} ${issue.message}`);
  throw new ReckonError("invalid-argument", `${source}: ${wrong.join("; ")}`);
}
