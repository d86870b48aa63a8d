import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { tellInventory } from "./word-inventory.ts";
import { tellAges, tellComparison, tellLegs, tellTwoPiles } from "./word-people.ts";
import { tellBook, tellFactory, tellSaving, tellSeats, tellShopping, tellTrip } from "./word-world.ts";

const TEMPLATES = [
  tellInventory,
  tellInventory,
  tellComparison,
  tellTwoPiles,
  tellShopping,
  tellShopping,
  tellFactory,
  tellTrip,
  tellSeats,
  tellSaving,
  tellBook,
  tellAges,
  tellLegs,
];

/** Word problems; `level` 1-14 sets the number of steps (about level / 2 + 1), the size of the numbers and the distractors. */
export function createWordProblem(rng: Rng, level: number): Draft | undefined {
  const draft = rng.pick(TEMPLATES)(rng, level);
  const fewest = level >= 13 ? 9 : level >= 11 ? 7 : level >= 10 ? 6 : level >= 8 ? 4 : 1;
  if (draft === undefined || draft.steps.length < fewest) return undefined;
  const numbers = draft.steps.flatMap((line) => line.match(/-?\d+/g) ?? []).map(Number);
  return numbers.some((value) => value < 0 || value > 9999) ? undefined : draft;
}
