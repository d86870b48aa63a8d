import { z } from "zod";
import { authSection, corsSection, tlsSection } from "./auth-section.ts";
import { backendSection } from "./backend-section.ts";
import { confidenceSection } from "./confidence-section.ts";
import { admissionSection, ledgerSection } from "./ledger-sections.ts";
import { poolSection, routingSection } from "./pool-section.ts";
import {
  engineSection,
  recordsSection,
  serverSection,
  servicesSection,
  sessionsSection,
  storeSection,
  telemetrySection,
} from "./process-sections.ts";
import { tenantSection } from "./tenant-section.ts";
import {
  fallbacksSection,
  integrationSection,
  performanceSection,
  strategiesSection,
  testTimeComputeSection,
} from "./test-time-compute-sections.ts";
import { verifierSection } from "./verifier-section.ts";

/** The sections with a fixed name; each key is described and has one default. */
export const sections = {
  test_time_compute: testTimeComputeSection,
  strategies: strategiesSection,
  integration: integrationSection,
  performance: performanceSection,
  fallbacks: fallbacksSection,
  ledger: ledgerSection,
  admission: admissionSection,
  server: serverSection,
  services: servicesSection,
  telemetry: telemetrySection,
  store: storeSection,
  records: recordsSection,
  sessions: sessionsSection,
  engine: engineSection,
  verifier: verifierSection,
  confidence: confidenceSection,
  routing: routingSection,
  auth: authSection,
  tls: tlsSection,
  cors: corsSection,
} as const;

/** The whole configuration: the fixed sections and those with names. */
export const configSchema = z.object({
  test_time_compute: sections.test_time_compute.prefault({}),
  strategies: sections.strategies.prefault({}),
  integration: sections.integration.prefault({}),
  performance: sections.performance.prefault({}),
  fallbacks: sections.fallbacks.prefault({}),
  ledger: sections.ledger.prefault({}),
  admission: sections.admission.prefault({}),
  server: sections.server.prefault({}),
  services: sections.services.prefault({}),
  telemetry: sections.telemetry.prefault({}),
  store: sections.store.prefault({}),
  records: sections.records.prefault({}),
  sessions: sections.sessions.prefault({}),
  engine: sections.engine.prefault({}),
  verifier: sections.verifier.prefault({}),
  confidence: sections.confidence.prefault({}),
  routing: sections.routing.prefault({}),
  auth: sections.auth.prefault({}),
  tls: sections.tls.prefault({}),
  cors: sections.cors.prefault({}),
  backends: z.record(z.string(), backendSection).default({}),
  pools: z.record(z.string(), poolSection).default({}),
  tenants: z.record(z.string(), tenantSection).default({}),
});

/**
 * The configuration of a process, complete: every key has its value or, where it has no default, `undefined`. Times are in
 * seconds, as in the file. `backends` holds at least one, the default one first, unless there are pools.
 */
export type Config = z.output<typeof configSchema>;
