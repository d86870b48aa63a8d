export { createModelServer, type ModelServer, type ModelServerOptions } from "./create-model-server.ts";
export {
  type FaultKind,
  type FaultPlan,
  type FaultPlanInput,
  faultKinds,
  parseFaultPlan,
} from "./faults/fault-plan.ts";
export { readFaultFile } from "./faults/read-fault-file.ts";
export { modelServerOptions } from "./model-server-arguments.ts";
export type { ServedModel } from "./served-model.ts";
export type { ServerCounts } from "./server-counts.ts";
export { createStubModel, type StubOptions } from "./stub/stub-model.ts";
export type { UsageRecord } from "./usage-records.ts";
