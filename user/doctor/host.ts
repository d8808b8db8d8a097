import { join } from "node:path";
import { asStorageError, removeIfThere, writeFileDurably } from "../../protocol/host/durable_file.ts";
import { openHome } from "../../protocol/host/home.ts";
import { nightlyNames } from "../../protocol/host/nightly_directory.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import type { DoctorContext, DoctorStep } from "./step.ts";
import { drawnFace } from "./drawn_face.ts";
import { DEFAULT_MODEL } from "../cli/flags.ts";
import { counted, formatBytes, formatDuration } from "../terminal/render.ts";

/** The room that the step needs: more than the files of the built-in models. */
const PROBE_BYTES = 16 * 1024 * 1024;

/**
 * Returns the step that makes, writes and reads the data directory, and checks that it has room.
 */
export function diskStep({ home, clock, random }: DoctorContext): DoctorStep {
  return {
    name: "disk",
    async check() {
      const { path, masterPath } = await openHome(home);
      const probe = join(path, newId("doctor", random));
      const tookMs = await timed(clock, () => writeAndRead(probe));
      const newest = (await nightlyNames(masterPath)).at(-1);
      const copied = newest === undefined ? "" : ` The newest nightly copy of the master is ${newest}.`;
      return `${formatBytes(PROBE_BYTES)} were written to ${path} and read back in ${formatDuration(tookMs)}.${copied}`;
    },
  };
}

async function writeAndRead(probe: string): Promise<void> {
  // Not all zeros, which a file system may store without using space.
  const words = new Uint32Array(PROBE_BYTES / 4);
  const chance = seededRandom(1);
  for (let at = 0; at < words.length; at++) words[at] = at % 1_024 === 0 ? chance() * 2 ** 32 : words[at - 1] * 5 + 1;
  const bytes = new Uint8Array(words.buffer);
  try {
    await writeFileDurably(probe, bytes);
    const read = await Deno.readFile(probe);
    if (digestOf(read) !== digestOf(bytes)) {
      throw new DmlError("home_unusable", `${probe} does not read back as it was written.`, {
        advice: "The disk is failing; name a directory on another one with DML_HOME.",
      });
    }
  } catch (error) {
    throw asStorageError(error, { what: probe, fallback: "home_unusable" });
  } finally {
    await removeIfThere(probe);
  }
}

/**
 * Returns the step that checks that the files of the built-in models are here and are those
 * that were pinned.
 */
export function modelStep(): DoctorStep {
  return {
    name: "model",
    async check() {
      const { CATALOG } = await import("../../models/catalog/catalog.ts");
      let bytes = 0;
      let files = 0;
      for (const { manifest, loadFile } of CATALOG.filter(({ isOptional }) => !isOptional)) {
        for (const { role } of manifest.files) {
          bytes += (await loadFile(role)).length;
          files++;
        }
      }
      return `${counted(files, "file")} of ${formatBytes(bytes)} are those that were pinned.`;
    },
  };
}

/** Returns the step that finds a face as `dml predict` does without a master. */
export function inferenceStep({ openLocal, signal, clock }: DoctorContext): DoctorStep {
  return {
    name: "inference",
    async check() {
      const cluster = await openLocal({ model: DEFAULT_MODEL, pictures: 1 });
      try {
        const startMs = clock.nowMs();
        const asked = { model: DEFAULT_MODEL, annotate: true, embeddings: true, gallery: null, signal };
        const { prediction: { persons, model }, annotated } = await cluster.predict(drawnFace(), asked);
        const [person] = persons;
        if (persons.length === 1 && person.embedding?.length && annotated?.length) {
          return `${model} found the drawn face in ${formatDuration(clock.nowMs() - startMs)}.`;
        }
        throw new DmlError("engine_failed", `${model} found ${persons.length} faces on a picture of one.`, {
          advice: "The engine computes wrongly on this processor; use another host, and report it with `dml version`.",
        });
      } finally {
        await cluster.close();
      }
    },
  };
}

async function timed(clock: Clock, work: () => Promise<void>): Promise<number> {
  const startMs = clock.nowMs();
  await work();
  return clock.nowMs() - startMs;
}
