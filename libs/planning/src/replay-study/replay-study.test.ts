import type { ProblemRecord, SampleRecord } from "@reckon/core";
import { createPrng } from "@reckon/stats";
import { describe, expect, it } from "vitest";
import { peerStops, type StopSetup } from "../default-stop.ts";
import { readStop } from "../stop-text.ts";
import { runStudy, type StudyOptions } from "./replay-study.ts";
import { studyProblem } from "./study-problem.ts";
import { summarizeStudy } from "./summarize-study.ts";

const options: StudyOptions = { draws: 20, seed: 1, selection: "majority" };
const fixed = readStop("none:window=40,n-max=40,schedule=full");

function foreign(id: number, size = 30): ProblemRecord {
  const random = createPrng(id);
  const p = random.next();
  const samples = Array.from({ length: size }, (): SampleRecord => {
    const answer = random.next() < p ? "7" : String(8 + random.integer(4));
    return { answer: random.next() < 0.1 ? undefined : answer, tokens: 50 + random.integer(100) };
  });
  return { problemId: `p${id}`, gold: "7.0", samples };
}
const problems = Array.from({ length: 12 }, (_, id) => studyProblem(foreign(id)));

describe("studyProblem", () => {
  it("clusters equivalent answers and compares them with gold", () => {
    const { samples, isRight } = studyProblem({
      problemId: "p",
      gold: "1/2",
      samples: ["0.5", "\\frac{1}{2}", "2", " ", undefined].map((answer) => ({ answer, tokens: 1 })),
    });
    expect(samples[0]?.canonical).toBe(samples[1]?.canonical);
    expect(samples.map(({ canonical }) => canonical && isRight(canonical))).toEqual([
      true,
      true,
      false,
      undefined,
      undefined,
    ]);
  });

  it("takes the samples' own word before gold, and knows when nothing is known", () => {
    const marked = studyProblem({
      problemId: "p",
      gold: "3",
      samples: [
        { answer: "2", tokens: 1, correct: true },
        { answer: "3", tokens: 1, correct: false },
      ],
    });
    expect(marked.samples.map(({ canonical }) => marked.isRight(canonical ?? ""))).toEqual([true, false]);
    const unknown = studyProblem({ problemId: "p", samples: [{ answer: "2", tokens: 1 }] });
    expect(unknown.isRight(unknown.samples[0]?.canonical ?? "")).toBeUndefined();
    const [[result] = []] = runStudy([unknown], [fixed], options);
    expect(result?.accuracy).toBeUndefined();
  });

  it("leaves cancelled samples out and shows signs only where they are to be seen", () => {
    const record: ProblemRecord = {
      problemId: "p",
      samples: [
        { answer: "2", tokens: 5, score: 0.7, logprob: { sum: -2 } },
        { tokens: 2, end: "cancelled" },
      ],
    };
    expect(studyProblem(record).samples).toEqual([{ canonical: "2", outputTokens: 5 }]);
    expect(studyProblem(record, { signs: { score: true, logprob: true } }).samples).toEqual([
      { canonical: "2", outputTokens: 5, score: 0.7, logprob: -2 },
    ]);
  });
});

describe("runStudy", () => {
  it("gives the same results for the same seed, and to each problem by itself", () => {
    const setups = [readStop("default"), fixed];
    const all = runStudy(problems, setups, options);
    expect(runStudy(problems, setups, options)).toEqual(all);
    const some = runStudy(problems.slice(4), setups, { ...options, firstProblem: 4 });
    expect(some).toEqual(all.map((results) => results.slice(4)));
    expect(runStudy(problems, setups, { ...options, seed: 2 })).not.toEqual(all);
  });

  it("comes to the same through counts and through whole votes", () => {
    // A score of a half that is not looked at by a majority makes the study take the plain way.
    const signed = problems.map((problem) => ({
      ...problem,
      samples: problem.samples.map((sample) => ({ ...sample, prunedAt: 1e9 })),
    }));
    const setups: StopSetup[] = [
      ...["default", "none:n-max=9", "value:gain=0.03,n-max=12", "confidence:n-max=12", "dirichlet:n-max=12"],
      ...["beta:guard=1,window=8", "beta:in-order=1,window=8", "unanimous:span=3", ...Object.keys(peerStops)],
    ].map(readStop);
    expect(runStudy(problems, setups, { ...options, draws: 3 })).toEqual(
      runStudy(signed, setups, { ...options, draws: 3 }),
    );
  });

  it("weighs the votes that a blind rule has counted, and comes to the same through whole votes", () => {
    const random = createPrng(5);
    const scored = problems.map((problem) => ({
      ...problem,
      samples: problem.samples.map((sample) => ({ ...sample, score: random.next() })),
    }));
    const whole = scored.map((problem) => ({
      ...problem,
      samples: problem.samples.map((sample) => ({ ...sample, prunedAt: 1e9 })),
    }));
    const setups = ["default", "beta:n-max=9", "unanimous:span=3"].map(readStop);
    const blind: StudyOptions = { ...options, draws: 5, selection: "weighted-vote", blind: true };
    const results = runStudy(scored, setups, blind);
    expect(runStudy(whole, setups, blind)).toEqual(results);
    const counted = runStudy(problems, setups, { ...options, draws: 5 });
    const spent = (all: typeof results) => all.map((some) => some.map(({ tokens, stops }) => ({ tokens, stops })));
    expect(spent(results)).toEqual(spent(counted));
    expect(results).not.toEqual(counted);
  });

  it("never spends more than the baseline that starts all samples", () => {
    const [mine = [], base = []] = runStudy(problems, [readStop("default"), fixed], options);
    for (const [i, one] of mine.entries()) expect(one.tokens).toBeLessThanOrEqual(base[i]?.tokens ?? 0);
  });
});

describe("summarizeStudy", () => {
  it("is all of itself beside itself", () => {
    const [base = []] = runStudy(problems, [fixed], options);
    const summary = summarizeStudy(base, base);
    for (const one of [summary.tokensFraction, summary.latencyFraction]) {
      expect(one).toEqual({ value: 1, low: 1, high: 1 });
    }
    expect(summary.accuracyDifference?.value).toBeCloseTo(0, 12);
    expect(summary.worstProblemLoss?.value).toBe(0);
  });

  it("names the problem that loses most, and refuses an accuracy that nobody knows", () => {
    const result = { id: "a", accuracy: 0.5, tokens: 10, latency: 5, started: 2, voted: 2, stops: {} };
    const base = [result, { ...result, id: "b", accuracy: 1 }];
    const summary = summarizeStudy([result, { ...result, id: "b", accuracy: 0.25, tokens: 5 }], base);
    expect(summary).toMatchObject({ worstProblem: "b", worstProblemLoss: { value: 0.75 } });
    expect(summary.tokensFraction?.value).toBeCloseTo(0.75, 12);
    const unknown = summarizeStudy([{ ...result, accuracy: undefined }], [{ ...result, accuracy: undefined }]);
    expect(unknown.accuracy).toBeUndefined();
    expect(unknown.worstProblem).toBeUndefined();
    expect(unknown.tokensFraction?.value).toBe(1);
  });
});
