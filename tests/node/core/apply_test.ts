import { assertEquals } from "../../assert.ts";
import { queuedCount, runningCount } from "../../../node/core/state.ts";
import { assign, cancel, digest, MODEL, nobody, offer, retire, taskId } from "../instructions.ts";
import { doing, History } from "./history.ts";

const FAILURE = { code: "engine_failed", reason: "The model refused." };

function codes(history: History): string[] {
  return history.sentMessages().map((message) => "code" in message ? message.code : message.type);
}

const NAMES = { annotated: { digest: digest(5), size: 5, mediaType: "image/jpeg" }, crops: [] };

Deno.test("apply() announces a ready model with its fetched bytes and measured speed", () => {
  const history = new History().instruction(offer());
  history.act();
  history.event({ kind: "modelFetched", manifestDigest: MODEL, fetchedBytes: 7 }).act();
  history.event({ kind: "modelLoaded", manifestDigest: MODEL, imagesPerSecond: 6, warmUpMs: 90, refetchedBytes: 5 });
  assertEquals(history.sentMessages(), [{
    type: "model.ready",
    manifestDigest: MODEL,
    imagesPerSecond: 6,
    fetchedBytes: 12,
    warmUpMs: 90,
  }]);
});

Deno.test("apply() announces a ready model at once when it is offered again, with no bytes fetched", () => {
  const history = new History().ready();
  history.instruction(offer());
  const [said] = history.sentMessages();
  assertEquals(said.type === "model.ready" && said.fetchedBytes, 0);
  assertEquals(history.act(), []);
});

Deno.test("apply() reports why a model failed, refuses its attempts and retries it on the next offer", () => {
  const history = new History().instruction(offer(), assign(1));
  history.act();
  history.event({ kind: "modelFailed", manifestDigest: MODEL, failure: FAILURE }).act();
  history.instruction(assign(2));
  assertEquals(history.sentMessages(), [
    { type: "model.failed", manifestDigest: MODEL, ...FAILURE },
    { type: "task.failed", taskId: taskId(1), attempt: 1, ...FAILURE },
    { type: "task.failed", taskId: taskId(2), attempt: 1, ...FAILURE },
  ]);
  assertEquals(doing(history.instruction(offer()).act()), ["fetchModel"]);
});

Deno.test("apply() accepts models up to its limit", () => {
  const history = new History();
  history.instruction(offer(digest(1)), offer(digest(2)), offer(digest(3)), offer(digest(4)));
  assertEquals(codes(history), ["queue_full"]);
  assertEquals(history.state.models.size, 3);
});

Deno.test("apply() restarts a model that is offered again while it is being dropped", () => {
  const history = new History().ready();
  history.instruction(retire()).act();
  history.instruction(offer(), assign(1));
  assertEquals(history.act(), [], "it is still being unloaded");
  history.event({ kind: "modelUnloaded", manifestDigest: MODEL });
  assertEquals(doing(history.act()), ["fetchModel"]);
  assertEquals(history.phase(1), "assigned");
});

Deno.test("apply() refuses tasks for a model that was never offered, or is retired", () => {
  const history = new History().instruction(assign(1));
  assertEquals(codes(history), ["model_unknown"]);
  history.ready().instruction(assign(2, { image: null })).act();
  history.instruction(retire(), assign(3));
  assertEquals(codes(history), ["model_unknown"]);
});

Deno.test("apply() takes an attempt through assigned, fetching, waiting and running to one result", () => {
  const history = new History().ready().instruction(assign(1));
  assertEquals(history.phase(1), "assigned");
  history.act();
  assertEquals(history.phase(1), "fetching");
  history.image(1);
  assertEquals(history.phase(1), "waiting");
  history.act();
  assertEquals(history.phase(1), "running");
  history.ran(1);
  assertEquals(history.sentMessages(), [{
    type: "task.result",
    taskId: taskId(1),
    attempt: 1,
    prediction: nobody(),
    annotated: null,
    serviceMs: 4,
  }]);
  assertEquals(history.state.attempts.size, 0);
});

/** An attempt that has been answered and whose pictures are being uploaded. */
function uploading(): History {
  const history = new History().ready().instruction(assign(1, { image: null }));
  history.act();
  history.ran(1, true).act();
  return history;
}

Deno.test("apply() sends the result once its pictures have digests, and keeps the attempt until they are uploaded", () => {
  const history = uploading();
  history.event({ kind: "picturesNamed", key: history.key(1), ...NAMES });
  const [said, ...more] = history.sentMessages();
  assertEquals([said.type === "task.result" && said.annotated, more], [NAMES.annotated, []]);
  assertEquals(history.phase(1), "uploading");
  history.event({ kind: "attemptUploaded", key: history.key(1) });
  assertEquals([history.sentMessages(), history.state.attempts.size], [[], 0]);
});

Deno.test("apply() withdraws a result whose pictures cannot be uploaded", () => {
  const history = uploading();
  history.event({ kind: "picturesNamed", key: history.key(1), ...NAMES });
  history.event({ kind: "attemptFailed", key: history.key(1), failure: FAILURE });
  assertEquals([codes(history), history.state.attempts.size], [["task.result", FAILURE.code], 0]);
});

Deno.test("apply() reports nothing about the pictures of a cancelled attempt", () => {
  const history = uploading().instruction(cancel(1));
  history.event({ kind: "picturesNamed", key: history.key(1), ...NAMES });
  history.act();
  history.event({ kind: "attemptUploaded", key: history.key(1) });
  assertEquals([history.sentMessages(), history.state.attempts.size], [[], 0]);
});

