import { DEFAULT_GALLERY, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DEFAULT_CONTROL_PORT, DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { ACCESS_FLAGS } from "./access/access_flags.ts";
import { EXEC_FLAGS } from "./exec/exec_flags.ts";
import { FILE_FLAGS } from "./files/file_flags.ts";
import type { Flag } from "./flag.ts";
import { LOGS_FLAGS } from "./logs/logs_flags.ts";
import { MODEL_FLAGS, ROLLOUT_FLAGS } from "./model_flags.ts";
import { PEOPLE_FLAGS } from "./people_flags.ts";
import { PICTURE_FLAGS } from "./picture_flags.ts";
import { SERVE_FLAGS } from "./serve/serve_flags.ts";
import { SERVICE_FLAGS } from "./service/service_flags.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const LOG_FORMATS = ["text", "json"] as const;

/** Default number of pictures of one `predict` in flight at once, for a few nodes. */
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
    description:
      "The access token, as `dml serve` printed it; - to read it from standard input. Others on this host may see the value in the list of processes, unless dml is the portable file; --token-file and the variable hide it everywhere.",
  },
  ...ACCESS_FLAGS,
  home: {
    argument: "DIR",
    environment: "DML_HOME",
    fallback: "the data directory of your account",
    description: "The directory for the role's data: ledger, model files, identity.",
  },
  config: {
    argument: "FILE",
    environment: "DML_CONFIG_FILE",
    fallback: "dml.toml in the data directory",
    description: "The file with the settings (TOML), for all that has a variable; flags and variables come before it.",
  },
  host: {
    argument: "HOST",
    environment: "DML_HOST",
    fallback: `${DEFAULT_HOST}, this machine only`,
    description: "The address to listen on; 0.0.0.0 for every network, :: for IPv6 too.",
  },
  advertise: {
    argument: "NAME[:PORT]",
    environment: "DML_ADVERTISE",
    fallback: "the addresses of this host, that of the LAN first",
    description: "The address to print for other hosts, if they reach the master by another one.",
  },
  port: {
    alias: "p",
    argument: "PORT",
    environment: "DML_PORT",
    fallback: `${DEFAULT_PORT}`,
    description: "The HTTP port, which is part of the master's address; 0 for any free one.",
  },
  "control-port": {
    argument: "PORT",
    environment: "DML_CONTROL_PORT",
    fallback: `${DEFAULT_CONTROL_PORT}`,
    description: "The port for control connections, which nodes learn from the master; 0 for any free one.",
  },
  name: {
    argument: "NAME",
    environment: "DML_NODE_NAME",
    fallback: "the name of the host",
    description: "The name of the node.",
  },
  label: {
    argument: "LABEL",
    repeats: true,
    environment: "DML_NODE_LABELS",
    fallback: "none",
    description:
      "A label of the node, such as gpu or room=attic. May be given more than once; with commas in the variable.",
  },
  workers: {
    alias: "w",
    argument: "N",
    environment: "DML_WORKERS",
    fallback: "one per core; for serve one less",
    description: "Pictures that this node processes at once; 0 for a master without a node of its own.",
  },
  model: {
    alias: "r",
    argument: "NAME",
    environment: "DML_MODEL",
    fallback: DEFAULT_MODEL,
    description: "The model to use: NAME or NAME@VERSION.",
  },
  out: {
    alias: "o",
    argument: "DIR",
    environment: "DML_OUT",
    fallback: "the current directory",
    description: "The directory for annotated pictures; created if missing.",
  },
  json: {
    alias: "j",
    description: "Print one JSON object per line on standard output instead of a table.",
  },
  gallery: {
    alias: "g",
    argument: "NAME",
    environment: "DML_GALLERY",
    fallback: DEFAULT_GALLERY,
    description: `The gallery of people to recognise; ${NO_GALLERY} to recognise nobody.`,
  },
  ...PICTURE_FLAGS,
  ...PEOPLE_FLAGS,
  "dry-run": {
    description: "Show what would be done, without doing it.",
  },
  concurrency: {
    alias: "c",
    argument: "N",
    environment: "DML_CONCURRENCY",
    fallback: `${DEFAULT_CONCURRENCY}`,
    description: `Pictures in flight at once, at most ${LIMITS.predictConcurrencyMax}.`,
  },
  outage: {
    argument: "TIME",
    environment: "DML_OUTAGE",
    fallback: `${LIMITS.outageMs / 1_000}s`,
    description: "How long to wait for a master that goes away meanwhile, such as one that is restarted.",
  },
  ...ROLLOUT_FLAGS,
  "cache-bytes": {
    argument: "SIZE",
    environment: "DML_CACHE_BYTES",
    fallback: `${LIMITS.cacheBytes / 1024 ** 3}GiB`,
    description: "Disk space for the node's model files, such as 500MiB; 0 for no limit.",
  },
  memory: {
    argument: "SIZE",
    environment: "DML_MEMORY",
    fallback: "that of the host",
    description: "Memory that the node may use, such as 2GiB: models and pictures that need more go to other nodes.",
  },
  ...MODEL_FLAGS,
  ...LOGS_FLAGS,
  ...EXEC_FLAGS,
  ...FILE_FLAGS,
  upgrade: {
    eitherWay: true,
    environment: "DML_UPGRADE",
    fallback: "no",
    description: "Accept a newer dml from the master, which can then choose the program that runs on this host.",
  },
  "upgrade-within": {
    argument: "SECONDS",
    environment: "DML_UPGRADE_WITHIN",
    fallback: `${DEFAULT_UPGRADE_WITHIN_SECONDS}`,
    description: "Time for a newer dml to start successfully; after it the old one comes back.",
  },
  insecure: {
    eitherWay: true,
    environment: "DML_INSECURE",
    fallback: "no",
    description: "Serve other hosts without TLS: whoever listens on the network learns tokens, pictures and names.",
  },
  "accept-loss": {
    description:
      "Go on with what is there if the disk has lost changes that the master had acknowledged; without it, the master then refuses to start.",
  },
  ...SERVE_FLAGS,
  "print-tokens": {
    eitherWay: true,
    environment: "DML_PRINT_TOKENS",
    fallback: "on a terminal",
    description: "Print the access tokens, or where they are stored, so that no journal keeps them.",
  },
  approve: {
    eitherWay: true,
    environment: "DML_APPROVE",
    fallback: "no",
    description: "Hold nodes that join for the first time until an admin lets them in with `dml nodes approve`.",
  },
  "log-level": {
    argument: "LEVEL",
    environment: "DML_LOG_LEVEL",
    fallback: "info for serve, warn for the others",
    choices: LOG_LEVELS,
    description: "The lowest level that is logged.",
  },
  "log-format": {
    argument: "FORMAT",
    environment: "DML_LOG_FORMAT",
    fallback: "text",
    choices: LOG_FORMATS,
    description: "The format of log lines on standard error.",
  },
  progress: {
    eitherWay: true,
    environment: "DML_PROGRESS",
    fallback: "on a terminal",
    description: "Show a progress bar, or none.",
  },
  color: {
    eitherWay: true,
    fallback: "on a terminal, unless NO_COLOR is set",
    description: "Colour the output, or do not.",
  },
  ...SERVICE_FLAGS,
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
