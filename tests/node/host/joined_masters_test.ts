import { JoinedMasters } from "../../../node/host/joined_masters.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assertEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const OPTIONS = { log: SILENT_LOG };

Deno.test("JoinedMasters() keeps the masters that have accepted the node, the last sixteen of them", async () => {
  await using directory = await temporaryDirectory();
  const first = await JoinedMasters.load(directory.path, OPTIONS);
  assertEquals(first.has("10.0.0.1:7400"), false);
  await first.add("10.0.0.1:7400");
  for (let port = 1; port <= 15; port++) await first.add(`10.0.0.2:${port}`);
  const second = await JoinedMasters.load(directory.path, OPTIONS);
  assertEquals([second.has("10.0.0.1:7400"), second.has("10.0.0.2:15")], [true, true]);
  await second.add("10.0.0.3:7400");
  const third = await JoinedMasters.load(directory.path, OPTIONS);
  assertEquals([third.has("10.0.0.1:7400"), third.has("10.0.0.3:7400")], [false, true]);
});

Deno.test("JoinedMasters.load() takes a damaged file as empty, and add() goes on without a disk", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/joined.json`, "{");
  const masters = await JoinedMasters.load(directory.path, OPTIONS);
  assertEquals(masters.has("10.0.0.1:7400"), false);
  const gone = await JoinedMasters.load(`${directory.path}/missing`, OPTIONS);
  await gone.add("10.0.0.1:7400");
  assertEquals(gone.has("10.0.0.1:7400"), true);
});
