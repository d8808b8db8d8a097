import { MASTER_SOURCE, type SourcedRecord } from "../../protocol/http_api/log_api.ts";
import { escapedControls } from "../../protocol/kernel/control_characters.ts";
import { displayWidth } from "../terminal/render.ts";

/** Styles of the sources: cyan, magenta, blue, green, yellow, and their bright forms without white. */
const SOURCE_STYLES = [36, 35, 34, 32, 33, 96, 95, 94, 92, 93] as const;
const MASTER_STYLE = 1;
const DIM = 2;
const LEVELS = { info: ["INFO ", 32], warn: ["WARN ", 33], error: ["ERROR", 31] } as const;
/** Widest source for which the others are padded. */
const SOURCE_COLUMNS_MAX = 24;

/** Formats records for people, one a line, with the columns of the sources aligned. */
export class LogLineFormat {
  readonly #color: boolean;
  #columns = displayWidth(MASTER_SOURCE);

  constructor({ color }: { color: boolean }) {
    this.#color = color;
  }

  /** Returns the line of `record`, with its newline. */
  line({ source, nodeId, timeMs, level, message, fields }: SourcedRecord): string {
    const name = escapedControls(source);
    const width = displayWidth(name);
    this.#columns = Math.max(this.#columns, Math.min(width, SOURCE_COLUMNS_MAX));
    const padding = " ".repeat(Math.max(0, this.#columns - width));
    const [label, levelStyle] = LEVELS[level];
    const rest = Object.entries(fields).map(([key, value]) => ` ${escapedControls(key)}=${valueText(value)}`).join("");
    return [
      this.#styled(name, nodeId === null ? MASTER_STYLE : styleOf(nodeId)) + padding,
      this.#styled(timeText(timeMs), DIM),
      this.#styled(label, levelStyle),
      escapedControls(message) + (rest === "" ? "" : this.#styled(rest, DIM)),
    ].join(" ") + "\n";
  }

  #styled(text: string, style: number): string {
    return this.#color ? `\x1b[${style}m${text}\x1b[0m` : text;
  }
}

/** Returns the style of a node, which is the same in every run. */
function styleOf(nodeId: string): number {
  let hash = 0;
  for (const character of nodeId) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return SOURCE_STYLES[hash % SOURCE_STYLES.length];
}

function timeText(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "no time" : `${time.toISOString().slice(0, 19)}Z`;
}

function valueText(value: SourcedRecord["fields"][string]): string {
  const isBare = typeof value === "string" && /^[\w.:@/[\]-]+$/.test(value);
  return escapedControls(isBare ? value : JSON.stringify(value));
}
