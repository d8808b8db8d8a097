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
    description: "How many times as long as the old version the new one may take per picture.",
  },
  compare: {
    eitherWay: true,
    fallback: "yes",
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
    description: "Canary pictures to wait for before deciding.",
  },
  within: {
    argument: "SECONDS",
    fallback: "600",
    description: "The time limit of the rollout.",
  },
  wait: {
    on: true,
    description: "Begin the rollout without waiting for its end.",
  },
  off: {
    description: "Remove the pin.",
  },
} as const satisfies Record<string, Flag>;

/** Flags about importing models. */
export const MODEL_FLAGS = {
  labels: {
    argument: "FILE",
    description: "The names of the classes: one per line, or JSON.",
  },
  manifest: {
    argument: "FILE",
    description: "The manifest of the model, instead of a proposed one.",
  },
  license: {
    argument: "SPDX",
    fallback: "NOASSERTION",
    description: "The licence of the model, as an SPDX expression.",
  },
  sha256: {
    argument: "HEX",
    description: "The SHA-256 of the file; any other file is refused.",
  },
  save: {
    argument: "FILE",
    description: "Only keep the file as FILE, a part of a model of several files.",
  },
  yes: {
    alias: "y",
    description: "Ask nothing: use the defaults, and go on.",
  },
  to: {
    argument: `HOST[:${DEFAULT_PORT}]`,
    description: "The address of the master that receives the copy.",
  },
  "to-token": {
    argument: "TOKEN",
    environment: "DML_TO_TOKEN",
    description: "The access token of that master.",
  },
} as const satisfies Record<string, Flag>;
