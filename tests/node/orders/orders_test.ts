import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { NodeCommandName } from "../../../protocol/messages/command.ts";
import type { SelfChecks } from "../../../node/host/self_check.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import { Orders, type OrdersOptions } from "../../../node/orders/orders.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { NodeFixture, putText } from "../node_fixture.ts";
import { commandRun, type ScriptedConnection } from "../scripted_master.ts";

const FINE = () => Promise.resolve("It is fine.");

const IDLE: Availability = {
  type: "availability",
  freeSlots: 1,
  running: 0,
  queued: 0,
  draining: false,
  memoryFreeBytes: 0,
  load: 0,
};

/** Returns orders for a loop without models, some of whose answers are given. */
function ordersOn(loop: Partial<OrdersOptions["loop"]>): Orders {
  const idle = {
    drain: () => {},
    whenIdle: () => Promise.resolve(true),
    availability: () => IDLE,
    reload: () => Promise.resolve(true),
    models: () => [],
  };
  return new Orders({
    loop: { ...idle, ...loop },
    eviction: {
      evictUnused: () => Promise.reject(new DmlError("home_unusable", "The disk is gone.")),
      usage: () => Promise.resolve({ files: 0, bytes: 0, bytesMax: 0 }),
    },
    loads: { forgive: () => Promise.resolve() },
    clock: new ManualClock(),
    version: "1.2.3",
    canRestart: false,
    openChecks: null,
    isStopping: () => false,
  });
}

Deno.test("Orders.run() reports a failure instead of throwing it", async () => {
  assertEquals(await ordersOn({}).run("gc"), { ok: false, detail: "The disk is gone." });
});

async function order(connection: ScriptedConnection, command: NodeCommandName): Promise<[boolean, string]> {
  connection.send(commandRun(command));
  const { ok, detail } = await connection.next("command.done");
  return [ok, detail];
}

Deno.test("Orders status tells work, memory, files and models", async () => {
  await using fixture = new NodeFixture({ slots: 2 });
  const connection = await fixture.connect();
  await fixture.ready(connection);
  fixture.clock.advance(5_000);
  const [ok, detail] = await order(connection, "status");
  const [summary, host, model] = detail.split("\n");
  assertEquals([ok, summary], [true, "dml 1.2.3, up 5 s, 0 running, 0 queued, 2 free."]);
  assertStringIncludes(host, "load: 0.5, model files: 2");
  assertEquals(model, "faces@1: 8.0 images/s");
});

Deno.test("Orders bench measures every model anew, tells the master, and takes work again", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  fixture.engine.imagesPerSecond = 5;
  connection.send(commandRun("bench"));
  assertEquals((await connection.next("model.ready")).imagesPerSecond, 5);
  const { ok, detail } = await connection.next("command.done");
  assertEquals([ok, detail], [true, "1 model was measured anew.\nfaces@1: 5.0 images/s (was 8.0)"]);
  assertEquals(fixture.engine.files.length, 2, "the files were read again");
  connection.send(await fixture.assignText(1, { offer }));
  (await fixture.engine.next()).finish();
  await connection.next("task.result");
});

Deno.test("Orders reload finishes the running picture first, and keeps new ones away meanwhile", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }));
  const run = await fixture.engine.next();
  connection.send(commandRun("reload"));
  connection.send(await fixture.assignText(2, { offer }));
  assertEquals((await connection.next("task.failed")).code, "shutting_down");
  assertEquals(fixture.engine.files.length, 1, "nothing is loaded while a picture runs");
  run.finish();
  await connection.next("task.result");
  const { ok, detail } = await connection.next("command.done");
  assertEquals([ok, detail], [true, "1 model was loaded anew.\nfaces@1: 8.0 images/s"]);
});

