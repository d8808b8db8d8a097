import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { logPageSchema, type SourcedRecord } from "../../../protocol/http_api/log_api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";
import { ask } from "../api/ask.ts";
import { asRefused, type Refused } from "../api/refused.ts";

/** Records that are kept on the page. */
const KEPT_MAX = 1_000;
const WAIT_MS = 20_000;
const RETRY_MS = 2_000;

/** Records of the logs, the newest first. */
export interface Logs {
  readonly records: Signal<readonly SourcedRecord[]>;
  readonly problem: Signal<Refused | null>;
}

/** Follows the logs from `level` on; of one source, or of all if `node` is empty. */
export function useLogs({ level, node }: { level: string; node: string }): Logs {
  const records = useSignal<readonly SourcedRecord[]>([]);
  const problem = useSignal<Refused | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    records.value = [];
    const filter = { level, ...(node === "" ? {} : { node }) };
    void follow(filter, { signal: abort.signal, records, problem });
    return () => abort.abort();
  }, [level, node]);
  return { records, problem };
}

async function follow(
  filter: Readonly<Record<string, string>>,
  { signal, records, problem }: Logs & { signal: AbortSignal },
): Promise<void> {
  let position: Record<string, string> = { tail: "500" };
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams({ ...filter, ...position });
      const page = await ask(`${PATHS.logs}?${query}`, logPageSchema, { signal });
      problem.value = null;
      if (page.records.length > 0) records.value = [...page.records.toReversed(), ...records.value].slice(0, KEPT_MAX);
      position = { after: String(page.cursor), waitMs: String(page.isMore ? 0 : WAIT_MS) };
    } catch (error) {
      if (signal.aborted) return;
      problem.value = asRefused(error);
      await sleep(RETRY_MS, { clock: SYSTEM_CLOCK, signal });
    }
  }
}
