import type { FlagText } from "./flag.ts";
import { type FlagName, flagOf } from "./flags.ts";
import { ACCESS_VERBS } from "./access/access_verbs.ts";
import { MASTER_FLAGS } from "./access/master_flags.ts";
import { CONFIG_VERBS } from "./config/config_verbs.ts";
import { EXEC_VERB } from "./exec/exec_verb.ts";
import { CP_VERB, LS_VERB, RM_VERB } from "./files/file_verbs.ts";
import { DOCTOR_VERB } from "./status/doctor_verb.ts";
import { LOGS_VERB } from "./logs/logs_verb.ts";
import { MODELS_VERBS } from "./models_verbs.ts";
import { EXPLAIN_VERB } from "./nodes/explain_verb.ts";
import { NODES_VERBS } from "./nodes/nodes_verbs.ts";
import { SERVICE_VERB } from "./service/service_verb.ts";
import { PEOPLE_VERBS } from "./people_verbs.ts";
import { STATUS_VERB } from "./status/status_verb.ts";
import { SERVE_VERB } from "./serve/serve_verb.ts";
import { flagsOfSubVerbs } from "./sub_verbs.ts";
import type { Verb } from "./verb.ts";

/** Shells that can complete command lines of dml. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Words that may follow `dml upgrade`. */
export const UPGRADE_WORDS = ["status"] as const;

/** Flags of every verb. */
export const COMMON_FLAGS = [
  "config",
  "log-level",
  "log-format",
  "color",
  "help",
] as const satisfies readonly FlagName[];

