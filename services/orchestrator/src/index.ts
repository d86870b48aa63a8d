export { forwardInner, type InnerClients } from "./forwarders.ts";
export { planningSettingsOf } from "./planning-settings.ts";
export { createOrchestratorService, type Orchestrator, type OrchestratorOptions } from "./service.ts";
