import { DEFAULT_GALLERY, METADATA_KEY_PATTERN, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { ID_PATTERN } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { consentIn } from "./consent.ts";
import type { FlagValues } from "./flag_values.ts";
import { DEFAULT_CONCURRENCY } from "./flags.ts";
import { masterChoiceOf } from "./access/master_choice.ts";
import { outageOf } from "./access/outage.ts";
import type { EnrollCommand, PeopleCommand, RemoveCommand, ThresholdsCommand } from "./people_command.ts";
import { PEOPLE_VERBS, type PeopleVerb } from "./people_verbs.ts";
import { requireWords, takeSubVerb } from "./sub_verbs.ts";

const GALLERY_PATTERN = new RegExp(`^(?!${NO_GALLERY}$)[a-z0-9][a-z0-9._-]{0,62}$`);

/** Number of words that each sub-verb takes, and their description for the error message. */
const WORDS: Readonly<Record<PeopleVerb, { min: number; max: number; what: string }>> = {
  enroll: { min: 1, max: Infinity, what: "a name and pictures, or a directory whose sub-folders are names" },
  list: { min: 0, max: 0, what: "" },
  show: { min: 1, max: 1, what: "a person" },
  rename: { min: 2, max: 2, what: "a person and their new name" },
  note: { min: 1, max: 1, what: "a person" },
  merge: { min: 2, max: 2, what: "a person, and the one to merge into them" },
  remove: { min: 0, max: 1, what: "" },
  undo: { min: 0, max: 1, what: "the id of a removal" },
  trash: { min: 0, max: 0, what: "" },
  reject: { min: 2, max: Infinity, what: "a person, and pictures of somebody else" },
  export: { min: 0, max: 1, what: "" },
  import: { min: 1, max: 1, what: "a file that `dml people export` wrote" },
  test: { min: 1, max: 1, what: "a directory whose sub-folders are names" },
  check: { min: 0, max: 1, what: "" },
  calibrate: { min: 1, max: 1, what: "a directory whose sub-folders are names" },
  thresholds: { min: 0, max: 0, what: "" },
};

/** Parses the words after `dml people`, and the flags. Pure. Throws `usage`. */
export function peopleCommand(words: readonly string[], values: FlagValues): PeopleCommand {
  const { name: subVerb, rest } = takeSubVerb<PeopleVerb>("people", PEOPLE_VERBS, {
    rest: words,
    given: values.given.keys(),
    fallback: "list",
  });
  requireWords(`people ${subVerb}`, rest, WORDS[subVerb]);
  const gallery = values.matching("gallery", { pattern: GALLERY_PATTERN, form: "the name of a gallery" });
  const common = {
    verb: "people",
    gallery: gallery ?? DEFAULT_GALLERY,
    json: values.toggle("json") ?? false,
    ...masterChoiceOf(values),
    ...outageOf(values),
  } as const;
  const concurrency = () => values.count("concurrency", LIMITS.predictConcurrencyMax) ?? DEFAULT_CONCURRENCY;
  const [first, second] = rest;
  switch (subVerb) {
    case "enroll":
      return { ...common, subVerb, ...enrolled(rest, values), concurrency: concurrency() };
    case "list":
      return { ...common, subVerb, galleries: values.toggle("all") ?? false };
    case "show":
      return { ...common, subVerb, name: first };
    case "rename":
      return { ...common, subVerb, name: first, newName: second };
    case "note":
      return { ...common, subVerb, name: first, metadata: noted(values, { isNeeded: true }) };
    case "merge":
      return { ...common, subVerb, name: first, from: second, ...consentIn(values) };
    case "remove":
      return { ...common, subVerb, ...removed(rest, values) };
    case "undo":
      if (first !== undefined && !ID_PATTERN.test(first)) {
        throw new DmlError("usage", `\`dml people undo\` takes the id of a removal, not ${JSON.stringify(first)}.`, {
          advice: "`dml people trash` lists them; without an id the newest comes back.",
        });
      }
      return { ...common, subVerb, entryId: first ?? null };
    case "trash":
      return { ...common, subVerb, empty: values.isOn("empty"), ...consentIn(values) };
    case "reject":
      return { ...common, subVerb, name: first, inputs: rest.slice(1), ...faceChoice(values) };
    case "export":
      return { ...common, subVerb, file: first === undefined || first === "-" ? null : first };
    case "import":
      return { ...common, subVerb, file: first };
    case "test":
      return { ...common, subVerb, directory: first, anyAngle: isAnyAngle(values), concurrency: concurrency() };
    case "check":
      return { ...common, subVerb, name: first ?? null };
    case "calibrate":
      return {
        ...common,
        subVerb,
        directory: first,
        anyAngle: isAnyAngle(values),
        apply: values.toggle("apply") ?? false,
        concurrency: concurrency(),
      };
    case "thresholds":
      return { ...common, subVerb, ...thresholds(values) };
  }
}

function enrolled(
  rest: readonly string[],
  values: FlagValues,
): Pick<EnrollCommand, "name" | "inputs" | "face" | "largest" | "anyAngle" | "metadata" | "dryRun"> {
  const isDirectory = rest.length === 1;
  return {
    name: isDirectory ? null : rest[0],
    inputs: isDirectory ? rest : rest.slice(1),
    ...faceChoice(values),
    metadata: noted(values, { isNeeded: false }),
    dryRun: values.toggle("dry-run") ?? false,
  };
}

function faceChoice(values: FlagValues): Pick<EnrollCommand, "face" | "largest" | "anyAngle"> {
  const face = values.count("face", LIMITS.personsMax);
  const largest = values.toggle("largest") ?? false;
  if (face !== null && largest) throw new DmlError("usage", "--face and --largest cannot be combined.");
  return { face, largest, anyAngle: isAnyAngle(values) };
}

function isAnyAngle(values: FlagValues): boolean {
  return values.toggle("any-angle") ?? false;
}

function noted(values: FlagValues, { isNeeded }: { isNeeded: boolean }): Record<string, string | null> {
  const entries = values.texts("meta").map((text): [string, string | null] => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key !== undefined && METADATA_KEY_PATTERN.test(key)) return [key, value === "" ? null : value];
    throw new DmlError("usage", `--meta must be KEY=VALUE, not ${JSON.stringify(text)}.`, {
      advice: "A KEY consists of letters, digits, dots, hyphens and underscores.",
    });
  });
  if (isNeeded && entries.length === 0) {
    throw new DmlError("usage", "`dml people note` needs at least one --meta KEY=VALUE.");
  }
  return Object.fromEntries(entries);
}

