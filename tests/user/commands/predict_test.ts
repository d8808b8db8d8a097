import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { PredictCommand } from "../../../user/cli/command.ts";
import { type PredictContext, runPredict } from "../../../user/commands/predict.ts";
import { type PredictRow, predictRowSchema } from "../../../user/reports/predict_row.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FakeClusterClient, personAt, predictionOf } from "../fake_cluster_client.ts";
import { FakeTerminal } from "../fake_terminal.ts";
import { FileTree } from "../file_tree.ts";

/** `dml predict` on `files`, in a temporary directory that also receives the annotated pictures. */
class Predict implements Disposable {
  readonly tree: FileTree;
  readonly terminal = new FakeTerminal();
  readonly cluster = new FakeClusterClient();
  readonly stop = new AbortController();
  opened = 0;

  constructor(files: Readonly<Record<string, string>>) {
    this.tree = new FileTree(files);
  }

  run(
    names: readonly string[],
    options: Partial<PredictCommand> = {},
    context: Partial<PredictContext> = {},
  ): Promise<number> {
    const command: PredictCommand = {
      verb: "predict",
      inputs: names.map((name) => name === "-" ? name : `${this.tree.path}/${name}`),
      master: null,
      token: null,
      model: "faces",
      out: `${this.tree.path}/out`,
      json: false,
      annotate: true,
      embeddings: false,
      keepDoubtful: false,
      maxSide: null,
      anyAngle: false,
      smallFaces: false,
      gallery: "default",
      concurrency: 4,
      ...options,
    };
    return runPredict(command, {
      terminal: this.terminal,
      clock: { ...SYSTEM_CLOCK, nowMs: () => 0 },
      random: seededRandom(1),
      stdin: ReadableStream.from([new TextEncoder().encode("from stdin")]),
      signal: this.stop.signal,
      progress: true,
      openCluster: () => {
        this.opened++;
        return Promise.resolve(this.cluster);
      },
      ...context,
    });
  }

  /** Printed text without the path of the directory. */
  get out(): string {
    return this.terminal.outText.replaceAll(`${this.tree.path}/`, "");
  }
  get errors(): string {
    return this.terminal.errorText.replaceAll(`${this.tree.path}/`, "");
  }
  get lines(): PredictRow[] {
    return this.out.trimEnd().split("\n").map((line) => predictRowSchema.parse(JSON.parse(line)));
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}

function refusing(codes: Readonly<Record<string, ErrorCode>>): FakeClusterClient["onPredict"] {
  return (text) => {
    if (Object.hasOwn(codes, text)) throw new DmlError(codes[text], `The picture is refused: ${text}.`);
    return { prediction: predictionOf([personAt(10)]), annotated: new TextEncoder().encode(text) };
  };
}

Deno.test("runPredict() prints a table of persons and writes the annotated picture", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b" });
  predict.cluster.onPredict = (text) => ({
    prediction: predictionOf(
      text === "a" ? [personAt(10), personAt(200.4, { name: "Ann", similarity: 0.625 })] : [],
    ),
    annotated: new TextEncoder().encode(`annotated ${text}`),
  });
  assertEquals(await predict.run(["a.jpg", "b.jpg"]), 0);
  assertEquals(predict.out.replaceAll(/ {2,}/g, "  ").split("\n"), [
    "image  person  box  score  name",
    "a.jpg  1  30x40 at 10,20  0.988  -",
    "a.jpg  2  30x40 at 200,20  0.988  Ann (0.63)",
    "b.jpg  -  nobody",
    "2 pictures, 2 persons, 0 ms -> out/*.annotated.jpg",
    "",
  ]);
  assertEquals(predict.errors, "");
  assertEquals(predict.tree.names("out"), ["a.annotated.jpg", "b.annotated.jpg"]);
  assertEquals(Deno.readTextFileSync(`${predict.tree.path}/out/b.annotated.jpg`), "annotated b");
  assert(predict.cluster.isClosed);
});

