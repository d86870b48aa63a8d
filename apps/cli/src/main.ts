import { parseCommand } from "./arguments/parse-command.ts";
import { UsageError } from "./arguments/usage-error.ts";
import { exitCodes } from "./exit-codes.ts";

const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
// `reckon ask ... | head -1`: whoever read us is gone, and nothing more can be said.
process.stdout.on("error", () => process.exit(exitCodes.brokenPipe));

try {
  const command = parseCommand(process.argv.slice(2), process.env);
  const { runCommand } = await import("./run-command.ts");
  process.exitCode = await runCommand(command, io);
} catch (error) {
  const { describeError } = await import("./terminal/describe-error.ts");
  const { exitCodeOf } = await import("./exit-codes.ts");
  const usage = error instanceof UsageError;
  process.stderr.write(`reckon: ${describeError(error)}\n${usage ? "(reckon help tells how)\n" : ""}`);
  process.exitCode = usage ? exitCodes.usage : exitCodeOf(error);
}
