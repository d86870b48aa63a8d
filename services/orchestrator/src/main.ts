import { listenAddress, processConfig, processSettings, publicTls, serviceTls, type TlsFiles } from "@reckon/config";
import { systemClock } from "@reckon/core";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { InsightsService } from "@reckon/proto/reckon/insights/v1/insights";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createModelBackend, createRpcClient, createRpcServer, createVerifierClient, runProcess } from "@reckon/rpc";
import { createRedisTenantMeter } from "@reckon/store";
import { admissionSettingsOf } from "./admission/admission-settings.ts";
import { collectWhenQuiet } from "./collect-when-quiet.ts";
import { forwardInner } from "./forwarders.ts";
import { solveLimitsOf } from "./ledger/solve-caps.ts";
import { modelProfilesOf } from "./model-profiles.ts";
import { createFrontDoor } from "./openai/create-front-door.ts";
import { patientThinker } from "./patient-thinker.ts";
import { planningSettingsOf } from "./planning-settings.ts";
import { solveRecordsOf } from "./records/solve-records-of.ts";
import { createOrchestratorService } from "./service.ts";
import { serviceAddresses } from "./service-addresses.ts";
import { sessionSettingsOf } from "./sessions/session-settings.ts";
import { createTenants } from "./tenants/create-tenants.ts";

const service = "orchestrator";
const config = processConfig([...process.argv.slice(2), ...(await serviceAddresses())]);
const { difficulty, verifier, model_proxy: modelProxy } = config.services;
const settings = processSettings(config);
const { drainTimeoutMs } = settings;
// What remains of the drain after this is for cancelled samples to report their usage (5 s) and the answers to arrive.
const solveGraceMs = Math.max(drainTimeoutMs * 0.5, drainTimeoutMs - 6_000);

await runProcess({
  service,
  ...settings,
  async start({ version, logger, onStop }) {
    const tenants = createTenants(config, (message) => logger.warn(message));
    const tls = serviceTls(config)?.client;
    const clients = {
      difficulty: createRpcClient(DifficultyService, { target: difficulty, tls }),
      model: createRpcClient(ModelService, { target: modelProxy, tls }),
      verifier: createRpcClient(VerifierService, { target: verifier, tls }),
    };
    for (const client of Object.values(clients)) onStop(() => client.close());
    const thinker = patientThinker(createModelBackend(modelProxy, { tls }), systemClock);
    onStop(() => thinker.close());
    const checks = createVerifierClient(verifier, { names: config.verifier.verifiers, tls });
    onStop(() => checks.close());
    const { redis_url: redisUrl, redis_prefix: prefix } = config.sessions;
    const warn = (message: string, err?: unknown) => logger.warn({ err }, message);
    const meter = redisUrl === undefined ? undefined : createRedisTenantMeter({ url: redisUrl, prefix, warn });
    if (meter !== undefined) onStop(() => meter.close());
    const orchestrator = createOrchestratorService({
      difficulty: clients.difficulty,
      thinker,
      verifier: checks,
      settings: planningSettingsOf(config),
      sessions: sessionSettingsOf(config),
      admission: admissionSettingsOf(config),
      limits: solveLimitsOf(config),
      profileOf: modelProfilesOf(config),
      ...(meter !== undefined && { meter }),
      records: solveRecordsOf(config, version, warn),
      clock: systemClock,
      logger,
    });
    onStop(() => orchestrator.close());
    const { liveSolves: live, begunSolves: begun } = orchestrator;
    const quiet = collectWhenQuiet({ live, begun, nowMs: systemClock.nowMs }, warn);
    onStop(() => quiet.stop());
    const server = await createRpcServer({
      service,
      version,
      logger,
      ...listenAddress(service, config),
      ...(publicTls(config) !== undefined && { tls: () => publicTls(config) as TlsFiles }),
      ...(tenants.required && { authenticate: tenants.authenticate }),
      ...(config.cors.origins !== undefined && { corsOrigins: config.cors.origins }),
      routes(router) {
        router.service(OrchestratorService, orchestrator.service);
        router.service(InsightsService, orchestrator.insights);
        forwardInner(router, clients);
      },
      onFallback: createFrontDoor({
        solve: orchestrator.solve,
        listModels: () => thinker.listModels(),
        authenticate: tenants.authenticate,
        logger,
      }),
    });
    server.drainSignal.addEventListener("abort", () => orchestrator.drain(solveGraceMs), { once: true });
    return server;
  },
});
