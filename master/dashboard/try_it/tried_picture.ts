import { type Signal, signal } from "@preact/signals";
import type { PredictAnswer } from "../../../protocol/http_api/api.ts";
import type { Refused } from "../api/refused.ts";

/** A picture that was given to the page, and what became of it. */
export interface TriedPicture {
  readonly id: number;
  readonly file: File;
  /** Address of the file within the browser. */
  readonly url: string;
  readonly state: Signal<"waiting" | "running" | "done" | "failed">;
  /** Answer of the master; `null` until it came. */
  readonly answer: Signal<PredictAnswer | null>;
  /** Reason for the failure; `null` if there is none. */
  readonly problem: Signal<Refused | null>;
  /** Time from sending to the answer; `null` until it came. */
  readonly tookMs: Signal<number | null>;
}

let pictures = 0;

/** Returns `file` as a picture that waits. */
export function triedPicture(file: File): TriedPicture {
  return {
    id: ++pictures,
    file,
    url: URL.createObjectURL(file),
    state: signal("waiting"),
    answer: signal(null),
    problem: signal(null),
    tookMs: signal(null),
  };
}
