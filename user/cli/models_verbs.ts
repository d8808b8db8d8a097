import type { FlagName } from "./flags.ts";
import { ROLLOUT_VERBS } from "./rollout_verbs.ts";
import type { SubVerbs } from "./sub_verbs.ts";

const AT_MASTER = ["master", "token"] as const satisfies readonly FlagName[];
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
    summary: "Show one: what it does and needs, which nodes have it, and why not.",
    details: [
      "--json prints its manifest and the nodes as one object. Needs the admin's token where there are tokens.",
    ],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models show faces", "the latest version"]],
  },
  add: {
    usage: "FILE|DIRECTORY",
    summary: "Make an ONNX file a model that every node serves.",
    details: [
      "Reads the file's inputs and outputs, proposes a manifest and asks what it cannot know; with --yes, or where nobody can answer, it takes what is usual. The file is run once here, by the engine that the nodes have, before any of them sees it.",
      "What it proposes is data: --dry-run prints it, --manifest takes it back, changed or not. In it, `labels` may be the name of a file, and so may the `image` of a test; its model files are those of the file.",
      "A directory holds manifest.json and a file ROLE.onnx for each model file.",
      "Weights that are next to nothing are set to zero and channels that do nothing are taken out; what that gains is measured and printed.",
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
      "A transfer that breaks off goes on where it was when the same line is given again. --sha256 refuses anything else than the file with this sum; without it the sum is printed, to be given the next time.",
    ],
    flags: TAKING_IN,
    examples: [
      ["dml models pull npm:faceplugin-face-recognition-js@0.0.1/model/fr_expression.onnx", "a file of a package"],
      ["dml models pull hf:owner/repository/model.onnx@main", "a file of a repository"],
    ],
  },
  push: {
    usage: "DIRECTORY|NAME[@VERSION]",
    summary: "Copy a directory to a master, or from one master to another.",
    details: ["Files that are there already are not sent again."],
    flags: [...AT_MASTER, "to", "to-token", "json", "progress"],
    examples: [
      ["dml models push yolo/ --master 192.168.1.10", "a directory with manifest.json"],
      ["dml models push yolo@2 --to 192.168.1.20", "from the master here to another"],
    ],
  },
  test: {
    usage: "NAME[@VERSION] [IMAGE...]",
    summary: "Run its own test images, or yours, through the cluster.",
    details: [
      "Without images, those of its manifest, each against what it should see. Prints pass or fail, and how long it took.",
    ],
    flags: [...AT_MASTER, "json"],
    examples: [
      ["dml models test yolo", "what its manifest says it must get right"],
      ["dml models test yolo street.jpg", "whether it answers, and how fast"],
    ],
  },
  ...ROLLOUT_VERBS,
} as const satisfies SubVerbs;
