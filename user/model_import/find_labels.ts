import { dirname, join } from "node:path";
import { readLabels } from "../../models/propose/read_labels.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { readBounded, readIfThere } from "./read_bounded.ts";

/** Labels, and the file that they are from. */
export interface FoundLabels {
  readonly labels: readonly string[];
  readonly path: string;
}

/** The labels in the file at `path`. */
export async function labelsAt(path: string): Promise<FoundLabels> {
  const bytes = await readBounded(path, LIMITS.manifestBytesMax);
  return { labels: readLabels(new TextDecoder().decode(bytes), path), path };
}

/** The labels that lie beside a model, under the names that people give them; null when there are none. */
export async function labelsBeside(modelPath: string): Promise<FoundLabels | null> {
  const stem = modelPath.replace(/\.onnx$/i, "");
  const directory = dirname(modelPath);
  const names = [
    ...[".labels.txt", ".txt", ".labels.json", ".names"].map((ending) => stem + ending),
    ...["labels.txt", "labels.json", "classes.txt", "synset.txt"].map((name) => join(directory, name)),
  ];
  for (const path of names) {
    if (await readIfThere(path, LIMITS.manifestBytesMax) !== null) return await labelsAt(path);
  }
  return null;
}
