/**
 * `deno task demo`: a master and two nodes as processes on this machine, six photos of real
 * people, and their annotated copies in ./demo-output. `deno task demo dist/dml` shows the same of
 * an executable. Exits with 1 when anything is not as it should be.
 */
import { join, resolve } from "node:path";
import { SYSTEM_CLOCK } from "../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../protocol/kernel/random.ts";
import { HttpClusterClient } from "../user/client/http/cluster.ts";
import { MasterHttp } from "../user/client/http/master_http.ts";
import { DmlProcess, runDml } from "./dml_process.ts";
import { SAMPLE_FACES, samplePhotos } from "./sample_photos.ts";

const NODES = 2;
const PERSONS = SAMPLE_FACES.reduce((sum, faces) => sum + faces);
const OUTPUT = "demo-output";
const READY_WITHIN_MS = 120_000;
/** Command line of the executable to demonstrate; `undefined` for dml from its sources. */
const PROGRAM = Deno.args.length > 0 ? [resolve(Deno.args[0])] : undefined;

if (import.meta.main) {
  const workshop = await Deno.makeTempDir({ prefix: "dml-demo-" });
  try {
    await demonstrate(workshop);
  } catch (error) {
    console.error(`The demo failed: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}

async function demonstrate(workshop: string): Promise<void> {
  const photos = join(workshop, "photos");
  await writePhotos(photos);
  const startedMs = performance.now();
  await using master = DmlProcess.start(["serve", "--port", "0", "--control-port", "0"], {
    home: join(workshop, "master"),
    program: PROGRAM,
  });
  const port = Number((await master.logged("ready")).port);
  const address = { hostname: "127.0.0.1", port };
  console.log(`A master listens on 127.0.0.1:${port}; ${NODES} nodes join it, load the model and warm up.`);
  await using nodes = new AsyncDisposableStack();
  const joined = Array.from({ length: NODES }, (_, index) => {
    const line = ["join", `127.0.0.1:${port}`, "--name", `node-${index + 1}`, "--workers", "1"];
    return nodes.use(DmlProcess.start(line, { home: join(workshop, `node-${index + 1}`), program: PROGRAM }));
  });
  const client = new HttpClusterClient(
    new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM }),
  );
  await untilReady(client, joined);
  console.log(`${NODES} nodes have the model and are warm, ${since(startedMs)} after the start.\n`);
  await predict(photos, port);
  await explain(client);
  await client.close();
  for (const [index, node] of joined.entries()) check(`node ${index + 1} left in good order`, await node.stop() === 0);
  check("the master ended in good order", await master.stop() === 0);
}

async function writePhotos(directory: string): Promise<void> {
  await Deno.mkdir(directory);
  for (const [index, bytes] of (await samplePhotos()).entries()) {
    await Deno.writeFile(join(directory, `sample${index + 1}.jpg`), bytes);
  }
}

async function untilReady(client: HttpClusterClient, nodes: readonly DmlProcess[]): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const ready = (await client.nodes()).filter(({ models }) =>
      models.some(({ model, state }) => model.startsWith("faces@") && state === "ready")
    );
    if (ready.length === NODES) return;
    if (performance.now() > untilMs) {
      throw new Error(`the nodes were not ready in time:\n${nodes.flatMap(({ lines }) => lines).join("\n")}`);
    }
    await new Promise<void>((resolve) => setTimeout(resolve, 100));
  }
}

async function predict(photos: string, port: number): Promise<void> {
  const output = join(Deno.cwd(), OUTPUT);
  const line = ["predict", "*.jpg", "--master", `127.0.0.1:${port}`, "--out", output];
  const { code, out } = await runDml(line, { cwd: photos, program: PROGRAM });
  console.log(out.replaceAll(output, `./${OUTPUT}`));
  check("predict answered every photo", code === 0);
  check(`${PERSONS} persons were found`, out.includes(`${SAMPLE_FACES.length} pictures, ${PERSONS} persons`));
  for (let number = 1; number <= SAMPLE_FACES.length; number++) {
    const bytes = await Deno.readFile(join(output, `sample${number}.annotated.jpg`));
    check(`sample${number}.annotated.jpg is a JPEG`, bytes[0] === 0xff && bytes[1] === 0xd8);
  }
}

/**
 * Prints which node did the work. The users who asked are not told that; it is for those who run
 * the cluster.
 */
async function explain(client: HttpClusterClient): Promise<void> {
  const nodes = await client.nodes();
  for (const { name, completed } of nodes) console.log(`${name} processed ${completed} photos.`);
  check("both nodes worked", nodes.every(({ completed }) => completed > 0));
}

function check(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`expected, but not true: ${what}`);
}

function since(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
}