Deno.test("apply() runs a repeated assignment once, even after it has ended", () => {
  const history = new History().ready().instruction(assign(1), assign(1));
  assertEquals(doing(history.act()), ["fetchImage"]);
  history.image(1).act();
  history.ran(1).instruction(assign(1));
  assertEquals(history.act(), []);
  assertEquals(codes(history), ["task.result"]);
});

Deno.test("apply() treats another attempt of the same task as a new one", () => {
  const history = new History().ready().instruction(assign(1), assign(1, { attempt: 2 }));
  assertEquals(history.state.attempts.size, 2);
});

Deno.test("apply() remembers a bounded number of ended attempts", () => {
  const history = new History().ready();
  for (let task = 0; task < 3_000; task++) {
    history.instruction(assign(task, { image: null })).act();
    history.ran(task).sentMessages();
  }
  assertEquals(history.state.ended.size, 1_024);
  assertEquals(history.state.ended.has(history.key(2_999)), true);
});

Deno.test("apply() accepts attempts up to its limit", () => {
  const history = new History().ready();
  for (let task = 1; task <= 10; task++) history.instruction(assign(task));
  assertEquals(codes(history), ["queue_full", "queue_full"]);
});

Deno.test("apply() refuses new tasks while draining, finishes its own, and accepts tasks again after resuming", () => {
  const history = new History().ready().instruction(assign(1, { image: null }));
  history.act();
  history.event({ kind: "drainChanged", draining: true }).instruction(assign(2));
  assertEquals(codes(history), ["shutting_down"]);
  history.ran(1);
  assertEquals(codes(history), ["task.result"]);
  history.event({ kind: "drainChanged", draining: false }).instruction(assign(3));
  assertEquals(history.phase(3), "assigned");
});

Deno.test("apply() reports the measured memory of a model, and tries a failed one again after resuming", () => {
  const history = new History();
  const manifestDigest = MODEL;
  history.instruction(offer(manifestDigest)).act();
  history.event({ kind: "modelFetched", manifestDigest, fetchedBytes: 10 }).act();
  const failure = { code: "engine_failed", reason: "It brought down a worker." } as const;
  history.event({ kind: "modelFailed", manifestDigest, failure });
  assertEquals(doing(history.act()), []);
  history.event({ kind: "drainChanged", draining: false });
  assertEquals(doing(history.act()), ["fetchModel"]);
  history.event({ kind: "modelFetched", manifestDigest, fetchedBytes: 0 }).act();
  history.sentMessages();
  history.event({ kind: "modelLoaded", manifestDigest, imagesPerSecond: 5, warmUpMs: 3, memoryBytes: 7 });
  const [ready] = history.sentMessages();
  assertEquals(ready.type === "model.ready" && ready.memoryBytes, 7);
});

Deno.test("apply() ends a failed attempt with its code, in any phase", () => {
  const history = new History().ready().instruction(assign(1), assign(2, { image: null }));
  history.act();
  for (const task of [1, 2]) {
    history.event({ kind: "attemptFailed", key: history.key(task), failure: FAILURE });
  }
  assertEquals(codes(history), ["engine_failed", "engine_failed"]);
  assertEquals(history.state.attempts.size, 0);
});

Deno.test("apply() ignores events of an attempt that has ended", () => {
  const history = new History().ready().instruction(assign(1));
  history.act();
  history.instruction(cancel(1)).act();
  history.image(1).ran(1).event({
    kind: "attemptFailed",
    key: history.key(1),
    failure: FAILURE,
  });
  assertEquals(history.sentMessages(), []);
  assertEquals(history.instruction(cancel(7)).act(), []);
});

Deno.test("apply() drops the attempts of a lost connection and keeps the models", () => {
  const history = new History().ready().instruction(assign(1), assign(2, { image: null }));
  history.act();
  const running = history.key(2);
  history.event({ kind: "disconnected" });
  assertEquals(doing(history.act()), ["drop", "drop"]);
  history.event({ kind: "connected" });
  assertEquals(history.state.models.get(MODEL)?.phase, "ready");
  assertEquals([...history.state.attempts.keys()], [running], "a worker is still running it");
  history.instruction(assign(2, { image: null })).act();
  assertEquals(history.phase(2), "running", "the same attempt of a new connection is another");
  history.event({
    kind: "attemptRan",
    key: running,
    prediction: nobody(),
    serviceMs: 1,
    hasPictures: false,
  });
  assertEquals(history.sentMessages(), [], "the result of the old connection is dropped");
  assertEquals(codes(history.ran(2)), ["task.result"]);
});

Deno.test("apply() sends nothing to a new master that was meant for a lost connection", () => {
  const history = new History().instruction(offer());
  history.act();
  history.event({ kind: "disconnected" });
  history.event({ kind: "modelFailed", manifestDigest: MODEL, failure: FAILURE });
  history.event({ kind: "connected" });
  assertEquals(history.sentMessages(), []);
});

Deno.test("runningCount() and queuedCount() count attempts with a worker and waiting ones", () => {
  const history = new History({ slots: 1 }).ready();
  history.instruction(assign(1, { image: null }), assign(2, { image: null }), assign(3)).act();
  assertEquals([runningCount(history.state), queuedCount(history.state)], [1, 2]);
});
