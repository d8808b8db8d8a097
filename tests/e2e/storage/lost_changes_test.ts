/** Tests with real processes of a master whose disk has lost what it had acknowledged. */
import { join } from "node:path";
import { DmlProcess } from "../../../tools/dml_process.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const LINE = ["serve", "--port", "0", "--control-port", "0"];

Deno.test("a master does not start without its ledger's changes, until it is told to", async () => {
  await using directory = await temporaryDirectory();
  const home = directory.path;
  for (let start = 0; start < 3; start++) {
    await using killed = DmlProcess.start(LINE, { home });
    await killed.logged("ready");
    await killed.stop("SIGKILL");
  }
  const ledger = join(home, "master", "ledger.sqlite");
  await Deno.truncate(ledger);
  await using refused = DmlProcess.start(LINE, { home });
  assertEquals(await refused.ended(), 3);
  const said = refused.lines.join("\n");
  assertStringIncludes(said, `The ledger ${ledger} is empty`);
  assertStringIncludes(said, "dml serve --accept-loss");
  await using accepting = DmlProcess.start([...LINE, "--accept-loss"], { home });
  await accepting.logged("ready");
  assertStringIncludes(accepting.lines.join("\n"), "it was started with --accept-loss");
  await accepting.stop();
  await using after = DmlProcess.start(LINE, { home });
  await after.logged("ready");
  await after.stop();
});
