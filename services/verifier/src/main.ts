import { listenAddress, processConfig, processSettings } from "@reckon/config";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createRpcServer, runProcess } from "@reckon/rpc";
import { loadPrm } from "./load-prm.ts";
import { createVerifierService } from "./service.ts";

const service = "verifier";
const config = processConfig();

await runProcess({
  service,
  ...processSettings(config),
  async start({ version, logger, onStop }) {
    const loaded = await loadPrm({ weightsDir: config.engine.weights_dir, threads: config.engine.threads });
    onStop(() => loaded.close());
    if (loaded.prm === undefined) logger.error(`${loaded.prmMissing}; the programmatic checker serves alone`);
    const verifier = createVerifierService({ ...loaded, verifiers: config.verifier.verifiers });
    return createRpcServer({
      service,
      version,
      logger,
      ...listenAddress(service, config),
      routes: (router) => router.service(VerifierService, verifier),
    });
  },
});
