import { bytesOfTexts } from "../../../../models/tensor_bytes.ts";
import type { TensorBytes } from "../../../../models/packed_tensors.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import { PREDICTION } from "./signatures.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A class with its score, as `classification` asks for it. */
interface Scored {
  readonly score: number;
  readonly index: number;
  readonly label: string;
}

/**
 * Returns a prediction as tensors: boxes by their corners in pixels of the upright picture, scores,
 * classes, labels or names, all in the order of the prediction, and the prediction itself as JSON.
 */
export function pictureOutputs(prediction: Prediction): TensorBytes[] {
  const { persons, labels, objects, embedding } = prediction;
  const whole = texts(PREDICTION, [JSON.stringify(prediction)]);
  if (labels !== undefined) return [...scoredTensors(labels), whole];
  if (objects !== undefined) return [boxes(objects), ...scoredTensors(objects), whole];
  if (embedding !== undefined) return [floats("embedding", embedding), whole];
  if (persons.length === 0 && prediction.width === 0) return [whole];
  const names = persons.map(({ name }) => name ?? "");
  return [boxes(persons), floats("scores", persons.map(({ score }) => score)), texts("names", names), whole];
}

/**
 * Returns the best `count` classes of a prediction as texts `score:index:label`; `null` if it has no
 * classes.
 */
export function classifiedPicture(name: string, count: number, { labels, objects }: Prediction): TensorBytes | null {
  const found: readonly Scored[] | undefined = labels ?? objects;
  if (found === undefined || name !== "scores") return null;
  const best = found.toSorted((one, other) => other.score - one.score).slice(0, count);
  return texts(name, best.map(({ score, index, label }) => `${score}:${index}:${label}`));
}

function scoredTensors(found: readonly Scored[]): TensorBytes[] {
  const indices = BigInt64Array.from(found, ({ index }) => BigInt(index));
  return [
    floats("scores", found.map(({ score }) => score)),
    { name: "classes", type: "int64", dims: [found.length], bytes: new Uint8Array(indices.buffer) },
    texts("labels", found.map(({ label }) => label)),
  ];
}

function boxes(found: readonly { readonly box: Box }[]): TensorBytes {
  const corners = found.flatMap(({ box: { x, y, width, height } }) => [x, y, x + width, y + height]);
  return { ...floats("boxes", corners), dims: [found.length, 4] };
}

function floats(name: string, numbers: readonly number[]): TensorBytes {
  const array = Float32Array.from(numbers);
  return { name, type: "float32", dims: [array.length], bytes: new Uint8Array(array.buffer) };
}

/** Returns texts as a tensor of the datatype BYTES. */
export function texts(name: string, elements: readonly string[]): TensorBytes {
  return { name, type: "string", dims: [elements.length], bytes: bytesOfTexts(elements) };
}
