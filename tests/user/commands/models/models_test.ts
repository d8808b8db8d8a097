import type { VersionClient } from "../../../../user/client/version_client.ts";
import { join } from "node:path";
import { manifestSchema } from "../../../../models/manifest.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import { runModels } from "../../../../user/commands/models/models.ts";
import type { ModelsContext } from "../../../../user/commands/models/context.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { writtenModel } from "../../../models/onnx/written_model.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../../temporary_directory.ts";
import { FileServer } from "../../model_sources/file_server.ts";
import { FakeClusterClient, predictionOf } from "../../fake_cluster_client.ts";
import { FakeFleetClient } from "../../fake_fleet_client.ts";
import { FakeModelsClient } from "../../fake_models_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";

const notAsked = () => Promise.reject(new Error("no version is asked about"));
const NO_VERSIONS: VersionClient = {
  rollouts: notAsked,
  rollOut: notAsked,
  rollBack: notAsked,
  pin: notAsked,
  remove: notAsked,
  collect: notAsked,
};
const MODEL = writtenModel({
  inputs: [{ name: "images", dims: [1, 3, 8, 8] }],
  outputs: [{ name: "logits", dims: [1, 2] }],
  nodes: [{ operator: "Conv", inputs: ["images"], outputs: ["logits"] }],
});

