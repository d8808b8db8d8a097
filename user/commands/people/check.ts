import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import {
  bestFaces,
  checkFace,
  compareOwn,
  type FaceCheck,
  type FaceCheckOptions,
  type OwnLikeness,
} from "../../../models/gallery/check_faces.ts";
import type { GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import type { GalleryReader } from "../../../models/gallery/gallery_reader.ts";
import { openPeople } from "../../../models/gallery/open_people.ts";
import type { GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../../cli/exit.ts";
import type { CheckPeopleCommand } from "../../cli/people_command.ts";
import { ProgressBar } from "../../terminal/progress_bar.ts";
import type { PeopleContext } from "./context.ts";
import { type CheckablePerson, peopleWithFaces } from "./enrolled_faces.ts";
import { type PersonFinding, printCheck } from "./check_text.ts";

type Limits = Omit<FaceCheckOptions, "nearestOther">;

/** A person whose faces were compared with each other, in their order. */
interface ComparedPerson extends CheckablePerson {
  readonly own: readonly OwnLikeness[];
}

/** The longest time between two moments in which the process can be interrupted. */
const BUSY_MS = 100;

/** Checks the enrolled faces of one person or of everybody. Returns the exit code. */
export async function runCheckPeople(command: CheckPeopleCommand, context: PeopleContext): Promise<number> {
  const { gallery: name, json } = command;
  // The person is asked for by name first, since that error suggests the nearest one.
  if (command.name !== null) await context.people.person({ gallery: name, name: command.name });
  const gallery = await context.people.gallery(name);
  const limits = limitsOf(gallery);
  const everybody = (await peopleWithFaces(gallery, context)).map((person) => {
    return { ...person, own: compareOwn(person.enrolled, limits.ownMin) };
  });
  const reader = openPeople(everybody.map(agreeingPart), { ...gallery, gallery: name });
  const chosen = everybody.filter((person) => command.name === null || person.name === command.name);
  const checked = await checkAll(chosen, { ...context, limits, reader });
  const found = checked.filter(({ faces }) => faces.length > 0);
  const faces = chosen.reduce((sum, person) => sum + person.enrolled.length, 0);
  const { version, thresholds, thresholdsOrigin } = gallery;
  if (json) {
    const best = checked.map(({ name, best }) => ({ name, faces: best }));
    const check = { people: chosen.length, faces, found, best };
    context.terminal.out(jsonLine({ gallery: name, version, thresholds, thresholdsOrigin, ...check }));
  } else {
    const check = { people: chosen.length, faces, found, best: command.name === null ? found : checked };
    printCheck(check, { terminal: context.terminal, gallery });
  }
  return found.length === 0 ? EXIT_OK : EXIT_SOME_FAILED;
}

async function checkAll(
  people: readonly ComparedPerson[],
  context: PeopleContext & { limits: Limits; reader: GalleryReader },
): Promise<PersonFinding[]> {
  const { terminal, clock, progress, signal, limits, reader } = context;
  const bar = new ProgressBar(terminal, clock);
  const checked: PersonFinding[] = [];
  let pausedMs = clock.nowMs();
  try {
    for (const [index, person] of people.entries()) {
      const nearestOther = (embedding: Float32Array) =>
        reader.match(embedding, { countMax: 2 }).find(({ name }) => name !== person.name) ?? null;
      const options = { ...limits, nearestOther };
      const checks = person.enrolled.map((face, at) => checkFace(face, person.own[at], options));
      checked.push(findingOf(person, checks));
      if (clock.nowMs() - pausedMs < BUSY_MS) continue;
      if (progress) bar.update(index / people.length, person.name);
      await new Promise<void>((resolve) => clock.after(0, resolve));
      if (signal.aborted) throw new DmlError("interrupted", "Stopped before every face was checked.");
      pausedMs = clock.nowMs();
    }
  } finally {
    bar.finish();
  }
  return checked;
}

/**
 * Returns the limits for a gallery. Whether two faces are of one person does not depend on how many
 * others there are, so that limit stays where it is in a small gallery.
 */
function limitsOf({ thresholds, thresholdsOrigin, lookalikeMin }: GalleryListing): Limits {
  const { unknown } = thresholdsOrigin.by === "default" ? DEFAULT_THRESHOLDS : thresholds;
  return { ownMin: unknown, otherMin: lookalikeMin, quality: thresholds };
}

function findingOf({ name, enrolled }: ComparedPerson, checks: readonly FaceCheck[]): PersonFinding {
  const faces = checks.map((check, index) => ({ ...check, source: enrolled[index].source }));
  return {
    name,
    faces: faces.filter(({ faults }) => faults.length > 0),
    best: bestFaces(faces.toSorted(bySource)).map(({ faceId, source, ownSimilarity, quality }) => ({
      faceId,
      source,
      ownSimilarity,
      quality,
    })),
  };
}

/**
 * Returns the person with only the faces that agree with each other: a wrong one must not make
 * right faces of other people look wrong.
 */
function agreeingPart({ name, enrolled, own, rejected }: ComparedPerson): GalleryPerson {
  const faces = enrolled.filter((_, index) => !own[index].isAside).map(({ embedding }) => embedding);
  return { id: name, name, faces, rejected: [...rejected] };
}

/** Orders faces by the names of their files, so that equally good ones stand in the same order each time. */
function bySource(one: { readonly source: string }, other: { readonly source: string }): number {
  return one.source < other.source ? -1 : one.source === other.source ? 0 : 1;
}
