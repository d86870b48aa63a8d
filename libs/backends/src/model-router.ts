import { type Backend, type BackendLoad, findModel, type Model, ReckonError } from "@reckon/core";

/** A model with the backend that has it, under the id by which that backend knows it. */
interface Route extends Model {
  readonly source: Backend;
  readonly ownId: string;
}

const shownModels = 20;

/**
 * One backend over several, the first being the default: `listModels` lists the models of all, `open` goes to the backend
 * that has the model, named by its id or as `backend/id`; `backend/` alone is that backend's first model. A second model of
 * the same id is listed as `backend/id`. An unknown model throws `not-found` with the known ones. Where the default backend
 * does not answer, calls that need it throw its error; others that do not are left out with a warning.
 */
export function createModelRouter(backends: readonly Backend[], warn: (message: string) => void): Backend {
  const [first] = backends;
  if (first === undefined) throw new ReckonError("failed-precondition", "no backend is configured");

  const routesOf = async (source: Backend): Promise<Route[]> =>
    (await source.listModels()).map((model) => ({ ...model, source, ownId: model.id }));

  const readRoutes = async () => {
    const listed = await Promise.allSettled(backends.map(routesOf));
    const routes: Route[] = [];
    const failures: { backend: Backend; error: ReckonError }[] = [];
    listed.forEach((result, i) => {
      if (result.status === "fulfilled") routes.push(...withUniqueIds(result.value, routes));
      else failures.push({ backend: backends[i] as Backend, error: ReckonError.from(result.reason) });
    });
    return { routes, failures };
  };

  const routeTo = async (named: string): Promise<{ source: Backend; ownId: string | undefined }> => {
    const whole = backends.find((backend) => named === `${backend.name}/`);
    if (whole !== undefined) return { source: whole, ownId: undefined };
    const { routes, failures } = await readRoutes();
    const route = findModel(routes, named);
    if (route !== undefined) return route;
    // Better an honest "not now" than "there is none" while a backend that may have it is down.
    const down = failures.find(({ backend }) => named.startsWith(`${backend.name}/`)) ?? failures[0];
    if (down !== undefined) throw down.error;
    const known = routes.slice(0, shownModels).map((model) => JSON.stringify(model.id));
    const more = routes.length > shownModels ? ` and ${routes.length - shownModels} more` : "";
    throw new ReckonError(
      "not-found",
      `there is no model ${JSON.stringify(named)}; there are ${known.join(", ")}${more}`,
    );
  };

  return {
    name: backends.length === 1 ? first.name : "router",
    listModels: async () => {
      const { routes, failures } = await readRoutes();
      for (const { backend, error } of failures) {
        // Without its models the default one would be somebody else's.
        if (backend === first) throw error;
        warn(`the models of backend ${backend.name} are left out: ${error.message}`);
      }
      return routes.map(({ source, ownId, ...model }) => model);
    },
    open: async (problem, options) => {
      if (!options.model) return first.open(problem, options);
      const { source, ownId } = await routeTo(options.model);
      return source.open(problem, { ...options, model: ownId });
    },
    load: async () => (await Promise.all(backends.map((backend) => backend.load()))).reduce(addLoads),
    close: async () => {
      await Promise.all(backends.map((backend) => backend.close()));
    },
  };
}

/** Lists a model whose id is taken under its backend's name. */
function withUniqueIds(routes: readonly Route[], taken: readonly Route[]): Route[] {
  const ids = new Set(taken.map((route) => route.id));
  return routes.map((route) => (ids.has(route.id) ? { ...route, id: `${route.backend}/${route.id}` } : route));
}

function addLoads(a: BackendLoad, b: BackendLoad): BackendLoad {
  return {
    liveSamples: a.liveSamples + b.liveSamples,
    queuedSamples: a.queuedSamples + b.queuedSamples,
    outputTokens: a.outputTokens + b.outputTokens,
    cancelledTokens: a.cancelledTokens + b.cancelledTokens,
    prefilledTokens: a.prefilledTokens + b.prefilledTokens,
  };
}
