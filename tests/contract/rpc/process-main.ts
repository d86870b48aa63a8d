// A service's process as small as it can be; run by run-process.test.ts.
import { createRpcServer, runProcess } from "@reckon/rpc";
import { echoRoutes, text } from "./echo-service.ts";

await runProcess({
  service: "echo",
  telemetry: { logLevel: "info" },
  drainTimeoutMs: 2_000,
  async start({ service, version, logger, onStop }) {
    if (process.env["FAIL_TO_START"] === "1") throw new Error("nothing works today");
    onStop(() => logger.info("closed"));
    const routes = echoRoutes({
      async *serve(_request, { signal }) {
        for (let index = 0; index < 30 && !signal.aborted; index += 1) {
          yield text("tick", index);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
    });
    return createRpcServer({ service, version, logger, port: 0, routes });
  },
});
