import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { runBackup } from "../../../user/commands/backup.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { assertEquals } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { FakeTerminal } from "../fake_terminal.ts";

Deno.test("a backup that breaks off leaves nothing under its name, and a former one as it was", async () => {
  await using directory = await temporaryDirectory();
  const header = '{"format":"dml-backup","formatVersion":1,"version":"1.0.0","createdMs":1}\n';
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response(header));
  const address = { hostname: "127.0.0.1", port: server.addr.port };
  using http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: seededRandom(1) });
  const context = { http, terminal: new FakeTerminal(), random: seededRandom(2) };
  const file = join(directory.path, "master.dmlbackup");
  await assertCode(runBackup({ file, json: false }, context), "backup_invalid");
  assertEquals([...Deno.readDirSync(directory.path)], []);
  await Deno.writeTextFile(file, "the former one");
  await assertCode(runBackup({ file, json: false }, context), "backup_invalid");
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["master.dmlbackup"]);
  assertEquals(await Deno.readTextFile(file), "the former one");
  await assertCode(
    runBackup({ file: join(directory.path, "none", "file"), json: false }, context),
    "output_unwritable",
  );
});
