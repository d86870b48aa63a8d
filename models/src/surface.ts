import type { Rng } from "./rng.ts";

export type Person = { readonly name: string; readonly pronoun: "he" | "she"; readonly own: "his" | "her" };

const SHE =
  "Mia Anna Lena Sara Emma Nora Ruth Ivy Zoe Maria Priya Aisha Mei Olga Grace Julia Clara Ella Rosa Hana".split(" ");
const HE = "Tom Sam Ben Leo Max Paul Omar Ravi Jack Luis Ken Ivan Noah Adam Finn Hugo Yusuf Marco Eric Dan".split(" ");

/** Things one can own, buy and give away, as plural and singular. */
export const THINGS: readonly (readonly [string, string])[] = [
  ["apples", "apple"],
  ["marbles", "marble"],
  ["books", "book"],
  ["stickers", "sticker"],
  ["cards", "card"],
  ["pencils", "pencil"],
  ["coins", "coin"],
  ["oranges", "orange"],
  ["cookies", "cookie"],
  ["stamps", "stamp"],
  ["balloons", "balloon"],
  ["shells", "shell"],
  ["toys", "toy"],
  ["pens", "pen"],
  ["eggs", "egg"],
  ["flowers", "flower"],
  ["candies", "candy"],
  ["beads", "bead"],
  ["photos", "photo"],
  ["tickets", "ticket"],
];

export const CONTAINERS = ["bags", "boxes", "packs", "baskets", "bundles", "crates"] as const;

/** Draws `count` different people. */
export function drawPeople(rng: Rng, count: number): Person[] {
  const people: Person[] = [];
  while (people.length < count) {
    const she = rng.chance(0.5);
    const name = rng.pick(she ? SHE : HE);
    if (people.some((person) => person.name === name)) continue;
    people.push(she ? { name, pronoun: "she", own: "her" } : { name, pronoun: "he", own: "his" });
  }
  return people;
}

/** First letter in upper case. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A sentence with numbers that have nothing to do with the question. */
export function drawDistractor(rng: Rng, largest: number): string {
  const [person] = drawPeople(rng, 1) as [Person];
  const n = rng.int(2, largest);
  return rng.pick([
    `${person.name} is ${n} years old.`,
    `The shop opens at ${rng.int(6, 11)}.`,
    `It is ${rng.int(2, 30)} degrees outside.`,
    `${person.name}'s house has ${rng.int(2, 9)} windows.`,
    `The bus has ${n} seats.`,
    `${person.name} lives on floor ${rng.int(2, 20)}.`,
    `There are ${n} trees in the park.`,
    `A train passes every ${n} minutes.`,
  ]);
}