Deno.test("runPredict() prints a table for each task of a model", async () => {
  const box = { x: 1, y: 2, width: 30, height: 40 };
  const objects = [{ box, label: "dog\x1b[31m", index: 16, score: 0.87654 }];
  const labels = [{ label: "tabby", index: 281, score: 0.75 }, { label: "tiger cat", index: 282, score: 0.2 }];
  const tensors = [{ name: "scores", type: "float32" as const, dims: [1, 5], data: [0.123456, null, 3, 4, 5] }];
  const looks = { age: 33.6, gender: { label: "female", score: 0.9 }, liveness: { label: "live", score: 1 } };
  const cases: [Partial<Prediction>, string[]][] = [
    [{ objects }, ["image  object  box  score  class", "a.jpg  1  30x40 at 1,2  0.877  dog?[31m", "1 object"]],
    [{ objects: [] }, ["image  object  box  score  class", "a.jpg  -  nothing", "0 objects"]],
    [{ labels }, ["image  class  score", "a.jpg  tabby  0.750", "a.jpg  tiger cat  0.200"]],
    [{ labels: [] }, ["image  class  score", "a.jpg  none is certain enough"]],
    [{ embedding: [0.1, -0.25] }, ["image  numbers  embedding", "a.jpg  2  0.1 -0.25"]],
    [{ tensors }, ["image  output  type  shape  numbers", "a.jpg  scores  float32  1x5  0.123 - 3 4 …"]],
    [{ persons: [personAt(10, { attributes: looks })] }, [
      "image  person  box  score  name  looks",
      "a.jpg  1  30x40 at 10,20  0.988  -  female, 34, live",
      "1 person",
    ]],
  ];
  for (const [found, expected] of cases) {
    using predict = new Predict({ "a.jpg": "a" });
    predict.cluster.onPredict = () => ({ prediction: { ...predictionOf([]), ...found }, annotated: null });
    assertEquals(await predict.run(["a.jpg"]), 0);
    const counted = expected.filter((line) => /^\d/.test(line));
    assertEquals(predict.out.replaceAll(/ {2,}/g, "  ").split("\n"), [
      ...expected.filter((line) => !/^\d/.test(line)),
      ["1 picture", ...counted, "0 ms"].join(", "),
      "",
    ]);
  }
});

Deno.test("runPredict() shows the gallery's recognition in the table", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  const candidates = [{ name: "Ann", similarity: 0.43 }, { name: "Ben\u001b", similarity: 0.4 }];
  const persons = [
    personAt(1, { name: "Ann", similarity: 0.625, recognition: "known" }),
    personAt(2, { recognition: "uncertain", candidates }),
    personAt(3, { recognition: "unknown" }),
    personAt(4, { recognition: "poor_quality" }),
    personAt(5, { recognition: "unknown", doubtful: true }),
  ];
  predict.cluster.onPredict = () => ({ prediction: predictionOf(persons), annotated: null });
  assertEquals(await predict.run(["a.jpg"]), 0);
  const names = predict.out.split("\n").slice(1, 6).map((line) => line.replace(/^.*0\.988 +/, ""));
  assertEquals(names, ["Ann (0.63)", "Ann? (0.43) or Ben?? (0.40)", "unknown", "poor quality", "not human?"]);
});

Deno.test("runPredict() prints the notes on a picture between the table and its summary", async () => {
  using predict = new Predict({ "a.jpg": "one" });
  const text = "Two strips of the picture are missing and shown in grey.";
  predict.cluster.onPredict = () => ({
    prediction: { ...predictionOf([personAt(10)]), notes: [{ code: "picture_repaired", text }] },
    annotated: null,
  });
  assertEquals(await predict.run(["a.jpg"], { annotate: false }), 0);
  const lines = predict.out.trimEnd().split("\n");
  assertEquals(lines.at(-2), `note: a.jpg: ${text}`);
});

Deno.test("runPredict() passes on what was asked for, and writes nothing with --no-annotate", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  const options = { annotate: false, embeddings: true, gallery: "staff", model: "faces@7" };
  assertEquals(await predict.run(["a.jpg"], options), 0);
  const [{ text, options: asked }] = predict.cluster.asked;
  assertEquals(text, "a");
  assertEquals({ ...asked, signal: undefined }, { ...options, signal: undefined });
  assertEquals(predict.tree.names(), ["a.jpg"]);
});

