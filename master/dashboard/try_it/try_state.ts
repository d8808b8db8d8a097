import { batch, computed, effect, signal } from "@preact/signals";
import { predictAnswerSchema } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ask } from "../api/ask.ts";
import { gallery } from "../api/galleries.ts";
import { asRefused, Refused } from "../api/refused.ts";
import { byteWords } from "../parts/words.ts";
import { me } from "../shell/session.ts";
import { type TriedPicture, triedPicture } from "./tried_picture.ts";

/** Pictures that are with the master at the same time. */
const RUNNING_MAX = 2;

/** Settings of the pictures that are tried. */
export const settings = {
  model: signal("faces"),
  anyAngle: signal(false),
  smallFaces: signal(false),
  /** Score from which a face is shown. */
  scoreMin: signal(0),
  /** Similarity from which a name is shown. */
  similarityMin: signal(0),
};

/** Pictures of this visit, the newest first. */
export const pictures = signal<readonly TriedPicture[]>([]);
/** The picture that is shown; `null` if there is none. */
export const shown = signal<TriedPicture | null>(null);
/** Number of the face that the pointer or the keyboard is at; `null` if at none. */
export const pointedFace = signal<number | null>(null);

/** Query of a prediction with the present settings. */
export const query = computed(() => {
  const parameters = new URLSearchParams({ model: settings.model.value, gallery: gallery.value });
  if (settings.anyAngle.value) parameters.set("anyAngle", "true");
  if (settings.smallFaces.value) parameters.set("smallFaces", "true");
  return parameters.toString();
});

/** Takes files that were dropped, pasted, photographed or chosen. */
export function addPictures(files: readonly File[]): void {
  if (files.length === 0) return;
  const added = files.map(triedPicture);
  batch(() => {
    pictures.value = [...added, ...pictures.value];
    shown.value = added[0];
  });
  runWaiting();
}

/** Forgets every picture. */
export function clearPictures(): void {
  for (const { url } of pictures.value) URL.revokeObjectURL(url);
  batch(() => [pictures.value, shown.value, pointedFace.value] = [[], null, null]);
}

/** Sends a picture again. */
export function tryAgain(picture: TriedPicture): void {
  picture.state.value = "waiting";
  runWaiting();
}

function runWaiting(): void {
  const running = pictures.value.filter(({ state }) => state.value === "running").length;
  const waiting = pictures.value.filter(({ state }) => state.value === "waiting").slice(0, RUNNING_MAX - running);
  for (const picture of waiting) void run(picture);
}

async function run(picture: TriedPicture): Promise<void> {
  picture.state.value = "running";
  const startMs = SYSTEM_CLOCK.nowMs();
  try {
    checkSize(picture.file);
    const answer = await ask(`${PATHS.predictions}?${query.value}`, predictAnswerSchema, {
      method: "POST",
      body: picture.file,
    });
    batch(() => {
      picture.answer.value = answer;
      picture.tookMs.value = SYSTEM_CLOCK.nowMs() - startMs;
      picture.problem.value = null;
      picture.state.value = "done";
    });
  } catch (error) {
    batch(() => {
      picture.answer.value = null;
      picture.problem.value = asRefused(error);
      picture.state.value = "failed";
    });
  }
  runWaiting();
}

function checkSize({ size }: File): void {
  if (size <= LIMITS.imageBytesMax) return;
  const bound = byteWords(LIMITS.imageBytesMax);
  throw new Refused(`The file has ${byteWords(size)}, and a picture may have ${bound}.`, {
    code: "image_too_large",
    status: 0,
    advice: "Shrink the picture and try it again.",
  });
}

let lastQuery = query.peek();
/** Sends all pictures again when a setting changes that the master acts on. */
effect(() => {
  if (query.value === lastQuery) return;
  lastQuery = query.value;
  for (const { state } of pictures.peek()) if (state.peek() !== "running") state.value = "waiting";
  runWaiting();
});

/** A caller of one gallery begins with it. */
effect(() => {
  const own = me.value?.gallery ?? null;
  if (own !== null) gallery.value = own;
});
