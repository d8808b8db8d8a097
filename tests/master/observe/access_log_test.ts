import { join } from "node:path";
import { AccessLog, type AccessRecord } from "../../../master/observe/access_log.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assertEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("AccessLog writes one line of JSON for each request, and goes on in the same file", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "access");
  const record: AccessRecord = {
    time: "2026-01-02T03:04:05.000Z",
    token: "frigate",
    route: "POST /v1/predictions",
    status: 200,
    ms: 7,
  };
  for (let start = 0; start < 2; start++) {
    await using log = await AccessLog.open(path, { log: SILENT_LOG });
    log.add(record);
  }
  const lines = (await Deno.readTextFile(join(path, "000001.jsonl"))).trimEnd().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line)), [record, record]);
});
