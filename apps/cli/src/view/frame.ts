import { fitLine, type Line, span, spread } from "../terminal/line.ts";
import type { Size } from "../terminal/screen.ts";
import { stripControl } from "../terminal/strip-control.ts";
import type { Theme } from "../terminal/theme.ts";
import { bar, styleOfScore } from "./bars.ts";
import { debugLines } from "./debug-lines.ts";
import { duration, percent, plural, weight } from "./format.ts";
import { laneLine } from "./lane-line.ts";
import { describePlan } from "./plan-words.ts";
import { type Lane, lanesInOrder, outputTokensSoFar, type SolveView } from "./solve-view.ts";

/** What a frame is drawn from beside the events. */
export interface FrameOptions {
  readonly theme: Theme;
  readonly debug: boolean;
  /** Rises by one about ten times a second; turns the spinner. */
  readonly tick: number;
  /** Time since the command began, where there are no events yet. */
  readonly sinceStartMs: number;
  /** What the command waits for before the first event. */
  readonly waitingFor: string;
}

/**
 * Draws a solve into a terminal of the given size: question and plan, a lane a sample, candidates, confidence, ledger. At
 * most `rows` lines, none wider than `columns - 1` (a line that touches the edge would wrap in some terminals). Where there
 * is little room the confidence stays longest.
 */
export function solveFrame(view: SolveView, { columns, rows }: Size, options: FrameOptions): Line[] {
  const width = Math.max(1, columns - 1);
  const { theme } = options;
  const { glyphs } = theme;
  const rule: Line = [span(glyphs.rule.repeat(width), "dim")];
  const head = [headLine(view, width, theme), planLine(view, width, options)];
  const foot = [confidenceLine(view, width, theme), ledgerLine(view, width, options)];
  if (rows < 5) return [...foot, ...head].slice(0, rows);

  const notes = view.notes.slice(-1).map((note) => fitLine([span(stripControl(note), "warn")], width, glyphs.ellipsis));
  const debug = options.debug ? debugLines(view, width, theme).slice(0, Math.max(0, Math.floor(rows / 3) - 2)) : [];
  let room = rows - head.length - foot.length - 2;
  const take = (lines: Line[], least: number) => {
    const taken = lines.slice(0, Math.max(0, Math.min(lines.length, room - least)));
    room -= taken.length;
    return taken;
  };
  const shownNotes = take(notes, 3);
  const shownDebug = take(debug, 6);
  const shownCandidates = take(
    candidateLines(view, width, theme),
    Math.min(room - 1, Math.max(2, Math.ceil(room / 2))),
  );
  const leader = view.candidates[0]?.canonical;
  const lanes = lanesToShow(lanesInOrder(view), Math.max(0, room)).map((lane) =>
    laneLine(lane, { width, theme, leader, tick: options.tick + lane.sample }),
  );
  return [...head, ...shownNotes, ...shownDebug, rule, ...lanes, rule, ...shownCandidates, ...foot].slice(0, rows);
}

/** The lanes for `rows` lines, in their order: those that think first, then those that ended last. */
export function lanesToShow(lanes: readonly Lane[], rows: number): Lane[] {
  if (lanes.length <= rows) return [...lanes];
  const live = lanes.filter(({ end }) => end === undefined);
  const ended = lanes.filter(({ end }) => end !== undefined);
  const shown = new Set([...live, ...ended.toReversed()].slice(0, Math.max(0, rows)));
  return lanes.filter((lane) => shown.has(lane));
}

function headLine(view: SolveView, width: number, { glyphs }: Theme): Line {
  const question = stripControl(view.question).replaceAll("␊", " ").trim();
  return spread([span(question, "bold")], [span("reckon", "dim")], width, glyphs.ellipsis);
}

function planLine(view: SolveView, width: number, { theme, waitingFor }: FrameOptions): Line {
  const { glyphs } = theme;
  if (!view.plan || !view.started) return fitLine([span(waitingFor, "dim")], width, glyphs.ellipsis);
  const difficulty = `difficulty ${view.started.difficulty.score.toFixed(2)}`;
  const words = [difficulty, ...describePlan(view.plan)].join(` ${glyphs.dot} `);
  return fitLine([span(words, "dim")], width, glyphs.ellipsis);
}

function candidateLines(view: SolveView, width: number, { glyphs }: Theme): Line[] {
  const answerWidth = Math.max(8, Math.floor(width * 0.4));
  const barWidth = Math.max(4, Math.floor(width * 0.3));
  return view.candidates.slice(0, 5).map((candidate, index) => {
    const style = index === 0 ? "good" : "dim";
    const answer = fitLine(
      [span(stripControl(candidate.answer), index === 0 ? "bold" : "plain")],
      answerWidth,
      glyphs.ellipsis,
    );
    const votes = `${plural(candidate.samples, "vote")}${voteWeight(candidate.samples, candidate.votes)}`;
    const left = spread(answer, [span(percent(candidate.share))], answerWidth + 8, glyphs.ellipsis);
    return fitLine(
      [...left, span(" "), ...bar(candidate.share, barWidth, glyphs, style), span(` ${votes}`, "dim")],
      width,
    );
  });
}

function voteWeight(samples: number, votes: number): string {
  return Math.abs(samples - votes) < 1e-9 ? "" : ` (weight ${weight(votes)})`;
}

function confidenceLine(view: SolveView, width: number, { glyphs }: Theme): Line {
  const { confidence, plan } = view;
  const value = confidence?.value;
  const label = value === undefined ? "  ?" : percent(value);
  const kind = confidence?.kind ? ` by ${confidence.kind}` : "";
  const words: Line = [span("confidence "), span(label.padStart(8), "bold"), span(kind, "dim")];
  const room = width - 11 - 8 - kind.length - 1;
  if (room < 6) return fitLine(words, width, glyphs.ellipsis);
  const target = plan?.stopRule && plan.stopRule.name !== "none" ? plan.stopRule.threshold : undefined;
  return [
    ...words,
    span(" "),
    ...bar(value ?? 0, room, glyphs, value === undefined ? "dim" : styleOfScore(value), target),
  ];
}

function ledgerLine(view: SolveView, width: number, { theme, sinceStartMs }: FrameOptions): Line {
  const { glyphs } = theme;
  const lanes = [...view.lanes.values()];
  const live = lanes.filter(({ end }) => end === undefined).length;
  const parts = [
    `${lanes.length}${view.plan ? ` of ${view.plan.samples}` : ""} samples`,
    ...(live > 0 ? [`${live} thinking`] : []),
    plural(outputTokensSoFar(view), "token"),
    ...(view.ledger && view.ledger.cancelledTokens > 0 ? [`${view.ledger.cancelledTokens} cancelled`] : []),
    ...(view.ledger && view.ledger.verifierTokens > 0 ? [`${view.ledger.verifierTokens} verified`] : []),
    ...(view.ledger?.maxOutputTokens ? [`limit ${view.ledger.maxOutputTokens}`] : []),
  ];
  return spread(
    [span(parts.join(` ${glyphs.dot} `), "dim")],
    [span(duration(Math.max(view.elapsedMs, sinceStartMs)), "dim")],
    width,
    glyphs.ellipsis,
  );
}
