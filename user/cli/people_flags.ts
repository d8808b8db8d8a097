import type { Flag } from "./flag.ts";

/** Flags about people. */
export const PEOPLE_FLAGS = {
  face: {
    argument: "N",
    description: "The number of the face, if there are several: from the left, as `dml predict` numbers them.",
  },
  largest: {
    description: "The largest face, if there are several.",
  },
  meta: {
    argument: "KEY=VALUE",
    repeats: true,
    description: "A note about the person; KEY= removes it. May be given more than once.",
  },
  "face-id": {
    argument: "ID",
    description: "Only this face, as `dml people show` names it.",
  },
  all: {
    description: "The whole gallery; for list, every gallery.",
  },
  known: {
    argument: "SIMILARITY",
    description: "The similarity from which a face counts as known.",
  },
  unknown: {
    argument: "SIMILARITY",
    description: "The similarity below which a face counts as unknown; in between it is uncertain.",
  },
  default: {
    description: "Known and unknown by the number of enrolled faces, as if nobody had set them.",
  },
  margin: {
    argument: "SIMILARITY",
    description: "How much more similar the best person must be than the second best.",
  },
  "eye-distance": {
    argument: "PIXELS",
    description: "Faces with less distance between the eyes count as poor quality.",
  },
  sharpness: {
    argument: "NUMBER",
    description: "Faces that are less sharp count as poor quality.",
  },
  apply: {
    description: "Use the thresholds that were found.",
  },
  now: {
    description: "Keep nothing in the trash.",
  },
  empty: {
    description: "Delete everything in the trash for good.",
  },
} as const satisfies Record<string, Flag>;
