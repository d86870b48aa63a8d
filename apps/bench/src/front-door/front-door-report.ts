import { decimal } from "../format.ts";
import type { Table } from "../markdown-table.ts";
import type { ChatTiming } from "./timed-chat.ts";

/** The ways to the upstream that are compared. */
export const ways = ["upstream alone", "plain reverse proxy", "Reckon", "Reckon with an estimate"] as const;
export type Way = (typeof ways)[number];

/** How answers are asked for. */
export const kinds = ["whole", "stream"] as const;
export type Kind = (typeof kinds)[number];

/** Quantiles of one way, in milliseconds. */
export function summary(timings: readonly ChatTiming[]) {
  const of = (key: keyof ChatTiming) => {
    const sorted = timings.map((timing) => timing[key]).sort((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
    return { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) };
  };
  return { requests: timings.length, text: of("textMs"), whole: of("wholeMs") };
}

/** The ways beside each other; `timings` by kind and way. */
export function kindTable(kind: Kind, timings: ReadonlyMap<string, readonly ChatTiming[]>): Table {
  const of = (way: Way) => summary(timings.get(`${kind}, ${way}`) ?? []);
  const plain = of("plain reverse proxy");
  const ms = (value: number) => `${decimal(value, 2)} ms`;
  const measures = kind === "stream" ? (["text", "whole"] as const) : (["whole"] as const);
  const names = { text: "first text", whole: "whole" };
  const columns = measures.flatMap((measure) =>
    (["p50", "p99"] as const).flatMap((q) => [`${names[measure]} ${q}`, "added"]),
  );
  const rows = ways.map((way) => {
    const own = of(way);
    const cells = measures.flatMap((measure) =>
      (["p50", "p99"] as const).flatMap((q) => {
        const added = way.startsWith("Reckon") ? ms(own[measure][q] - plain[measure][q]) : "";
        return [ms(own[measure][q]), added];
      }),
    );
    return [way, String(own.requests), ...cells];
  });
  const caption = kind === "stream" ? "Streamed answers" : "Answers in one piece";
  return { caption: `${caption}; added: to the reverse proxy`, columns: ["", "requests", ...columns], rows };
}
