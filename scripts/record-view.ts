// Records the terminal view of a real solve as an animated SVG: `node scripts/record-view.ts "QUESTION" OUT.svg [--url URL]`.
// The frames are those that `reckon ask` would draw, at the moments they were drawn, slowed down to be seen.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseCommand } from "../apps/cli/src/arguments/parse-command.ts";
import { connect } from "../apps/cli/src/cluster/connect.ts";
import { cellWidth } from "../apps/cli/src/terminal/cell-width.ts";
import { type Line, type Style, span } from "../apps/cli/src/terminal/line.ts";
import { plainTheme } from "../apps/cli/src/terminal/theme.ts";
import { solveFrame } from "../apps/cli/src/view/frame.ts";
import { applyEvent, createSolveView } from "../apps/cli/src/view/solve-view.ts";
import { summaryLines } from "../apps/cli/src/view/summary.ts";
import { createReckon } from "../libs/client/src/index.ts";

const size = { columns: 100, rows: 20 };
const cell = { width: 8.4, height: 19 };
const framesPerSecond = 8;
const slowdown = 4;
const holdSeconds = 5;
const colours: Readonly<Record<Style, string>> = {
  plain: "#d6deeb",
  bold: "#ffffff",
  dim: "#7f8fa6",
  good: "#7fd88f",
  bad: "#ff7b72",
  warn: "#e3b341",
  accent: "#6cb6ff",
};

interface Frame {
  readonly atMs: number;
  readonly lines: readonly Line[];
}

const { values, positionals } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
const [question = "Solve: x^2 - 5x + 6 = 0", file = "docs/images/ask.svg"] = positionals;
const command = parseCommand(["ask", question], process.env);
if (command.name !== "ask") throw new Error(`cannot record ${command.name}`);
const { options: solveOptions } = command;
const connection = await connect({ url: values.url, configFile: undefined, verbose: false }, process);
try {
  // Once for the services to warm up, once to be recorded.
  await createReckon({ url: connection.url }).solve(question, solveOptions).outcome();
  writeFileSync(file, toSvg(await record(connection.url)));
} finally {
  await connection.close();
}

async function record(url: string): Promise<Frame[]> {
  const view = createSolveView(question);
  const frames: Frame[] = [];
  const options = { theme: { ...plainTheme, color: true }, debug: false, sinceStartMs: 0, waitingFor: "" };
  const solve = createReckon({ url }).solve(question, solveOptions);
  for await (const event of solve) {
    applyEvent(view, event);
    const due = (frames.at(-1)?.atMs ?? -1_000) + 1_000 / framesPerSecond / slowdown;
    if (event.elapsedMs < due && event.type === "thought-delta") continue;
    const tick = Math.floor(event.elapsedMs / 25);
    frames.push({ atMs: event.elapsedMs, lines: solveFrame(view, size, { ...options, tick }) });
  }
  const summary = summaryLines(view, await solve.outcome(), options.theme);
  const last = frames.at(-1);
  if (last) frames.push({ atMs: last.atMs, lines: [...last.lines, [], ...summary] });
  return frames;
}

function toSvg(frames: readonly Frame[]): string {
  const start = frames[0]?.atMs ?? 0;
  const times = frames.map(({ atMs }) => ((atMs - start) * slowdown) / 1_000);
  const total = (times.at(-1) ?? 0) + holdSeconds;
  const rows = Math.max(...frames.map(({ lines }) => lines.length)) + 3;
  const width = Math.round(size.columns * cell.width + 32);
  const height = Math.round(rows * cell.height + 16);
  const share = (seconds: number) => ((seconds / total) * 100).toFixed(3);
  const styles: string[] = [];
  const groups = frames.map(({ lines }, index) => {
    const from = times[index] ?? 0;
    const to = times[index + 1] ?? total;
    const [begin, end] = [share(from), share(to)];
    // One that is gone in the same thousandth would never be seen.
    if (begin === end) return "";
    const before = index === 0 ? "" : "0%{visibility:hidden}";
    const after = index === frames.length - 1 ? "" : `${end}%{visibility:hidden}`;
    styles.push(`@keyframes f${index}{${before}${begin}%{visibility:visible}${after}}`);
    styles.push(`#f${index}{visibility:hidden;animation:f${index} ${total.toFixed(2)}s step-end infinite}`);
    return `<g id="f${index}">${lines.map((line, row) => svgLine(line, row + 2)).join("")}</g>`;
  });
  const prompt = svgLine([span("$ ", "dim"), span(`npx reckon ask ${JSON.stringify(question)}`, "bold")], 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>reckon ask ${escapeXml(question)}</title>`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre}${styles.join("")}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1520"/>${prompt}`,
    ...groups,
    "</svg>\n",
  ].join("\n");
}

function svgLine(line: Line, row: number): string {
  let column = 0;
  return line
    .map(({ text, style }) => {
      const x = (16 + column * cell.width).toFixed(1);
      const cells = cellWidth(text);
      column += cells;
      if (text.trim() === "") return "";
      const y = (24 + row * cell.height).toFixed(1);
      const length = (cells * cell.width).toFixed(1);
      const weight = style === "bold" ? ' font-weight="bold"' : "";
      return `<text x="${x}" y="${y}" fill="${colours[style]}"${weight} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escapeXml(text)}</text>`;
    })
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
