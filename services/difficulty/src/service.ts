import { create } from "@bufbuild/protobuf";
import { invalidArgument, limits, questionOf } from "@reckon/core";
import {
  type DifficultyService,
  EstimateBatchResponseSchema,
  RecordOutcomeResponseSchema,
} from "@reckon/proto/reckon/difficulty/v1/difficulty";
import {
  estimateToProto,
  outcomeRecordFromProto,
  problemFromProto,
  problemsFromProto,
  type ServiceImpl,
} from "@reckon/rpc";
import type { Store } from "@reckon/store";
import { attributes, spanNames, withSpan } from "@reckon/telemetry";
import { createEstimator } from "./estimator.ts";
import { createLearner } from "./learner.ts";
import { recordOutcome } from "./record-outcome.ts";

/** What the difficulty service works with. */
export interface DifficultyServiceOptions {
  readonly store: Store;
  /** Told that the history cannot be read, that a state starts afresh, and that questions have drifted. */
  readonly warn: (message: string) => void;
}

/** Estimates between which other calls get their turn. */
const turn = 64;

/**
 * The handlers of DifficultyService. A history that cannot be read makes estimates without it, with a warning; an outcome
 * that cannot be written fails its call. Wrong requests throw `invalid-argument`.
 */
export function createDifficultyService(options: DifficultyServiceOptions): ServiceImpl<typeof DifficultyService> {
  const { store, warn } = options;
  const learner = createLearner(store, warn);
  const estimate = createEstimator({ learner, warn });
  return {
    estimate: (request) =>
      withSpan(spanNames.estimate, {}, (span) => {
        const estimated = estimate(problemFromProto(request.problem));
        span.setAttribute(attributes.difficulty, estimated.difficulty.score);
        span.setAttribute(attributes.domain, estimated.domain);
        return estimateToProto(estimated);
      }),

    estimateBatch: (request, { signal }) =>
      withSpan(spanNames.estimate, {}, async () => {
        const problems = problemsFromProto(request);
        const bytes = problems.reduce((sum, problem) => sum + Buffer.byteLength(questionOf(problem)), 0);
        if (bytes > limits.batchBytes) {
          const description = `${bytes} bytes are more than the limit of ${limits.batchBytes} bytes`;
          throw invalidArgument([{ field: "problems", description }]);
        }
        const estimates = [];
        for (const [i, problem] of problems.entries()) {
          estimates.push(estimateToProto(estimate(problem)));
          if (i % turn === turn - 1) {
            await new Promise((resolve) => setImmediate(resolve));
            signal.throwIfAborted();
          }
        }
        return create(EstimateBatchResponseSchema, { estimates });
      }),

    recordOutcome: (request) => {
      recordOutcome(learner, warn, outcomeRecordFromProto(request));
      return create(RecordOutcomeResponseSchema);
    },
  };
}
