import type { Dice } from "./dice.ts";

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const LONG = "x".repeat(5_000);

/** Values that no field wants. */
const HOSTILE: readonly Json[] = [
  null,
  true,
  "",
  " ",
  "\0",
  "\u202e",
  "\ud800",
  "../../etc/passwd",
  "__proto__",
  "constructor",
  "%00%2f..",
  "𝔘".repeat(400),
  LONG,
  0,
  -0,
  -1,
  0.5,
  1e-320,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 63),
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: null, constructor: { prototype: 1 } },
  Array.from({ length: 2_000 }, (_, index) => index),
];

/** Returns `value` with up to four of its parts replaced, removed, repeated or renamed. */
export function mutateJson(value: Json, dice: Dice): Json {
  let mutated = value;
  for (let left = 1 + dice.below(dice.pick([1, 1, 4])); left > 0; left--) mutated = changed(mutated, dice);
  return mutated;
}

/** Returns a value that no field wants. */
export function hostileValue(dice: Dice): Json {
  return dice.pick(HOSTILE);
}

function changed(value: Json, dice: Dice): Json {
  const isLeaf = typeof value !== "object" || value === null;
  if (isLeaf || dice.oneIn(6)) return replacement(value, dice);
  if (isList(value)) return changedList(value, dice);
  return changedRecord(value as { [key: string]: Json }, dice);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function replacement(value: Json, dice: Dice): Json {
  if (typeof value === "number" && dice.oneIn(2)) {
    return dice.pick([value + 1, value - 1, -value, value * 1_000, value / 3]);
  }
  if (typeof value === "string" && dice.oneIn(2)) {
    const place = dice.below(value.length + 1);
    return dice.pick([
      value.slice(0, place),
      value + value,
      value.slice(0, place) + "\u0007" + value.slice(place),
      ` ${value}`,
    ]);
  }
  return hostileValue(dice);
}

function changedList(list: readonly Json[], dice: Dice): Json {
  const place = dice.below(list.length + 1);
  if (place === list.length) return [...list, hostileValue(dice)];
  return dice.pick<() => Json>([
    () => list.with(place, changed(list[place], dice)),
    () => list.toSpliced(place, 1),
    () => [...list, list[place]],
    () => Array.from({ length: dice.pick([10, 300, 2_000]) }, () => list[place]),
  ])();
}

function changedRecord(record: { readonly [key: string]: Json }, dice: Dice): Json {
  const keys = Object.keys(record);
  const key = dice.pick([...keys, "extra"]);
  const { [key]: part, ...rest } = record;
  if (part === undefined) {
    return { ...record, [dice.pick(["extra", "__proto__", "toString", LONG])]: hostileValue(dice) };
  }
  return dice.pick<() => Json>([
    () => ({ ...record, [key]: changed(part, dice) }),
    () => ({ ...record, [key]: changed(part, dice) }),
    () => ({ ...record, [key]: record[dice.pick(keys)] }),
    () => rest,
  ])();
}
