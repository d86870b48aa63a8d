import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { ServiceName } from "@reckon/bench";
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@reckon/proto/grpc/health/v1/health";
import { StatusService } from "@reckon/proto/reckon/admin/v1/status";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { InsightsService } from "@reckon/proto/reckon/insights/v1/insights";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { expect } from "vitest";

/** One call that a method must answer: where, with what, and what its answer must hold. */
export interface RpcCase {
  readonly service: ServiceName;
  readonly method: DescMethod;
  readonly requests: readonly object[];
  /** Where the right answer is an error: what its text must match. */
  readonly error?: RegExp;
  check?(responses: readonly Message[]): void;
}

const problem = { prompt: "What is 17 * 23?" };
const all = expect.any(Object) as unknown;

/** Every method of every service, once; `every-rpc.test.ts` checks that none is missing. */
export const rpcCases: readonly RpcCase[] = [
  {
    service: "orchestrator",
    method: OrchestratorService.method.solve,
    requests: [{ problem, options: { samples: 2, maxSteps: 16, seed: 7n } }],
    check(responses) {
      const events = responses as unknown as { event: { sequence: bigint; event: { case: string } } }[];
      expect(events.map(({ event }) => Number(event.sequence))).toEqual(events.map((_, i) => i + 1));
      expect(events.at(0)?.event.event.case).toBe("solveStarted");
      expect(events.at(-1)?.event.event.case).toBe("solveEnded");
    },
  },
  {
    service: "orchestrator",
    method: OrchestratorService.method.solveBatch,
    requests: [{ items: [{ id: "a", problem }, { problem }], options: { samples: 1 } }],
    check(responses) {
      const news = responses as unknown as { itemId: string; news: { case: string } }[];
      expect(news.filter((n) => n.news.case === "itemEnded").map((n) => n.itemId)).toEqual(
        expect.arrayContaining(["a", "1"]),
      );
      expect(news.at(-1)).toMatchObject({ itemId: "", news: { case: "batchEnded", value: { solved: 2, failed: 0 } } });
    },
  },
  {
    service: "orchestrator",
    method: OrchestratorService.method.cancel,
    requests: [{ solveId: "00000000-0000-4000-8000-000000000000" }],
    error: /not.?found|NOT_FOUND|5 /i,
  },
  {
    service: "orchestrator",
    method: OrchestratorService.method.resume,
    requests: [{ solveId: "00000000-0000-4000-8000-000000000000" }],
    error: /not.?found|NOT_FOUND|5 /i,
  },
  {
    service: "orchestrator",
    method: InsightsService.method.getInsights,
    requests: [{ logEntries: 5 }],
    check([response]) {
      expect(response).toMatchObject({ difficulty: { buckets: { length: 10 } }, calibration: all, queueDepth: 0 });
    },
  },
  {
    service: "orchestrator",
    method: InsightsService.method.reportCorrectness,
    requests: [{ solveId: "00000000-0000-4000-8000-000000000000", correct: true }],
    error: /not.?found|NOT_FOUND|5 /i,
  },
  {
    service: "difficulty",
    method: DifficultyService.method.estimate,
    requests: [{ problem }],
    check([response]) {
      expect(response).toMatchObject({ difficulty: { signals: { length: 5 } } });
    },
  },
  {
    service: "difficulty",
    method: DifficultyService.method.estimateBatch,
    requests: [{ problems: [problem, { prompt: "Solve: x^2 - 5x + 6 = 0" }] }],
    check([response]) {
      expect(response).toMatchObject({ estimates: [all, all] });
    },
  },
  {
    service: "difficulty",
    method: DifficultyService.method.recordOutcome,
    requests: [{ solveId: "contract-1", problem, difficulty: 0.2, votesForAnswer: 3, votes: 4 }],
  },
  {
    service: "verifier",
    method: VerifierService.method.score,
    requests: [
      { request: { case: "open", value: { problem } } },
      { request: { case: "step", value: { sample: 0, step: 0, text: "17 * 20 = 340" } } },
      { request: { case: "step", value: { sample: 0, step: 1, text: "17 * 3 = 51" } } },
      { request: { case: "answer", value: { sample: 0, answer: "391" } } },
    ],
    check(responses) {
      const subjects = (responses as unknown as { subject: { case: string; value: unknown } }[]).map((r) => r.subject);
      expect(subjects).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ case: "step", value: 0 }),
          expect.objectContaining({ case: "step", value: 1 }),
          expect.objectContaining({ case: "answer" }),
        ]),
      );
    },
  },
  {
    service: "verifier",
    method: VerifierService.method.checkEquivalence,
    requests: [{ answers: ["x = 2 or x = 3", "{3, 2}", "7"] }],
    check([response]) {
      expect(response).toMatchObject({ classes: [{ members: [0, 1] }, { members: [2] }] });
    },
  },
  {
    service: "model-proxy",
    method: ModelService.method.generate,
    requests: [{ problem, samples: 2, options: { maxTokens: 24, seed: 3n } }],
    check(responses) {
      const news = (responses as unknown as { news: { case: string } }[]).map((response) => response.news.case);
      expect(news.filter((kind) => kind === "started")).toHaveLength(2);
      expect(news.filter((kind) => kind === "ended")).toHaveLength(2);
      expect(news).toContain("delta");
    },
  },
  {
    service: "model-proxy",
    method: ModelService.method.generateWindow,
    requests: [
      { request: { case: "open", value: { problem, options: { maxTokens: 24 } } } },
      { request: { case: "start", value: { sample: 5 } } },
      { request: { case: "start", value: { sample: 9, temperature: 0 } } },
    ],
    check(responses) {
      const ended = (responses as unknown as { news: { case: string; value: { sample: number } } }[])
        .map((response) => response.news)
        .filter((news) => news.case === "ended");
      expect(ended.map((news) => news.value.sample).sort()).toEqual([5, 9]);
    },
  },
  {
    service: "model-proxy",
    method: ModelService.method.listModels,
    requests: [{}],
    check([response]) {
      expect(response).toMatchObject({ models: [{ backend: "embedded", default: true }] });
    },
  },
  {
    service: "model-proxy",
    method: ModelService.method.getLoad,
    requests: [{}],
    check([response]) {
      expect(response).toHaveProperty("liveSamples");
    },
  },
  ...(["orchestrator", "difficulty", "verifier", "model-proxy"] as const).flatMap((service): RpcCase[] => [
    {
      service,
      method: StatusService.method.getStatus,
      requests: [{}],
      check([response]) {
        expect(response).toMatchObject({ service, ready: true, draining: false });
      },
    },
    {
      service,
      method: Health.method.check,
      requests: [{}],
      check([response]) {
        expect(response).toMatchObject({ status: ServingStatus.SERVING });
      },
    },
  ]),
];
