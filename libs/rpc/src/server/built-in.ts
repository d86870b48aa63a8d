const names = new Set([
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "reckon.admin.v1.StatusService",
]);

/** True for the one service that is served to anybody: probes have no key. It says nothing but whether the server is ready. */
export function isOpen(typeName: string): boolean {
  return typeName === "grpc.health.v1.Health";
}

/** True for the services that every server has; they are served to the end, and their calls are not counted. */
export function isBuiltIn(typeName: string): boolean {
  return names.has(typeName);
}
