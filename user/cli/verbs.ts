import { NODE_COMMAND_NAMES } from "../../protocol/messages/command_names.ts";
import type { FlagName } from "./flags.ts";
import { MODELS_VERBS } from "./models_verbs.ts";
import { SERVICE_VERB } from "./service_verb.ts";
import { PEOPLE_VERBS } from "./people_verbs.ts";
import { flagsOfSubVerbs } from "./sub_verbs.ts";
import type { Verb } from "./verb.ts";

/** Shells that can complete command lines of dml. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Words that may follow `dml upgrade`. */
export const UPGRADE_WORDS = ["status"] as const;

/** Flags of every verb. */
export const COMMON_FLAGS = ["log-level", "log-format", "color", "help"] as const satisfies readonly FlagName[];

/** Every verb, in the order of the help. */
const VERBS = {
  serve: {
    usage: "",
    summary: "Be the master: take in nodes, hand out pictures, answer users.",
    details: [
      "Listens on this machine only, unless --host names an address. Prints where it listens and the line that makes another host a node.",
      "With --log-format json the log line `ready` carries `address`, `port` and `controlPort`, the real ones also when 0 was asked for.",
    ],
    flags: ["host", "port", "control-port", "executables", "home"],
    examples: [
      ["dml serve", "for this machine"],
      ["dml serve --host 0.0.0.0", "for the network"],
    ],
  },
  join: {
    usage: "HOST[:7400]",
    summary: "Be a node: fetch models, look at pictures.",
    details: [
      "Dials the master and needs no open port. Receives the model files it lacks, warms up, and takes work; when the connection breaks it dials again.",
      "With --upgrade it takes a newer dml that its master has, when it runs from the portable executable: it finishes what it has, starts again as that, and comes back as what it was when the new one is not taken in by the master within --upgrade-within.",
      "Ctrl-C finishes what is running and leaves; a second one leaves at once.",
    ],
    flags: [
      "master",
      "token",
      "name",
      "workers",
      "cache-bytes",
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
      "Prints a table of the persons, and writes NAME.annotated.jpg for each picture. A directory stands for the pictures right inside it; a glob that the shell hands on is expanded, ** to any depth; neither takes in *.annotated.jpg, unless the glob says annotated; `-` is standard input.",
      "With no --master it asks the one on this machine; when none answers, it recognises in its own process.",
      "A face is compared with the people of a gallery: it is theirs (name and similarity), perhaps theirs (NAME?), unknown, or of too poor a quality to say. Where nobody is enrolled, or with --gallery none, or with no master, nobody is compared.",
      '--json prints one line a picture, in the order given: {"file", "ok": true, "annotatedFile", "prediction": {"model", "width", "height", "persons": [{"box", "score", "landmarks", "name", "similarity"}], "timings"}} or {"file", "ok": false, "error": {"code", "message", "advice"}}. A "box" is {"x", "y", "width", "height"}; "landmarks" are five {"x", "y"}: left eye, right eye, nose, left and right corner of the mouth, as seen in the picture; all in pixels of the upright picture. "timings" are the milliseconds of the work on the node: {"decodeMs", "prepareMs", "inferMs", "interpretMs", "drawMs", "encodeMs", "totalMs"}.',
      'When a gallery was asked, the prediction has "gallery": {"name", "version"}, and each person "recognition": known, uncertain (with "candidates": [{"name", "similarity"}], best first), unknown or poor_quality; "name" and "similarity" are null but for who is known. With a gallery or --embeddings each person has "quality": {"eyeDistance", "sharpness"}, with --embeddings also "embedding": [numbers], of length 1; two faces are as similar as the dot product of theirs.',
      'Beside "persons" there is what the model is for: "labels": [{"label", "index", "score"}] when it classifies, "objects": [{"box", "label", "index", "score"}] when it detects, "embedding": [numbers] when it embeds, "tensors": [{"name", "type", "dims", "data"}] when it computes; on a person "attributes": {"age", "gender", "expression", "liveness"} from face-attributes, the last three as {"label", "score"}.',
      "A model of tensors takes a .npy file, or the little-endian bytes of its inputs one behind the other, in place of a picture.",
    ],
    takesFiles: true,
    flags: [
      "master",
      "token",
      "model",
      "out",
      "json",
      "annotate",
      "embeddings",
      "gallery",
      "concurrency",
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
    usage: "[drain|resume|shutdown NAME|ID]",
    summary: "List the nodes, or tell one to drain, resume or shut down.",
    details: [
      "drain: finish what is running, take nothing new. resume: take work again. shutdown: drain, then end.",
      "done: pictures that it answered, since it was first seen. The master writes that down once a minute and when the node goes, so one that was killed forgets the last minute.",
      "On a narrow terminal the models stand below their node, and columns are left out; --json has it all.",
    ],
    words: NODE_COMMAND_NAMES,
    flags: ["master", "token", "json"],
    examples: [
      ["dml nodes", "who is there, what each can do, and why not"],
      ["dml nodes drain attic", "before you turn the host off"],
    ],
  },
  models: {
    usage: "VERB ...",
    summary: "Look after models: add, pull, push and test them, roll versions out and back.",
    details: [],
    flags: [],
    subVerbs: MODELS_VERBS,
    examples: [
      ["dml models", "what the master serves"],
      ["dml models add yolo.onnx", "a model of your own, on every node"],
    ],
  },
  upgrade: {
    usage: "[status]",
    summary: "Follow the nodes to the version of the master, or list what each runs.",
    details: [
      "A master offers the executable that it was started from, and those of `dml serve --executables DIR`, to nodes that run an older version; nodes that were started with --upgrade take it, a few at a time, so that the others work on. So to upgrade a cluster, replace the file of the master and start it again.",
      "Waits until every connected node runs the newest version for it, or says why not; exit code 1 when one does not. status lists once, and is always 0.",
      '--json prints {"version", "programs": [{"version", "target", "digest", "size"}], "nodes": [{"nodeId", "name", "isConnected", "target", "version", "state", "reason"}]}.',
    ],
    words: UPGRADE_WORDS,
    flags: ["master", "token", "json"],
    examples: [
      ["dml upgrade", "after the master was started with a newer file"],
      ["dml upgrade status", "which version each node runs"],
    ],
  },
  doctor: {
    usage: "",
    summary: "Try all that dml needs here, and name the first thing that fails.",
    details: [
      "Goes from disk and memory through WebAssembly, workers and the built-in model to a face that is found; with --master, on to the master: whether it answers, speaks our protocol, takes nodes, and lets the token in.",
      '--json prints one line a step: {"step", "ok": true, "detail"} or {"step", "ok": false, "error": {"code", "message", "advice"}}, and ends with the first that fails. The exit code is that of the failure.',
    ],
    flags: ["master", "token", "home", "json"],
    examples: [
      ["dml doctor", "this host"],
      ["dml doctor --master 192.168.1.10 --token dmln_...", "and the way to the master"],
    ],
  },
  service: SERVICE_VERB,
  completions: {
    usage: "bash|zsh|fish",
    summary: "Print what makes a shell complete command lines of dml.",
    details: [],
    words: SHELLS,
    flags: [],
    examples: [
      ["dml completions bash", "in ~/.bashrc, as `source <(dml completions bash)`"],
      ["dml completions zsh", "the same in ~/.zshrc, behind compinit"],
      ["dml completions fish", "into ~/.config/fish/completions/dml.fish"],
    ],
  },
  people: {
    usage: "VERB ...",
    summary: "Look after the people whose faces are recognised.",
    details: [
      "A gallery holds people by name, with the faces they were enrolled with; `dml predict` then names them. The master keeps it, every node has it within two seconds of a change, and every prediction says which version it used.",
      "Needs a master and, where there are tokens, that of the admin: names and faces are personal data.",
    ],
    flags: [],
    subVerbs: PEOPLE_VERBS,
    examples: [
      ["dml people enroll Ada ada.jpg", "one person, from one picture"],
      ["dml people enroll staff/", "everybody: a sub-folder a person"],
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
