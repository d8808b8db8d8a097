import { type Attention, NODE_STATES, type Status } from "../../protocol/http_api/status_api.ts";
import { counted, formatBytes, formatDuration, printable } from "../terminal/render.ts";

/** Width of the words in front of the lines. */
const WORD_COLUMNS = 11;

/** Formats the status of a cluster: one line a subject, continued on the next if it is too long. */
export function renderStatus(status: Status, options: { address: string; columnsMax: number }): string {
  const { version, upMs, diskFreeBytes, attention } = status;
  const disk = diskFreeBytes === null ? [] : [`${formatBytes(diskFreeBytes)} free`];
  const lines: [string, readonly string[]][] = [
    [`dml ${version}`, [`master ${options.address}`, `up ${formatDuration(upMs)}`]],
    ["people", [`${status.people} in ${counted(status.galleries, "gallery").replace("gallerys", "galleries")}`]],
    ["nodes", [nodesText(status), `${status.workersBusy} of ${counted(status.workers, "worker")} busy`]],
    ["models", status.models.length === 0 ? ["none ready"] : status.models],
    ["pictures", picturesText(status.pictures)],
    ["times", latencyText(status.latency)],
    ...disk.length === 0 ? [] : [["disk", disk] as [string, string[]]],
    ["attention", attention.length === 0 ? ["nothing"] : attention.map(attentionText)],
  ];
  return lines.flatMap(([word, parts]) => laidOut(printable(word), parts.map(printable), options)).join("");
}

function nodesText({ nodes }: Status): string {
  const present = NODE_STATES.filter((state) => nodes[state] > 0).map((state) => `${nodes[state]} ${state}`);
  return present.length === 0 ? "none has ever joined" : present.join(", ");
}

function picturesText({ answered, failed, perSecond, waiting, oldestWaitMs, running }: Status["pictures"]): string[] {
  const failures = Object.entries(failed);
  const refused = failures.reduce((sum, [, count]) => sum + count, 0);
  const codes = failures.map(([code, count]) => `${count} ${code}`).join(", ");
  return [
    `${answered.toLocaleString("en")} answered`,
    ...refused === 0 ? [] : [`${refused.toLocaleString("en")} of them refused (${codes})`],
    `${perSecond.toFixed(1)}/s`,
    `${running} running`,
    waiting === 0 ? "none waiting" : `${waiting} waiting, the longest ${formatDuration(oldestWaitMs)}`,
  ];
}

function latencyText(latency: Status["latency"]): string[] {
  if (latency === null) return ["no picture was recognised yet"];
  const { p50Ms, p95Ms, queueMs, wayMs, nodeMs } = latency;
  return [
    `p50 ${formatDuration(p50Ms)}`,
    `p95 ${formatDuration(p95Ms)}`,
    `queue ${formatDuration(queueMs)}`,
    `way ${formatDuration(wayMs)}`,
    `node ${formatDuration(nodeMs)}`,
  ];
}

function attentionText(attention: Attention): string {
  switch (attention.kind) {
    case "no_node":
      return "no node is connected: pictures wait";
    case "node_offline":
      return `${attention.node} is offline since ${formatDuration(attention.sinceMs)}`;
    case "node_suspect":
      return `${attention.node} is silent since ${formatDuration(attention.sinceMs)}`;
    case "node_waiting":
      return `${attention.node} waits for approval (dml nodes approve)`;
    case "node_draining":
      return `${attention.node} takes no new work (dml nodes resume)`;
    case "node_outdated":
      return `${attention.node} runs dml ${attention.version}`;
  }
}

/** Lays out `parts` behind `word`, on as many lines as they need. */
function laidOut(word: string, parts: readonly string[], { columnsMax }: { columnsMax: number }): string[] {
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const text = index + 1 < parts.length ? `${part},` : part;
    const longer = `${lines.at(-1)} ${text}`;
    if (lines.length > 0 && longer.length + WORD_COLUMNS <= columnsMax) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  return lines.map((line, index) => `${(index === 0 ? word : "").padEnd(WORD_COLUMNS)}${line}\n`);
}
