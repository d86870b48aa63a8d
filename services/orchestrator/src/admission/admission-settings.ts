import type { Config } from "@reckon/config";
import type { AdmissionSettings } from "./admission.ts";

/** The settings of section `[admission]`. */
export function admissionSettingsOf({ admission }: Pick<Config, "admission">): AdmissionSettings {
  const { max_solves: maxSolves, max_queue_depth: maxQueueDepth, degrade } = admission;
  return { maxSolves, maxQueueDepth, degrade };
}
