import { dirname, join } from "node:path";
import { readLabels } from "../../models/propose/read_labels.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { readBounded, readIfThere } from "./read_bounded.ts";

/** Labels and the path of the file that contains them. */
export interface FoundLabels {
  readonly labels: readonly string[];
  readonly path: string;
}

/** Reads the labels in the file at `path`. */
export async function labelsAt(path: string): Promise<FoundLabels> {
  const bytes = await readBounded(path, LIMITS.manifestBytesMax);
  return { labels: readLabels(new TextDecoder().decode(bytes), path), path };
}

/**
 * Reads the labels in a file beside a model that has one of the usual names. Returns `null` if
 * there is none.
 */
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
