import { createBackends, createModelRouter } from "@reckon/backends";
import { listenAddress, processConfig, processSettings, serviceTls } from "@reckon/config";
import { systemClock } from "@reckon/core";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createRpcServer, runProcess } from "@reckon/rpc";
import { observeLoad } from "@reckon/telemetry";
import { followReadiness } from "./follow-readiness.ts";
import { createModelProxyService } from "./service.ts";

const service = "model-proxy";
const config = processConfig();

await runProcess({
  service,
  ...processSettings(config),
  async start({ version, logger, onStop }) {
    const warn = (message: string) => logger.warn(message);
    const configured = createBackends(config, { warn });
    const backends = config.integration.enable_router_integration ? configured : configured.slice(0, 1);
    const backend = createModelRouter(backends, warn);
    onStop(() => backend.close());
    for (const { name, load } of backends) onStop(observeLoad(name, load));
    const server = await createRpcServer({
      service,
      version,
      logger,
      ...listenAddress(service, config),
      tls: serviceTls(config)?.server,
      trustCallers: true,
      routes: (router) => router.service(ModelService, createModelProxyService({ backend })),
    });
    // Asking for the models loads the embedded one, and finds out whether other backends answer.
    await followReadiness({
      check: () => backend.listModels(),
      setReady: (ready) => server.setReady(ready),
      log: warn,
      clock: systemClock,
      signal: server.drainSignal,
    });
    return server;
  },
});
