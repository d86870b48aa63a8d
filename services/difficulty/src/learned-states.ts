import { ReckonError } from "@reckon/core";
import { decodeLearned, encodeLearned, type LearnedDifficulty } from "@reckon/planning";
import type { Store } from "@reckon/store";

/** Name of the state in the store. */
const stateName = "difficulty";
/** Stands for all tenants: what was trained offline, with which each of them begins. No tenant can have this name. */
const everybody = "*";

/** What the store keeps of what was learned: one state a tenant, and one that all begin with. */
export interface LearnedStates {
  /** What a tenant's estimates rest on: its own state, else the trained one; `undefined` where nothing was learned. */
  of(tenant: string): LearnedDifficulty | undefined;
  /** Keeps a tenant's state. */
  keep(tenant: string, learned: LearnedDifficulty): void;
  /** What was trained offline; `undefined` where nothing was. */
  trained(): LearnedDifficulty | undefined;
  /** Keeps what was trained: every tenant begins anew from it, since what it learned before does not go with it. */
  keepTrained(learned: LearnedDifficulty): void;
  /** Forgets what a tenant's outcomes taught. */
  reset(tenant: string): void;
  /** Forgets everything, of all tenants. */
  resetAll(): void;
  /** Tenants that have a state of their own, in order. */
  tenants(): string[];
}

/**
 * Reads and writes states. One that cannot be understood (corrupt, of another version) counts as none, and `warn` is told, once a
 * reason. Texts are decoded when they have changed, so that an estimate costs two look-ups.
 */
export function createLearnedStates(store: Store, warn: (message: string) => void): LearnedStates {
  const decoded = new Map<string, { readonly text: string; readonly learned: LearnedDifficulty | undefined }>();
  const read = (tenant: string): LearnedDifficulty | undefined => {
    const text = store.readState(tenant, stateName);
    if (text === undefined) return undefined;
    const known = decoded.get(tenant);
    if (known?.text === text) return known.learned;
    const learned = understand(text, tenant);
    // Tenants come and go; a cache that has grown large begins anew.
    if (decoded.size >= maxDecoded) decoded.clear();
    decoded.set(tenant, { text, learned });
    return learned;
  };
  const understand = (text: string, tenant: string): LearnedDifficulty | undefined => {
    try {
      return decodeLearned(text);
    } catch (error) {
      const whose = tenant === everybody ? "the trained state" : `tenant ${tenant}`;
      warn(`${ReckonError.from(error).message}; ${whose} starts afresh`);
      return undefined;
    }
  };
  return {
    of(tenant) {
      const [own, trained] = [read(tenant), read(everybody)];
      return own !== undefined && own.trainedId === trained?.trainedId ? own : trained;
    },
    keep: (tenant, learned) => store.writeState(tenant, stateName, encodeLearned(learned)),
    trained: () => read(everybody),
    keepTrained: (learned) => store.writeState(everybody, stateName, encodeLearned(learned)),
    reset: (tenant) => store.writeState(tenant, stateName, undefined),
    resetAll: () =>
      store.atomically(() => {
        for (const tenant of store.tenantsWithState(stateName)) store.writeState(tenant, stateName, undefined);
      }),
    tenants: () => store.tenantsWithState(stateName).filter((tenant) => tenant !== everybody),
  };
}

const maxDecoded = 1_000;
