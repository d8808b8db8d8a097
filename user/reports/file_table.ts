import type { FileEntry } from "../../protocol/messages/files.ts";
import { printable } from "../terminal/render.ts";

const KINDS = { file: "-", directory: "d", link: "l", other: "?" } as const;

/** Formats entries one a line: mode, size in bytes, time of the last change (UTC), path below `path`. */
export function renderEntries(entries: readonly FileEntry[], path: string): string {
  const width = entries.reduce((widest, { size }) => Math.max(widest, `${size}`.length), 1);
  return entries.map((entry) => {
    const { kind, mode, size, modifiedMs } = entry;
    const time = new Date(modifiedMs).toISOString().slice(0, 16).replace("T", " ");
    const name = entry.path.startsWith(`${path}/`) ? entry.path.slice(path.length + 1) : entry.path;
    const bytes = `${kind === "file" ? size : "-"}`.padStart(width);
    return `${KINDS[kind]}${modeText(mode)}  ${bytes}  ${time}  ${printable(name)}${kind === "directory" ? "/" : ""}\n`;
  }).join("");
}

/** Formats permission bits: `rwxr-xr-x`. */
export function modeText(mode: number): string {
  return [6, 3, 0].map((shift) => {
    const bits = mode >> shift;
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
  }).join("");
}
