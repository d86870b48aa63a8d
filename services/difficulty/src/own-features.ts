import { classifyDomain } from "@reckon/planning";
import { currentTenant } from "@reckon/rpc";
import { featuresOf, type ProblemFeatures } from "@reckon/store";

/** The features of a problem of the tenant that is served: nobody learns, by an estimate, what others have asked. */
export function ownFeaturesOf(text: string): ProblemFeatures {
  const tenant = currentTenant()?.id;
  const features = featuresOf(text, classifyDomain(text));
  return tenant === undefined ? features : { ...features, tenant };
}
