/**
 * `deno task bench:compare DIRECTORY [NAME…]`: runs the benchmark of this checkout and that of
 * another, such as the commit before a change, by turns, and prints the medians of both as a table
 * in Markdown. Nothing else should be running meanwhile.
 */
import { fileURLToPath } from "node:url";
import { median, shown } from "./bench/figure.ts";
import { MEASURED_AS } from "./bench/measure_names.ts";

const HERE = fileURLToPath(new URL("../", import.meta.url));
const ROUNDS = 3;

/** One figure of one run, as `tools/bench/measure.ts` prints it. */
export interface PrintedFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

if (import.meta.main) {
  const [before, ...names] = Deno.args;
  if (before === undefined) throw new Error("Name the directory of the checkout to compare with.");
  console.log("| what | before | after | after / before |\n| --- | --- | --- | --- |");
  for (const name of names.length > 0 ? names : Object.keys(MEASURED_AS)) {
    const runs: [PrintedFigure[], PrintedFigure[]][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      runs.push([await figuresOf(before, name), await figuresOf(HERE, name)]);
    }
    for (const row of rowsOf(runs)) console.log(row);
  }
}

/** Runs one measure of a checkout. Throws if it prints no figure. */
async function figuresOf(directory: string, name: string): Promise<PrintedFigure[]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "tools/bench.ts", name],
    cwd: directory,
  }).output();
  const figures = printedFigures(new TextDecoder().decode(stdout));
  if (figures.length > 0) return figures;
  throw new Error(`The measure ${name} of ${directory} printed no figure: ${new TextDecoder().decode(stderr)}`);
}

/** Returns the figures in the output of a measure, in its order. */
export function printedFigures(output: string): PrintedFigure[] {
  return [...output.matchAll(/^(?:ok {2}|MISS) (.*): ([\d,.]+) ?([^(]*?) \(at (?:most|least) /gm)].map(
    ([, what, number, unit]) => ({ what, value: Number(number.replaceAll(",", "")), unit }),
  );
}

/**
 * Returns a row of the table for each figure. Figures of the two checkouts are matched by their
 * place in the output, since a change may reword them; one that only one of them has is left out.
 */
export function rowsOf(runs: readonly (readonly [readonly PrintedFigure[], readonly PrintedFigure[]])[]): string[] {
  const count = Math.min(...runs.flat().map(({ length }) => length));
  return Array.from({ length: count }, (_, index) => {
    const { what, unit } = runs[0][1][index];
    const [before, after] = [0, 1].map((side) => median(runs.map((run) => run[side][index].value)));
    return `| ${what} | ${shown(before, unit)} | ${shown(after, unit)} | ${(after / before).toFixed(2)} |`;
  });
}
