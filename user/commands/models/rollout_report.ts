import type { LineageListing, RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import { counted, formatBytes, printable } from "../../terminal/render.ts";

/** Formats the state of a rollout as one line. */
export function rolloutLine(record: RolloutRecord): string {
  const { to, stage, nodes, tests, canary, comparisons, serviceMs } = record;
  const parts = [`${nodes.ready}/${nodes.wanted} nodes ready`];
  if (tests.total > 0) parts.push(`${tests.passed}/${tests.total} tests passed`);
  const seen = canary.answered + canary.failed;
  if (seen > 0 || stage === "canary") parts.push(`${seen}/${record.settings.canaryTasks} canary pictures`);
  if (canary.failed > 0) parts.push(`${canary.failed} failed`);
  if (comparisons.made > 0) parts.push(`${comparisons.drifted}/${comparisons.made} answers differ`);
  if (serviceMs.from !== null && serviceMs.to !== null) {
    parts.push(`${serviceMs.to.toFixed(1)} ms per picture, before ${serviceMs.from.toFixed(1)} ms`);
  }
  return printable(`${to} ${stage.replace("_", " ")}: ${parts.join(", ")}`);
}

/** Formats the end of a rollout: which version is now the latest, and why. */
export function rolloutVerdict({ from, to, stage, reason }: RolloutRecord): string {
  const [latest, what] = stage === "promoted" ? [to, "promoted"] : [from, "rolled back"];
  return `${printable(`${to} was ${what}; ${latest} is the latest version. ${reason}`)}\n`;
}

/** Formats the versions of a model and its rollouts, newest first. */
export function lineageText({ name, latest, previous, pinned, versions, current, history }: LineageListing): string {
  const marks = (version: string) => [
    ...(version === latest ? ["latest"] : []),
    ...(version === previous ? ["previous"] : []),
    ...(pinned.includes(version) ? ["pinned"] : []),
  ];
  const lines = [`${name}:`];
  for (const version of versions) lines.push(`  ${[version, ...marks(version)].join("  ")}`);
  if (current !== null) lines.push("", rolloutLine(current), `  ${printable(current.reason)}`);
  for (const record of history) {
    const endedAt = record.endedMs === null ? "" : `${new Date(record.endedMs).toISOString().slice(0, 19)}Z  `;
    lines.push("", `${endedAt}${rolloutLine(record)}`, `  ${printable(record.reason)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Formats the result of a garbage collection. */
export function collectedText({ files, bytes }: { files: number; bytes: number }): string {
  return files === 0 ? "There was nothing to delete.\n" : `Deleted ${counted(files, "file")}, ${formatBytes(bytes)}.\n`;
}
