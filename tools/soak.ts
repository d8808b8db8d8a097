/**
 * `deno task soak [--minutes 60]`: pictures, enrolments and rollouts at a real cluster whose nodes
 * come and go. Prints the memory of the processes by the minute and how much it grows in the second
 * half. Exits with 1 unless every picture was answered once, and everybody who was enrolled is there.
 */
import { parseArgs } from "node:util";
import { Cluster } from "../tests/e2e/cluster.ts";
import { DmlProcess } from "./dml_process.ts";
import { MemoryRecord } from "./soak/memory_record.ts";
import { type SoakCounts, SoakUsers } from "./soak/users.ts";

const MINUTE_MS = 60_000;
/** Fewest points of which a slope is made, however short the soak is. */
const POINTS_MIN = 12;
const ASKING = 2;
/** Time for which a node that comes and goes stays. */
const STAY_MS = 10_000;

if (import.meta.main) {
  const { minutes = "60" } = parseArgs({ args: Deno.args, options: { minutes: { type: "string" } } }).values;
  if (!/^\d{1,5}$/.test(minutes) || minutes === "0") throw new Error(`${minutes} is not a number of minutes.`);
  Deno.exitCode = await soak(Number(minutes) * MINUTE_MS) ? 0 : 1;
}

/** Returns true if everything came out as it should. */
async function soak(forMs: number): Promise<boolean> {
  const counts: SoakCounts = {
    asked: 0,
    answered: 0,
    wrong: 0,
    enrolled: 0,
    removed: 0,
    promoted: 0,
    rolledBack: 0,
    joined: 0,
    left: 0,
  };
  await using cluster = await Cluster.start();
  const nodes = [await cluster.join("one"), await cluster.join("two")];
  const startedMs = performance.now();
  let isFailed = false;
  const isOver = () => isFailed || performance.now() - startedMs >= forMs;
  const users = new SoakUsers(cluster, { counts, isOver });
  const memory = new MemoryRecord();
  const pids = { master: cluster.master.pid, "node one": nodes[0].pid, "node two": nodes[1].pid };
  const everyMs = Math.min(MINUTE_MS, forMs / POINTS_MIN);
  const working = [
    users.enrol(),
    users.rollOut(),
    comeAndGo(cluster, { counts, isOver }),
    watch({
      everyMs,
      isOver,
      print: (atMs) => console.log(`${minutesText(atMs)} ${memory.note(atMs, pids)}; ${text(counts)}`),
    }),
    ...Array.from({ length: ASKING }, () => users.ask()),
  ];
  for (const work of working) work.catch(() => isFailed = true);
  const ended = await Promise.allSettled(working);
  const people = isFailed ? null : await users.peopleCount();
  users.close();
  for (const line of memory.slopes()) console.log(line);
  const faults = ended.flatMap((outcome) =>
    outcome.status === "rejected" ? [String(outcome.reason?.stack ?? outcome.reason)] : []
  );
  if (counts.answered !== counts.asked) {
    faults.push(`${counts.asked} pictures were asked about, ${counts.answered} answered`);
  }
  if (counts.wrong > 0) faults.push(`${counts.wrong} pictures got a wrong number of persons`);
  if (people !== null && people !== counts.enrolled - counts.removed) {
    faults.push(`${people} people are there; ${text(counts)}`);
  }
  console.log(
    faults.length === 0 ? `Every picture was answered once: ${text(counts)}.` : `FAILED: ${faults.join("; ")}`,
  );
  return faults.length === 0;
}

/** Starts nodes that stay for a while and then leave, every second one without a goodbye. */
async function comeAndGo(
  cluster: Cluster,
  { counts, isOver }: { counts: SoakCounts; isOver: () => boolean },
): Promise<void> {
  for (let number = 0; !isOver(); number++) {
    const line = ["join", cluster.address, "--name", "guest", "--workers", "1"];
    await using guest = DmlProcess.start(line, { home: `${cluster.directory}/guest` });
    await guest.logged("A model is ready.");
    counts.joined++;
    await new Promise((resolve) => setTimeout(resolve, STAY_MS));
    const code = await guest.stop(number % 2 === 0 ? "SIGTERM" : "SIGKILL");
    if (number % 2 === 0 && code !== 0) throw new Error(`the guest ended with ${code}`);
    counts.left++;
  }
}

async function watch(
  { everyMs, isOver, print }: { everyMs: number; isOver: () => boolean; print: (atMs: number) => void },
): Promise<void> {
  const startedMs = performance.now();
  for (let point = 0; !isOver(); point++) {
    // In short steps, so that it ends with the others.
    while (!isOver() && performance.now() - startedMs < point * everyMs) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    if (!isOver()) print(performance.now() - startedMs);
  }
}

function minutesText(ms: number): string {
  return `${(ms / MINUTE_MS).toFixed(1)} min:`;
}

function text({ asked, answered, enrolled, removed, promoted, rolledBack, joined, left }: SoakCounts): string {
  return `${answered} of ${asked} pictures, ${enrolled} enrolled and ${removed} removed, ` +
    `${promoted} rollouts promoted and ${rolledBack} rolled back, ${joined} nodes came and ${left} left`;
}
