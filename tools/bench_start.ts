/**
 * `deno task bench:start [RUNS]`: measures the size and the start of the portable executable of
 * this host, each beside its bare floor from the same run, as in `docs/benchmarks.md`. Nothing else
 * should run meanwhile.
 */
import { join } from "node:path";
import { portable } from "./build/portable.ts";
import { buildProgram } from "./build/program.ts";
import { targetOf } from "./build/targets.ts";
import { MB, median, timed } from "./bench/figure.ts";
import { nodeMemory } from "./node_processes.ts";
import { DmlProcess } from "./dml_process.ts";
import { samplePhoto } from "./sample_photos.ts";

const ROOT = new URL("../", import.meta.url);
const RUNS = 9;

/** One row of the table. */
interface Row {
  readonly what: string;
  readonly dml: string;
  readonly floor: string;
  readonly bound: string;
}

/** Paths and number of runs of the benchmark. */
interface Workshop {
  readonly directory: string;
  readonly dml: string;
  readonly runs: number;
}

if (import.meta.main) {
  const runs = Number(Deno.args[0] ?? RUNS);
  const directory = await Deno.makeTempDir({ prefix: "dml-start-" });
  try {
    print(await measure({ directory, dml: join(directory, "dml"), runs }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(workshop: Workshop): Promise<Row[]> {
  const { directory, dml } = workshop;
  const target = targetOf(Deno.build);
  if (target === undefined || target.os === "windows") {
    throw new Error("this benchmark needs a POSIX host that dml is built for");
  }
  await Deno.writeFile(dml, await portable(ROOT, await buildProgram(ROOT), target));
  await Deno.chmod(dml, 0o755);
  await Deno.writeTextFile(join(directory, "empty.js"), "");
  await Deno.writeFile(join(directory, "photo.jpg"), await samplePhoto(1));
  return [
    await sizeRow(workshop),
    await firstStart(workshop),
    await laterStart(workshop, ["version"], "80 ms"),
    await laterStart(workshop, ["help"], ""),
    await laterStart(workshop, ["predict", "photo.jpg"], "1,200 ms"),
    await idleNode(workshop),
  ];
}

async function sizeRow({ dml }: Workshop): Promise<Row> {
  const { size } = await Deno.stat(dml);
  const deno = (await Deno.stat(Deno.execPath())).size;
  return {
    what: "size of the file",
    dml: `${(size / MB).toFixed(1)} MB`,
    floor: `${(deno / MB).toFixed(1)} MB, Deno alone as it is installed`,
    bound: "60 MB",
  };
}

/**
 * Measures the first start, with an empty cache each time. The floor only unpacks the same archive.
 */
async function firstStart({ directory, dml, runs }: Workshop): Promise<Row> {
  const home = join(directory, "first");
  const script = 'while IFS= read -r line && [ "$line" != __ARCHIVE__ ]; do :; done; gzip -dc | tar -xf - -C "$0"';
  const dmlMs: number[] = [];
  const floorMs: number[] = [];
  for (let run = 0; run < Math.ceil(runs / 2); run++) {
    await Deno.mkdir(home);
    dmlMs.push(await timed(() => succeed(dml, ["version"], { directory, home })));
    await Deno.remove(home, { recursive: true });
    await Deno.mkdir(home);
    floorMs.push(await timed(() => succeed("sh", ["-c", `exec < ${dml}; ${script}`, home], { directory, home })));
    await Deno.remove(home, { recursive: true });
  }
  return row("the first `dml version`, which unpacks", { dmlMs, floorMs }, "gzip and tar alone", "2,000 ms");
}

/**
 * Measures a start after the first, which has filled the cache. The floor is Deno with an empty
 * program.
 */
async function laterStart({ directory, dml, runs }: Workshop, dmlArguments: string[], bound: string): Promise<Row> {
  const home = join(directory, "home");
  await succeed(dml, dmlArguments, { directory, home });
  const dmlMs: number[] = [];
  const floorMs: number[] = [];
  for (let run = 0; run < runs; run++) {
    dmlMs.push(await timed(() => succeed(dml, dmlArguments, { directory, home })));
    floorMs.push(await timed(() => succeed(Deno.execPath(), ["run", "empty.js"], { directory, home })));
  }
  return row(`\`dml ${dmlArguments.join(" ")}\` after that`, { dmlMs, floorMs }, "`deno run empty.js`", bound);
}

function row(
  what: string,
  { dmlMs, floorMs }: Record<"dmlMs" | "floorMs", number[]>,
  floor: string,
  bound: string,
): Row {
  const shown = (times: number[]) => `${Math.round(median(times)).toLocaleString("en-US")} ms`;
  return { what, dml: shown(dmlMs), floor: `${shown(floorMs)}, ${floor}`, bound };
}

/** Measures the memory of a node with one worker that has loaded its model and is idle. */
async function idleNode({ directory, dml }: Workshop): Promise<Row> {
  const [home, program] = [join(directory, "master"), [dml]];
  await using master = DmlProcess.start(["serve", "--port", "0", "--control-port", "0"], { home, program });
  const port = Number((await master.logged("ready")).port);
  const line = ["join", `127.0.0.1:${port}`, "--workers", "1"];
  await using node = DmlProcess.start(line, { home: join(directory, "node"), program });
  await node.logged("A model is ready.", ({ model }) => model === "faces@1");
  const { residentBytes, peakBytes } = nodeMemory(node.pid);
  return {
    what: "an idle node with one worker, resident memory",
    dml: `${Math.round(residentBytes / MB)} MB`,
    floor: `${Math.round(peakBytes / MB)} MB at its peak while it got ready`,
    bound: "300 MB",
  };
}

async function succeed(
  program: string,
  programArguments: string[],
  { directory, home }: { directory: string; home: string },
): Promise<void> {
  const command = new Deno.Command(program, {
    args: programArguments,
    cwd: directory,
    env: { HOME: home, XDG_CACHE_HOME: "", DML_CACHE: "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`${program} ${programArguments.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function print(rows: readonly Row[]): void {
  console.log("| what | dml | floor, same run | bound |\n| --- | --- | --- | --- |");
  for (const { what, dml, floor, bound } of rows) console.log(`| ${what} | ${dml} | ${floor} | ${bound} |`);
  console.log(`\nLoad of the machine at the end: ${Deno.loadavg()[0].toFixed(1)}.`);
}
