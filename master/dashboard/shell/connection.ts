import { signal } from "@preact/signals";
import type { Refused } from "../api/refused.ts";

/** State of the line between the page and the master. */
export const connection = {
  /** True while the master does not answer. */
  isLost: signal(false),
  /** Reason why the master no longer accepts the token of the page; `null` while it does. */
  ended: signal<Refused | null>(null),
};
