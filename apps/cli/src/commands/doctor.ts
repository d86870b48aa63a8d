import type { Target } from "../arguments/common-flags.ts";
import { checkConfig } from "../doctor/check-config.ts";
import { checkModelFiles } from "../doctor/check-model.ts";
import { checkModelServerPort, checkPort } from "../doctor/check-port.ts";
import { checkRuntime } from "../doctor/check-runtime.ts";
import { checkServices } from "../doctor/check-services.ts";
import { checkStore } from "../doctor/check-store.ts";
import type { Finding } from "../doctor/finding.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { type Line, paintLine, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import { type Theme, themeOf } from "../terminal/theme.ts";

/** `reckon doctor`: what works here, what is missing, and how to get it; each finding as soon as it is known. */
export async function runDoctor(
  { json, target }: { readonly json: boolean; readonly target: Target },
  io: Io,
): Promise<number> {
  const theme = themeOf(io.stdout, io.env);
  const interrupts = listenForInterrupts();
  const found: Finding[] = [];
  const tell = async (findings: readonly Finding[]) => {
    found.push(...findings);
    const lines = findings.flatMap((finding) =>
      json ? [jsonLine(finding)] : findingLines(finding, theme).map((line) => paintLine(line, theme.color)),
    );
    await writeLines(io.stdout, lines);
  };
  try {
    await tell(await checkRuntime());
    const { findings, config } = checkConfig(target.configFile);
    await tell(findings);
    if (config) {
      await tell(await checkModelFiles(config));
      await tell([await checkStore(config), await checkPort(config), await checkModelServerPort()]);
      await tell(await checkServices(target, io.stderr, interrupts.signal));
    }
    const problems = found.filter(({ status }) => status === "problem").length;
    const warnings = found.filter(({ status }) => status === "warning").length;
    if (!json) await writeLines(io.stdout, ["", summary(problems, warnings)]);
    return interrupts.exitCode() ?? (problems > 0 ? exitCodes.failed : exitCodes.ok);
  } finally {
    interrupts.close();
  }
}

/** A finding for people: its sign, its name, what was found, and below it what to do. */
export function findingLines({ name, status, detail, remedy }: Finding, { glyphs }: Theme): Line[] {
  const signs = {
    ok: span(glyphs.right, "good"),
    warning: span("!", "warn"),
    problem: span(glyphs.failed, "bad"),
  } as const;
  const [first = "", ...rest] = stripControl(detail, { keepBreaks: true }).split("\n");
  return [
    [signs[status], span(` ${name.padEnd(21)}`, "bold"), span(first)],
    ...rest.map((line): Line => [span(`${" ".repeat(23)}${line}`)]),
    ...(remedy === undefined ? [] : [[span(`${" ".repeat(23)}${remedy}`, status === "problem" ? "bad" : "warn")]]),
  ];
}

function summary(problems: number, warnings: number): string {
  if (problems > 0) return `${problems} ${problems === 1 ? "thing does" : "things do"} not work`;
  return warnings > 0
    ? `all that is needed works, with ${warnings} ${warnings === 1 ? "remark" : "remarks"}`
    : "all is well";
}
