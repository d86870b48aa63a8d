import type { ScoringEvent, VerifierName } from "@reckon/core";
import type { LedgerKeeper } from "../ledger-keeper.ts";
import type { Timers } from "../timers.ts";
import type { Verification } from "../verification.ts";
import { type Path, stepsOf } from "./path.ts";

/** A judgement that cannot be read is asked for again: so many requests at most. */
const JUDGEMENTS = 3;

/** What asking works with. */
export interface QuestionParts {
  readonly verification: Verification;
  readonly ledger: LedgerKeeper;
  readonly timers: Timers;
  readonly promptBound: number;
  readonly verifiers: readonly VerifierName[];
  readonly judgementTokens: number;
  readonly verdictTimeoutMs: number;
}

/** What the verifier of one search was asked, and who waits for its answers. */
export interface Questions {
  /** Sends the steps of a path that were not sent yet; a path that was forked sends those it has inherited too. */
  steps(path: Path): Promise<void>;
  /** Sends the answer of a path. */
  answer(path: Path, text: string): Promise<void>;
  /** Takes in verdicts: books them, and wakes who waited for the last of a path's. */
  receive(event: ScoringEvent): void;
  /** Nobody waits any more. */
  releaseAll(): void;
}

/** Creates the questions of a search. */
export function createQuestions(parts: QuestionParts): Questions {
  const { verification, ledger, timers } = parts;
  const waiting = new Map<number, (() => void)[]>();
  const modelJudges = parts.verifiers.filter((name) => name === "judge").length;
  const readers = parts.verifiers.filter((name) => name !== "checker").length;
  let blind = 0;
  let seeing = false;
  let abstention = "";

  /** The most that all verifiers together may read, and a judge write, about a text. */
  const bound = (text: string) =>
    (readers + modelJudges * (JUDGEMENTS - 1)) * (parts.promptBound + Buffer.byteLength(text)) +
    modelJudges * JUDGEMENTS * parts.judgementTokens;

  const release = (sample: number) => {
    timers.clear("verdicts", sample);
    for (const wake of waiting.get(sample) ?? []) wake();
    waiting.delete(sample);
  };

  /** False where the ledger has no room: then the verifier is given up. */
  function pay(path: Path, about: number | "answer"): boolean {
    const most = ledger.limited ? bound(path.text) : 0;
    if (ledger.reserveVerification(`${path.sample} ${about}`, most, modelJudges)) return true;
    verification.lose("the ledger has no room for the verifier: votes count alike");
    return false;
  }

  function settled(path: Path): Promise<void> {
    if (verification.judge?.settled(path.sample) !== false) return Promise.resolve();
    timers.set("verdicts", parts.verdictTimeoutMs, path.sample);
    return new Promise((resolve) => {
      waiting.set(path.sample, [...(waiting.get(path.sample) ?? []), resolve]);
    });
  }

  /** A verifier that abstains from every step of every path tells nothing apart. */
  function watchBlindness(path: Path): void {
    if (seeing || !verification.judge?.working) return;
    seeing = verification.judge.stepScoresOf(path.sample).size > 0;
    blind += seeing ? 0 : 1;
    if (blind < 2) return;
    verification.lose(`the verifier scores no step${abstention === "" ? "" : ` (${abstention})`}: votes count alike`);
  }

  return {
    async steps(path) {
      const { judge } = verification;
      if (!judge?.working) return;
      const steps = stepsOf(path.text);
      for (let i = path.asked; i < steps.length; i += 1) {
        if (!pay(path, i)) return;
        path.asked = i + 1;
        judge.step(path.sample, i, steps[i] as string, path.isComplete && i === steps.length - 1);
      }
      await settled(path);
      if (steps.length > 0) watchBlindness(path);
    },
    async answer(path, text) {
      const { judge } = verification;
      if (!judge?.working || !pay(path, "answer")) return;
      judge.answer(path.sample, text);
      await settled(path);
    },
    receive(event) {
      const about = event.type === "step-verdicts" ? event.step : "answer";
      const { verifierTokens: tokens, costUsd } = event;
      ledger.settleVerification(`${event.sample} ${about}`, { tokens, costUsd, calls: tokens > 0 ? modelJudges : 0 });
      verification.judge?.receive(event);
      for (const verdict of event.verdicts) if ("abstention" in verdict) abstention = verdict.abstention;
      if (verification.judge?.settled(event.sample) !== false) release(event.sample);
    },
    releaseAll() {
      for (const sample of [...waiting.keys()]) release(sample);
    },
  };
}
