import type { z } from "zod";
import { backendNamePattern, backendSection } from "./backend-section.ts";
import { poolSection } from "./pool-section.ts";
import { tenantNamePattern, tenantSection } from "./tenant-section.ts";

/** Sections of which there may be many, each with a name: `[backends.NAME]`. */
export interface NamedSection {
  readonly section: z.ZodObject;
  readonly namePattern: RegExp;
  /** What a name must be, to be told to who gave another. */
  readonly nameRule: string;
}

/** The sections with a name, by the word before it. */
export const namedSections: Readonly<Record<string, NamedSection>> = {
  backends: {
    section: backendSection,
    namePattern: backendNamePattern,
    nameRule: "a backend's name is 1 to 64 of a-z, 0-9, - and _, a letter first",
  },
  pools: {
    section: poolSection,
    namePattern: backendNamePattern,
    nameRule: "a pool's name is 1 to 64 of a-z, 0-9, - and _, a letter first",
  },
  tenants: {
    section: tenantSection,
    namePattern: tenantNamePattern,
    nameRule: "a tenant's name is 1 to 64 of a-z, 0-9, - and _, a letter or digit first",
  },
};
