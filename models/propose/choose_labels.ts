import { DmlError } from "../../protocol/kernel/errors.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import type { OutputFamily } from "./output_family.ts";
import { labelsOfPython } from "./read_labels.ts";

const IMAGENET_CLASSES = 1_000;

/** The names of the classes, and their source. */
export interface ChosenLabels {
  readonly labels: readonly string[];
  readonly reasons: readonly string[];
}

/**
 * Returns the labels for `family`: those that people gave, else those that the exporter noted, else
 * COCO's for a detector of 80 classes, else none. Throws `model_invalid` if people gave more
 * or fewer labels than there are classes.
 */
export function chosenLabels(
  family: OutputFamily,
  { given, metadata }: { given: readonly string[] | null; metadata: ReadonlyMap<string, string> },
): ChosenLabels {
  if (family.kind === "embed" || family.kind === "tensor") {
    return { labels: [], reasons: given === null ? [] : ["This task has no labels; they are ignored."] };
  }
  const classCount = family.kind === "ultraface" ? 1 : family.classCount;
  if (given !== null) {
    return { labels: fitted(given, family, classCount), reasons: [`${given.length} labels were given.`] };
  }
  if (family.kind === "ultraface") return { labels: ["face"], reasons: [] };
  const noted = labelsOfPython(metadata.get("names") ?? "");
  if (noted !== null && (classCount === null || noted.length === classCount)) {
    return { labels: noted, reasons: [`The file notes the names of its ${noted.length} classes.`] };
  }
  if (family.kind !== "classify" && classCount === COCO_LABELS.length) {
    return { labels: COCO_LABELS, reasons: ["80 classes are COCO's, as a rule; their names are taken."] };
  }
  const hint = classCount === IMAGENET_CLASSES ? " 1000 classes are ImageNet's, as a rule." : "";
  return {
    labels: [],
    reasons: [
      `The file does not name its classes, so they are numbered; --labels names them.${hint}`,
    ],
  };
}

function fitted(given: readonly string[], family: OutputFamily, classCount: number | null): readonly string[] {
  if (classCount === null || given.length === classCount) return given;
  // Lists of labels have no name for the background, for which UltraFace has a score that it never
  // reports.
  if (family.kind === "ssd" && given.length === classCount - 1) return ["background", ...given];
  if (family.kind === "ultraface" && given.length === 2) return given.slice(1);
  throw new DmlError("model_invalid", `There are ${given.length} labels for a model of ${classCount} classes.`, {
    advice: "Give one label a class, in the model's order.",
  });
}