Deno.test("runPredict() passes on how large the annotated picture may be, if that was said", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  for (const maxSide of [null, 2_000]) await predict.run(["a.jpg"], { maxSide, smallFaces: maxSide !== null });
  assertEquals(predict.cluster.asked.map(({ options: { maxSide } }) => maxSide), [undefined, 2_000]);
  assertEquals(predict.cluster.asked.map(({ options: { smallFaces } }) => smallFaces), [undefined, true]);
});

Deno.test("runPredict() asks for faces at any angle only if that was said", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  for (const anyAngle of [false, true]) await predict.run(["a.jpg"], { anyAngle });
  assertEquals(predict.cluster.asked.map(({ options }) => "anyAngle" in options && options.anyAngle), [false, true]);
});

Deno.test("runPredict() asks for doubtful faces only with --keep-doubtful", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  for (const keepDoubtful of [false, true]) await predict.run(["a.jpg"], { keepDoubtful });
  assertEquals(predict.cluster.asked.map(({ options }) => options.keepDoubtful), [undefined, true]);
});

Deno.test("runPredict() --json prints one object a line of the documented shape, in the order given", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c" });
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  predict.cluster.onPredict = async (text, { annotate }) => {
    if (text === "a") await first.promise;
    order.push(text);
    if (text === "c") first.resolve();
    if (text === "b") throw new DmlError("image_unreadable", "The picture is cut short.");
    return { prediction: predictionOf([personAt(1)]), annotated: annotate ? new Uint8Array([1]) : null };
  };
  assertEquals(await predict.run(["a.jpg", "none.jpg", "b.jpg", "c.jpg", "-"], { json: true }), 1);
  const lines = predict.lines;
  assertEquals(lines.map(({ file, ok }) => [file, ok]), [
    ["a.jpg", true],
    ["none.jpg", false],
    ["b.jpg", false],
    ["c.jpg", true],
    ["stdin", true],
  ]);
  assert(order.indexOf("a") > order.indexOf("c"), "the first picture was answered last");
  assertEquals(lines[0], {
    file: "a.jpg",
    ok: true,
    annotatedFile: "out/a.annotated.jpg",
    prediction: predictionOf([personAt(1)]),
  });
  assertEquals(lines[2], {
    file: "b.jpg",
    ok: false,
    error: {
      code: "image_unreadable",
      message: "The picture is cut short.",
      advice: "The file is damaged or cut short; copy it again from its source.",
    },
  });
  assert(lines[4].ok && lines[4].annotatedFile === "out/stdin.annotated.jpg");
});

Deno.test("runPredict() names each file that failed with advice, processes the others, and exits with the code for some", async () => {
  using predict = new Predict({ "bad.jpg": "bad", "good.jpg": "good", "empty.jpg": "", "notes/x.txt": "x" });
  predict.cluster.onPredict = refusing({ bad: "image_unreadable" });
  const names = ["bad.jpg", "none.jpg", "empty.jpg", "notes", "good.jpg"];
  assertEquals(await predict.run(names), 1);
  assertEquals(predict.errors.trimEnd().split("\n"), [
    "1 file was left out: 1 .txt. To read a file whatever it is called, name it.",
    "error: bad.jpg: The picture is refused: bad. The file is damaged or cut short; copy it again from its source.",
    "error: There is no file none.jpg. Check the path.",
    "error: empty.jpg is empty. The file has no bytes; copy it again from its source.",
    "error: The directory notes holds no pictures. Name a picture, or a directory that holds some.",
  ]);
  assertStringIncludes(predict.out, "1 picture, 1 person, 4 failed");
  assertEquals(predict.tree.names("out"), ["good.annotated.jpg"]);
});

