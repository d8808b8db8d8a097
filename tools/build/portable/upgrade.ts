/**
 * A helper of the script that supervises a node, run in the directory of its programs. `next`
 * evaluates the end of the last trial and prints, as shell code, which program to start. `watch
 * DIGEST MS` ends with 0 once the master has accepted that program, or with EXIT_LATE after MS
 * milliseconds.
 */
import { createReadStream } from "node:fs";
import { Digester, isDigest } from "../../../protocol/kernel/digest.ts";
import type { Program } from "../../../protocol/messages/program.ts";
import { nextProgram } from "../../../protocol/program/next_program.ts";
import { UpgradeDirectory } from "../../../protocol/host/upgrade_directory.ts";
import { EXIT_RESTART } from "../../../user/cli/exit.ts";
import { VERSION } from "../../../protocol/version.ts";
import { EXIT_LATE } from "./exit_late.ts";

const LOOK_EVERY_MS = 200;
/** Exit code of a program that was killed: 128 + SIGKILL. */
const KILLED = 137;

const directory = new UpgradeDirectory(".");
const [verb, digest, withinMs] = Deno.args;
if (verb === "watch") await watch();
else console.log(await next());

async function watch(): Promise<void> {
  const parent = Deno.ppid;
  const endMs = Date.now() + Number(withinMs);
  while ((await directory.read()).good?.digest !== digest) {
    if (Deno.ppid !== parent) return; // the script that started the watcher has ended
    if (Date.now() >= endMs) return void (Deno.exitCode = EXIT_LATE);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function next(): Promise<string> {
  try {
    const end = await settleTrial(Deno.env.get("DML_TRIAL_ENDED") ?? "");
    if (end !== null) return `end=${end}`;
    const chosen = nextProgram(await directory.read(), VERSION);
    if (chosen.run === "own") return "";
    const { program } = chosen;
    const path = UpgradeDirectory.programPath(program.digest);
    if (!await isIntact(path, program)) {
      await directory.recordFailure(program.digest, "its file was damaged");
      return "";
    }
    return `program=${path} trial=${chosen.run === "trial" ? program.digest : ""}`;
  } catch (error) {
    console.error(`The newer dml cannot be started: ${error instanceof Error ? error.message : error}`);
    return "";
  }
}

/**
 * Evaluates the end of a trial. Returns the exit code with which the script must end, if the
 * program had been accepted by the master before it ended; `null` if a program is to be started.
 */
async function settleTrial(ended: string): Promise<number | null> {
  const [tried, code] = ended.split(" ");
  if (!isDigest(tried)) return null;
  if ((await directory.read()).good?.digest === tried) return Number(code) === EXIT_RESTART ? null : Number(code);
  const how = Number(code) === KILLED ? "took too long and was stopped" : `ended with exit code ${code}`;
  const failure = await directory.recordFailure(tried, `it ${how} before the master had taken it in.`);
  if (failure !== null) console.error(`dml ${failure.version} did not come up: ${failure.reason} The old one goes on.`);
  return null;
}

async function isIntact(path: string, { digest, size }: Program): Promise<boolean> {
  const digester = new Digester();
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      digester.update(chunk);
      bytes += chunk.length;
    }
  } catch {
    return false;
  }
  return bytes === size && digester.digest() === digest;
}
