import { join } from "node:path";
import { Cluster, readyFor } from "../../../tests/e2e/cluster.ts";
import { DmlProcess, scopedSources } from "../../dml_process.ts";
import { samplePhoto } from "../../sample_photos.ts";
import { claimingSize } from "../attacks/hostile_pictures.ts";
import { expectPhotoAnswered, outcomeOf } from "../asking.ts";
import { expect, LeftOut, type Trial } from "../trial.ts";

/** Enough for a node with one worker and the built-in models, and not for a large picture. */
const LIMIT_BYTES = 700 * 2 ** 20;
/** Where the hierarchy of memory is, in the two versions of control groups, and its limit. */
const HIERARCHIES = [
  { directory: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes" },
  { directory: "/sys/fs/cgroup", limit: "memory.max" },
];

/** A node that the system gives little memory. */
export const LITTLE_MEMORY: readonly Trial[] = [
  {
    name: "little memory",
    done: `a node in a control group of ${LIMIT_BYTES / 2 ** 20} MiB gets pictures that claim 9,999 x 10,000 pixels`,
    expected: "they are answered or refused, and photos are answered by another node",
    async run() {
      await using group = await openGroup();
      await using cluster = await Cluster.start();
      await cluster.join("large");
      const home = join(cluster.directory, "small");
      const line = ["join", cluster.address, "--name", "small", "--workers", "1"];
      const program = ["sh", "-c", `echo $$ > ${group.path}/cgroup.procs && exec "$@"`, "sh"];
      await using node = DmlProcess.start(line, { home, program: [...program, ...scopedSources(line, { home })] });
      await readyFor(node, "faces@1");
      const picture = claimingSize(await samplePhoto(1), { width: 9_999, height: 10_000 });
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(cluster, picture)));
      expect(!outcomes.includes("internal"), `the pictures ended as ${outcomes.join()}`);
      for (let photo = 0; photo < 4; photo++) await expectPhotoAnswered(cluster);
      return `${[...new Set(outcomes)].join(", ")}; the photos were answered`;
    },
  },
];

/** Makes a control group with little memory. Throws {@linkcode LeftOut} if this host does not let us. */
async function openGroup(): Promise<AsyncDisposable & { readonly path: string }> {
  for (const { directory, limit } of HIERARCHIES) {
    const path = join(directory, `dml-chaos-${Deno.pid}`);
    try {
      await Deno.mkdir(path);
      await Deno.writeTextFile(join(path, limit), String(LIMIT_BYTES), { create: false });
      await Deno.stat(join(path, "cgroup.procs"));
    } catch {
      await Deno.remove(path).catch(() => {}); // there may be none
      continue;
    }
    return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
  }
  throw new LeftOut("control groups with a limit of memory cannot be made here");
}
