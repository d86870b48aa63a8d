export { createModelProxyService, type ModelProxyOptions } from "./service.ts";
