import { Counter, gauge, Histogram } from "../../../master/observe/registry.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";

Deno.test("Counter.text() has one line for each series, with escaped labels", () => {
  const counter = new Counter("dml_things_total", "Things.");
  counter.add({ kind: "a" });
  counter.add({ kind: "a" }, 2);
  counter.add({ kind: 'b"\\\n' });
  assertEquals(
    counter.text(),
    "# HELP dml_things_total Things.\n# TYPE dml_things_total counter\n" +
      'dml_things_total{kind="a"} 3\ndml_things_total{kind="b\\"\\\\\\n"} 1\n',
  );
});

Deno.test("Counter.add() counts what is beyond the limit of series together", () => {
  const counter = new Counter("dml_things_total", "Things.");
  for (let number = 0; number < 1_010; number++) counter.add({ kind: String(number) });
  assertEquals(counter.text().split("\n").length, 1_001 + 2 + 1);
  assertStringIncludes(counter.text(), 'dml_things_total{kind="other"} 10\n');
});

Deno.test("Histogram.text() counts each value in every bucket that is not smaller", () => {
  const histogram = new Histogram("dml_wait_seconds", "Wait.", { bounds: [0.1, 1] });
  for (const seconds of [0.1, 0.5, 3]) histogram.observe({}, seconds);
  assertEquals(histogram.text().split("\n").slice(2, -1), [
    'dml_wait_seconds_bucket{le="0.1"} 1',
    'dml_wait_seconds_bucket{le="1"} 2',
    'dml_wait_seconds_bucket{le="+Inf"} 3',
    "dml_wait_seconds_sum 3.6",
    "dml_wait_seconds_count 3",
  ]);
});

Deno.test("gauge() writes a metric even without values", () => {
  assertEquals(gauge("dml_x", "X.", []), "# HELP dml_x X.\n# TYPE dml_x gauge\n");
});
