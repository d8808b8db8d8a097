import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import type { NodeProgram, ProgramsListing } from "../../protocol/http_api/program_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { UpgradeCommand } from "../cli/command.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../cli/exit.ts";
import type { ProgramClient } from "../client/program_client.ts";
import { type Column, counted, formatBytes, printable, renderTable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { sleep } from "../../protocol/kernel/sleep.ts";

const ASK_EVERY_MS = 1_000;

const COLUMNS: readonly Column[] = [
  { title: "node" },
  { title: "host" },
  { title: "version" },
  { title: "state", shrinks: true },
];

/** States in which nothing further is expected from a node. */
const SETTLED: readonly NodeProgram["state"][] = ["current", "declined", "failed"];

export interface UpgradeContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly programs: ProgramClient;
}

/**
 * Lists the program of each node. With `command.follows` it first waits until every connected node
 * runs the newest version for its host, or has reported why not. Returns the exit code.
 */
export async function runUpgrade(command: UpgradeCommand, context: UpgradeContext): Promise<number> {
  const { terminal, programs } = context;
  const listing = command.follows ? await settled(context) : await programs.list();
  if (command.json) terminal.out(jsonLine(listing));
  else print(listing, terminal);
  const behind = connected(listing).filter(({ state }) => state !== "current");
  return command.follows && behind.length > 0 ? EXIT_SOME_FAILED : EXIT_OK;
}

/**
 * Prints each change until no more are expected, and returns the last listing. It also waits for
 * nodes that are restarting.
 */
async function settled({ terminal, clock, signal, programs }: UpgradeContext): Promise<ProgramsListing> {
  const printed = new Map<string, string>();
  for (;;) {
    const listing = await programs.list();
    for (const node of listing.nodes) {
      const text = describe(node);
      const before = printed.get(node.nodeId);
      if (before !== undefined && before !== text) terminal.error(printable(`${node.name}: ${text}`) + "\n");
      printed.set(node.nodeId, text);
    }
    const isUnderWay = (node: NodeProgram) => node.state === "restarting" || node.isConnected;
    if (listing.nodes.filter(isUnderWay).every(({ state }) => SETTLED.includes(state))) return listing;
    await sleep(ASK_EVERY_MS, { clock, signal });
    if (signal.aborted) return listing;
  }
}

function print({ version, programs, nodes }: ProgramsListing, terminal: Terminal): void {
  const held = programs.map(({ target, version, size }) => `${version} for ${target} (${formatBytes(size)})`);
  terminal.out(
    `The master runs dml ${printable(version)} and holds ${held.length === 0 ? "no executables" : held.join(", ")}.\n`,
  );
  if (nodes.length === 0) return;
  const rows = nodes.map((node) => [
    printable(node.name),
    node.target,
    printable(node.version),
    printable(describe(node)),
  ]);
  terminal.out(renderTable(COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  const behind = nodes.filter(({ state }) => state !== "current").length;
  if (behind > 0) terminal.out(`${counted(behind, "node")} could run a newer version.\n`);
}

function connected({ nodes }: ProgramsListing): NodeProgram[] {
  return nodes.filter(({ isConnected }) => isConnected);
}

function describe({ state, reason, isConnected, version }: NodeProgram): string {
  if (state === "current") return isConnected ? `runs ${version}` : "offline";
  const away = isConnected || state === "restarting" ? "" : "offline, ";
  return `${away}${state}${reason === null ? "" : `: ${reason}`}`;
}
