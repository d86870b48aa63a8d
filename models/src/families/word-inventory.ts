import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { CONTAINERS, capitalise, drawPeople, type Person, THINGS } from "../surface.ts";
import { createStory, type Story } from "./story.ts";

type Scene = { readonly story: Story; readonly hero: Person; readonly friend: Person; readonly things: string };
type Event = (scene: Scene, count: number, size: number) => number | undefined;

const receive: Event = ({ story, hero, friend, things }, count, size) => {
  const n = story.rng.int(2, size);
  story.tell(
    story.rng.pick([
      `${capitalise(hero.pronoun)} buys ${n} more.`,
      `Then ${hero.pronoun} finds ${n} more ${things}.`,
      `${friend.name} gives ${hero.name} ${n} more ${things}.`,
      `${hero.name} gets ${n} more ${things} from ${friend.name}.`,
      `${capitalise(hero.pronoun)} wins another ${n} ${things}.`,
    ]),
    `+${n}`,
  );
  return story.chain.add(count, n);
};

const giveAway: Event = ({ story, hero, friend, things }, count, size) => {
  if (count < 3) return undefined;
  const n = story.rng.int(2, Math.min(size, count - 1));
  story.tell(
    story.rng.pick([
      `${capitalise(hero.pronoun)} gives ${n} to ${friend.name}.`,
      `Then ${hero.pronoun} loses ${n} of them.`,
      `${capitalise(hero.pronoun)} gives away ${n} ${things}.`,
      `${hero.name} sells ${n} ${things}.`,
      `${friend.name} takes ${n} of ${hero.own} ${things}.`,
    ]),
    `-${n}`,
  );
  return story.chain.subtract(count, n);
};

const buyPacks: Event = ({ story, hero, things }, count, size) => {
  const packs = story.rng.int(2, 9);
  const each = story.rng.int(2, Math.max(6, Math.floor(size / 2)));
  const container = story.rng.pick(CONTAINERS);
  story.tell(
    story.rng.pick([
      `${capitalise(hero.pronoun)} buys ${packs} ${container} with ${each} ${things} each.`,
      `${hero.name} gets ${packs} ${container} of ${each} ${things}.`,
      `Then ${hero.pronoun} finds ${packs} ${container} with ${each} ${things} in each.`,
    ]),
    `+${packs}*${each}`,
  );
  return story.chain.add(count, story.chain.multiply(packs, each));
};

const givePacks: Event = ({ story, hero, things }, count) => {
  const friends = story.rng.int(2, 6);
  if (count < friends * 3) return undefined;
  const each = story.rng.int(2, Math.min(30, Math.floor((count - 1) / friends)));
  story.tell(
    story.rng.pick([
      `${capitalise(hero.pronoun)} gives ${each} ${things} to each of ${hero.own} ${friends} friends.`,
      `${hero.name} gives ${friends} friends ${each} ${things} each.`,
    ]),
    `-${friends}*${each}`,
  );
  return story.chain.subtract(count, story.chain.multiply(friends, each));
};

const share: Event = ({ story, hero, things }, count) => {
  const divisors = [2, 3, 4, 5, 6, 7, 8, 9].filter((d) => count % d === 0 && count / d > 1);
  if (divisors.length === 0) return undefined;
  const n = story.rng.pick(divisors);
  story.tell(
    story.rng.pick([
      `${capitalise(hero.pronoun)} puts the ${things} into ${n} equal piles and keeps one pile.`,
      `${hero.name} shares them equally among ${n} people, ${hero.pronoun === "he" ? "himself" : "herself"} included.`,
    ]),
    `/${n}`,
  );
  return story.chain.divide(count, n);
};

const multiplyAll: Event = ({ story, hero, things }, count) => {
  if (count > 400) return undefined;
  const [word, n] = story.rng.pick([["doubles", 2] as const, ["triples", 3] as const]);
  story.tell(
    story.rng.pick([
      `Then ${hero.pronoun} ${word} ${hero.own} number of ${things}.`,
      `${hero.name} ${word} what ${hero.pronoun} has.`,
    ]),
    `*${n}`,
  );
  return story.chain.multiply(count, n);
};

/** "Tom has 12 apples. He buys 5 more. ..." with as many events as the level asks for. */
export function tellInventory(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "inventory");
  const [hero, friend] = drawPeople(rng, 2) as [Person, Person];
  const [things] = rng.pick(THINGS);
  const size = level <= 2 ? 20 : level <= 5 ? 60 : rng.pick(level <= 10 ? [60, 99, 250] : [250, 400, 700]);
  let count = rng.int(3, size);
  story.tell(
    rng.pick([`${hero.name} has ${count} ${things}.`, `At first, ${hero.name} has ${count} ${things}.`]),
    `${count}`,
  );
  const events = level <= 1 ? 1 : Math.min(6, 1 + Math.floor(level / 2) + (rng.chance(0.5) ? 1 : 0));
  const scene: Scene = { story, hero, friend, things };
  for (let done = 0; done < events; ) {
    const event = rng.pick(
      level <= 2
        ? [receive, giveAway, receive, giveAway, buyPacks]
        : [receive, giveAway, buyPacks, givePacks, share, multiplyAll],
    );
    const next = event(scene, count, size);
    if (next === undefined) continue;
    if (next < 1) return undefined;
    count = next;
    done += 1;
  }
  const question = rng.pick([
    `How many ${things} does ${hero.name} have now?`,
    `How many ${things} does ${hero.pronoun} have now?`,
    `How many ${things} does ${hero.name} have left?`,
    `How many ${things} are there in the end?`,
  ]);
  return story.ask(question, count, level >= 3 && rng.chance(0.35) ? rng.int(1, level >= 6 ? 2 : 1) : 0);
}
