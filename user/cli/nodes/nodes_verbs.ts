import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import type { NodeDecision } from "../../../protocol/messages/node_decision_names.ts";
import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { FlagName, FLAGS } from "../flags.ts";
import type { SubVerb, SubVerbs } from "../sub_verbs.ts";

const AT_MASTER = [...MASTER_FLAGS, "json"] as const satisfies readonly FlagName[];
const TARGETS = ["all", "label"] as const satisfies readonly FlagName[];

const NODES = "[NODE...]";
const REQUIREMENTS = "[NODE] NAME[@VERSION]|dml=VERSION|memory=SIZE|disk=SIZE...";

/** Returns an order that can be given to many nodes. */
function order(
  summary: string,
  details: readonly string[],
  examples: SubVerb["examples"],
): SubVerb & { readonly flags: readonly (keyof typeof FLAGS)[] } {
  return { usage: NODES, summary, details, flags: [...AT_MASTER, ...TARGETS, "dry-run"], examples };
}

const ORDERS: Readonly<Record<NodeOrderName, SubVerb>> = {
  status: order("Ask nodes for their state: work, memory, disk, models with their speed.", [], [
    ["dml nodes status attic", "what the node itself says"],
  ]),
  drain: order("Finish the running pictures, take no new ones.", [], [
    ["dml nodes drain attic", "before you turn the host off"],
    ["dml nodes drain --label room=attic --dry-run", "which nodes that would be"],
  ]),
  resume: order("Take work again, and try models again that could not be loaded.", [], [[
    "dml nodes resume --all",
    "every node that was drained",
  ]]),
  restart: order(
    "Drain, then start again: with the same program, settings and files.",
    [
      "Only a node that was started with `dml join --upgrade` from the portable executable can do it; another one says so and how. Waits until the node is back. Of many nodes a quarter at a time restarts, so that the others work on.",
    ],
    [["dml nodes restart --all", "one after the other, without an interruption"]],
  ),
  shutdown: order("Drain, then exit.", ["A service of the host leaves a node that was shut down off."], [
    ["dml nodes shutdown attic", "until somebody starts it again"],
  ]),
  reload: order(
    "Load every model anew from the files of the node.",
    ["The node finishes its pictures first and takes none meanwhile; of many nodes a quarter at a time does so."],
    [["dml nodes reload attic", "fresh workers' memory, verified files"]],
  ),
  bench: order(
    "Load every model anew and measure its speed, by which pictures are distributed.",
    ["Prints the speed of one worker with each model, and what it was before. See `reload` for what happens meanwhile."],
    [["dml nodes bench attic", "after the host got more to do, or less"]],
  ),
  gc: order("Delete the model files that no model on the node needs.", [], [
    ["dml nodes gc --all", "more room on every node"],
  ]),
  doctor: order(
    "Check the host of each node: memory, engine, workers.",
    ["The exit code is 1 if a check failed on a node; --json has the findings of each."],
    [["dml nodes doctor --all", "which hosts are not well"]],
  ),
  upgrade: order(
    "Offer nodes the newest dml that the master has for them, now and again if they declined it.",
    [
      "Only a node that was started with --upgrade takes it. Waits until the node is back with the newer version, or says why not. `dml upgrade` follows the upgrade of the whole cluster, which needs no order.",
    ],
    [["dml nodes upgrade attic", "this node first"]],
  ),
};

const DECISIONS: Readonly<Record<NodeDecision, SubVerb>> = {
  approve: {
    usage: "NAME|ID",
    summary: "Let in a node that waits, on a master that was started with --approve.",
    details: ["Its id is the fingerprint of its key, and the node prints it when it starts: compare the two."],
    flags: AT_MASTER,
    examples: [["dml nodes approve attic", "once the ids are the same"]],
  },
  remove: {
    usage: "NAME|ID",
    summary: "Put a node out at once and refuse its key from then on, even with a valid token.",
    details: [],
    flags: [...AT_MASTER, "yes"],
    examples: [["dml nodes remove attic", "a host that was lost or sold"]],
  },
  restore: {
    usage: "NAME|ID",
    summary: "Take back that a node was removed.",
    details: [],
    flags: AT_MASTER,
    examples: [["dml nodes restore attic", "it may join again"]],
  },
};

/** Sub-verbs of `dml nodes`, in the order of the help. */
export const NODES_VERBS = {
  list: {
    usage: "",
    summary: "List the nodes, their models, and why one is not ready.",
    details: [
      "The column done counts the pictures that the node has answered since it first joined. The master saves it once a minute and when the node leaves, so a master that is killed loses the last minute.",
      "On a narrow terminal the models are listed below their node, and some columns are omitted; --json has everything.",
    ],
    flags: AT_MASTER,
    examples: [["dml nodes", "every node that is known, waits or was removed"]],
  },
  ...DECISIONS,
  ...ORDERS,
  label: {
    usage: "NODE LABEL... [-LABEL...]",
    summary: "Set labels of a node, or remove them: `gpu`, `room=attic`, `-old`.",
    details: [
      "A node also has the labels of `dml join --label`. A label that you set or remove here wins over one of the same name there, also after a restart of the node. `-old` may be written `old-`.",
    ],
    flags: AT_MASTER,
    examples: [["dml nodes label attic gpu room=loft -old", "three changes at once"]],
  },
  require: {
    usage: REQUIREMENTS,
    summary: "Require something of nodes: a model, a version of dml, memory, free disk space.",
    details: [
      "The master keeps it, and nodes that join later or restart meet it by themselves: a node fetches and loads a required model even if nobody asks for it, and one that was started with --upgrade takes a newer dml. Memory and disk space cannot be made: `dml nodes requirements` says which node lacks them.",
      "NODE is the first word, unless --all or --label is given. A later requirement on the same subject of the same nodes replaces the earlier one.",
    ],
    flags: [...AT_MASTER, ...TARGETS],
    examples: [
      ["dml nodes require attic faces@1", "also while another version is the latest"],
      ["dml nodes require --label gpu memory=4GiB disk=20GiB", "of every node with that label"],
      ["dml nodes require --all dml=0.1", "0.1.0 or later"],
    ],
  },
  unrequire: {
    usage: REQUIREMENTS,
    summary: "Require something no longer.",
    details: ["The subject is enough: memory, disk, dml, or the model as it was required."],
    flags: [...AT_MASTER, ...TARGETS],
    examples: [["dml nodes unrequire --label gpu memory", "whatever the size was"]],
  },
  requirements: {
    usage: "",
    summary: "Show what is required of nodes, and which node meets it or why not.",
    details: [
      "met; converging: the node is on its way; unmet: something must be done; unknown: the node is not connected. The exit code is 1 if a requirement is unmet. --json prints one object.",
    ],
    flags: AT_MASTER,
    examples: [["dml nodes requirements", "a row for each node that a requirement is about"]],
  },
} as const satisfies SubVerbs;

/** Sub-verbs of `dml models` about the nodes that get a model. */
export const BINDING_VERBS = {
  bind: {
    usage: "NAME",
    summary: "Give a model only to nodes that have a label, or each of several.",
    details: ["Other nodes drop it. Every version of the model is concerned, and nodes that join later too."],
    flags: [...AT_MASTER, "label"],
    examples: [["dml models bind yolo --label gpu", "yolo runs on nodes with the label gpu"]],
  },
  unbind: {
    usage: "NAME",
    summary: "Give a model to every node again.",
    details: [],
    flags: AT_MASTER,
    examples: [["dml models unbind yolo", "whatever its labels were"]],
  },
} as const satisfies SubVerbs;
