import type { Command } from "./arguments/parse-command.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Runs a command and returns the exit status. Only the code of that command is loaded: start-up time is felt. */
export async function runCommand(command: Command, io: Io): Promise<number> {
  switch (command.name) {
    case "ask":
      return (await import("./commands/ask.ts")).runAsk(command, io);
    case "resume":
      return (await import("./commands/resume.ts")).runResume(command, io);
    case "batch":
      return (await import("./commands/batch.ts")).runBatch(command, io);
    case "estimate":
      return (await import("./commands/estimate.ts")).runEstimate(command, io);
    case "difficulty":
      return (await import("./commands/difficulty.ts")).runDifficulty(command, io);
    case "plan":
      return (await import("./commands/plan.ts")).runPlan(command, io);
    case "serve":
      return (await import("./commands/serve.ts")).runServe(command, io);
    case "model-server":
      return (await import("./commands/model-server.ts")).runModelServer(command, io);
    case "keys":
      return (await import("./commands/keys.ts")).runKeys(command, io);
    case "replay":
      return (await import("./commands/replay.ts")).runReplay(command, io);
    case "calibrate":
      return (await import("./commands/calibrate.ts")).runCalibrate(command, io);
    case "insights":
      return (await import("./commands/insights.ts")).runInsights(command, io);
    case "models":
      return (await import("./commands/models.ts")).runModels(command, io);
    case "doctor":
      return (await import("./commands/doctor.ts")).runDoctor(command, io);
    case "help":
      io.stdout.write(`${(await import("./help.ts")).helpText(command.topic)}\n`);
      return exitCodes.ok;
    case "version":
      io.stdout.write(`reckon ${(await import("./version.ts")).version} (node ${process.version})\n`);
      return exitCodes.ok;
  }
}
