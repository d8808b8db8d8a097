/**
 * `deno task accuracy --photos DIRECTORY`: how often strangers get a name in galleries of 50 to
 * 20,000 faces, with one folder of photos for each person.
 *
 * `deno task accuracy --attributes DIRECTORY`: the errors of `face-attributes`, with photos named
 * like those of UTKFace, `AGE_GENDER_….jpg` (0 for male, 1 for female).
 */
import { basename } from "node:path";
import { FACE_ATTRIBUTES } from "../models/catalog/face_attributes.ts";
import { FACES } from "../models/catalog/faces.ts";
import { DEFAULT_THRESHOLDS } from "../models/gallery/gallery_index.ts";
import { isComparable } from "../models/gallery/recognise.ts";
import { seededRandom } from "../protocol/kernel/random.ts";
import { findInputs } from "../user/pictures/inputs.ts";
import { labelledPictures } from "../user/pictures/labelled_pictures.ts";
import { median } from "./bench/figure.ts";
import { attributeErrors, type LabelledAttributes, labelOf } from "./accuracy/attributes.ts";
import { type NamedFace, namedOf, NamingMeter, type NamingRow } from "./accuracy/naming.ts";
import { createPhotoReader } from "./accuracy/photo_reader.ts";

const SIZES = [50, 200, 1_000, 20_000];
const MOST_ALIKE = 5;

if (import.meta.main) {
  const [what, directory] = Deno.args;
  if (what === "--photos" && directory !== undefined) await printNaming(directory);
  else if (what === "--attributes" && directory !== undefined) await printAttributes(directory);
  else throw new Error("Give --photos DIRECTORY or --attributes DIRECTORY.");
  Deno.exit();
}

async function printNaming(directory: string): Promise<void> {
  const read = await createPhotoReader(FACES);
  const faces: NamedFace[] = [];
  let [without, poor] = [0, 0];
  for (const { name, input } of await labelledPictures(directory)) {
    const person = input.kind === "file" ? await read(input.path) : null;
    if (person?.embedding === undefined || person.quality === undefined) without++;
    else if (!isComparable(person.quality, DEFAULT_THRESHOLDS)) poor++;
    else faces.push({ name, embedding: Float32Array.from(person.embedding), quality: person.quality });
  }
  const meter = new NamingMeter(faces, seededRandom(1));
  const eyes = median(faces.map(({ quality }) => quality.eyeDistance));
  console.log(
    `${faces.length} faces of ${meter.persons} persons, eyes ${eyes.toFixed(0)} px apart in the median; ` +
      `left out: ${without} photos without a face, ${poor} of poor quality`,
  );
  console.log("The two persons that are most alike, to be looked at in case they are one:");
  for (const { names: [one, other], similarity } of meter.mostAlike(MOST_ALIKE)) {
    console.log(`  ${one} and ${other}: ${similarity.toFixed(3)}`);
  }
  console.log("Of 1,000 strangers, with one face of each enrolled person and the default thresholds:");
  for (const size of SIZES) console.log(`  ${rowText(meter.measure(size))}`);
}

function rowText({ size, known, strangers, enrolled, pairRate, modelled }: NamingRow): string {
  const perThousand = (share: number) => (1_000 * share).toFixed(2);
  const measured = strangers === null
    ? "not measured (too few persons)"
    : `measured ${perThousand(strangers.named / strangers.asked)} named, ` +
      `${perThousand(strangers.uncertain / strangers.asked)} uncertain`;
  const byPairs = pairRate === null ? "too few pairs that alike" : `${perThousand(namedOf(size, pairRate))} by pairs`;
  const further = enrolled === null
    ? ""
    : `; of ${enrolled.asked.toLocaleString("en")} further faces of enrolled persons ` +
      `${enrolled.right.toLocaleString("en")} named right, ${enrolled.wrong.toLocaleString("en")} wrong`;
  return `${size.toLocaleString("en")} enrolled, known from ${known}: ${measured}; ` +
    `modelled ${perThousand(modelled)} by the fitted tail, ${byPairs}${further}`;
}

async function printAttributes(directory: string): Promise<void> {
  const read = await createPhotoReader(FACE_ATTRIBUTES);
  const faces: LabelledAttributes[] = [];
  let without = 0;
  for (const input of await findInputs([directory])) {
    const label = labelOf(basename(input.name));
    if (input.kind !== "file" || label === null) continue;
    const attributes = (await read(input.path))?.attributes;
    if (attributes === undefined) without++;
    else faces.push({ label, attributes });
  }
  if (faces.length === 0) throw new Error(`No photo in ${directory} is named AGE_GENDER_….jpg and shows a face.`);
  console.log(`${faces.length} faces; ${without} photos without a face`);
  const groups = { all: faces, ...Object.groupBy(faces, ({ label }) => label.gender) };
  for (const [name, group] of Object.entries(groups)) {
    const { genderWrong, ageError, ageBias, spoofs } = attributeErrors(group);
    console.log(
      `${name}: ${group.length} faces, gender wrong of ${genderWrong} (${
        (100 * genderWrong / group.length).toFixed(1)
      } %), ` +
        `age off by ${ageError.toFixed(1)} years in the mean (bias ${ageBias.toFixed(1)}), taken for a spoof ${spoofs}`,
    );
  }
}
