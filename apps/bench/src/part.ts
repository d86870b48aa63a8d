import type { ParseArgsOptionsConfig } from "node:util";
import type { Table } from "./markdown-table.ts";

/** What a part has measured: tables and sentences for people, figures for programs. */
export interface Report {
  readonly title: string;
  /** What was run, in sentences: sizes, seeds, machine. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  /** Text to be printed as it is, after the tables. */
  readonly text?: string;
  /** Everything in the tables and more, as plain JSON. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** Values of a part's flags, by name. */
export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

/** One thing that can be measured: `npm run bench -- NAME`. `progress` takes short lines that are not part of the report. */
export interface Part {
  readonly name: string;
  readonly summary: string;
  readonly flags: ParseArgsOptionsConfig;
  run(flags: FlagValues, progress: (line: string) => void): Promise<Report>;
}