/** Creates a directory with a model file, and fakes of the ports of `dml models`. */
async function setUp(input = "", { progress = false }: { progress?: boolean } = {}) {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "My Net.onnx");
  await Deno.writeFile(path, MODEL);
  const clock = new ManualClock();
  const terminal = new FakeTerminal();
  const models = new FakeModelsClient();
  const cluster = new FakeClusterClient();
  const loads: string[] = [];
  let engineFailure: DmlError | null = null;
  const context: ModelsContext = {
    terminal,
    models,
    cluster,
    clock,
    random: seededRandom(1),
    signal: new AbortController().signal,
    progress,
    stdin: ReadableStream.from([new TextEncoder().encode(input)]),
    isInteractive: input !== "",
    variable: (name) => name === "HOME" ? directory.path : undefined,
    openModels: () => Promise.resolve(models),
    versions: NO_VERSIONS,
    fleet: new FakeFleetClient(),
    home: directory.path,
    openEngine: () =>
      Promise.resolve({
        load(digest) {
          loads.push(digest);
          return engineFailure ? Promise.reject(engineFailure) : Promise.resolve({ imagesPerSecond: 5 });
        },
        unload: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  };
  const run = (...line: string[]) => {
    const { command } = parseCommand(["models", ...line], {});
    assert(command.verb === "models");
    return runModels(command, context);
  };
  const failEngine = (error: DmlError) => engineFailure = error;
  return {
    directory,
    path,
    terminal,
    models,
    cluster,
    clock,
    loads,
    run,
    failEngine,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

async function failure(running: Promise<unknown>): Promise<DmlError> {
  return await assertRejects(() => running, DmlError);
}

Deno.test("dml models add names the model after its file, tries it, uploads it, and takes the next version the next time", async () => {
  await using at = await setUp();
  assertEquals(await at.run("add", at.path, "--yes"), 0);
  assertEquals(at.models.manifests.map(({ name, version }) => [name, version]), [["my-net", 1]]);
  assertEquals(at.loads.length, 1);
  const [{ files }] = at.models.manifests;
  assertEquals(at.models.files.get(files[0].digest), MODEL);
  assertStringIncludes(at.terminal.outText, "my-net@1 is served");

  assertEquals(await at.run("add", at.path, "--yes", "--json"), 0);
  assertStringIncludes(at.terminal.errorText, "already served as my-net@1");
  assertEquals([at.models.manifests.length, at.loads.length], [1, 1]);
  at.terminal.outText = "";
  await at.run("add", at.path, "--yes", "--license", "MIT");
  assertEquals(at.models.manifests.map(({ version }) => version), [1, 2]);
  assertEquals(
    at.terminal.outText,
    "my-net@2 was added. `dml models rollout my-net@2` makes it the latest version.\n",
  );
});

Deno.test("dml models add shows that it tries the model, unless --no-progress or --json is given", async () => {
  const status = "Trying the model on this machine…";
  await using watched = await setUp("", { progress: true });
  await watched.run("add", watched.path, "--yes", "--dry-run");
  assertEquals(watched.terminal.statuses.slice(-2), [status, null]);
  await watched.run("add", watched.path, "--yes", "--json");
  assertEquals(watched.terminal.statuses.filter((text) => text === status).length, 1);
  await using quiet = await setUp();
  await quiet.run("add", quiet.path, "--yes", "--dry-run");
  assertEquals(quiet.terminal.statuses.filter((text) => text !== null), []);
});

Deno.test("dml models add --dry-run prints the manifest of a file that is already served", async () => {
  await using at = await setUp();
  await at.run("add", at.path, "--yes");
  at.terminal.outText = "";
  assertEquals(await at.run("add", at.path, "--yes", "--dry-run"), 0);
  assertEquals(manifestSchema.parse(JSON.parse(at.terminal.outText)), at.models.manifests[0]);
  assertStringIncludes(at.terminal.errorText, "already served as my-net@1");
});

Deno.test("dml models show does not deny the connected nodes if none was offered the model yet", async () => {
  await using at = await setUp();
  await at.run("add", at.path, "--yes");
  at.terminal.outText = "";
  await at.run("show", "my-net@1");
  assert(at.terminal.outText.endsWith("\n\nNo node has been offered this model yet.\n"), at.terminal.outText);
});

Deno.test("dml models add uploads nothing that it refuses: garbage, unsupported files, files with another digest than pinned", async () => {
  await using at = await setUp();
  const page = join(at.directory.path, "page.onnx");
  await Deno.writeTextFile(page, "<html>");
  assertEquals((await failure(at.run("add", page, "--yes"))).code, "model_invalid");
  assertEquals(at.loads, []);
  const pinned = await failure(at.run("add", at.path, "--yes", "--sha256", "0".repeat(64)));
  assertEquals(pinned.code, "source_corrupt");
  at.failEngine(new DmlError("engine_failed", "… ERROR_MESSAGE: No Op registered for Foo with domain_version of 9"));
  const refused = await failure(at.run("add", at.path, "--yes"));
  assertStringIncludes(refused.message, "no operator Foo");
  assertEquals([at.models.manifests.length, at.models.files.size], [0, 0]);
});

Deno.test("dml models add --dry-run prints a manifest that --manifest accepts, and needs no master", async () => {
  await using at = await setUp();
  at.models.failure = new DmlError("master_unreachable", "nobody there");
  assertEquals(await at.run("add", at.path, "--yes", "--dry-run"), 0);
  const manifest = manifestSchema.parse(JSON.parse(at.terminal.outText));
  assertEquals(manifest.pipeline, "classify");
  assertEquals(at.models.files.size, 0);
  assertEquals((await failure(at.run("add", at.path, "--yes"))).code, "master_unreachable");

  at.models.failure = null;
  const written = join(at.directory.path, "net.json");
  await Deno.writeTextFile(written, JSON.stringify({ ...manifest, description: "Mine." }));
  await at.run("add", at.path, "--yes", "--manifest", written, "--name", "mine@4");
  assertEquals(at.models.manifests.map(({ name, version, description }) => [name, version, description]), [
    ["mine", 4, "Mine."],
  ]);
});

Deno.test("dml models add asks, shows the manifest, and adds nothing if the answer is no", async () => {
  await using at = await setUp("classify\nunit\nBGR\n\nno\n");
  assertEquals((await failure(at.run("add", at.path))).code, "interrupted");
  assertStringIncludes(at.terminal.errorText, "Add it as my-net@1? [Y/n]");
  assertStringIncludes(at.terminal.errorText, '"channels": "BGR"');
  assertEquals(at.models.manifests, []);
});

Deno.test("dml models add accepts a directory, and dml models push copies the model", async () => {
  await using at = await setUp();
  await at.run("add", at.path, "--yes", "--name", "net");
  const [made] = at.models.manifests;
  const directory = join(at.directory.path, "net");
  await Deno.mkdir(directory);
  await Deno.writeFile(join(directory, "model.onnx"), MODEL);
  const files = [{ role: "model" }];
  await Deno.writeTextFile(join(directory, "manifest.json"), JSON.stringify({ ...made, name: "copy", files }));
  assertEquals(await at.run("add", directory, "--yes"), 0);
  assertEquals(at.models.manifests[1], { ...made, name: "copy" });
  assertEquals(await at.run("push", directory), 0);
  const other = { ...made, files: [{ ...made.files[0], digest: `sha256:${"0".repeat(64)}` }] };
  await Deno.writeTextFile(join(directory, "manifest.json"), JSON.stringify(other));
  assertEquals((await failure(at.run("add", directory, "--yes"))).code, "blob_corrupt");
  assertStringIncludes((await failure(at.run("push", "nowhere"))).advice, "--to HOST");
});

Deno.test("dml models pull --save keeps one file of several, without a master", async () => {
  await using at = await setUp();
  await using server = new FileServer(MODEL);
  server.others.set("/page", () => new Response("<!doctype html>"));
  at.models.failure = new DmlError("master_unreachable", "nobody there");
  const kept = join(at.directory.path, "detect.onnx");
  assertEquals(await at.run("pull", server.url.href, "--save", kept, "--json"), 0);
  assertEquals(await Deno.readFile(kept), MODEL);
  const sha256 = digestOf(MODEL).slice("sha256:".length);
  assertEquals(JSON.parse(at.terminal.outText), { path: kept, size: MODEL.length, sha256 });
  assertStringIncludes(at.terminal.errorText, `Its SHA-256 is ${sha256}`);
  assertEquals([at.loads, at.models.manifests], [[], []]);

  const other = join(at.directory.path, "embed.onnx");
  const page = await failure(at.run("pull", `${server.origin}/page`, "--save", other));
  assertEquals(page.code, "model_invalid");
  assertStringIncludes(page.message, "a web page");
  const pinned = await failure(at.run("pull", server.url.href, "--save", other, "--sha256", "0".repeat(64)));
  assertEquals(pinned.code, "source_corrupt");
  assertEquals(
    await Array.fromAsync(Deno.readDir(at.directory.path), ({ name }) => name).then((all) =>
      all.includes("embed.onnx")
    ),
    false,
  );
  const nowhere = await failure(at.run("pull", server.url.href, "--save", join(at.directory.path, "no", "a.onnx")));
  assertEquals(nowhere.code, "output_unwritable");
  assertStringIncludes(nowhere.advice, "--save");
});

Deno.test("dml models test runs the manifest's images or others, and says pass or fail of each", async () => {
  await using at = await setUp();
  await at.run("add", at.path, "--yes", "--name", "plain");
  assertEquals((await failure(at.run("test", "plain"))).code, "no_images");
  const [plain] = at.models.manifests;
  const image = join(at.directory.path, "a.jpg");
  await Deno.writeTextFile(image, "the picture");
  const tests = ["cat", "dog"].map((label) => ({ image: "a.jpg", expect: { label } }));
  const written = join(at.directory.path, "tested.json");
  await Deno.writeTextFile(written, JSON.stringify({ ...plain, tests }));
  await at.run("add", at.path, "--yes", "--manifest", written, "--name", "tested");

  at.cluster.onPredict = (text) => {
    assertEquals(text, "the picture");
    return { prediction: { ...predictionOf([]), labels: [{ label: "cat", index: 0, score: 1 }] }, annotated: null };
  };
  at.terminal.outText = "";
  assertEquals(await at.run("test", "tested"), 1);
  const [first, second] = at.terminal.outText.split("\n");
  assertStringIncludes(first, "pass  test 1");
  assertStringIncludes(second, "fail  test 2");
  assertStringIncludes(second, "It should be dog; it is cat (1.00).");
  assertEquals(await at.run("test", "tested", image), 0);
  assertEquals(at.cluster.asked.map(({ options }) => options.model), ["tested@1", "tested@1", "tested@1"]);
  const answer = at.cluster.onPredict;
  at.cluster.onPredict = (text, options) => {
    at.clock.advance(12.345_678);
    return answer(text, options);
  };
  at.terminal.outText = "";
  await at.run("test", "tested", image, "--json");
  assertEquals(JSON.parse(at.terminal.outText), { image: "a.jpg", ok: true, tookMs: 12.34, fault: null });
  at.cluster.onPredict = () => {
    throw new DmlError("no_capable_node", "Nobody can.");
  };
  assertEquals(await at.run("test", "tested"), 3);
});
