/** A table: its caption, a heading a column, and cells row by row. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A table as Markdown, its columns padded to the same width so that it also reads well in a terminal. All columns but the first are
 * aligned to the right. A row shorter than the heading is filled with empty cells; `|` in a cell is escaped.
 */
export function markdownTable(table: Table): string {
  const escaped = (cell: string) => cell.replaceAll("|", "\\|");
  const rows = [table.columns, ...table.rows].map((row) =>
    table.columns.map((_, column) => escaped(row[column] ?? "")),
  );
  const widths = table.columns.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  const [heading = [], ...body] = rows;
  return [`**${table.caption}**`, "", line(heading), rule, ...body.map(line)].join("\n");
}