/** Every verb, in the order of the help. */
const VERBS = {
  serve: SERVE_VERB,
  join: {
    usage: "HOST[:7400]",
    summary: "Run a node: fetch models, process pictures.",
    details: [
      "Connects to the master and needs no open port. Fetches missing model files, warms up, and takes work; reconnects if the connection breaks.",
      "With --upgrade, a node that runs from the portable executable takes a newer dml from its master: it finishes its work and restarts as the new version. If the master does not accept the new version within --upgrade-within, the node returns to the old one.",
      "Ctrl-C finishes the running pictures and leaves; a second Ctrl-C leaves at once.",
    ],
    flags: [
      "master",
      "token",
      "token-file",
      "name",
      "label",
      "workers",
      "cache-bytes",
      "memory",
      "allow-exec",
      "files",
      "upgrade",
      "upgrade-within",
      "home",
      "progress",
    ],
    examples: [
      ["dml join 192.168.1.10", "the master's port is 7400 unless you name one"],
      ["dml join 192.168.1.10 --workers 2 --name attic", "two pictures at once, under this name"],
    ],
  },
  predict: {
    usage: "FILE|DIRECTORY|GLOB|-...",
    summary: "Recognise the persons in pictures.",
    details: [
      "Prints a table of the persons, numbered from left to right, and writes NAME.annotated.jpg for each picture. A directory stands for the pictures directly inside it, by their extensions; what it leaves out is counted on standard error. A glob that the shell does not expand is expanded here, ** to any depth. Neither includes *.annotated.jpg files, unless the glob contains annotated. `-` is standard input.",
      "Without --master it uses the master on this machine; if none answers, it recognises the pictures in its own process.",
      "A face is compared with the people of a gallery: it is known (name and similarity), uncertain (NAME?), unknown, or of too poor quality to say. If nobody is enrolled, with --gallery none, or without a master, faces are not compared.",
      '--json prints one line per picture, in the order given: {"file", "ok": true, "annotatedFile", "prediction": {"model", "width", "height", "persons": [{"box", "score", "landmarks", "name", "similarity"}], "timings"}} or {"file", "ok": false, "error": {"code", "message", "advice"}}. "notes": [{"code", "text"}] says what was not read, searched or answered completely. A person has "doubtful": true if the model doubts that the face is human. A "box" is {"x", "y", "width", "height"}; "landmarks" are five {"x", "y"}: left eye, right eye, nose, left and right corner of the mouth, as seen in the picture; all in pixels of the upright picture. "timings" are the milliseconds of the work on the node: {"decodeMs", "prepareMs", "inferMs", "interpretMs", "drawMs", "encodeMs", "totalMs"}.',
      'If faces are compared with a gallery, the prediction has "gallery": {"name", "version"}, and each person "recognition": known, uncertain (with "candidates": [{"name", "similarity"}], best first), unknown or poor_quality; "name" and "similarity" are null unless the person is known. With a gallery or --embeddings each person has "quality": {"eyeDistance", "sharpness"}, with --embeddings also "embedding": [numbers], a unit vector; the similarity of two faces is the dot product of their embeddings.',
      'Besides "persons" the prediction has what the model computes: "labels": [{"label", "index", "score"}] if it classifies, "objects": [{"box", "label", "index", "score"}] if it detects, "embedding": [numbers] if it embeds, "tensors": [{"name", "type", "dims", "data"}] if it returns its outputs as they are; with face-attributes each person has "attributes": {"age", "gender", "expression", "liveness"}, the last three as {"label", "score"}. "notes": [{"code", "text"}] tell what was not read, searched or answered, such as the missing rows of a damaged picture.',
      "Faces are looked for upright. With --any-angle the picture is also turned by 90, 180 and 270 degrees; boxes and landmarks stay in pixels of the picture as it is, and the left eye of a turned face is the one that is left when the face is upright. Only models that find faces have it.",
      "With --small-faces all of the picture is looked at again at a large scale, also where nothing shows at first; only models with a plan for it have it, such as faces. With --any-angle too, the four turns share the looks.",
      "A tensor model takes, instead of a picture, a .npy file or the little-endian bytes of its inputs one after the other.",
    ],
    takesFiles: true,
    flags: [
      ...MASTER_FLAGS,
      "model",
      "out",
      "json",
      "annotate",
      "max-side",
      "any-angle",
      "small-faces",
      "embeddings",
      "keep-doubtful",
      "gallery",
      "concurrency",
      "outage",
      "progress",
    ],
    examples: [
      ["dml predict photo.jpg", "a table, and photo.annotated.jpg"],
      ["dml predict photos/ --out marked", "every picture in a directory"],
      ["cat photo.jpg | dml predict - --json", "from standard input, for a program"],
      ["dml predict photo.jpg --model face-attributes", "apparent age and more, of each face"],
    ],
  },
  nodes: {
    usage: "[VERB] [NODE...]",
    summary: "List the nodes, let one in or put it out, give them orders, label them, require something of them.",
    details: [
      "Without a verb it lists them. An order is for the nodes that are named, for all with --all, or for those with a label; --all and --label pass over nodes that are not connected. Each outcome is a row; the exit code is not 0 if an order failed. Needs the admin token if the master requires tokens.",
    ],
    flags: [],
    flagTexts: {
      all: { description: "All nodes." },
      label: { description: "Nodes with this label: room stands for room=attic too. Given more than once: with each." },
      "dry-run": { description: "Show which nodes would get the order, and send none." },
    },
    subVerbs: NODES_VERBS,
    examples: [
      ["dml nodes", "every node, its models, and why one is not ready"],
      ["dml nodes drain attic", "before you turn the host off"],
      ["dml nodes remove attic", "a host that was lost or sold"],
      ["dml nodes doctor --all", "which hosts are not well"],
    ],
  },
  explain: EXPLAIN_VERB,
  exec: EXEC_VERB,
  cp: CP_VERB,
  ls: LS_VERB,
  rm: RM_VERB,
  status: STATUS_VERB,
  logs: LOGS_VERB,
  models: {
    usage: "VERB ...",
    summary: "Manage models: add, pull, push and test them, roll versions out and back.",
    details: [],
    flags: [],
    // The environment variable of `--name` names a node, not a model.
    flagTexts: { name: { description: "The name of the model.", fallback: "the name of its file" } },
    subVerbs: MODELS_VERBS,
    examples: [
      ["dml models", "what the master serves"],
      ["dml models add yolo.onnx", "a model of your own, on every node"],
    ],
  },
  upgrade: {
    usage: "[status]",
    summary: "Watch the nodes upgrade to the version of the master, or list what each runs.",
    details: [
      "A master offers the executable that it was started from, and those of `dml serve --executables DIR`, to nodes that run an older version. Nodes that were started with --upgrade take it, a few at a time, so that the others keep working. To upgrade a cluster, replace the executable of the master and restart it.",
      "Waits until every connected node runs the newest version for its host or has reported why not; the exit code is 1 if one does not. status lists the nodes once and exits with 0.",
      '--json prints {"version", "programs": [{"version", "target", "digest", "size"}], "nodes": [{"nodeId", "name", "isConnected", "target", "version", "state", "reason"}]}.',
    ],
    words: UPGRADE_WORDS,
    flags: [...MASTER_FLAGS, "json"],
    examples: [
      ["dml upgrade", "after the master was restarted with a newer executable"],
      ["dml upgrade status", "which version each node runs"],
    ],
  },
  doctor: DOCTOR_VERB,
  ...ACCESS_VERBS,
  config: {
    usage: "show [VERB]",
    summary: "Show the settings that hold, and where each comes from.",
    details: [],
    flags: [],
    subVerbs: CONFIG_VERBS,
    examples: [["dml config show join", "what a node would be started with"]],
  },
  service: SERVICE_VERB,
  completions: {
    usage: "bash|zsh|fish",
    summary: "Print a script that makes a shell complete dml command lines.",
    details: [],
    words: SHELLS,
    flags: [],
    examples: [
      ["dml completions bash", "in ~/.bashrc, as `source <(dml completions bash)`"],
      ["dml completions zsh", "the same in ~/.zshrc, after compinit"],
      ["dml completions fish", "into ~/.config/fish/completions/dml.fish"],
    ],
  },
  people: {
    usage: "VERB ...",
    summary: "Manage the people whose faces are recognised.",
    details: [
      "A gallery holds people by name, with their enrolled faces; `dml predict` then names them. The master stores it, every node has it within two seconds of a change, and every prediction says which version it used.",
      "Needs a master and, if it requires tokens, the admin token: names and faces are personal data.",
    ],
    flags: [],
    subVerbs: PEOPLE_VERBS,
    examples: [
      ["dml people enroll Ada ada.jpg", "one person, from one picture"],
      ["dml people enroll staff/", "everybody: one sub-folder per person"],
      ["dml people", "who is enrolled"],
    ],
  },
  help: {
    usage: "[VERB|TOPIC]",
    summary: "Explain a verb or a topic.",
    details: ["Topics: limits, exit-codes, environment."],
    flags: [],
    examples: [["dml help predict", "one verb"], ["dml help limits", "every limit"]],
  },
  version: {
    usage: "",
    summary: "Print the version.",
    details: [],
    flags: [],
    examples: [["dml version", "the version of dml and of its protocol"]],
  },
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof VERBS;
export const VERB_NAMES = Object.keys(VERBS).filter(isVerbName);

/** Topics of `dml help` beside the verbs. */
export const HELP_TOPICS = ["limits", "exit-codes", "environment"] as const;

/** Returns true if `text` is a verb. */
export function isVerbName(text: string): text is VerbName {
  return Object.hasOwn(VERBS, text);
}

/** Returns the verb called `name`, typed with every optional property. */
export function verbOf(name: VerbName): Verb {
  return VERBS[name];
}

/** Returns the flags that `name` takes, its own first. */
export function flagsOf(name: VerbName): readonly FlagName[] {
  const { flags, subVerbs = {} } = verbOf(name);
  return [...flags, ...flagsOfSubVerbs(subVerbs), ...COMMON_FLAGS];
}

/** Returns the description of a flag as it concerns the verb called `name`. */
export function flagTextOf(name: VerbName, flag: FlagName): FlagText {
  return verbOf(name).flagTexts?.[flag] ?? flagOf(flag);
}
