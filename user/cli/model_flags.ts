import { DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import type { Flag } from "./flag.ts";

/** Flags about versions and their rollouts. */
export const ROLLOUT_FLAGS = {
  canary: {
    argument: "SHARE",
    fallback: "20%",
    description: "Share of the pictures that the new version gets first; 0 for none.",
  },
  "max-error": {
    argument: "SHARE",
    fallback: "1%",
    description: "Share of canary pictures that may fail on the new version.",
  },
  "max-slowdown": {
    argument: "FACTOR",
    fallback: "1.5",
    description: "How many times as long as the old version the new one may take.",
  },
  compare: {
    eitherWay: true,
    fallback: "compared",
    description: "Compare answers with those of the old version, or do not.",
  },
  "min-nodes": {
    argument: "N",
    fallback: "as many as serve the old version",
    description: "Nodes that must be ready for the new version.",
  },
  "canary-tasks": {
    argument: "N",
    fallback: "20",
    description: "Canary pictures to see before judging.",
  },
  within: {
    argument: "SECONDS",
    fallback: "600",
    description: "When the rollout ends at the latest.",
  },
  wait: {
    on: true,
    description: "Begin the rollout, do not wait for its end.",
  },
  off: {
    description: "Undo it.",
  },
} as const satisfies Record<string, Flag>;

/** Flags about importing models. */
export const MODEL_FLAGS = {
  labels: {
    argument: "FILE",
    description: "What the classes are called: one a line, or JSON.",
  },
  manifest: {
    argument: "FILE",
    description: "The manifest to add it with, instead of a proposed one.",
  },
  license: {
    argument: "SPDX",
    fallback: "NOASSERTION",
    description: "The licence of the model, as an SPDX expression.",
  },
  sha256: {
    argument: "HEX",
    description: "The sum of the file; any other file is refused.",
  },
  yes: {
    alias: "y",
    description: "Ask nothing, take what is usual.",
  },
  to: {
    argument: `HOST[:${DEFAULT_PORT}]`,
    description: "The address of the master that gets the copy.",
  },
  "to-token": {
    argument: "TOKEN",
    environment: "DML_TO_TOKEN",
    description: "What lets you in there.",
  },
} as const satisfies Record<string, Flag>;