Deno.test("runPredict() goes on after an annotated picture that cannot be written, and names it", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c", "out/a.annotated.jpg/x": "in the way" });
  assertEquals(await predict.run(["a.jpg", "b.jpg", "c.jpg"], { concurrency: 1 }), 1);
  assertMatch(predict.errors, /^error: a\.jpg: out\/a\.annotated\.jpg cannot be written: .*\n$/);
  assertStringIncludes(predict.out, "2 pictures, 2 persons, 1 failed");
  assertEquals(predict.tree.names("out"), ["a.annotated.jpg", "b.annotated.jpg", "c.annotated.jpg"]);
});

Deno.test("runPredict() stops with one error if the directory of the annotated pictures is gone", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c" });
  predict.cluster.onPredict = () => {
    Deno.removeSync(`${predict.tree.path}/out`);
    return { prediction: predictionOf([]), annotated: new Uint8Array([1]) };
  };
  assertEquals(await predict.run(["a.jpg", "b.jpg", "c.jpg"], { concurrency: 1 }), 1);
  assertEquals(predict.errors.match(/out cannot be used for annotated pictures/g)?.length, 1);
  assertEquals(predict.cluster.asked.length, 1);
});

Deno.test("runPredict() opens no cluster if there is no picture", async () => {
  using predict = new Predict({});
  assertEquals(await predict.run(["none.jpg"]), 1);
  assertEquals([predict.opened, predict.out], [0, ""]);
});

Deno.test("runPredict() exits with the cluster's code if nothing succeeded because of it", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b" });
  predict.cluster.onPredict = refusing({ a: "queue_full", b: "deadline_exceeded" });
  assertEquals(await predict.run(["a.jpg", "b.jpg"]), 3);
  predict.cluster.onPredict = refusing({ a: "queue_full" });
  assertEquals(await predict.run(["a.jpg", "b.jpg"]), 1);
});

