import { DEFAULT_GALLERY, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DEFAULT_CONTROL_PORT, DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

import type { Flag } from "./flag.ts";
import { MODEL_FLAGS, ROLLOUT_FLAGS } from "./model_flags.ts";
import { PEOPLE_FLAGS } from "./people_flags.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const LOG_FORMATS = ["text", "json"] as const;

/**
 * Default number of pictures of one `predict` in flight at once: enough to keep a few nodes busy.
 */
export const DEFAULT_CONCURRENCY = 8;
export const DEFAULT_MODEL = "faces";
/** Default time within which the master must accept a node that runs a newer program. */
export const DEFAULT_UPGRADE_WITHIN_SECONDS = 60;
export const DEFAULT_HOST = "127.0.0.1";

/** Every flag by its long name. */
export const FLAGS = {
  master: {
    alias: "m",
    argument: `HOST[:${DEFAULT_PORT}]`,
    environment: "DML_MASTER",
    description: "The master's address.",
  },
  token: {
    argument: "TOKEN",
    environment: "DML_TOKEN",
    description: "What lets you in, as `dml serve` printed it.",
  },
  home: {
    argument: "DIR",
    environment: "DML_HOME",
    fallback: "the data directory of your account",
    description: "Where the role keeps its data: ledger, model files, identity.",
  },
  host: {
    argument: "HOST",
    environment: "DML_HOST",
    fallback: `${DEFAULT_HOST}, this machine only`,
    description: "The address to listen on; 0.0.0.0 for every network.",
  },
  port: {
    alias: "p",
    argument: "PORT",
    environment: "DML_PORT",
    fallback: `${DEFAULT_PORT}`,
    description: "The port people know; 0 for any free one.",
  },
  "control-port": {
    argument: "PORT",
    environment: "DML_CONTROL_PORT",
    fallback: `${DEFAULT_CONTROL_PORT}`,
    description: "The port nodes learn from it; 0 for any free one.",
  },
  name: {
    argument: "NAME",
    environment: "DML_NODE_NAME",
    fallback: "the name of the host; of a model, that of its file",
    description: "What the node, or the model, is called.",
  },
  workers: {
    alias: "w",
    argument: "N",
    environment: "DML_WORKERS",
    fallback: "one a core",
    description: "Pictures that run at once on this node.",
  },
  model: {
    alias: "r",
    argument: "NAME",
    environment: "DML_MODEL",
    fallback: DEFAULT_MODEL,
    description: "What looks at the pictures; NAME or NAME@VERSION.",
  },
  out: {
    alias: "o",
    argument: "DIR",
    environment: "DML_OUT",
    fallback: "the current directory",
    description: "Where the annotated pictures go; made when it is not there.",
  },
  json: {
    alias: "j",
    description: "One JSON object a line on standard output instead of a table.",
  },
  annotate: {
    on: true,
    description: "Write no annotated pictures.",
  },
  embeddings: {
    description: "Put each face's embedding into the lines of --json, which it needs.",
  },
  gallery: {
    alias: "g",
    argument: "NAME",
    environment: "DML_GALLERY",
    fallback: DEFAULT_GALLERY,
    description: `The people whose faces are looked for; ${NO_GALLERY} for nobody's.`,
  },
  ...PEOPLE_FLAGS,
  "dry-run": {
    description: "Only show what would be done.",
  },
  concurrency: {
    alias: "c",
    argument: "N",
    environment: "DML_CONCURRENCY",
    fallback: `${DEFAULT_CONCURRENCY}`,
    description: `Pictures in flight at once, at most ${LIMITS.predictConcurrencyMax}.`,
  },
  ...ROLLOUT_FLAGS,
  "cache-bytes": {
    argument: "SIZE",
    environment: "DML_CACHE_BYTES",
    fallback: `${LIMITS.cacheBytes / 1024 ** 3}GiB`,
    description: "Model files that the node keeps on its disk, like 500MiB; 0 for no limit.",
  },
  ...MODEL_FLAGS,
  upgrade: {
    eitherWay: true,
    environment: "DML_UPGRADE",
    fallback: "no",
    description: "Take a newer dml from the master, which then may choose the program that runs on this host.",
  },
  "upgrade-within": {
    argument: "SECONDS",
    environment: "DML_UPGRADE_WITHIN",
    fallback: `${DEFAULT_UPGRADE_WITHIN_SECONDS}`,
    description: "When a newer dml must have come up; else the old one comes back.",
  },
  executables: {
    argument: "DIR",
    environment: "DML_EXECUTABLES",
    fallback: "none",
    description: "Executables for other kinds of hosts, as a build leaves them in dist.",
  },
  "log-level": {
    argument: "LEVEL",
    environment: "DML_LOG_LEVEL",
    fallback: "info for serve, warn for the others",
    choices: LOG_LEVELS,
    description: "The least that is logged.",
  },
  "log-format": {
    argument: "FORMAT",
    environment: "DML_LOG_FORMAT",
    fallback: "text",
    choices: LOG_FORMATS,
    description: "How log lines look on standard error.",
  },
  progress: {
    eitherWay: true,
    environment: "DML_PROGRESS",
    fallback: "on a terminal",
    description: "A progress bar, or none.",
  },
  color: {
    eitherWay: true,
    fallback: "on a terminal, unless NO_COLOR is set",
    description: "Colour, or no colour.",
  },
  system: {
    description:
      "The service of the host, in a sandbox with an account of its own; without it, the one of your account.",
  },
  help: { alias: "h", description: "Print the help of the verb." },
  version: { alias: "V", description: "Print the version." },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

/** Returns true if `text` is the long name of a flag. */
export function isFlagName(text: string): text is FlagName {
  return Object.hasOwn(FLAGS, text);
}

/** Returns the flag called `name`, typed with every optional property. */
export function flagOf(name: FlagName): Flag {
  return FLAGS[name];
}

/**
 * Returns `name` as written on a command line: `--no-annotate` for a switch that is on by default.
 */
export function spelling(name: FlagName): string {
  return flagOf(name).on ? `--no-${name}` : `--${name}`;
}

/** Environment variables of the flags, and `NO_COLOR`. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  ...Object.keys(FLAGS).filter(isFlagName).flatMap((name) => flagOf(name).environment ?? []),
  "NO_COLOR",
];
