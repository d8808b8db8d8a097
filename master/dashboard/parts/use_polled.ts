import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { asRefused, type Refused } from "../api/refused.ts";

/** Something that a view asks the master for again and again. */
export interface Polled<Value> {
  /** Last answer; `null` before the first. */
  readonly value: Signal<Value | null>;
  /** Reason why the last request failed; `null` if it did not. */
  readonly problem: Signal<Refused | null>;
  /** Asks at once. */
  readonly refresh: () => Promise<void>;
}

/**
 * Calls `load` now, every `everyMs` milliseconds while the page is visible, and whenever `key`
 * changes. With `null` for `everyMs` it is called again by `refresh` alone.
 */
export function usePolled<Value>(
  load: () => Promise<Value>,
  { everyMs, key = "" }: { everyMs: number | null; key?: string },
): Polled<Value> {
  const value = useSignal<Value | null>(null);
  const problem = useSignal<Refused | null>(null);
  const latest = useRef(load);
  latest.current = load;
  const turn = useRef(0);
  const refresh = async () => {
    const mine = ++turn.current;
    try {
      const loaded = await latest.current();
      if (mine === turn.current) [value.value, problem.value] = [loaded, null];
    } catch (error) {
      if (mine === turn.current) problem.value = asRefused(error);
    }
  };
  useEffect(() => {
    value.value = null;
    let cancel = () => {};
    let isOver = false;
    const next = async () => {
      if (document.visibilityState === "visible" || value.value === null) await refresh();
      if (!isOver && everyMs !== null) cancel = SYSTEM_CLOCK.after(everyMs, next);
    };
    void next();
    return () => {
      isOver = true;
      turn.current++;
      cancel();
    };
  }, [key, everyMs]);
  return { value, problem, refresh };
}
