import type { FlagName } from "./flags.ts";
import { MASTER_FLAGS } from "./access/master_flags.ts";
import { BINDING_VERBS } from "./nodes/nodes_verbs.ts";
import { ROLLOUT_VERBS } from "./rollout_verbs.ts";
import type { SubVerbs } from "./sub_verbs.ts";

const AT_MASTER = MASTER_FLAGS;
const TAKING_IN = [
  ...AT_MASTER,
  "name",
  "labels",
  "manifest",
  "license",
  "sha256",
  "yes",
  "dry-run",
  "json",
  "home",
  "progress",
] as const satisfies readonly FlagName[];

/** Sub-verbs of `dml models`, in the order of the help. */
export const MODELS_VERBS = {
  list: {
    usage: "",
    summary: "List the models that the master serves.",
    details: [],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models list", "names to give to `dml predict --model`"]],
  },
  show: {
    usage: "NAME[@VERSION]",
    summary: "Show a model: what it does and needs, which nodes have it, and why others do not.",
    details: [
      "--json prints its manifest and the nodes as one object. Needs the admin token if the master requires tokens.",
    ],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models show faces", "the latest version"]],
  },
  add: {
    usage: "FILE|DIRECTORY",
    summary: "Turn an ONNX file into a model that every node serves.",
    details: [
      "Reads the file's inputs and outputs, proposes a manifest and asks what it cannot know; with --yes, or if nobody can answer, it uses the defaults. The file is run once here, by the same engine as on the nodes, before any of them receives it.",
      "--dry-run prints the proposed manifest; --manifest uses it, edited or not. In it, `labels` and the `image` of a test may be file names; its model files are taken from the file that is added.",
      "A directory must contain manifest.json and a file ROLE.onnx for each model file.",
      "Negligible weights are set to zero and channels without effect are removed; the gain is measured and printed.",
    ],
    flags: TAKING_IN,
    examples: [
      ["dml models add yolo.onnx", "asks, then adds yolo@1"],
      ["dml models add net.onnx --labels names.txt --yes", "asks nothing"],
      ["dml models add net.onnx --dry-run --yes", "only prints the manifest"],
      ["dml models add net.onnx --manifest net.json --name net@3", "with a manifest of your own"],
    ],
  },
  pull: {
    usage: "SOURCE",
    summary: "Fetch a model, then add it.",
    details: [
      "SOURCE is https://…, npm:PACKAGE@VERSION/PATH (from the registry that npm is configured with) or hf:OWNER/REPOSITORY/FILE[@REVISION] (Hugging Face; HF_ENDPOINT names another host).",
      "If a transfer breaks off, the same command resumes it. --sha256 refuses any other file; without it the SHA-256 is printed, so that you can give it the next time.",
      "--save FILE adds nothing: it keeps the file as a part of a model of several files, whose directory `dml models add` then takes.",
    ],
    flags: [...TAKING_IN, "save"],
    examples: [
      ["dml models pull npm:faceplugin-face-recognition-js@0.0.1/model/fr_expression.onnx", "a file of a package"],
      ["dml models pull hf:owner/repository/model.onnx@main", "a file of a repository"],
      ["dml models pull https://example.org/net.onnx --save faces/detect.onnx", "one file of a directory"],
    ],
  },
  push: {
    usage: "DIRECTORY|NAME[@VERSION]",
    summary: "Copy a model from a directory to a master, or from one master to another.",
    details: ["Files that are there already are not sent again."],
    flags: [...AT_MASTER, "to", "to-token", "json", "progress"],
    examples: [
      ["dml models push yolo/ --master 192.168.1.10", "a directory with manifest.json"],
      ["dml models push yolo@2 --to 192.168.1.20", "from the master here to another"],
    ],
  },
  test: {
    usage: "NAME[@VERSION] [IMAGE...]",
    summary: "Run a model's own test images, or yours, through the cluster.",
    details: [
      "Without images it runs those of the manifest and compares each prediction with the expected one. Prints pass or fail, and how long it took.",
    ],
    flags: [...AT_MASTER, "json"],
    examples: [
      ["dml models test yolo", "the test images of its manifest"],
      ["dml models test yolo street.jpg", "whether it answers, and how fast"],
    ],
  },
  ...BINDING_VERBS,
  ...ROLLOUT_VERBS,
} as const satisfies SubVerbs;
