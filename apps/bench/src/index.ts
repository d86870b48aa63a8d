export * from "./cluster/observe.ts";
export * from "./cluster/start-cluster.ts";
export * from "./cluster/start-service.ts";
export * from "./early-stop/compare-ledger.ts";
export * from "./early-stop/vanish.ts";
