export type { Router } from "./router.ts";
export { type RouterDeps, routerOf } from "./router-of.ts";
export type { RoutingNews } from "./routing-news.ts";
