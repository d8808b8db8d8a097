import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { cluster } from "../shell/session.ts";

/** Time after which the page says what may be wrong. */
const PATIENCE_MS = 60_000;

/** Waits for a node that was not there before, and says when it has joined and can work. */
export function Arrival({ nodes, before }: { nodes: readonly NodeListing[]; before: ReadonlySet<string> }) {
  const isLate = useSignal(false);
  useEffect(() => SYSTEM_CLOCK.after(PATIENCE_MS, () => isLate.value = true), []);
  const arrived = nodes.filter(({ nodeId, state }) => !before.has(nodeId) && state !== "offline");
  if (arrived.length > 0) return <>{arrived.map((node) => <Arrived key={node.nodeId} node={node} />)}</>;
  return (
    <div role="status">
      <p class="waiting">Waiting for the node …</p>
      {isLate.value && <Help />}
    </div>
  );
}

function Arrived({ node: { name, state, models } }: { node: NodeListing }) {
  const faces = models.find(({ model }) => model.startsWith("faces@"));
  const speed = faces?.imagesPerSecond ?? null;
  return (
    <div class="arrived" role="status">
      <p>
        <strong>
          <bdi>{name}</bdi> has joined.
        </strong>{" "}
        {state === "waiting" && "It waits until you let it in, below."}
        {state === "ready" && faces?.state === "offered" && "It loads its models …"}
        {faces?.state === "ready" &&
          `It is ready: ${speed === null ? "" : `${speed.toPrecision(2)} pictures a second.`}`}
        {faces?.state === "failed" && `It cannot load ${faces.model}: ${faces.reason}`}
      </p>
    </div>
  );
}

function Help() {
  const port = location.port || "443";
  return (
    <div class="warning">
      <p>Nothing has come for a minute. Most often it is one of these:</p>
      <ul>
        <li>
          A firewall: this master needs TCP {port} and {cluster.value?.controlPort} open to the other host.
        </li>
        <li>
          The address: the other host must reach <code>{location.hostname}</code>{" "}
          by that name. If it cannot, open this page by an address that both know.
        </li>
        <li>The token: it lets one host in, and expires. Make another line.</li>
      </ul>
      <p>
        On the other host, <code>dml doctor</code> with the same <code>--master</code> and <code>--token</code>{" "}
        says which step fails.
      </p>
    </div>
  );
}
