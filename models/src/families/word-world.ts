import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { drawPeople, type Person, THINGS } from "../surface.ts";
import { createStory } from "./story.ts";

const PLACES = ["Oakton", "Rivertown", "Hillside", "Lakeview", "Northport", "Eastham"] as const;

/** Several goods at a price each, sometimes a coupon, then the change from a note. */
export function tellShopping(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "shopping");
  const [buyer] = drawPeople(rng, 1) as [Person];
  const kinds = level <= 1 ? 1 : level <= 4 ? 2 : rng.int(2, 3);
  const goods = Array.from({ length: kinds }, () => rng.pick(THINGS));
  if (new Set(goods.map((g) => g[0])).size < kinds) return undefined;
  const amounts = goods.map(() => rng.int(2, level <= 4 ? 9 : level <= 10 ? 19 : 45));
  const prices = goods.map(() => rng.int(2, level <= 2 ? 9 : level <= 6 ? 15 : level <= 10 ? 29 : 60));
  const money = rng.chance(0.35) ? (n: number) => `$${n}` : (n: number) => `${n} dollars`;
  const list = goods.map((g, i) => `${amounts[i]} ${g[0]} for ${money(prices[i] as number)} each`);
  const shown = kinds === 1 ? list[0] : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  story.tell(`${buyer.name} buys ${shown}.`, amounts.map((n, i) => `${n}*${prices[i]}`).join(","));
  const costs = amounts.map((n, i) => story.chain.multiply(n, prices[i] as number));
  let total = costs.reduce((sum, cost) => story.chain.add(sum, cost));
  if (level >= 5 && rng.chance(0.6)) {
    const off = rng.int(2, 19);
    if (off >= total) return undefined;
    story.tell(`A coupon takes ${money(off)} off the total.`, `-${off}`);
    total = story.chain.subtract(total, off);
  }
  if (level >= 3 && rng.chance(0.6)) {
    const note = [20, 50, 100, 200, 500, 1000, 2000, 5000].find((n) => n > total);
    if (note === undefined) return undefined;
    story.tell(`${buyer.pronoun === "he" ? "He" : "She"} pays with ${money(note)}.`, `pay ${note}`);
    const question = rng.pick(["How much change does {p} get?", "How much money does {p} get back?"]);
    return story.ask(question.replace("{p}", buyer.pronoun), story.chain.subtract(note, total), level >= 6 ? 1 : 0);
  }
  const question = rng.pick([
    "How much does {p} pay in total?",
    "How much does {p} have to pay?",
    "What is the total cost?",
  ]);
  return story.ask(question.replace("{p}", buyer.pronoun), total, level >= 6 ? rng.int(0, 1) : 0);
}

/** Parts an hour, hours a day, days, rejects, boxes. */
export function tellFactory(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "factory");
  const [things] = rng.pick(THINGS);
  const rate = rng.int(3, level <= 3 ? 12 : level <= 6 ? 30 : 60);
  const hours = rng.int(2, level <= 6 ? 9 : 12);
  story.tell(
    rng.pick([
      `A machine makes ${rate} ${things} an hour and runs ${hours} hours a day.`,
      `A factory makes ${rate} ${things} per hour. It works ${hours} hours a day.`,
    ]),
    `${rate}*${hours}`,
  );
  let count = story.chain.multiply(rate, hours);
  if (level <= 1) return story.ask(`How many ${things} are made in one day?`, count, 0);
  const days = rng.int(2, 7);
  story.tell(`It runs for ${days} days.`, `*${days}`);
  count = story.chain.multiply(count, days);
  if (level >= 3) {
    const broken = rng.int(2, 40);
    if (broken >= count) return undefined;
    story.tell(rng.pick([`${broken} ${things} are broken.`, `Of all these, ${broken} are thrown away.`]), `-${broken}`);
    count = story.chain.subtract(count, broken);
  }
  const divisors = [2, 3, 4, 5, 6, 7, 8, 9].filter((d) => count % d === 0);
  if (level >= 5 && divisors.length > 0) {
    const n = rng.pick(divisors);
    story.tell(`The rest is packed into boxes of ${n}.`, `/${n}`);
    return story.ask("How many boxes are filled?", story.chain.divide(count, n), rng.int(0, 1));
  }
  return story.ask(`How many ${things} are there in the end?`, count, level >= 5 ? rng.int(0, 1) : 0);
}

/** Speed, time and distance over one to three legs. */
export function tellTrip(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "trip");
  const [driver] = drawPeople(rng, 1) as [Person];
  const legs = level <= 2 ? 1 : level <= 5 ? 2 : 3;
  const distances: number[] = [];
  for (let index = 0; index < legs; index += 1) {
    const speed = rng.int(4, level <= 2 ? 20 : 95);
    const hours = rng.int(2, level <= 10 ? 8 : 18);
    const verb = index === 0 ? `${driver.name} drives` : `Then ${driver.pronoun} drives`;
    story.tell(`${verb} ${speed} km per hour for ${hours} hours.`, `${speed}*${hours}`);
    distances.push(story.chain.multiply(speed, hours));
  }
  const total = distances.reduce((sum, value) => story.chain.add(sum, value));
  if (level >= 2 && rng.chance(0.5)) {
    const whole = total + rng.int(5, 300);
    story.tell(`The way to ${rng.pick(PLACES)} is ${whole} km.`, `of ${whole}`);
    return story.ask("How many km are left?", story.chain.subtract(whole, total), level >= 5 ? rng.int(0, 1) : 0);
  }
  return story.ask(`How far does ${driver.name} drive?`, total, level >= 5 ? rng.int(0, 1) : 0);
}

