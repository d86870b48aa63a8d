import { listenAddress, processConfig, processSettings, serviceTls } from "@reckon/config";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createRpcServer, runProcess } from "@reckon/rpc";
import { createConfiguredJudges } from "./configured-judges.ts";
import { loadPrm } from "./load-prm.ts";
import { createVerifierService } from "./service.ts";

const service = "verifier";
const config = processConfig();

await runProcess({
  service,
  ...processSettings(config),
  async start({ version, logger, onStop }) {
    const { scorer, judge, close } = createConfiguredJudges(config, (message) => logger.warn(message));
    onStop(close);
    const { verifiers, prm_aggregation: aggregation } = config.verifier;
    const { weights_dir: weightsDir, threads } = config.engine;
    const embedded = scorer === undefined ? await loadPrm({ weightsDir, threads }) : undefined;
    onStop(async () => embedded?.close());
    if (embedded?.prm === undefined && embedded !== undefined)
      logger.error(`${embedded.prmMissing}; process reward verdicts are abstentions`);
    const verifier = createVerifierService({
      ...embedded,
      aggregation: aggregation ?? embedded?.aggregation,
      scorer,
      judge,
      verifiers,
    });
    return createRpcServer({
      service,
      version,
      logger,
      ...listenAddress(service, config),
      tls: serviceTls(config)?.server,
      trustCallers: true,
      routes: (router) => router.service(VerifierService, verifier),
    });
  },
});
