import type { ConfidenceKind, Outcome, StopReason } from "@reckon/client";
import { fitLine, type Line, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import type { Theme } from "../terminal/theme.ts";
import { duration, percent, plural } from "./format.ts";
import type { SolveView } from "./solve-view.ts";

/** Why thinking ended, for people. */
const stopWords: Readonly<Record<StopReason, string>> = {
  confident: "confident enough: another sample would hardly change the answer",
  exhausted: "every planned sample has ended",
  deadline: "the time was up",
  budget: "the budget of tokens was spent",
  cancelled: "cancelled",
  failed: "failed",
  "no-gain": "the vote is split and more samples are not worth their cost",
  draining: "the server is shutting down",
  lost: "the server that thought was lost; this is what it had until then",
};

/** Why thinking ended, in words. */
export function describeStop(reason: StopReason | undefined): string {
  return reason === undefined ? "for a reason this version does not know" : stopWords[reason];
}

/** `I reckon x = 2 or x = 3 (98 %)`, or what there is instead of an answer. */
export function verdictLine(outcome: Outcome): Line {
  if (outcome.answer === undefined) {
    const why = outcome.failure === undefined ? "no sample gave an answer" : stripControl(outcome.failure);
    return [span("no answer", "bad"), span(`: ${why}`)];
  }
  const sure = outcome.confidence ? ` (${percent(outcome.confidence.value)})` : "";
  return [span("I reckon "), span(stripControl(outcome.answer), "bold"), span(sure, "accent")];
}

/** The best answer of a solve that was interrupted before its outcome came. */
export function bestSoFar(view: SolveView): Line {
  const leader = view.candidates[0];
  if (!leader) return [span("interrupted", "warn"), span(" before there was an answer")];
  const sure = view.confidence ? ` (${percent(view.confidence.value)})` : "";
  return [
    span("interrupted", "warn"),
    span("; so far I reckon "),
    span(stripControl(leader.answer), "bold"),
    span(sure, "accent"),
  ];
}

/** What is left on the terminal when a solve has ended: the verdict, the runners-up, why it stopped, what it cost. */
export function summaryLines(
  view: SolveView,
  outcome: Outcome,
  { glyphs }: Theme,
  width = Number.POSITIVE_INFINITY,
): Line[] {
  const dot = ` ${glyphs.dot} `;
  const others = outcome.candidates.slice(1, 4).map(({ answer, samples }) => `${stripControl(answer)} (${samples})`);
  const leader = outcome.candidates[0];
  const kind = outcome.confidence?.kind;
  const votes = leader
    ? [`${leader.samples} of ${plural(outcome.samplesVoted, "vote")}${kind ? `, ${kindWords(kind)}` : ""}`]
    : [];
  const cost = [
    `${plural(outcome.samplesStarted, "sample")}${view.plan && view.plan.samples > outcome.samplesStarted ? ` of ${view.plan.samples}` : ""}`,
    ...(outcome.diversity && outcome.diversity.duplicates > 0 ? [`${outcome.diversity.duplicates} alike`] : []),
    ...(outcome.samplesPruned > 0 ? [`${outcome.samplesPruned} pruned`] : []),
    ...(outcome.samplesCancelled > 0 ? [`${outcome.samplesCancelled} cancelled`] : []),
    ...(outcome.samplesFailed > 0 ? [`${outcome.samplesFailed} failed`] : []),
    tokensOf(outcome),
    duration(outcome.latencyMs),
  ];
  const lines: Line[] = [
    verdictLine(outcome),
    ...(votes.length > 0
      ? [[span(`  ${votes.join(dot)}${others.length > 0 ? `; then ${others.join(", ")}` : ""}`, "dim")]]
      : []),
    [span(`  stopped: ${describeStop(outcome.stopReason)}`, "dim")],
    [span(`  ${cost.join(dot)}`, "dim")],
    ...outcome.degradations.map((sentence) => [span(`  degraded: ${stripControl(sentence)}`, "warn" as const)]),
  ];
  return lines.map((line) => (Number.isFinite(width) ? fitLine(line, width, glyphs.ellipsis) : line));
}

/** The steps of a sample that voted for the answer: the one whose worst step scored best, the first where none is scored. */
export function winningChain(view: SolveView): string[] {
  const leader = view.candidates[0]?.canonical;
  const worst = (steps: readonly { readonly score: number | undefined }[]) =>
    Math.min(...steps.map(({ score }) => score ?? 0));
  const voters = [...view.lanes.values()].filter((lane) => lane.canonical !== undefined && lane.canonical === leader);
  const best = voters.toSorted((a, b) => worst(b.steps) - worst(a.steps))[0];
  return (best?.steps ?? []).map(({ text }) => stripControl(text)).filter((text) => text.trim() !== "");
}

function tokensOf({ ledger }: Outcome): string {
  const output = ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens;
  const parts = [
    ...(ledger.cancelledTokens > 0 ? [`${ledger.cancelledTokens} cancelled`] : []),
    ...(ledger.failedTokens > 0 ? [`${ledger.failedTokens} failed`] : []),
    ...(ledger.verifierTokens > 0 ? [`${ledger.verifierTokens.toLocaleString("en-US")} read by verifiers`] : []),
  ];
  return plural(output, "token") + (parts.length > 0 ? ` (${parts.join(", ")})` : "");
}

function kindWords(kind: ConfidenceKind): string {
  return kind === "calibrated" ? "confidence calibrated on outcomes" : `confidence by ${kind}`;
}
