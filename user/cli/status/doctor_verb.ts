import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { Verb } from "../verb.ts";

export const DOCTOR_VERB = {
  usage: "",
  summary: "Check everything that dml needs on this host, and report the first failure.",
  details: [
    "Checks the disk, memory, WebAssembly, the workers and the built-in model, which must find a face; with --master also whether the master answers, speaks the same protocol, can be reached by nodes, and accepts the token.",
    "--bundle also writes versions, settings and the results to a file, for a report of a fault: tokens, keys, addresses and names are left out. Logs are not in it; add the lines of `dml logs` that matter, and read them first.",
    '--json prints one line per step: {"step", "ok": true, "detail"} or {"step", "ok": false, "error": {"code", "message", "advice"}}, and stops at the first failure, which determines the exit code.',
  ],
  flags: [...MASTER_FLAGS, "bundle", "home", "json"],
  examples: [
    ["dml doctor", "this host"],
    ["dml doctor --bundle dml.json", "and a file for a report of a fault"],
    ["dml doctor --master 192.168.1.10 --token dmln_...", "and the connection to the master"],
  ],
} as const satisfies Verb;
