import { join } from "node:path";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { prepareFile, type PrepareFileOptions } from "../../../user/model_import/prepare_file.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { writtenModel } from "../../models/onnx/written_model.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const CLASSIFIER = writtenModel({
  inputs: [{ name: "images", dims: ["batch", 3, "side", "side"] }],
  outputs: [{ name: "logits", dims: ["batch", 3] }],
  nodes: [{ operator: "Conv", inputs: ["images"], outputs: ["logits"] }],
});

function optionsFor(overrides: Partial<PrepareFileOptions> = {}): PrepareFileOptions & { told: string[] } {
  const told: string[] = [];
  const options = { fileName: "net.onnx", name: "net", version: 2, license: null, labels: null, manifest: null };
  return { ...options, ask: null, tell: (line) => told.push(line), told, ...overrides };
}

/** Returns a prompt that gives these answers one after the other, and `null` when none is left. */
function answering(...answers: string[]) {
  const asked: string[] = [];
  return {
    asked,
    ask(prompt: string) {
      asked.push(prompt);
      return Promise.resolve(answers.shift() ?? null);
    },
  };
}

Deno.test("prepareFile() uses defaults if nobody can be asked, and prints them", async () => {
  const options = optionsFor({ license: "MIT" });
  const { manifest, files, published } = await prepareFile(CLASSIFIER, options);
  assert(manifest.pipeline === "classify");
  assertEquals([manifest.name, manifest.version, manifest.license], ["net", 2, "MIT"]);
  assertEquals(manifest.parameters.input.width, 224);
  assertEquals([...files.keys()], manifest.files.map(({ digest }) => digest));
  assertEquals(published, null);
  assertStringIncludes(options.told.join("\n"), "Taken: 224x224");
  assertStringIncludes(options.told.join("\n"), "in   images float32[batch, 3, side, side]");
});

Deno.test("prepareFile() asks until each answer is valid; an empty answer is the default", async () => {
  await using directory = await temporaryDirectory();
  const labels = join(directory.path, "names.txt");
  await Deno.writeTextFile(labels, "a\nb\nc");
  const { ask, asked } = answering("nonsense", "classify", "huge", "64x32", "", "BGR", "/nowhere.txt", labels);
  const options = optionsFor({ ask });
  const { manifest } = await prepareFile(CLASSIFIER, options);
  assert(manifest.pipeline === "classify");
  const { input, labels: named } = manifest.parameters;
  assertEquals([input.width, input.height, input.channels, input.scale], [64, 32, "BGR", 1 / 255]);
  assertEquals(named, ["a", "b", "c"]);
  assertEquals(asked.length, 8);
  assertStringIncludes(options.told.join("\n"), "There is no file /nowhere.txt");
});

Deno.test("prepareFile() uses defaults when the input has ended", async () => {
  const { ask } = answering();
  const { manifest } = await prepareFile(CLASSIFIER, optionsFor({ ask }));
  assertEquals(manifest.pipeline, "classify");
});

Deno.test("prepareFile() names the file in its refusals, and does not blame a manifest", async () => {
  const garbage = new TextEncoder().encode("<html>");
  const page = await assertRejects(() => prepareFile(garbage, optionsFor()), DmlError);
  assertEquals(page.message, "net.onnx: It is not an ONNX file but a web page or XML.");
  const cut = await assertRejects(() => prepareFile(CLASSIFIER.slice(0, 40), optionsFor()), DmlError);
  assertStringIncludes(cut.message, "net.onnx: ");
  assertStringIncludes(cut.advice, "Get a complete copy");
});

Deno.test("prepareFile() completes a manifest: model files, name, operators, labels and test images from files", async () => {
  await using directory = await temporaryDirectory();
  const { manifest: proposed } = await prepareFile(CLASSIFIER, optionsFor());
  const { files: _, requirements: { operatorSets: sets, ...requirements }, parameters, ...rest } = proposed;
  await Deno.writeTextFile(join(directory.path, "names.txt"), "a\nb\nc");
  await Deno.writeFile(join(directory.path, "cat.jpg"), Uint8Array.of(1, 2, 3));
  const value = {
    ...rest,
    requirements,
    parameters: { ...parameters, labels: "names.txt" },
    tests: [{ image: "cat.jpg", expect: { label: "a" } }],
  };
  const manifest = { path: join(directory.path, "net.json"), value };
  const prepared = await prepareFile(CLASSIFIER, optionsFor({ manifest, name: "other", version: 7 }));
  assert(prepared.manifest.pipeline === "classify");
  assertEquals([prepared.manifest.name, prepared.manifest.version], ["other", 7]);
  assertEquals(prepared.manifest.parameters.labels, ["a", "b", "c"]);
  assertEquals(prepared.manifest.requirements.operatorSets, sets);
  const [test] = prepared.manifest.tests ?? [];
  assertEquals(prepared.files.get(test.image.digest), Uint8Array.of(1, 2, 3));

  const wrong = { ...manifest, value: { ...value, pipeline: "no such" } };
  const refused = await assertRejects(() => prepareFile(CLASSIFIER, optionsFor({ manifest: wrong })), DmlError);
  assertEquals(refused.code, "model_invalid");
  assertStringIncludes(refused.message, "net.json");
});
