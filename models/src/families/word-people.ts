import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { drawPeople, type Person, THINGS } from "../surface.ts";
import { createStory } from "./story.ts";

/** "Mia has 3 times as many as Tom. Sam has 5 fewer than Mia. How many together?" */
export function tellComparison(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "comparison");
  const people = drawPeople(rng, level <= 2 ? 2 : level <= 5 ? 3 : rng.int(3, 5)) as [Person, ...Person[]];
  const [things] = rng.pick(THINGS);
  const first = rng.int(3, level <= 2 ? 20 : level <= 5 ? 40 : level <= 10 ? 90 : 300);
  const counts = [first];
  story.tell(`${people[0].name} has ${first} ${things}.`, `${first}`);
  for (let index = 1; index < people.length; index += 1) {
    const earlier = rng.chance(0.7) ? index - 1 : rng.int(0, index - 1);
    const base = counts[earlier] as number;
    const whom = people[earlier]?.name;
    const who = people[index]?.name;
    const n = rng.int(2, level <= 2 ? 15 : level <= 10 ? 40 : 150);
    const kind = rng.pick(["more", "fewer", "times", "half"] as const);
    if (kind === "more") {
      story.tell(`${who} has ${n} more ${things} than ${whom}.`, `${earlier}+${n}`);
      counts.push(story.chain.add(base, n));
    } else if (kind === "fewer") {
      if (n >= base) return undefined;
      story.tell(`${who} has ${n} fewer ${things} than ${whom}.`, `${earlier}-${n}`);
      counts.push(story.chain.subtract(base, n));
    } else if (kind === "times") {
      const factor = rng.int(2, 5);
      const word = factor === 2 && rng.chance(0.5) ? "twice" : `${factor} times`;
      story.tell(`${who} has ${word} as many ${things} as ${whom}.`, `${earlier}*${factor}`);
      counts.push(story.chain.multiply(base, factor));
    } else {
      if (base % 2 !== 0) return undefined;
      story.tell(`${who} has half as many ${things} as ${whom}.`, `${earlier}/2`);
      counts.push(story.chain.divide(base, 2));
    }
  }
  if (rng.chance(0.35)) {
    const last = people.at(-1)?.name;
    story.tell("", "last");
    return story.ask(`How many ${things} does ${last} have?`, counts.at(-1) as number, level >= 4 ? rng.int(0, 1) : 0);
  }
  const total = counts.reduce((sum, value) => story.chain.add(sum, value));
  const question = rng.pick([
    `How many ${things} do they have altogether?`,
    `How many ${things} do they have in total?`,
  ]);
  return story.ask(question, total, level >= 4 ? rng.int(0, 1) : 0);
}

/** Two people with several packs each, compared or put together and shared. */
export function tellTwoPiles(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "two-piles");
  const [one, two] = drawPeople(rng, 2) as [Person, Person];
  const [things] = rng.pick(THINGS);
  const large = level <= 3 ? 9 : level <= 6 ? 15 : level <= 10 ? 28 : 60;
  const [a, b, c, d] = [rng.int(2, large), rng.int(2, large), rng.int(2, large), rng.int(2, large)];
  story.tell(`${one.name} has ${a} boxes with ${b} ${things} each.`, `${a}*${b}`);
  story.tell(`${two.name} has ${c} boxes with ${d} ${things} each.`, `${c}*${d}`);
  const first = story.chain.multiply(a, b);
  const second = story.chain.multiply(c, d);
  if (rng.chance(0.4)) {
    if (second >= first) return undefined;
    story.tell("", "difference");
    const question = `How many more ${things} does ${one.name} have than ${two.name}?`;
    return story.ask(question, story.chain.subtract(first, second), 0);
  }
  const total = story.chain.add(first, second);
  const divisors = [2, 3, 4, 5, 6, 7, 8].filter((n) => total % n === 0);
  if (level >= 3 && divisors.length > 0) {
    const n = rng.pick(divisors);
    story.tell(`They share all ${things} equally among ${n} children.`, `/${n}`);
    return story.ask(`How many ${things} does each child get?`, story.chain.divide(total, n), level >= 5 ? 1 : 0);
  }
  return story.ask(`How many ${things} do they have together?`, total, 0);
}

/** Ages now and in some years. */
export function tellAges(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "ages");
  const [one, two, three] = drawPeople(rng, 3) as [Person, Person, Person];
  const age = rng.int(3, 30);
  const factor = rng.int(2, 4);
  if (age * factor > 95) return undefined;
  story.tell(`${one.name} is ${age} years old.`, `${age}`);
  story.tell(`${two.name} is ${factor === 2 ? "twice" : `${factor} times`} as old as ${one.name}.`, `*${factor}`);
  const second = story.chain.multiply(age, factor);
  const years = rng.int(2, 25);
  if (level <= 2) return story.ask(`How old is ${two.name}?`, second, 0);
  if (level <= 5) {
    story.tell("", `in ${years}`);
    return story.ask(`How old will ${two.name} be in ${years} years?`, story.chain.add(second, years), 0);
  }
  const gap = rng.int(2, 20);
  if (gap >= second) return undefined;
  story.tell(`${three.name} is ${gap} years younger than ${two.name}.`, `-${gap}`);
  const third = story.chain.subtract(second, gap);
  const total = story.chain.add(story.chain.add(age, second), third);
  return story.ask(rng.pick(["How old are they together?", "What is the sum of their ages?"]), total, rng.int(0, 1));
}

/** Legs on a farm. */
export function tellLegs(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "legs");
  const [owner] = drawPeople(rng, 1) as [Person];
  const animals = rng.chance(0.5)
    ? ([
        ["chickens", 2],
        ["cows", 4],
        ["spiders", 8],
      ] as const)
    : ([
        ["ducks", 2],
        ["sheep", 4],
        ["ants", 6],
      ] as const);
  const kinds = animals.slice(0, level <= 4 ? 2 : 3);
  const counts = kinds.map(() => rng.int(2, level <= 3 ? 12 : level <= 6 ? 30 : 90));
  const list = kinds.map(([name], index) => `${counts[index]} ${name}`);
  const joined = `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  story.tell(`${owner.name} has ${joined}.`, counts.map((n, i) => `${n}*${kinds[i]?.[1]}`).join(","));
  const products = kinds.map(([, legs], index) => story.chain.multiply(counts[index] as number, legs));
  const total = products.reduce((sum, value) => story.chain.add(sum, value));
  return story.ask(`How many legs do ${owner.own} animals have in total?`, total, 0);
}
