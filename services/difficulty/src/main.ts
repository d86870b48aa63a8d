import { listenAddress, processConfig, processSettings, serviceTls } from "@reckon/config";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { createRpcServer, runProcess } from "@reckon/rpc";
import { openStore, storePath } from "@reckon/store";
import { createDifficultyService } from "./service.ts";

const service = "difficulty";
const config = processConfig();

await runProcess({
  service,
  ...processSettings(config),
  async start({ version, logger, onStop }) {
    const warn = (message: string) => logger.warn(message);
    const store = openStore({
      path: storePath(config.store.path),
      maxOutcomes: config.store.max_outcomes,
      recordPrompts: config.telemetry.record_prompts,
      warn,
    });
    onStop(() => store.close());
    return createRpcServer({
      service,
      version,
      logger,
      ...listenAddress(service, config),
      tls: serviceTls(config)?.server,
      trustCallers: true,
      routes: (router) => router.service(DifficultyService, createDifficultyService({ store, warn })),
    });
  },
});
