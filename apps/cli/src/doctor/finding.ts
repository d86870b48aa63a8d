/** How a thing is: it works, it works in part, or something that is needed does not. */
export type FindingStatus = "ok" | "warning" | "problem";

/** What the doctor found. */
export interface Finding {
  readonly name: string;
  readonly status: FindingStatus;
  /** What was looked at, with numbers. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** A finding that is fine. */
export function fine(name: string, detail: string): Finding {
  return { name, status: "ok", detail };
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
