import { createInterface } from "node:readline";
import { checkChain } from "./check-step.ts";

/** One input line: a problem's reference and the text of one sampled chain. */
type Request = { readonly steps: string[]; readonly answer: string; readonly chain: string };

/** Reads JSONL {steps, answer, chain} from standard input and writes one array of 0 and 1 a chain: is the line right? */
async function main(): Promise<void> {
  let buffer = "";
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === "") continue;
    const request = JSON.parse(line) as Request;
    const verdicts = checkChain(request, request.chain.split("\n"));
    buffer += `${JSON.stringify(verdicts.map(({ verdict }) => (verdict === "right" ? 1 : 0)))}\n`;
    if (buffer.length > 65_536) {
      process.stdout.write(buffer);
      buffer = "";
    }
  }
  process.stdout.write(buffer);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
