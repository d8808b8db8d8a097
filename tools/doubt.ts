/**
 * `deno task doubt read DIRECTORY [SOURCE…]` reads the photos of the sources that
 * `doubt/sources.json` lists, each in a directory of its own. `deno task doubt train DIRECTORY`
 * learns from what was read, prints how well, and writes `DIRECTORY/doubt.json`, the `doubt` of a
 * manifest; exits with 1 if it doubts a face of the sample photos. `deno task doubt cost` measures
 * what doubting costs.
 */
import { join } from "node:path";
import { printCost } from "./doubt/cost.ts";
import { knownFaces } from "./doubt/examples.ts";
import { readPhotos } from "./doubt/face_file.ts";
import { FaceReader } from "./doubt/face_reader.ts";
import { type LinearClassifier, oddsOf, sigmoid } from "./doubt/logistic_regression.ts";
import { parametersOf } from "./doubt/parameters.ts";
import { photoSources } from "./doubt/photo_sources.ts";
import { printReport } from "./doubt/report.ts";
import { crossValidated, trained } from "./doubt/train.ts";
import { samplePhotos } from "./sample_photos.ts";

/** Probabilities below which a face is left out, and marked. */
const BARS = { omittedBelow: 0.09, doubtfulBelow: 0.3 } as const;

if (import.meta.main) {
  const [command, root, ...names] = Deno.args;
  if (command === "cost") await printCost();
  else if (command === "read" && root !== undefined) await readSources(root, names);
  else if (command === "train" && root !== undefined) await train(root);
  else {
    console.log("deno task doubt read DIRECTORY [SOURCE...] | train DIRECTORY | cost");
    Deno.exitCode = 2;
  }
  Deno.exit();
}

async function readSources(root: string, names: readonly string[]): Promise<void> {
  const reader = await FaceReader.start();
  for (const source of photoSources()) {
    if (names.length > 0 && !names.includes(source.directory)) continue;
    const { photos, faces } = await readPhotos(source, { root, reader });
    console.log(`${source.directory}: ${photos} photos, ${faces} faces to doubt`);
  }
}

async function train(root: string): Promise<void> {
  const faces = await knownFaces(root);
  if (faces.length === 0) {
    console.log(`There are no photos that were read in ${root}; deno task doubt read ${root} reads them.`);
    Deno.exitCode = 1;
    return;
  }
  printReport(crossValidated(faces), BARS);
  const classifier = trained(faces);
  await Deno.writeTextFile(join(root, "doubt.json"), JSON.stringify(parametersOf(classifier, BARS)));
  await checkSamples(classifier);
}

/** Judges the faces of the sample photos, which are of a kind that no source has: scenes. */
async function checkSamples(classifier: LinearClassifier): Promise<void> {
  const reader = await FaceReader.start();
  const probabilities: number[] = [];
  for (const photo of await samplePhotos()) {
    const faces = await reader.read(photo, { isPortrait: false, variants: ["plain"] });
    probabilities.push(...faces.map(({ values }) => sigmoid(oddsOf(classifier, Float64Array.from(values)))));
  }
  const omitted = probabilities.filter((probability) => probability < BARS.omittedBelow).length;
  const doubtful = probabilities.filter((probability) => probability < BARS.doubtfulBelow).length;
  console.log(`sample photos: of ${probabilities.length} faces left out ${omitted}, doubtful ${doubtful}`);
  if (doubtful > 0) Deno.exitCode = 1;
}
