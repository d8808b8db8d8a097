import type { ModelTest } from "../../../protocol/http_api/rollout_api.ts";

/** Overlap (intersection over union) below which two boxes do not show the same thing. */
const SAME_BOX_OVERLAP = 0.5;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Found {
  readonly box: Box;
  readonly score: number;
  /** Absent if the model finds only one kind of thing. */
  readonly label?: string;
  readonly embedding?: readonly number[];
}

/**
 * Parts of a prediction that can be compared, whatever the pipeline; parts that a model does not
 * produce are absent.
 */
export interface Comparable {
  readonly persons: readonly Found[];
  readonly objects?: readonly Found[];
  readonly labels?: readonly { readonly label: string; readonly score: number }[];
  readonly embedding?: readonly number[];
  readonly tensors?: readonly { readonly name: string; readonly data: readonly (number | null)[] }[];
  /** Tensors whose numbers are elsewhere, so that only their shapes can be compared. */
  readonly packed?: { readonly tensors: readonly { readonly name: string; readonly dims: readonly number[] }[] };
}

/**
 * Distance between two answers, from 0 (the same) to 1 (nothing in common), and what differs, as a
 * sentence for people.
 */
export interface Difference {
  readonly drift: number;
  readonly what: string;
}

const NO_DIFFERENCE: Difference = { drift: 0, what: "They are the same." };

/**
 * Compares the answers of the old and the new version to the same picture. Returns the largest
 * difference among all parts that can be compared.
 */
export function comparePredictions(old: Comparable, fresh: Comparable): Difference {
  return worst([
    compareFound("persons", old.persons, fresh.persons),
    compareFound("objects", old.objects ?? [], fresh.objects ?? []),
    compareLabels(old.labels ?? [], fresh.labels ?? []),
    compareVectors("embedding", old.embedding ?? [], fresh.embedding ?? []),
    ...compareTensors(old.tensors ?? [], fresh.tensors ?? []),
    compareShapes(old.packed?.tensors ?? [], fresh.packed?.tensors ?? []),
  ]);
}

function worst(differences: readonly Difference[]): Difference {
  return differences.reduce((one, other) => other.drift > one.drift ? other : one, NO_DIFFERENCE);
}

/**
 * Compares the share of findings without a counterpart, and the scores and embeddings of the
 * counterparts.
 */
function compareFound(kind: string, old: readonly Found[], fresh: readonly Found[]): Difference {
  if (old.length === 0 && fresh.length === 0) return NO_DIFFERENCE;
  const pairs = pairUp(old, fresh);
  const unpaired = 1 - pairs.length / Math.max(old.length, fresh.length);
  const scores = mean(pairs.map(([one, other]) => Math.min(1, Math.abs(one.score - other.score))));
  const embeddings = pairs.map(([one, other]) =>
    compareVectors("embedding", one.embedding ?? [], other.embedding ?? []).drift
  );
  return worst([
    { drift: unpaired, what: `Of ${old.length} and ${fresh.length} ${kind}, ${pairs.length} are the same.` },
    { drift: scores, what: `The scores of the ${kind} differ by ${scores.toFixed(3)}.` },
    { drift: mean(embeddings), what: `The embeddings of the ${kind} differ by ${mean(embeddings).toFixed(3)}.` },
  ]);
}

/** Pairs findings of the same label greedily, largest overlap first. */
function pairUp(old: readonly Found[], fresh: readonly Found[]): [Found, Found][] {
  const candidates = old.flatMap((one) =>
    fresh.filter((other) => other.label === one.label)
      .map((other) => ({ one, other, overlap: overlapOf(one.box, other.box) }))
  );
  candidates.sort((first, second) => second.overlap - first.overlap);
  const taken = new Set<Found>();
  const pairs: [Found, Found][] = [];
  for (const { one, other, overlap } of candidates) {
    if (overlap < SAME_BOX_OVERLAP || taken.has(one) || taken.has(other)) continue;
    taken.add(one).add(other);
    pairs.push([one, other]);
  }
  return pairs;
}

function overlapOf(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const common = width * height;
  return common / (one.width * one.height + other.width * other.height - common);
}

/** Compares the best labels and their scores. */
function compareLabels(old: NonNullable<Comparable["labels"]>, fresh: NonNullable<Comparable["labels"]>): Difference {
  const [[best], [freshBest]] = [old, fresh];
  if (best === undefined && freshBest === undefined) return NO_DIFFERENCE;
  if (best?.label !== freshBest?.label) {
    return { drift: 1, what: `The best label was ${best?.label ?? "none"} and is ${freshBest?.label ?? "none"}.` };
  }
  const drift = Math.min(1, Math.abs(best.score - freshBest.score));
  return { drift, what: `The score of ${best.label} differs by ${drift.toFixed(3)}.` };
}

function compareShapes(
  old: NonNullable<Comparable["packed"]>["tensors"],
  fresh: NonNullable<Comparable["packed"]>["tensors"],
): Difference {
  const [one, other] = [old, fresh].map((tensors) =>
    tensors.map(({ name, dims }) => `${name} ${dims.join("x") || "scalar"}`).join(", ")
  );
  return one === other ? NO_DIFFERENCE : { drift: 1, what: `The tensors were ${one} and are ${other}.` };
}

function compareTensors(
  old: NonNullable<Comparable["tensors"]>,
  fresh: NonNullable<Comparable["tensors"]>,
): Difference[] {
  const names = new Set([...old, ...fresh].map(({ name }) => name));
  return [...names].map((wanted) => {
    const one = old.find(({ name }) => name === wanted);
    const other = fresh.find(({ name }) => name === wanted);
    return compareVectors(`tensor ${wanted}`, one?.data ?? [], other?.data ?? []);
  });
}

/** Returns the length of the difference vector, relative to the longer of the two vectors. */
function compareVectors(
  what: string,
  old: readonly (number | null)[],
  fresh: readonly (number | null)[],
): Difference {
  if (old.length !== fresh.length) {
    return { drift: 1, what: `The ${what} had ${old.length} numbers and has ${fresh.length}.` };
  }
  let [apart, before, after] = [0, 0, 0];
  for (let index = 0; index < old.length; index++) {
    const [one, other] = [old[index], fresh[index]];
    if ((one === null) !== (other === null)) {
      return { drift: 1, what: `The ${what} has undefined numbers in other places.` };
    }
    apart += ((one ?? 0) - (other ?? 0)) ** 2;
    before += (one ?? 0) ** 2;
    after += (other ?? 0) ** 2;
  }
  const longest = Math.max(before, after);
  const drift = longest === 0 ? 0 : Math.min(1, Math.sqrt(apart / longest));
  return { drift, what: `The ${what} differs by ${drift.toFixed(3)} of its length.` };
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/**
 * Returns the first deviation of `prediction` from `expect`, as a sentence, or `null` if there is
 * none.
 */
export function faultOf(expect: ModelTest["expect"], prediction: Comparable): string | null {
  const { persons, objects = [], labels = [] } = prediction;
  if (expect.persons !== undefined && persons.length !== expect.persons) {
    return `It found ${persons.length} persons instead of ${expect.persons}.`;
  }
  if (expect.objects !== undefined && objects.length !== expect.objects) {
    return `It found ${objects.length} objects instead of ${expect.objects}.`;
  }
  if (expect.label !== undefined && labels[0]?.label !== expect.label) {
    return `The best label is ${labels[0]?.label ?? "none"} instead of ${expect.label}.`;
  }
  return null;
}
