import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { isComparable } from "../../../models/gallery/recognise.ts";
import { calibrate, type Calibration, equalErrorRate, rocCurve } from "../../../models/gallery/roc.ts";
import type { GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { COMPARED_FACES_MAX, evenly, type LabelledFace, pairsOf } from "./face_pairs.ts";
import { DEFAULT_MODEL } from "../../cli/flags.ts";
import { findAndTell } from "../../pictures/left_out.ts";
import { labelledPictures } from "../../pictures/labelled_pictures.ts";
import { largestFace } from "../../pictures/largest_face.ts";
import type { CalibrateCommand } from "../../cli/people_command.ts";
import { countedAs, inForceText } from "./text.ts";
import { runPictures } from "../../pictures/picture_run.ts";
import { styled } from "../../terminal/render.ts";
import { rocText } from "./roc_text.ts";
import type { PeopleContext } from "./context.ts";

/**
 * Highest rate of false accepts for pairs of two people. It falls with the number of enrolled
 * people, since a stranger is compared with all of them.
 */
const FALSE_ACCEPT_MAX = 0.001;
/** Share of strangers that may be taken for an enrolled person by chance. */
const STRANGERS_TAKEN_MAX = 0.01;

/** The outcomes of the labelled pictures. */
interface Collected {
  readonly faces: LabelledFace[];
  /** Number of pictures without a face. */
  readonly without: number;
  /** Number of pictures whose face is too small or too blurred. */
  readonly poor: number;
  readonly failures: readonly DmlError[];
  readonly tried: number;
}

/** Finds thresholds from labelled pictures and applies them if asked. Returns the exit code. */
export async function runCalibrate(command: CalibrateCommand, context: PeopleContext): Promise<number> {
  const { gallery, apply, json } = command;
  const { terminal, people } = context;
  const known = await galleryOrNull(command, context);
  const collected = await collect(command, { ...context, thresholds: known?.thresholds ?? DEFAULT_THRESHOLDS });
  const pairs = pairsOf(evenly(collected.faces, COMPARED_FACES_MAX));
  const curve = rocCurve(pairs);
  const falseAcceptMax = Math.min(FALSE_ACCEPT_MAX, STRANGERS_TAKEN_MAX / Math.max(1, known?.people ?? 1));
  const found = calibrate(pairs, { falseAcceptMax });
  const thresholds = { ...known?.thresholds ?? DEFAULT_THRESHOLDS, known: found.known, unknown: found.unknown };
  const inForce = apply ? await people.setThresholds(gallery, { ...thresholds, by: "calibrate" }) : null;
  const counts = { genuine: pairs.genuine.length, impostor: pairs.impostor.length };
  const errorRate = equalErrorRate(curve);
  if (json) {
    const { faces, without, poor } = collected;
    const pictures = { faces: faces.length, noFace: without, poorQuality: poor };
    terminal.out(jsonLine({ gallery, ...pictures, pairs: counts, errorRate, ...found, curve, inForce }));
  } else {
    terminal.out(rocText(curve, found, { columnsMax: terminal.outColumns, color: terminal.outColor }));
    printFound(found, { ...context, collected, counts, errorRate, apply });
    if (inForce !== null) terminal.out(`${inForceText(gallery, inForce)}\n`);
  }
  return exitCodeOf(collected.failures, { tried: collected.tried });
}

/** Returns the gallery; `null` if it does not exist and no thresholds are to be applied. */
async function galleryOrNull(
  { gallery, apply }: CalibrateCommand,
  { people }: PeopleContext,
): Promise<GalleryListing | null> {
  try {
    return await people.gallery(gallery);
  } catch (error) {
    if (!apply && error instanceof DmlError && error.code === "gallery_unknown") return null;
    throw error;
  }
}

async function collect(
  { directory, anyAngle, concurrency }: CalibrateCommand,
  context: PeopleContext & { thresholds: GalleryListing["thresholds"] },
): Promise<Collected> {
  const { cluster, signal, thresholds } = context;
  const pictures = await findAndTell(context.terminal, (leftOut) => labelledPictures(directory, { leftOut }));
  const turned = anyAngle ? { anyAngle } : {};
  const options = { model: DEFAULT_MODEL, annotate: false, embeddings: true, gallery: null, ...turned, signal };
  const outcomes = runPictures(pictures, {
    ...context,
    concurrency,
    work: async (bytes) => largestFace((await cluster.predict(bytes, options)).prediction.persons),
  });
  const faces: LabelledFace[] = [];
  const failures: DmlError[] = [];
  let [without, poor] = [0, 0];
  for await (const outcome of outcomes) {
    if (!outcome.ok) failures.push(outcome.failure);
    else if (outcome.result?.embedding === undefined) without++;
    else if (outcome.result.quality !== undefined && !isComparable(outcome.result.quality, thresholds)) poor++;
    else faces.push({ name: outcome.item.name, embedding: Float32Array.from(outcome.result.embedding) });
  }
  return { faces, without, poor, failures, tried: pictures.length };
}

function printFound(
  { known, unknown, rule, atKnown, atUnknown }: Calibration,
  { terminal, collected, counts, errorRate, apply }: PeopleContext & {
    collected: Collected;
    counts: { genuine: number; impostor: number };
    errorRate: number;
    apply: boolean;
  },
): void {
  const { faces, without, poor } = collected;
  const left = [
    ...(without > 0 ? [`${without} without a face`] : []),
    ...(poor > 0 ? [`${poor} of poor quality`] : []),
  ].join(", ");
  const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`;
  const lines = [
    `${countedAs(faces.length, "face", "faces")}${left === "" ? "" : ` (left out: ${left})`}: ` +
    `${countedAs(counts.genuine, "pair", "pairs")} of one person, ${counts.impostor.toLocaleString("en")} of two`,
    `equal error rate ${percent(errorRate)}`,
    `known from ${known} (by ${
      rule === "highest impostor" ? "the most similar two people" : "the rate of false accepts"
    }): ` +
    `${percent(atKnown.falseAcceptRate)} of pairs of two people accepted, ${
      percent(atKnown.falseRejectRate)
    } of one person refused`,
    `unknown below ${unknown}: ${percent(atUnknown.falseRejectRate)} of pairs of one person below`,
    ...(rule === "highest impostor"
      ? ["There are too few pairs of two people to say how rare a false accept is."]
      : []),
    ...(apply ? [] : ["Not applied; use --apply, or `dml people thresholds --known … --unknown …`."]),
  ];
  for (const [index, line] of lines.entries()) {
    terminal.out(`${index === 2 ? styled(line, "bold", terminal.outColor) : line}\n`);
  }
}
