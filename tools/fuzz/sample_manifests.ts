import { CATALOG } from "../../models/catalog/catalog.ts";
import { manifestSchema } from "../../models/manifest.ts";
import { FACES } from "../../models/catalog/faces.ts";
import { parseAs } from "../../protocol/schema.ts";
import type { Json } from "./mutate_json.ts";

const CHECKED = { what: "A sample", code: "model_invalid" } as const;
const INPUT = {
  tensor: "images",
  width: 640,
  height: 640,
  layout: "NCHW",
  channels: "BGR",
  type: "float32",
  resize: { mode: "letterbox", colour: [114, 114, 114], place: "top_left" },
  scale: 1,
  mean: [0],
  std: [1],
} as const;
const LABELS = ["person", "bicycle"];
const FOUND = { input: INPUT, scoreMin: 0.25, overlapMax: 0.45, suppress: "same_class", labels: LABELS } as const;
const BOXED = { form: "cxcywh", unit: "pixels", activation: "sigmoid" } as const;

const { name, version, description, license, files, requirements } = FACES.manifest;
const common = { schema: 1, name, version, description, license, files: files.slice(0, 1), requirements } as const;

/** One manifest of each pipeline that the catalog does not use, and of each family of detectors. */
const OTHERS = [
  {
    ...common,
    pipeline: "detect",
    parameters: { decode: "yolox", ...FOUND, output: "output", strides: [8, 16], activation: "none" },
  },
  { ...common, pipeline: "detect", parameters: { decode: "yolov5", ...FOUND, output: "output", ...BOXED } },
  { ...common, pipeline: "detect", parameters: { decode: "yolov8", ...FOUND, output: "output", ...BOXED } },
  {
    ...common,
    pipeline: "detect",
    parameters: {
      decode: "ssd",
      ...FOUND,
      ...BOXED,
      boxes: "boxes",
      scores: "scores",
      classes: null,
      background: 0,
      firstClass: 1,
    },
  },
  { ...common, pipeline: "detect", parameters: { decode: "ultraface", ...FOUND, boxes: "boxes", scores: "scores" } },
  {
    ...common,
    pipeline: "classify",
    parameters: { input: INPUT, output: "p", activation: "softmax", topK: 5, scoreMin: 0, labels: LABELS },
    tests: [{ image: { digest: common.files[0].digest, size: 9 }, expect: { label: "person", persons: 1 } }],
  },
  { ...common, pipeline: "embed", parameters: { input: INPUT, output: "v", normalise: true } },
  {
    ...common,
    pipeline: "tensor",
    parameters: { picture: INPUT, inputs: [{ tensor: "images", type: "float32", dims: [1, 3, -1, 640] }], outputs: [] },
  },
];

/** Valid manifests of every pipeline, as JSON. */
export const SAMPLE_MANIFESTS: readonly Json[] = [...CATALOG.map(({ manifest }) => manifest), ...OTHERS]
  .map((manifest) => JSON.parse(JSON.stringify(parseAs(manifestSchema, manifest, CHECKED))));
