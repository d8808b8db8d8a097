import type { Flag } from "./flag.ts";

/** Flags about people. */
export const PEOPLE_FLAGS = {
  face: {
    argument: "N",
    description: "Which of several faces, counted from the left.",
  },
  largest: {
    description: "Of several faces, the largest.",
  },
  meta: {
    argument: "KEY=VALUE",
    repeats: true,
    description: "Something to note about the person; KEY= removes it. May be given more than once.",
  },
  "face-id": {
    argument: "ID",
    description: "Only this face, as `dml people show` names it.",
  },
  all: {
    description: "The whole gallery; of a list, every gallery.",
  },
  known: {
    argument: "SIMILARITY",
    description: "From here on a face is a person's.",
  },
  unknown: {
    argument: "SIMILARITY",
    description: "Below, a face is nobody's; in between it is uncertain.",
  },
  margin: {
    argument: "SIMILARITY",
    description: "The nearest person must be nearer than the second by this much.",
  },
  "eye-distance": {
    argument: "PIXELS",
    description: "Faces with less between the eyes are of poor quality.",
  },
  sharpness: {
    argument: "NUMBER",
    description: "Faces that are less sharp are of poor quality.",
  },
  apply: {
    description: "Use the thresholds that were found.",
  },
} as const satisfies Record<string, Flag>;
