import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema } from "@reckon/proto/google/rpc/error_details";

/** What a server answered instead of a result. */
export interface Refusal {
  /** The status by name, for example `InvalidArgument`. */
  readonly code: string;
  readonly message: string;
  /** Path and description of every wrong field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Waits for a call to be refused and gives the refusal; throws where it is answered. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ConnectError.from(error),
  );
  if (!(answer instanceof ConnectError)) throw new Error(`not refused: ${String(answer.value)}`);
  const violations = answer.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
  return {
    code: Code[answer.code],
    message: answer.rawMessage,
    fields: Object.fromEntries(violations.map(({ field, description }) => [field, description])),
  };
}
