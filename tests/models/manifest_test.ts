import fc from "fast-check";
import { CATALOG } from "../../models/catalog/catalog.ts";
import { FACES as BUILT_IN_FACES } from "../../models/catalog/faces.ts";
import { decodeManifest, encodeManifest, type Manifest } from "../../models/manifest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../assert.ts";
import { DETECTORS } from "./pipelines/detections.ts";
import { facesManifest } from "./pipelines/faces/faces_manifest.ts";
import { DETECT_COMMON, INPUT, manifestOf } from "./pipelines/models.ts";

const CLASSIFY = { input: INPUT, output: "scores", activation: "softmax", topK: 5, scoreMin: 0, labels: [] } as const;
const EMBEDDER = { template: "arcface", side: 112, channels: "RGB", mean: 0, std: 1 } as const;
const YUNET = { family: "yunet", input: { size: "fixed", width: 640, height: 480 } } as const;
const FACES = facesManifest({}, {
  detector: YUNET,
  points: "detector",
  embedder: { ...EMBEDDER, output: "fc1", thresholds: { known: 0.4, unknown: 0.3 } },
});
const MANIFESTS: readonly Manifest[] = [
  FACES,
  facesManifest({}, {
    detector: { family: "scrfd", input: { size: "dynamic", sideMax: 640 } },
    embedder: { ...EMBEDDER, template: [[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]] },
  }),
  facesManifest({}, { detector: { family: "ultraface" } }),
  ...CATALOG.map(({ manifest }) => manifest),
  ...DETECTORS.map(({ parameters }) => manifestOf("detect", parameters)),
  manifestOf("classify", { ...CLASSIFY, labels: ["one", "two"] }),
  manifestOf("embed", { input: INPUT, output: "vector", normalise: true }),
  manifestOf("tensor", { picture: null, inputs: [{ tensor: "x", type: "int64", dims: [1, -1] }], outputs: [] }),
];

function refusal(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const error = assertThrows(() => decodeManifest(bytes), DmlError);
  assertEquals(error.code, "model_invalid");
  return error.message;
}

Deno.test("decodeManifest() restores what encodeManifest() wrote, for every task", () => {
  for (const manifest of MANIFESTS) assertEquals(decodeManifest(encodeManifest(manifest).bytes), manifest);
});

Deno.test("decodeManifest() returns a valid manifest or states the fault, whatever was changed", () => {
  const hostile = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e308, "", "\u0000", [], {}, null, "__proto__"));
  fc.assert(
    fc.property(fc.constantFrom(...MANIFESTS), fc.nat(), hostile, (manifest, at, value) => {
      const bytes = new TextEncoder().encode(JSON.stringify(changed(manifest, { at, value })));
      try {
        const read = decodeManifest(bytes);
        assertEquals(decodeManifest(encodeManifest(read).bytes), read);
      } catch (error) {
        assert(error instanceof DmlError && error.code === "model_invalid", String(error));
        assert(error.message.length < 600);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeManifest() never crashes on arbitrary bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assertThrows(() => decodeManifest(bytes), DmlError, "The manifest");
  }));
});

Deno.test("decodeManifest() refuses a document that is too long, and accepts the longest labels allowed", () => {
  const labels = Array.from({ length: 21_841 }, (_, at) => `a label of an ordinary length ${at}`);
  const many = manifestOf("classify", { ...CLASSIFY, labels });
  assertEquals(decodeManifest(encodeManifest(many).bytes), many);
  const long = new Uint8Array(LIMITS.manifestBytesMax + 1).fill(32);
  assertStringIncludes(assertThrows(() => decodeManifest(long), DmlError).message, "at most 1048576");
  const tooMany = new Array(LIMITS.labelsMax + 1).fill("x");
  assertStringIncludes(refusal({ ...many, parameters: { ...many.parameters, labels: tooMany } }), "labels");
});