function removed(
  [name]: readonly string[],
  values: FlagValues,
): Pick<RemoveCommand, "name" | "faceId" | "yes" | "now"> {
  const isAll = values.toggle("all") ?? false;
  const faceId = values.matching("face-id", { pattern: ID_PATTERN, form: "the id of a face" });
  if (isAll === (name !== undefined)) {
    throw new DmlError("usage", "`dml people remove` needs either a person or --all.", {
      advice: "--all removes the whole gallery.",
    });
  }
  if (isAll && faceId !== null) throw new DmlError("usage", "--all and --face-id cannot be combined.");
  return { name: name ?? null, faceId, ...consentIn(values), ...(values.isOn("now") ? { now: true } : {}) };
}

function thresholds(values: FlagValues): Pick<ThresholdsCommand, "change" | "isDefault"> {
  const isDefault = values.toggle("default") ?? false;
  const given = {
    known: values.number("known", { min: -1, max: 1 }),
    unknown: values.number("unknown", { min: -1, max: 1 }),
    marginMin: values.number("margin", { min: 0, max: 2 }),
    eyeDistanceMin: values.number("eye-distance", { min: 0, max: 10_000 }),
    sharpnessMin: values.number("sharpness", { min: 0, max: 1e9 }),
  };
  if (isDefault && (given.known !== null || given.unknown !== null)) {
    throw new DmlError("usage", "--default cannot be combined with --known or --unknown.");
  }
  return { change: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)), isDefault };
}
