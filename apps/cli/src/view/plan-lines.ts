import type { Budget, PlanOption, PricedThinking, ProblemPlan, ProblemsPlan, ThinkingAtPrice } from "@reckon/planning";
import { spentOf, writeStopRule } from "@reckon/planning";
import { type Line, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import { percent } from "./format.ts";

/** What a plan rests on. */
export interface PlanFacts {
  readonly budget: Budget;
  /** What the curves were fitted on, a sentence a model. */
  readonly sources: readonly string[];
}

const idWidth = 28;

/** A plan for people: a line a problem, the total, the even split beside it, what less and more would bring. */
export function planLines(plan: ProblemsPlan, ways: readonly PlanOption[], { budget, sources }: PlanFacts): Line[] {
  const { unit, problems, total, even, front } = plan;
  const count = problems.length;
  const shown = (amount: number) => amountText(amount, unit);
  const share = (right: number) => percent(right / count);
  const one = count === 1;
  const rightOf = (right: number) => (one ? percent(right) : `${right.toFixed(1)} of ${count} right (${share(right)})`);
  return [
    [span(`budget ${shown(budget.amount)}${one ? "" : ` for ${count} problems`}`, "bold")],
    ...problems.map((problem) => problemLine(problem)),
    [
      span("expected ", "bold"),
      span(rightOf(total.right), "bold"),
      span(
        one
          ? ` for ${shown(total.spent)}`
          : `, 95 % between ${total.low.toFixed(1)} and ${total.high.toFixed(1)}, for ${shown(total.spent)}`,
      ),
    ],
    ...(one ? [] : [[span(`the same share for each: ${rightOf(even.right)} for ${shown(even.spent)}`)]]),
    ...(plan.byVotes === undefined ? [] : byVotesLines(plan.byVotes, rightOf)),
    ...(ways.length > 0
      ? [
          [span("the ways that no other one beats:")],
          ...ways.map((way): Line => {
            const price = shown(spentOf(way.cost, unit) ?? 0).padStart(20);
            return [span(`  ${price}  ${percent(way.accuracy).padStart(8)}  ${wayText(way)}`, "dim")];
          }),
        ]
      : [
          [span("what other budgets would bring:")],
          ...front.map((each): Line => [span(`  ${shown(each.spent).padStart(20)}  ${rightOf(each.right)}`, "dim")]),
        ]),
    ...plan.warnings.map((warning): Line => [span(`note: ${warning}`, "warn")]),
    ...sources.map((source): Line => [span(`curves of ${source}`, "dim")]),
  ];
}

/** What the votes tell is worth more than what the text does: one price for all, and the flags that ask for it. */
function byVotesLines({ thinking, outputTokens, right }: PricedThinking, rightOf: (right: number) => string): Line[] {
  return [
    [span(`as the votes come in: ${rightOf(right)} for about ${amountText(outputTokens, "output-tokens")}`)],
    [span(`  with ${flagsOf(thinking)}`, "dim")],
  ];
}

function flagsOf({ method, samples, drafts, stopRule }: ThinkingAtPrice): string {
  const search = method === undefined ? "" : `--method ${method} --drafts ${drafts} `;
  return `${search}--stop-rule ${writeStopRule(stopRule)} -n ${samples}`;
}

function problemLine({ problem, option, expected }: ProblemPlan): Line {
  const id = stripControl(problem.id).replace(/\s+/g, " ");
  const name = (id.length > idWidth ? `${id.slice(0, idWidth - 1)}…` : id).padEnd(idWidth);
  const difficulty = `difficulty ${problem.difficulty.score.toFixed(2)}`;
  if (option === undefined || expected === undefined) {
    return [span(`  ${name}  ${difficulty}  nothing: the budget brings more elsewhere`, "dim")];
  }
  const { value, low, high, extrapolated } = expected;
  const tokens = Math.round(option.cost.totalTokens).toLocaleString("en-US");
  return [
    span(`  ${name}  ${difficulty}  `),
    span(wayText(option).padEnd(24)),
    span(`  about ${tokens} tokens, right with ${percent(value)}`),
    span(` [${percent(low)}, ${percent(high)}]${extrapolated ? " (extrapolated)" : ""}`, "dim"),
  ];
}

const wayText = ({ method, samples, model }: PlanOption) =>
  `${method}${samples === 1 ? "" : ` of ${samples}`}${model === "reckon-embedded-1" ? "" : ` by ${stripControl(model)}`}`;

function amountText(amount: number, unit: Budget["unit"]): string {
  if (unit === "usd") return `${amount < 0.01 ? amount.toPrecision(3) : amount.toFixed(2)} US dollars`;
  if (unit === "seconds") return `${Number(amount.toPrecision(3))} s`;
  const noun = { "total-tokens": "tokens", "output-tokens": "output tokens", calls: "calls" }[unit];
  return `${Math.round(amount).toLocaleString("en-US")} ${noun}`;
}

/** A plan for programs. */
export function planToJson(plan: ProblemsPlan, ways: readonly PlanOption[], { budget, sources }: PlanFacts) {
  const { problems, total, even, byVotes, front, warnings } = plan;
  return {
    budget,
    problems: problems.map(({ problem, option, expected }) => ({
      id: problem.id,
      difficulty: problem.difficulty.score,
      plan: option && { model: option.model, method: option.method, samples: option.samples, window: option.window },
      expected: option && { accuracy: expected, ...option.cost },
    })),
    total,
    even,
    ...(byVotes && { by_votes: byVotesToJson(byVotes) }),
    front,
    ...(ways.length > 0 && { ways }),
    warnings,
    sources,
  };
}

function byVotesToJson({ thinking, outputTokens, right }: PricedThinking) {
  const { method, samples, drafts, stopRule } = thinking;
  const search = method === undefined ? {} : { method, drafts };
  return { stop_rule: writeStopRule(stopRule), samples, ...search, output_tokens: outputTokens, right };
}
