import { mean } from "@reckon/stats";
import type { CellRuns } from "./cells.ts";

const width = 760;
const height = 440;
const plot = { left: 60, right: 560, top: 30, bottom: 390 };
const colours = [
  "#1b6ca8",
  "#d1495b",
  "#3a7d44",
  "#8d5a97",
  "#e09f3e",
  "#2a9d8f",
  "#6c757d",
  "#b5179e",
  "#774936",
  "#0077b6",
  "#9a031e",
  "#606c38",
];
/** The one that chooses by itself stands out. */
const own = { name: "adaptive", colour: "#000000" };

/** Accuracy against output tokens (in samples, on a scale of doublings), a line a method: an SVG picture that stands alone. */
export function accuracySvg(cells: readonly CellRuns[], unit: number): string {
  const names = [...new Set(cells.map(({ method }) => method))];
  const points = cells.map(({ method, runs }) => ({
    method,
    spent: Math.max(1, (mean(runs.map((run) => run.outputTokens)) ?? 0) / unit),
    right: mean(runs.map((run) => Number(run.correct))) ?? 0,
  }));
  const most = Math.max(2, ...points.map(({ spent }) => spent));
  const low = Math.floor(20 * Math.min(...points.map(({ right }) => right))) / 20;
  const high = Math.max(low + 0.05, Math.ceil(20 * Math.max(...points.map(({ right }) => right))) / 20);
  const x = (spent: number) => plot.left + ((plot.right - plot.left) * Math.log2(spent)) / Math.log2(most);
  const y = (right: number) => plot.bottom - ((plot.bottom - plot.top) * (right - low)) / (high - low);
  const text = (at: number, down: number, words: string, anchor = "start") =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const line = (from: readonly number[], to: readonly number[]) =>
    `<path d="M${from.map(Math.round).join(",")}L${to.map(Math.round).join(",")}" stroke="#ddd"/>`;
  const ticks = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  const levels = Array.from({ length: Math.round((high - low) * 20) + 1 }, (_, i) => low + i / 20);
  const lines = names.map((name, i) => {
    const mine = points.filter(({ method }) => method === name).sort((a, b) => a.spent - b.spent);
    const colour = name === own.name ? own.colour : colours[i % colours.length];
    const path = mine.map(({ spent, right }) => `${x(spent).toFixed(1)},${y(right).toFixed(1)}`).join(" ");
    const dots = mine.map(
      ({ spent, right }) => `<circle cx="${x(spent).toFixed(1)}" cy="${y(right).toFixed(1)}" r="3"/>`,
    );
    const at = plot.top + 10 + 22 * i;
    return (
      `<g fill="${colour}" stroke="none"><polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      `${dots.join("")}<rect x="580" y="${at - 9}" width="12" height="12"/>${text(600, at + 1, name)}</g>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Right answers against output tokens, a line a method</title>",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...levels.map(
      (level) =>
        line([plot.left, y(level)], [plot.right, y(level)]) +
        text(52, y(level) + 4, `${Math.round(100 * level)} %`, "end"),
    ),
    ...ticks.map(
      (tick) => line([x(tick), plot.top], [x(tick), plot.bottom]) + text(x(tick), 408, String(tick), "middle"),
    ),
    text((plot.left + plot.right) / 2, 430, "output tokens, in samples", "middle"),
    text(plot.left, 18, "right answers"),
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}
