import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { Verb } from "../verb.ts";

export const EXEC_VERB = {
  usage: "NODE... -- NAME [ARGUMENT...]",
  summary: "Run a program on nodes that allow it, and show its output as it comes.",
  details: [
    "NAME is one of the names that the node was started with: `dml join HOST --allow-exec df=/usr/bin/df`. Without that a node runs nothing. There is no shell in between, so the arguments reach the program as they are, and there are no pipes, globs and variables. The program has no input and a clean environment.",
    "Each line begins with the name of its node, in a colour of its own; standard error stays on standard error. A table of all nodes follows there. With --all or --label, nodes that are not connected are passed over.",
    "Ctrl-C, a lost connection and --timeout end the programs on the nodes, with SIGTERM and five seconds later with SIGKILL.",
    "Needs the admin's token, also from a master on this machine: the account that runs the master finds it by itself, unless --master is given. Both sides record who ran what: `dml audit`, and the log of the node.",
    "The exit code is 0 if the program ended with 0 on every node. For a single node it is that of the program, 128 and the number of the signal that ended it; otherwise 1, or 3 if the cluster could not do it at all.",
    '--json prints {"node", "nodeId", "stream", "line"} for each line, and at the end, for each node, {"node", "nodeId", "outcome", "exitCode", "signal", "detail", "durationMs"}. "outcome" is ok, failed, timed_out, cancelled, output_limit, refused, lost, interrupted or skipped.',
  ],
  flags: [...MASTER_FLAGS, "home", "all", "label", "parallel", "timeout", "json"],
  flagTexts: {
    home: { description: "The data directory of a master on this machine, to find it and its admin's token." },
    all: { description: "All nodes." },
    label: { description: "Nodes with this label: room stands for room=attic too. Given more than once: with each." },
  },
  examples: [
    ["dml exec attic -- df -h /", "one program on one node"],
    ["dml exec --all --parallel 4 -- uptime", "on every node, four at a time"],
    ["dml exec --label gpu --timeout 10s -- nvidia-smi", "on every node with that label"],
  ],
} as const satisfies Verb;