Deno.test("runPredict() stops at an error that would affect every picture, and reports it once", async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}.jpg`, `${index}`]));
  using predict = new Predict(files);
  predict.cluster.onPredict = () => {
    throw new DmlError("master_unreachable", "The master at http://10.0.0.1:7400 cannot be reached.");
  };
  assertEquals(await predict.run(Object.keys(files), { concurrency: 2 }), 3);
  assertEquals(predict.errors.match(/cannot be reached/g)?.length, 1);
  assert(predict.cluster.asked.length <= 2, `${predict.cluster.asked.length} were sent`);
});

Deno.test("runPredict() reports an error that affects all pictures once as text, and a line each as JSON", async () => {
  const failure = new DmlError("master_unreachable", "The master at x cannot be reached.");
  const openCluster = () => Promise.reject(failure);
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "file": "x" });
  assertEquals(await predict.run(["a.jpg", "none.jpg", "b.jpg"], { json: true }, { openCluster }), 1);
  const told = () => predict.lines.map((line) => line.ok ? "" : `${line.file} ${line.error.code}`);
  assertEquals(told(), ["a.jpg master_unreachable", "none.jpg file_not_found", "b.jpg master_unreachable"]);
  assertEquals(predict.errors.match(/cannot be reached/g)?.length, 1);
  predict.terminal.outText = "";
  assertEquals(await predict.run(["a.jpg", "none.jpg"], { json: true, out: `${predict.tree.path}/file` }), 1);
  assertEquals(told(), ["a.jpg output_directory_unusable", "none.jpg file_not_found"]);
  assertEquals(predict.opened, 0, "no cluster is opened for pictures that cannot be written");
  predict.terminal.outText = "";
  assertEquals(await predict.run(["a.jpg", "b.jpg"], {}, { openCluster }), 3);
  assertEquals(predict.out, "");
  assertStringIncludes(predict.errors, "None of the 2 pictures was done (master_unreachable).");
});

Deno.test("runPredict() rethrows a bug", async () => {
  using predict = new Predict({ "a.jpg": "a" });
  const bug = new TypeError("x is not a function");
  assertEquals(await assertRejects(() => predict.run(["a.jpg"], {}, { openCluster: () => Promise.reject(bug) })), bug);
});

Deno.test("runPredict() names every unprocessed picture when the master was lost", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c", "d.jpg": "d", "e.jpg": "e" });
  predict.cluster.onPredict = refusing({ c: "master_unreachable" });
  assertEquals(await predict.run(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"], { concurrency: 1 }), 1);
  assertEquals(predict.errors.split("\n").slice(1), [
    "Not done, of 5 pictures (master_unreachable):",
    "  c.jpg",
    "  d.jpg",
    "  e.jpg",
    "",
  ]);
  assertStringIncludes(predict.out, "2 pictures, 2 persons, 3 failed");
});

Deno.test("runPredict() waits for a node once, not again for every picture", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b" });
  predict.cluster.onPredict = refusing({ a: "no_capable_node" });
  assertEquals(await predict.run(["a.jpg", "b.jpg"], { concurrency: 1 }), 3);
  assertEquals(predict.cluster.asked.length, 1);
});

Deno.test("runPredict() exits with the code of the failures so far when its reader has left", async () => {
  for (const [names, expected] of [[["bad.jpg", "a.jpg"], 1], [["a.jpg", "bad.jpg"], 0]] as const) {
    using predict = new Predict({ "a.jpg": "a", "bad.jpg": "" });
    const closed = new FakeTerminal();
    closed.out = (text) => {
      if (text.includes('"ok":true')) throw new Deno.errors.BrokenPipe();
    };
    assertEquals(await predict.run(names, { json: true, concurrency: 1 }, { terminal: closed }), expected);
    assert(predict.cluster.isClosed);
  }
});

Deno.test("runPredict() stops at Ctrl-C: it sends nothing new, prints what was answered, and exits with 130", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b", "c.jpg": "c" });
  predict.cluster.onPredict = (text, { signal }) => {
    if (text === "a") return { prediction: predictionOf([personAt(10)]), annotated: null };
    predict.stop.abort();
    assert(signal?.aborted);
    throw new DmlError("interrupted", "Stopped before the answer came.");
  };
  assertEquals(await predict.run(["a.jpg", "b.jpg", "c.jpg"], { concurrency: 1 }), 130);
  assertEquals(predict.cluster.asked.map(({ text }) => text), ["a", "b"]);
  assertStringIncludes(predict.out, "1 picture, 1 person");
  assert(predict.cluster.isClosed);
});

Deno.test("runPredict() keeps at most --concurrency pictures in flight", async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.jpg`, `${index}`]));
  using predict = new Predict(files);
  let [running, most] = [0, 0];
  predict.cluster.onPredict = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    running--;
    return { prediction: predictionOf([]), annotated: null };
  };
  assertEquals(await predict.run(Object.keys(files), { concurrency: 3 }), 0);
  assert(most <= 3, `${most} at once`);
  assertEquals(predict.cluster.asked.length, 20);
});

Deno.test("runPredict() draws a progress bar for more than one picture, and removes it at the end", async () => {
  using predict = new Predict({ "a.jpg": "a", "b.jpg": "b" });
  await predict.run(["a.jpg", "b.jpg"]);
  const drawn = predict.terminal.statuses.filter((status) => status !== null);
  assertMatch(drawn.at(-1)!, /^\[#+\] 2\/2 pictures/);
  assertEquals(predict.terminal.statuses.at(-1), null);
  using failing = new Predict({ "a.jpg": "a", "empty.jpg": "" });
  await failing.run(["a.jpg", "empty.jpg"]);
  assertMatch(failing.terminal.statuses.at(-2)!, /^\[#+\] 2\/2 pictures, .*, 1 failed$/);
  using single = new Predict({ "a.jpg": "a" });
  await single.run(["a.jpg"]);
  assertEquals(single.terminal.statuses, [null]);
});

Deno.test("runPredict() prints no control characters of a file name", async () => {
  using predict = new Predict({ "a\x1b[2J.jpg": "a", "b\x1b[2J.jpg": "" });
  await predict.run(["a\x1b[2J.jpg", "b\x1b[2J.jpg"]);
  assertEquals((predict.terminal.outText + predict.terminal.errorText).includes("\x1b"), false);
});
