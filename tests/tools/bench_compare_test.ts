import { printedFigures, rowsOf } from "../../tools/bench_compare.ts";
import { assertEquals } from "../assert.ts";

Deno.test("printedFigures() reads what a measure prints, kept and missed, and nothing else", () => {
  const output = [
    "ok   empty tasks through master and one node: 8,795 /s (at least 5000)",
    "       dml 8,795/s; floor 55,626/s of a bare HTTP server",
    "MISS two workers, to one: 1.80 x (at least 1.85)",
    "ok   predict through master and node - the same in one process: 2.62 ms more (at most 4)",
    "ok   a ratio without a unit: 0.81 (at most 0.9)",
  ].join("\n");
  assertEquals(printedFigures(output), [
    { what: "empty tasks through master and one node", value: 8795, unit: "/s" },
    { what: "two workers, to one", value: 1.8, unit: "x" },
    { what: "predict through master and node - the same in one process", value: 2.62, unit: "ms more" },
    { what: "a ratio without a unit", value: 0.81, unit: "" },
  ]);
});

Deno.test("rowsOf() compares the medians of figures at the same place", () => {
  const figure = (what: string, value: number) => ({ what, value, unit: "ms" });
  const runs = [[10, 12], [30, 14], [20, 16]].map(([before, after]) =>
    [[figure("old words", before)], [figure("new words", after), figure("only here", 1)]] as const
  );
  assertEquals(rowsOf(runs), ["| new words | 20.0 ms | 14.0 ms | 0.70 |"]);
});
