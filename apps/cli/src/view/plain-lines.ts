import type { SolveEvent } from "@reckon/client";
import { stripControl } from "../terminal/strip-control.ts";
import { percent, plural, score, weight } from "./format.ts";
import { describePlan } from "./plan-words.ts";

/** Turns events into lines of text, for whatever is not a terminal. Steps are printed whole, as they are finished. */
export interface PlainLines {
  linesOf(event: SolveEvent): string[];
}

/** Plain lines of one solve; `debug` adds signals, reasons and every verdict. */
export function createPlainLines({ debug }: { readonly debug: boolean }): PlainLines {
  const growing = new Map<number, string>();
  const name = (sample: number) => `[${sample + 1}]`;

  function linesOf(event: SolveEvent): string[] {
    switch (event.type) {
      case "solve-started":
        return [
          `difficulty ${score(event.difficulty.score)}, ${describePlan(event.plan).join(", ")}`,
          ...(debug ? debugOf(event) : []),
        ];
      case "thought-delta": {
        const parts = `${growing.get(event.sample) ?? ""}${event.text}`.split("\n");
        growing.set(event.sample, parts.pop() ?? "");
        return parts.filter((text) => text.trim() !== "").map((text) => `${name(event.sample)} ${text}`);
      }
      case "step-scored":
        if (!debug) return [];
        return event.verdicts.map(({ verifier, score: value, abstention }) => {
          const said = value === undefined ? `abstains: ${abstention ?? ""}` : score(value);
          return `${name(event.sample)} step ${event.step + 1} "${event.text}": ${verifier} ${said}`;
        });
      case "sample-ended": {
        const rest = growing.get(event.sample) ?? "";
        growing.delete(event.sample);
        const facts = [event.reason ?? "ended", plural(event.usage.outputTokens, "token")];
        if (event.vote !== undefined) facts.push(`vote ${weight(event.vote)}`);
        if (event.failure !== undefined) facts.push(event.failure);
        return [
          ...(rest.trim() === "" ? [] : [`${name(event.sample)} ${rest}`]),
          `${name(event.sample)} => ${event.answer ?? "no answer"} (${facts.join(", ")})`,
        ];
      }
      case "confidence-changed": {
        const leader = event.candidates[0];
        if (!event.confidence || !leader) return [];
        const votes = event.candidates.reduce((sum, { samples }) => sum + samples, 0);
        const stays = debug ? `, stays the leader ${percent(event.leaderStays)}` : "";
        return [
          `confidence ${percent(event.confidence.value)}: ${leader.answer} (${leader.samples} of ${plural(votes, "vote")}${stays})`,
        ];
      }
      case "plan-changed":
        return [`plan ${event.reason ?? "changed"}: ${event.detail}`];
      default:
        return [];
    }
  }
  return { linesOf: (event) => linesOf(event).map((line) => stripControl(line)) };
}

function debugOf({ difficulty, plan }: Extract<SolveEvent, { type: "solve-started" }>): string[] {
  return [
    ...difficulty.signals.map(
      ({ name, value, weight: share, detail }) => `signal ${name} ${score(value)} x ${score(share)}: ${detail}`,
    ),
    `prior Beta(${weight(difficulty.priorAlpha)}, ${weight(difficulty.priorBeta)}), ${plural(difficulty.historyCount, "similar outcome")}`,
    ...plan.reasons.map((reason) => `why: ${reason}`),
    `limits: ${plan.minSteps}-${plan.maxSteps} steps, ${plan.maxSampleTokens} tokens a sample, ${plan.timeoutMs / 1000} s, ` +
      `temperature ${plan.temperature}, top-p ${plan.topP}, stop rule ${plan.stopRule?.name ?? "none"} at ` +
      `${plan.stopRule ? percent(plan.stopRule.threshold) : "-"}`,
  ];
}