Deno.test("decodeManifest() takes a plan of the search for faces, or none, and refuses one that cannot be", () => {
  const { manifest } = BUILT_IN_FACES;
  assert(manifest.pipeline === "faces" && manifest.parameters.search !== undefined);
  const { search, ...rest } = manifest.parameters;
  const once = { ...manifest, parameters: rest };
  assertEquals(decodeManifest(encodeManifest(once).bytes), once);
  for (
    const [field, value] of [["fineSide", 650], ["fineSide", 4_096], ["faintScoreMin", 2], [
      "sideRatioMax",
      0.5,
    ]] as const
  ) {
    const wrong = { ...manifest, parameters: { ...rest, search: { ...search, [field]: value } } };
    assertStringIncludes(refusal(wrong), `parameters.search.${field}`);
  }
});

Deno.test("decodeManifest() names the field that is wrong", () => {
  const detect = manifestOf("detect", DETECTORS[0].parameters);
  const cases: [string, object][] = [
    ["parameters.strides", { strides: [] }],
    ["parameters.scoreMin", { scoreMin: 2 }],
    ["parameters.decode", { decode: "yolov99" }],
    ["parameters.input.mean", { input: { ...INPUT, mean: [0, 0] } }],
    ["parameters.input.std", { input: { ...INPUT, std: [0] } }],
    ["parameters.input.type", { input: { ...INPUT, type: "uint8" } }],
    ["parameters.input.resize.place", { input: { ...INPUT, resize: { ...INPUT.resize, place: "left" } } }],
    ["parameters.labels.0", { labels: ["a\nb"] }],
  ];
  for (const [path, change] of cases) {
    assertStringIncludes(refusal({ ...detect, parameters: { ...detect.parameters, ...change } }), path);
  }
  assertStringIncludes(refusal({ ...detect, parameters: { ...detect.parameters, anchors: [1] } }), "anchors");
  assertStringIncludes(refusal({ ...detect, pipeline: "embed", parameters: DETECT_COMMON }), "parameters");
});

Deno.test("decodeManifest() names what is wrong with a detector or an embedder of faces", () => {
  const cases: [string, object][] = [
    ["parameters.detector.family: must have the `family` ultraface, yunet", { detector: { family: "mtcnn" } }],
    ["parameters.detector.input: ", { detector: { family: "yunet" } }],
    ["parameters.detector.input.size: must have the `size` fixed or dynamic", { detector: { ...YUNET, input: {} } }],
    ["parameters.detector.input.width", { detector: { ...YUNET, input: { ...YUNET.input, width: 600 } } }],
    ["parameters.detector.input.sideMax", {
      detector: { ...YUNET, input: { size: "dynamic", sideMax: 8_192 } },
    }],
    ["parameters.points", { points: "nobody" }],
    ["parameters.embedder.template: must be arcface, or five points", {
      embedder: { ...EMBEDDER, template: Array.from({ length: 5 }, () => [1, 2]) },
    }],
    ["parameters.embedder.std", { embedder: { ...EMBEDDER, std: 0 } }],
    ["parameters.embedder.channels", { embedder: { ...EMBEDDER, channels: "grey" } }],
    ["parameters.embedder.thresholds: unknown must not be above known", {
      embedder: { ...EMBEDDER, thresholds: { known: 0.3, unknown: 0.4 } },
    }],
  ];
  for (const [sentence, change] of cases) {
    assertStringIncludes(refusal({ ...FACES, parameters: { ...FACES.parameters, ...change } }), sentence);
  }
});

/** `manifest` with the value at one of its places, counted through, put in the place of another. */
function changed(manifest: Manifest, { at, value }: { at: number; value: unknown }): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(manifest));
  const places: (() => void)[] = [];
  const walk = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push(() => Object.assign(node, { [key]: value }));
      walk(Reflect.get(node, key));
    }
  };
  walk(copy);
  places[at % places.length]();
  return copy;
}
