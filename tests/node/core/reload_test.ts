import { areModelsSettled } from "../../../node/core/models.ts";
import { assertEquals } from "../../assert.ts";
import { assign, MODEL } from "../instructions.ts";
import { doing, History } from "./history.ts";

Deno.test("apply() reloadAsked unloads every model that is ready, and loads and measures it anew", () => {
  const history = new History().ready();
  history.event({ kind: "reloadAsked" });
  assertEquals(areModelsSettled(history.state), false);
  assertEquals(doing(history.act()), ["unload"]);
  history.event({ kind: "modelUnloaded", manifestDigest: MODEL });
  assertEquals(doing(history.act()), ["fetchModel"]);
  history.event({ kind: "modelFetched", manifestDigest: MODEL, fetchedBytes: 0 });
  assertEquals(doing(history.act()), ["load"]);
  history.event({ kind: "modelLoaded", manifestDigest: MODEL, imagesPerSecond: 9, warmUpMs: 1 });
  assertEquals(doing(history.act()), []);
  assertEquals(areModelsSettled(history.state), true);
  assertEquals(history.sentMessages().map((message) => message.type === "model.ready" && message.imagesPerSecond), [9]);
});

Deno.test("apply() reloadAsked waits for attempts that need the model, and touches no other phase", () => {
  const history = new History().ready();
  history.instruction(assign(1)).act();
  history.image(1).act();
  history.event({ kind: "reloadAsked" });
  assertEquals(doing(history.act()), []);
  assertEquals(doing(history.ran(1).act()), ["unload"]);
  const failed = new History().ready();
  failed.event({ kind: "reloadAsked" }).act();
  failed.event({ kind: "reloadAsked" });
  assertEquals(failed.state.models.get(MODEL)?.isStale, false, "a model that is being unloaded is not stale twice");
  failed.event({ kind: "modelUnloaded", manifestDigest: MODEL }).act();
  failed.event({ kind: "modelFailed", manifestDigest: MODEL, failure: { code: "disk_full", reason: "No room." } });
  assertEquals(areModelsSettled(failed.state), true);
});
