import { adaptersPart } from "./adapters/adapters-part.ts";
import { affinityPart } from "./affinity/affinity-part.ts";
import { batchPart } from "./batch-part.ts";
import { budgetPart } from "./budget/budget-part.ts";
import { difficultyPart } from "./difficulty/difficulty-part.ts";
import { earlyStopPart } from "./early-stop/early-stop-part.ts";
import { engineSpeedPart } from "./engine-speed-part.ts";
import { faultsPart } from "./faults/faults-part.ts";
import { frontDoorPart } from "./front-door/front-door-part.ts";
import { installPart } from "./install-part.ts";
import { loadPart } from "./load/load-part.ts";
import { methodsPart } from "./methods/methods-part.ts";
import { modelPart } from "./model-part.ts";
import { overheadPart } from "./overhead/overhead-part.ts";
import type { Part } from "./part.ts";
import { curvesPart } from "./planning/curves-part.ts";
import { planningPart } from "./planning/planning-part.ts";
import { pricesPart } from "./planning/prices-part.ts";
import { searchesPart } from "./planning/searches-part.ts";
import { waysPart } from "./planning/ways-part.ts";
import { calibratePart } from "./replay/calibrate-part.ts";
import { confidencePart } from "./replay/confidence-part.ts";
import { replayPart } from "./replay/replay-part.ts";
import { stoppingPart } from "./stopping/stopping-part.ts";
import { strategiesPart } from "./strategies-part.ts";

/** Everything that can be measured, in the order of the usage text. */
export const parts: readonly Part[] = [
  modelPart,
  calibratePart,
  confidencePart,
  replayPart,
  difficultyPart,
  curvesPart,
  waysPart,
  pricesPart,
  searchesPart,
  planningPart,
  stoppingPart,
  strategiesPart,
  methodsPart,
  engineSpeedPart,
  overheadPart,
  earlyStopPart,
  adaptersPart,
  faultsPart,
  frontDoorPart,
  loadPart,
  batchPart,
  budgetPart,
  affinityPart,
  installPart,
];
