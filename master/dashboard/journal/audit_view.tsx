import { type AuditEntry, auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { ask } from "../api/ask.ts";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { timeWords } from "../parts/words.ts";

const REFRESH_MS = 5_000;
/** Entries that are shown. */
const SHOWN_MAX = 500;

/** The view of who did what, the newest first. */
export function AuditView() {
  const { value, problem } = usePolled(loadNewest, { everyMs: REFRESH_MS });
  return (
    <div class="view">
      <h1>Audit</h1>
      <Problem refused={problem.value} />
      {value.value?.length === 0 && <p class="quiet">Nobody has changed anything yet.</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label="Entries">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">To</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {value.value?.map(({ entryId, atMs, actor, action, subject, detail }) => (
              <tr key={entryId}>
                <td class="quiet">{timeWords(atMs)}</td>
                <td>{actor}</td>
                <td>{action}</td>
                <td>
                  <bdi>{subject}</bdi>
                </td>
                <td>
                  <bdi>{detail}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The newest entries, and the number of the last; each entry is fetched once. */
const seen: { lastId: number; entries: readonly AuditEntry[] } = { lastId: 0, entries: [] };

async function loadNewest(): Promise<readonly AuditEntry[]> {
  let isMore = true;
  while (isMore) {
    const page = await ask(`${PATHS.audit}?after=${seen.lastId}`, auditPageSchema);
    seen.entries = [...page.entries.toReversed(), ...seen.entries].slice(0, SHOWN_MAX);
    seen.lastId = page.entries.at(-1)?.entryId ?? seen.lastId;
    isMore = page.next !== null && page.entries.length > 0;
  }
  return seen.entries;
}
