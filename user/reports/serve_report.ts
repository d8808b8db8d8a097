import { styled } from "../terminal/render.ts";

/** What a person needs to know of a master that listens. */
export interface ServeFacts {
  /** `HOST:PORT`, as others reach it. */
  readonly address: string;
  readonly joinLine: string;
  readonly predictRow: string;
  readonly nodesLine: string;
  /** Whether others than this machine reach it. */
  readonly tokenRequired: boolean;
}

/**
 * What `dml serve` prints once it listens: where, and the lines to paste elsewhere. `program` is how dml is started here,
 * when that is not `dml`.
 */
export function serveReport(facts: ServeFacts, options: { program: string; color: boolean }): string {
  const line = (text: string) => `  ${styled(text.replace(/^dml\b/, options.program), "bold", options.color)}`;
  const where = facts.tokenRequired ? "On another host" : "On this machine";
  return [
    `The master listens on ${facts.address}.`,
    "",
    `${where}, to add a node:`,
    "",
    line(facts.joinLine),
    "",
    "To recognise the persons in a picture, and to look after the nodes:",
    "",
    line(facts.predictRow),
    line(facts.nodesLine),
    "",
    ...(facts.tokenRequired ? [] : ["Only this machine reaches it; `--host 0.0.0.0` lets other hosts in.", ""]),
  ].map((text) => `${text}\n`).join("");
}