/** Rows of seats, some taken, some added. */
export function tellSeats(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "seats");
  const rows = rng.int(3, level <= 3 ? 9 : level <= 6 ? 20 : 40);
  const seats = rng.int(3, level <= 3 ? 12 : level <= 6 ? 20 : 40);
  story.tell(
    rng.pick([`A hall has ${rows} rows of ${seats} seats.`, `A cinema has ${rows} rows with ${seats} seats each.`]),
    `${rows}*${seats}`,
  );
  let free = story.chain.multiply(rows, seats);
  const groups = level <= 2 ? 1 : level <= 6 ? 2 : 3;
  for (let index = 0; index < groups; index += 1) {
    const n = rng.int(2, Math.max(3, Math.floor(free / 2)));
    if (level >= 4 && index > 0 && rng.chance(0.4)) {
      const more = rng.int(2, 9);
      story.tell(`${more} more rows of ${seats} seats are put in.`, `+${more}*`);
      free = story.chain.add(free, story.chain.multiply(more, seats));
    } else {
      story.tell(rng.pick([`${n} seats are taken.`, `${n} people sit down.`]), `-${n}`);
      free = story.chain.subtract(free, n);
    }
    if (free < 1) return undefined;
  }
  return story.ask(
    rng.pick(["How many seats are free?", "How many seats are left?"]),
    free,
    level >= 5 ? rng.int(0, 1) : 0,
  );
}

/** Weekly savings, spending, a goal. */
export function tellSaving(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "saving");
  const [saver] = drawPeople(rng, 1) as [Person];
  const weekly = rng.int(3, level <= 3 ? 15 : 60);
  const weeks = rng.int(2, level <= 3 ? 9 : 24);
  const P = saver.pronoun === "he" ? "He" : "She";
  const start = level >= 3 ? rng.int(5, 90) : 0;
  if (start > 0) story.tell(`${saver.name} has ${start} dollars.`, `${start}`);
  story.tell(`${start > 0 ? P : saver.name} saves ${weekly} dollars a week for ${weeks} weeks.`, `+${weekly}*${weeks}`);
  let money = story.chain.multiply(weekly, weeks);
  if (start > 0) money = story.chain.add(start, money);
  const purchases = level <= 1 ? 0 : level <= 6 ? 1 : 2;
  for (let index = 0; index < purchases; index += 1) {
    const price = rng.int(2, Math.max(4, Math.floor(money / 2)));
    if (price >= money) return undefined;
    story.tell(
      rng.pick([`${P} spends ${price} dollars.`, `Then ${saver.pronoun} buys a gift for ${price} dollars.`]),
      `-${price}`,
    );
    money = story.chain.subtract(money, price);
  }
  if (level >= 5 && rng.chance(0.4)) {
    const goal = money + rng.int(5, 400);
    story.tell(`A bike costs ${goal} dollars.`, `goal ${goal}`);
    return story.ask(
      `How much money does ${saver.name} still need for the bike?`,
      story.chain.subtract(goal, money),
      0,
    );
  }
  return story.ask(`How much money does ${saver.name} have now?`, money, level >= 6 ? rng.int(0, 1) : 0);
}

/** Pages a day, pages left, days to go. */
export function tellBook(rng: Rng, level: number): Draft | undefined {
  const story = createStory(rng, "book");
  const [reader] = drawPeople(rng, 1) as [Person];
  const pace = rng.int(4, level <= 3 ? 15 : 40);
  const days = rng.int(2, level <= 3 ? 7 : 9);
  const second = rng.int(4, level <= 3 ? 15 : 40);
  const rest = rng.int(2, 12);
  const secondDays = level >= 4 ? rng.int(2, 6) : 0;
  const finish = level >= 5 && rng.chance(0.6) ? rng.int(4, 20) : 0;
  const tail = finish > 0 ? finish * rest : rng.int(5, 200);
  const pages = pace * days + second * secondDays + tail;
  story.tell(`A book has ${pages} pages.`, `${pages}`);
  story.tell(`${reader.name} reads ${pace} pages a day for ${days} days.`, `-${pace}*${days}`);
  let left = story.chain.subtract(pages, story.chain.multiply(pace, days));
  if (secondDays > 0) {
    story.tell(
      `Then ${reader.pronoun} reads ${second} pages a day for ${secondDays} days.`,
      `-${second}*${secondDays}`,
    );
    left = story.chain.subtract(left, story.chain.multiply(second, secondDays));
  }
  if (finish > 0) {
    story.tell(`The rest takes ${rest} days, with the same number of pages every day.`, `/${rest}`);
    return story.ask("How many pages is that a day?", story.chain.divide(left, rest), level >= 6 ? rng.int(0, 1) : 0);
  }
  return story.ask("How many pages are left?", left, level >= 5 ? rng.int(0, 1) : 0);
}
