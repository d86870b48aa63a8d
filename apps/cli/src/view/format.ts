/** A probability in per cent: whole, but never 0 or 100 for what is neither; `NaN` is `?`. */
export function percent(value: number): string {
  if (Number.isNaN(value)) return "?";
  const whole = Math.round(value * 100);
  if (whole >= 100 && value < 1)
    return value >= 0.9995 ? "> 99.9 %" : `${(Math.floor(value * 1000) / 10).toFixed(1)} %`;
  if (whole <= 0 && value > 0) return "< 1 %";
  return `${whole} %`;
}

/** A time for people: `850 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A count with its noun: `1 token`, `12,345 tokens`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A score with two digits. */
export function score(value: number): string {
  return value.toFixed(2);
}

/** A weight or a count: whole numbers as they are, others with two decimals, small ones with their first digit. */
export function weight(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 0.01 ? String(Number(value.toFixed(2))) : value.toPrecision(1);
}

/** Bytes in binary units. */
export function bytes(count: number): string {
  if (count < 1024) return plural(count, "byte");
  const units = ["KiB", "MiB", "GiB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
