import { join } from "node:path";
import { LoadRecord, loadRecordFile } from "../../../node/models/load_record.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { digest } from "../instructions.ts";

const [BOMB, FACES] = [digest(1), digest(2)];

const failing = (code: ErrorCode) => () => Promise.reject(new DmlError(code, "It failed."));
const loading = () => Promise.resolve("loaded");

async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  return (await assertRejects(() => work, DmlError) as DmlError).code;
}

Deno.test("LoadRecord.watch() refuses a model that brought down two workers, until it is forgiven", async () => {
  const record = LoadRecord.inMemory();
  for (const code of ["worker_died", "deadline_exceeded"] as const) {
    assertEquals(await codeOf(record.watch(BOMB, failing(code))), code);
  }
  const refusal = await assertRejects(() => record.watch(BOMB, loading), DmlError);
  assertEquals((refusal as DmlError).code, "engine_failed");
  assertStringIncludes(refusal.message, "`dml nodes resume NAME`");
  assertEquals(await record.watch(FACES, loading), "loaded");
  await record.forgive();
  assertEquals(await record.watch(BOMB, loading), "loaded");
});

Deno.test("LoadRecord.watch() counts neither other failures nor what was before a success", async () => {
  const record = LoadRecord.inMemory();
  for (const code of ["engine_failed", "shutting_down", "worker_died"] as const) {
    assertEquals(await codeOf(record.watch(BOMB, failing(code))), code);
  }
  assertEquals(await record.watch(BOMB, loading), "loaded");
  assertEquals(await codeOf(record.watch(BOMB, failing("worker_died"))), "worker_died");
  assertEquals(await record.watch(BOMB, loading), "loaded");
});

Deno.test("LoadRecord.open() remembers the models that a node ended over", async () => {
  await using directory = await temporaryDirectory();
  const open = () => LoadRecord.open(loadRecordFile(join(directory.path, "loads.json"), { log: SILENT_LOG }));
  const never = Promise.withResolvers<void>();
  for (let start = 1; start <= 2; start++) {
    const record = await open();
    const begun = Promise.withResolvers<void>();
    void record.watch(BOMB, () => {
      begun.resolve();
      return never.promise; // the node ends meanwhile
    });
    await begun.promise;
  }
  const refusing = await open();
  assertEquals(await codeOf(refusing.watch(BOMB, loading)), "engine_failed");
  await refusing.forgive();
  assertEquals(await (await open()).watch(BOMB, loading), "loaded");
});

Deno.test("LoadRecord.close() blames no model for a node that ends in an orderly way", async () => {
  await using directory = await temporaryDirectory();
  const open = () => LoadRecord.open(loadRecordFile(join(directory.path, "loads.json"), { log: SILENT_LOG }));
  for (let start = 1; start <= 3; start++) {
    const record = await open();
    const begun = Promise.withResolvers<void>();
    void record.watch(BOMB, () => {
      begun.resolve();
      return new Promise<void>(() => {});
    });
    await begun.promise;
    await record.close();
  }
  assertEquals(await (await open()).watch(BOMB, loading), "loaded");
});

Deno.test("loadRecordFile() goes on without a file that it cannot read", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "loads.json");
  await Deno.writeTextFile(path, "{");
  assertEquals(await (await LoadRecord.open(loadRecordFile(path, { log: SILENT_LOG }))).watch(BOMB, loading), "loaded");
});
