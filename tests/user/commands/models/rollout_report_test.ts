import { collectedText } from "../../../../user/commands/models/rollout_report.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("collectedText() uses singular and plural", () => {
  const texts = [0, 1, 2].map((files) => collectedText({ files, bytes: 686 * files }));
  assertEquals(texts, [
    "There was nothing to delete.\n",
    "Deleted 1 file, 686 bytes.\n",
    "Deleted 2 files, 1.3 KiB.\n",
  ]);
});
