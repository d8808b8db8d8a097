/** Short constructors of messages from a master to a node, for tests. */
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { ModelOffer, ModelRetire } from "../../protocol/messages/model.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { TaskAssign, TaskCancel } from "../../protocol/messages/task.ts";

/** Returns a well-formed digest that ends in `tail`. */
export function digest(tail: number | string): Digest {
  return `sha256:${String(tail).padStart(64, "0")}`;
}

/** Returns a well-formed task id that ends in `tail`. */
export function taskId(tail: number): string {
  return `task_${String(tail).padStart(20, "0")}`;
}

export const MODEL = digest("a1");

export function offer(manifestDigest: Digest = MODEL): ModelOffer {
  return {
    type: "model.offer",
    model: "faces@1",
    manifest: { digest: manifestDigest, size: 10 },
    files: [],
    requirements: { engine: "none", memoryBytes: 0 },
  };
}

export function retire(manifestDigest: Digest = MODEL): ModelRetire {
  return { type: "model.retire", manifestDigest };
}

export function galleryOffer(version: number, gallery = "staff"): GalleryOffer {
  return { type: "gallery.offer", gallery, version, index: { digest: digest(`9${version}`), size: 100 } };
}

export function assign(
  task: number,
  changes: Partial<Omit<TaskAssign, "type" | "taskId">> = {},
): TaskAssign {
  return {
    type: "task.assign",
    taskId: taskId(task),
    attempt: 1,
    manifestDigest: MODEL,
    image: { digest: digest(task), size: 100 },
    options: { annotate: false, embeddings: false, gallery: null, crops: false },
    deadlineMs: 60_000,
    ...changes,
  };
}

export function cancel(task: number, attempt = 1): TaskCancel {
  return { type: "task.cancel", taskId: taskId(task), attempt };
}

/** Returns a prediction without persons. */
export function nobody(): Prediction {
  return {
    model: "faces@1",
    width: 4,
    height: 3,
    persons: [],
    timings: {
      decodeMs: 1,
      prepareMs: 1,
      inferMs: 1,
      interpretMs: 1,
      drawMs: 0,
      encodeMs: 0,
      totalMs: 4,
    },
  };
}
