import type { ModelDetail } from "../../../../protocol/http_api/api.ts";
import { encodeManifest } from "../../../../models/manifest.ts";
import { runModelsShow } from "../../../../user/commands/models/show.ts";
import { assertEquals } from "../../../assert.ts";
import { emptyManifest, idOf } from "../../../master/core_world.ts";
import { FakeModelsClient } from "../../fake_models_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";

Deno.test("runModelsShow() says where a model is, why not elsewhere, and which nodes may have it", async () => {
  const manifest = emptyManifest("yolo");
  const { digest, bytes } = encodeManifest(manifest);
  const [one, two, three] = [1, 2, 3].map((number) => idOf("node", number));
  const ready = { model: "yolo@1", state: "ready", imagesPerSecond: 4, reason: null } as const;
  const detail: ModelDetail = {
    model: {
      name: "yolo@1",
      description: "Finds things.",
      license: "MIT",
      manifestDigest: digest,
      bytes: bytes.length,
      requirements: manifest.requirements,
      readyNodes: 2,
    },
    nodes: [{ nodeId: one, name: "attic", status: ready }, { nodeId: two, name: "cellar", status: ready }],
    placement: [
      { nodeId: one, name: "attic", obstacle: null, reason: null },
      { nodeId: two, name: "cellar", obstacle: "draining", reason: "It takes no new work." },
      { nodeId: three, name: "barn", obstacle: "offline", reason: "It is not connected." },
    ],
    labels: ["gpu"],
  };
  const models = new FakeModelsClient();
  models.show = () => Promise.resolve(detail);
  models.read = () => Promise.resolve(bytes);
  const terminal = new FakeTerminal();
  assertEquals(await runModelsShow({ model: "yolo", json: false }, { terminal, models }), 0);
  const lines = terminal.outText.trimEnd().split("\n");
  assertEquals(lines.slice(-6).map((line) => line.split(/ {2,}/)), [
    ["yolo is only for nodes with the label gpu."],
    [""],
    ["node", "state", "images/s", "why"],
    ["attic", "ready", "4.0/s"],
    ["cellar", "ready", "4.0/s", "It takes no new work."],
    ["barn", "offline", "It is not connected."],
  ]);
});
