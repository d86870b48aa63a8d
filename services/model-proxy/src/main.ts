import { listenAddress, processConfig, processSettings, serviceTls } from "@reckon/config";
import { systemClock } from "@reckon/core";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createRpcServer, currentTenant, runProcess } from "@reckon/rpc";
import { observeLoad, observeReplicas } from "@reckon/telemetry";
import { followReadiness } from "./follow-readiness.ts";
import { measuredNews } from "./measured-news.ts";
import { routerOf } from "./routing/index.ts";
import { createModelProxyService } from "./service.ts";

const service = "model-proxy";
const config = processConfig();

await runProcess({
  service,
  ...processSettings(config),
  async start({ version, logger, onStop }) {
    const warn = (message: string) => logger.warn(message);
    const backend = routerOf(config, { warn, news: measuredNews(logger), tenant: () => currentTenant()?.id });
    onStop(() => backend.close());
    for (const { name, load } of backend.pools) onStop(observeLoad(name, load));
    onStop(observeReplicas(() => backend.load()));
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