Deno.test("Orders reload keeps a drained node drained, and reports a model that does not load", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  await order(connection, "drain");
  fixture.engine.loadFailure = new DmlError("engine_failed", "It broke.");
  assertEquals(await order(connection, "reload"), [
    false,
    "1 of 1 models could not be loaded.\nfaces@1: failed: It broke.",
  ]);
  connection.send(await fixture.assignText(1, { offer }));
  assertEquals((await connection.next("task.failed")).code, "shutting_down", "the admin's drain still holds");
});

Deno.test("Orders reload ends in time if a load hangs, and refuses a second one meanwhile", async () => {
  const reloads: PromiseWithResolvers<boolean>[] = [];
  const drains: boolean[] = [];
  const orders = ordersOn({
    reload: () => {
      reloads.push(Promise.withResolvers());
      return reloads[0].promise;
    },
    drain: (draining) => drains.push(draining),
  });
  const first = orders.run("bench");
  assertEquals(await orders.run("reload"), { ok: false, detail: "The node is loading its models anew already." });
  reloads[0].resolve(false);
  assertEquals(await first, { ok: false, detail: "The models were not ready in time; they go on loading." });
  assertEquals(drains, [true, false]);
});

Deno.test("Orders reload waits for the work of the node only for a while, and does not disturb one that is leaving", async () => {
  const busy = ordersOn({ whenIdle: () => Promise.resolve(false) });
  assertEquals(await busy.run("reload"), { ok: false, detail: "The node has not finished its work." });
  const leaving = ordersOn({ availability: () => ({ ...IDLE, draining: true }) });
  assertEquals(await leaving.run("reload"), { ok: false, detail: "The node is about to leave." });
});

Deno.test("Orders gc deletes the files of models that are gone, and no other", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const stranger = await putText(fixture.cache, "a file that is of no model");
  assertEquals(await order(connection, "gc"), [true, "There was nothing to delete."]);
  connection.send({ type: "model.retire", manifestDigest: offer.manifest.digest });
  await order(connection, "status");
  const bytes = offer.manifest.size + offer.files[0].size;
  assertEquals(await order(connection, "gc"), [true, `2 files deleted, ${bytes} bytes.`]);
  assertEquals(await fixture.cache.stat(offer.files[0].digest), null);
  assertEquals(await fixture.cache.stat(stranger.digest), stranger.size);
});

Deno.test("Orders doctor makes every check, and reports each", async () => {
  const checks: SelfChecks = {
    memory: FINE,
    wasm: () => Promise.reject(new DmlError("engine_failed", "It is damaged.")),
    workers: FINE,
  };
  await using fixture = new NodeFixture({ openChecks: () => Promise.resolve(checks) });
  const connection = await fixture.connect();
  assertEquals(await order(connection, "doctor"), [
    false,
    "Failed: engine.\nmemory: It is fine.\nengine: It is damaged.\nworkers: It is fine.",
  ]);
  await using well = new NodeFixture({ openChecks: () => Promise.resolve({ ...checks, wasm: FINE }) });
  const [ok, detail] = await order(await well.connect(), "doctor");
  assertEquals([ok, detail.split("\n")[0]], [true, "All 3 checks passed."]);
  await using unable = new NodeFixture();
  assertEquals((await order(await unable.connect(), "doctor"))[0], false);
});

Deno.test("Orders restart leaves with the wish to be started again, if something can do that", async () => {
  await using fixture = new NodeFixture({ canRestart: true });
  const connection = await fixture.connect();
  assertEquals(await order(connection, "restart"), [true, "The node restarts and has finished its work."]);
  assertEquals((await connection.next("goodbye")).code, "shutting_down");
  await connection.close();
  assertEquals((await fixture.node.finished).code, "shutting_down");
  assert(fixture.node.isRestartDue);
});

Deno.test("Orders restart is refused with a way out if nothing would start the node again", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const [ok, detail] = await order(connection, "restart");
  assertEquals(ok, false);
  assertStringIncludes(detail, "Restart its service, or stop it and run `dml join` on its host again.");
  connection.send(await fixture.assignText(1, { offer }));
  (await fixture.engine.next()).finish();
  await connection.next("task.result");
  assertEquals(fixture.node.isRestartDue, false);
});
