import type { JudgedFace } from "./train.ts";
import { VARIANTS } from "./variants.ts";

/** Shares of the true faces that may be lost at the points of the curve. */
const LOSSES = [0.003, 0.005, 0.007, 0.01] as const;
/** Share of the faces that count as the darkest, and as the most turned. */
const TENTH = 0.1;
/** Index of the number that says how far a face is turned, from the end of the values. */
const TURN_FROM_END = 2;

/** Bars of the classifier, as probabilities. */
export interface Bars {
  readonly doubtfulBelow: number;
  readonly omittedBelow: number;
}

/** A group of true faces, and how many of them are below each bar. */
export interface GroupLoss {
  readonly name: string;
  readonly faces: number;
  readonly omitted: number;
  readonly doubtful: number;
}

/** Returns the losses of the groups that labels, measures and variants make, and of all. */
export function lossesOf(faces: readonly JudgedFace[], { doubtfulBelow, omittedBelow }: Bars): GroupLoss[] {
  return Object.entries(groupsOf(faces)).filter(([, group]) => group.length > 0).map(([name, group]) => ({
    name,
    faces: group.length,
    omitted: group.filter(({ odds }) => odds < logit(omittedBelow)).length,
    doubtful: group.filter(({ odds }) => odds < logit(doubtfulBelow)).length,
  }));
}

function groupsOf(faces: readonly JudgedFace[]): Record<string, JudgedFace[]> {
  const people = faces.filter(({ answer }) => answer === 1);
  const plain = people.filter(({ variant }) => variant === "plain");
  const groups: Record<string, JudgedFace[]> = { "all, as they are": plain };
  for (const face of plain) {
    (groups[face.source.directory] ??= []).push(face);
    for (const [name, files] of Object.entries(face.source.groups ?? {})) {
      if (files?.includes(face.file)) (groups[name] ??= []).push(face);
    }
  }
  // The other sources hold portraits from the front in good light, which would hide a loss.
  const diverse = plain.filter(({ source }) => source.directory === "fairface");
  groups["the darkest tenth of fairface"] = extremesOf(diverse, ({ brightness }) => brightness);
  groups["the most turned tenth of fairface"] = extremesOf(
    diverse,
    ({ values }) => -values[values.length - TURN_FROM_END],
  );
  for (const variant of VARIANTS.slice(1)) {
    groups[`all, ${variant}`] = people.filter((face) => face.variant === variant);
  }
  return groups;
}

/** Returns the tenth of the faces for which `measure` is the lowest. */
function extremesOf(faces: readonly JudgedFace[], measure: (face: JudgedFace) => number): JudgedFace[] {
  const sorted = faces.toSorted((one, other) => measure(one) - measure(other));
  return sorted.slice(0, Math.round(faces.length * TENTH));
}

/** A source without people, and how many of its false faces stay. */
export interface FalseStay {
  readonly name: string;
  readonly faces: number;
  readonly stay: number;
}

/** Returns the false faces of each source whose odds are at least `odds`. */
export function staysOf(faces: readonly JudgedFace[], odds: number): FalseStay[] {
  const stays = new Map<string, { faces: number; stay: number }>();
  for (const face of faces) {
    if (face.answer === 1 || face.variant !== "plain") continue;
    const counted = stays.get(face.source.directory) ?? { faces: 0, stay: 0 };
    stays.set(face.source.directory, {
      faces: counted.faces + 1,
      stay: counted.stay + (face.odds >= odds ? 1 : 0),
    });
  }
  return [...stays].map(([name, counted]) => ({ name, ...counted }));
}

/** Returns the odds below which this share of the plain true faces lies. */
export function oddsAt(faces: readonly JudgedFace[], share: number): number {
  const odds = faces.filter(({ answer, variant }) => answer === 1 && variant === "plain")
    .map((face) => face.odds).toSorted((one, other) => one - other);
  return odds[Math.floor(share * odds.length)];
}

/** Prints the curve, and the losses and stays at the bars. */
export function printReport(faces: readonly JudgedFace[], bars: Bars): void {
  for (const loss of LOSSES) {
    const stays = staysOf(faces, oddsAt(faces, loss));
    const [all, stay] = [sum(stays, "faces"), sum(stays, "stay")];
    console.log(`at ${percent(loss)} of true faces lost ${percent(stay / all)} of ${all} false ones stay`);
  }
  console.log(`left out below ${bars.omittedBelow}, doubtful below ${bars.doubtfulBelow}:`);
  for (const { name, faces: count, omitted, doubtful } of lossesOf(faces, bars)) {
    console.log(`  ${name}: of ${count} left out ${omitted} (${percent(omitted / count)}), doubtful ${doubtful}`);
  }
  const sure = staysOf(faces, logit(bars.doubtfulBelow));
  for (const [at, { name, faces: count, stay }] of staysOf(faces, logit(bars.omittedBelow)).entries()) {
    console.log(
      `  ${name}: of ${count} false ones ${stay} stay (${percent(stay / count)}), ${sure[at].stay} undoubted`,
    );
  }
}

function sum(stays: readonly FalseStay[], key: "faces" | "stay"): number {
  return stays.reduce((total, stay) => total + stay[key], 0);
}

function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
