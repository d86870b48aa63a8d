import type { AsyncQueue, Plan, Problem, ScoreAggregation, Verifier } from "@reckon/core";
import type { Ballot } from "./ballot.ts";
import { createJudge, type Judge } from "./judge.ts";
import type { Mail } from "./mail.ts";
import type { PlanDesk } from "./plan-desk.ts";

/** What the verification of one solve works with. */
export interface VerificationParts {
  readonly verifier: Verifier | undefined;
  readonly problem: Problem;
  readonly aggregation: ScoreAggregation;
  readonly mail: AsyncQueue<Mail>;
  readonly plans: PlanDesk;
  readonly ballot: Ballot;
  readonly isThinking: () => boolean;
  /** The verifier is gone: what waits for it waits for nothing. */
  readonly gone: () => void;
}

/** The verifier of one solve, as long as the plan wants one and it works. */
export interface Verification {
  readonly judge: Judge | undefined;
  /** Opens the verifier where the plan has rounds for it; without one the plan is degraded. */
  open(): void;
  /** The verifier failed or costs too much: the plan goes on without it, visibly. */
  lose(detail: string): void;
  /** The plan has no rounds any more: as `lose`, but what took them has said so. */
  drop(): void;
  close(): void;
}

const unverified = (plan: Plan): Plan => ({ ...plan, verificationRounds: 0, selection: "majority" });

/** Creates the verification of a solve; nothing is opened yet. */
export function createVerification(parts: VerificationParts): Verification {
  const { verifier, problem, aggregation, mail, plans, ballot } = parts;
  let judge: Judge | undefined;
  function drop(): void {
    if (!judge?.working) return;
    judge.giveUp();
    // After a stop the votes stand as they were when they decided it.
    if (parts.isThinking()) ballot.forgetScores();
    parts.gone();
  }
  return {
    get judge() {
      return judge;
    },
    open() {
      if (plans.plan.verificationRounds === 0 || judge) return;
      if (verifier === undefined) plans.degrade("there is no verifier: votes count alike");
      else judge = createJudge(verifier, problem, aggregation, mail);
    },
    lose(detail) {
      if (!judge?.working) return;
      if (parts.isThinking()) plans.degrade(detail, unverified(plans.plan));
      drop();
    },
    drop,
    close: () => judge?.close(),
  };
}
