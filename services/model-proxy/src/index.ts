export { type Router, type RouterDeps, routerOf } from "./routing/index.ts";
export { createModelProxyService, type ModelProxyOptions } from "./service.ts";
