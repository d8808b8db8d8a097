/**
 * `deno task conformance DIRECTORY`: adds the models of the test cases of ONNX to a master and a
 * node on this machine, asks them at `/v2` as JSON and as bytes, and compares with what the bare
 * engine answers. Prints the cases that differ, and counts by reason. Exits with 1 if one does.
 */
import { join } from "node:path";
import { startBareEngine } from "./conformance/bare_engine.ts";
import { BARE_REFUSES, ConformingCluster, IS_RANDOM, SAME, UNREADABLE } from "./conformance/conforming_cluster.ts";
import { onnxCases } from "./conformance/onnx_cases.ts";
import { DmlProcess } from "./dml_process.ts";

if (import.meta.main) {
  const [directory] = Deno.args;
  if (directory === undefined) {
    console.error("Name the directory of the test cases: deno task conformance DIRECTORY");
    Deno.exit(2);
  }
  const workshop = await Deno.makeTempDir({ prefix: "dml-conformance-" });
  try {
    Deno.exitCode = await conform(directory, workshop);
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
  Deno.exit(); // the engine keeps a message port open
}

async function conform(directory: string, workshop: string): Promise<number> {
  await startBareEngine();
  await using master = DmlProcess.start(["serve", "--port", "0", "--control-port", "0"], {
    home: join(workshop, "master"),
  });
  const port = Number((await master.logged("ready")).port);
  await using _node = DmlProcess.start(["join", `127.0.0.1:${port}`, "--name", "one", "--workers", "1"], {
    home: join(workshop, "one"),
  });
  const cluster = new ConformingCluster(port);
  const counts = new Map<string, number>();
  for await (const test of onnxCases(directory)) {
    const verdict = await cluster.verdictOn(test);
    counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + 1);
    if (verdict.detail !== null) console.log(`${test.name}: ${verdict.reason}: ${verdict.detail}`);
  }
  await cluster.close();
  console.log("");
  for (const [reason, count] of [...counts].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(count).padStart(6)}  ${reason}`);
  }
  const fine = [SAME, BARE_REFUSES, IS_RANDOM, UNREADABLE];
  return [...counts.keys()].every((reason) => fine.includes(reason)) ? 0 : 1;
}
