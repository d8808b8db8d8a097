import { assertEquals } from "../../assert.ts";
import { plan } from "../../../node/core/plan.ts";
import { assign, cancel, digest, MODEL, offer, retire } from "../instructions.ts";
import { doing, History } from "./history.ts";

Deno.test("plan() of a new node is null", () => {
  assertEquals(plan(new History().state), null);
});

Deno.test("plan() changes nothing: called twice, it returns the same", () => {
  const history = new History().instruction(offer());
  assertEquals(plan(history.state), plan(history.state));
});

Deno.test("plan() fetches, loads and then waits for work", () => {
  const history = new History().instruction(offer());
  assertEquals(doing(history.act()), ["fetchModel"]);
  history.event({ kind: "modelFetched", manifestDigest: MODEL, fetchedBytes: 1 });
  assertEquals(doing(history.act()), ["load"]);
  history.event({
    kind: "modelLoaded",
    manifestDigest: MODEL,
    imagesPerSecond: 1,
    warmUpMs: 1,
  });
  assertEquals(history.act(), []);
});

Deno.test("plan() fetches one model and loads one model at a time", () => {
  const history = new History().instruction(offer(digest(1)), offer(digest(2)), offer(digest(3)));
  const fetched = (tail: number) =>
    history.event({ kind: "modelFetched", manifestDigest: digest(tail), fetchedBytes: 0 });
  assertEquals(history.act(), [
    { do: "fetchModel", manifestDigest: digest(1), offer: offer(digest(1)) },
  ]);
  fetched(1);
  assertEquals(doing(history.act()), ["fetchModel", "load"]);
  fetched(2);
  assertEquals(doing(history.act()), ["fetchModel"]);
});

Deno.test("plan() fetches images ahead of the workers, up to the limit", () => {
  const history = new History({ slots: 1, imagesMax: 2 }).ready();
  history.instruction(assign(1), assign(2), assign(3), assign(4));
  assertEquals(doing(history.act()), ["fetchImage", "fetchImage"]);
  history.image(1);
  assertEquals(
    doing(history.act()),
    ["run", "fetchImage"],
    "task 1 freed the place of its image when it started to run",
  );
  assertEquals([1, 2, 3, 4].map((task) => history.phase(task)), [
    "running",
    "fetching",
    "fetching",
    "assigned",
  ]);
});

Deno.test("plan() counts no image for tasks without a picture", () => {
  const history = new History({ slots: 1, imagesMax: 1 }).ready();
  history.instruction(assign(1, { image: null }), assign(2, { image: null }), assign(3));
  assertEquals(doing(history.act()), ["fetchImage", "run"]);
});

Deno.test("plan() starts attempts in order of arrival, as many as there are slots", () => {
  const history = new History().ready();
  history.instruction(...[1, 2, 3].map((task) => assign(task, { image: null })));
  const actions = history.act();
  assertEquals(actions.map((action) => action.do === "run" && action.key), [
    history.key(1),
    history.key(2),
  ]);
  assertEquals(doing(history.ran(1).act()), ["run"]);
});

Deno.test("plan() gives a worker several attempts at once of a model that takes almost no time", () => {
  const quick = digest(7);
  const history = new History({ slots: 1 }).ready(quick, { imagesPerSecond: 1_500 }).ready();
  const runs = (...tasks: number[]) =>
    history.instruction(...tasks.map((task) => assign(task, { image: null, manifestDigest: quick }))).act()
      .map((action) => action.do === "run" && [action.key, action.isQuick]);
  assertEquals(runs(1, 2, 3, 4), [1, 2, 3].map((task) => [history.key(task), true]));
  assertEquals(doing(history.ran(2).act()), ["run"]);
});

Deno.test("plan() lets no fast attempt overtake one that needs a whole worker", () => {
  const quick = digest(7);
  const history = new History({ slots: 1 }).ready(quick, { imagesPerSecond: 4_000 }).ready();
  const instruction = (task: number, manifestDigest = quick) => assign(task, { image: null, manifestDigest });
  history.instruction(instruction(1), instruction(2), instruction(3, MODEL), instruction(4));
  assertEquals(doing(history.act()), ["run", "run"]);
  assertEquals(doing(history.ran(1).act()), []);
  const [slow, ...more] = history.ran(2).act();
  assertEquals([slow.do === "run" && [slow.key, slow.isQuick], more], [[history.key(3), false], []]);
  assertEquals(doing(history.ran(3).act()), ["run"]);
});

Deno.test("plan() neither runs an attempt nor fetches its image before its model is ready", () => {
  const history = new History().instruction(offer(), assign(1), assign(2, { image: null }));
  assertEquals(doing(history.act()), ["fetchModel"]);
});

Deno.test("plan() gives a worker the remaining time, at most the deadline of an attempt", () => {
  const history = new History().ready();
  history.instruction(
    assign(1, { image: null, deadlineMs: 300 }),
    assign(2, { image: null, deadlineMs: 60_000 }),
  );
  history.nowMs = 100;
  history.event({ kind: "ticked" });
  assertEquals(history.act().map((action) => action.do === "run" && action.deadlineMs), [
    200,
    10_000,
  ]);
});

Deno.test("plan() refuses an attempt whose time is over before it ran", () => {
  const history = new History({ slots: 1 }).ready();
  history.instruction(
    assign(1, { image: null, deadlineMs: 500 }),
    assign(2, { image: null, deadlineMs: 500 }),
    assign(3, { deadlineMs: 500 }),
  ).act();
  history.nowMs = 500;
  history.event({ kind: "ticked" });
  assertEquals(doing(history.act()), ["refuse", "refuse"], "task 1 is the worker's to end");
  assertEquals(history.sentMessages().map((message) => "code" in message && message.code), [
    "deadline_exceeded",
    "deadline_exceeded",
  ]);
});

Deno.test("plan() drops cancelled attempts before anything else", () => {
  const history = new History().ready();
  history.instruction(assign(1), assign(2), offer(digest(9)), cancel(1));
  assertEquals(doing(history.act())[0], "drop");
  assertEquals(history.phase(1), undefined);
  assertEquals(history.sentMessages(), []);
});

Deno.test("plan() lets a cancelled attempt keep its worker until the worker has finished", () => {
  const history = new History({ slots: 1 }).ready();
  history.instruction(assign(1, { image: null }), assign(2, { image: null })).act();
  assertEquals(doing(history.instruction(cancel(1)).act()), ["drop"]);
  assertEquals(history.phase(1), "abandoned");
  assertEquals(history.act(), [], "the slot is not free");
  assertEquals(doing(history.ran(1).act()), ["run"]);
  assertEquals(history.sentMessages(), []);
});

Deno.test("plan() unloads a retired model when its last attempt has ended", () => {
  const history = new History().ready();
  history.instruction(assign(1, { image: null })).act();
  assertEquals(history.instruction(retire()).act(), []);
  assertEquals(history.ran(1).act(), [{ do: "unload", manifestDigest: MODEL }]);
  history.event({ kind: "modelUnloaded", manifestDigest: MODEL });
  assertEquals(history.state.models.size, 0);
});

Deno.test("plan() drops a model retired during its fetch, after refusing the attempts that wait for it", () => {
  const history = new History().instruction(offer(), assign(1));
  history.act();
  assertEquals(doing(history.instruction(retire()).act()), ["refuse", "unload"]);
});

Deno.test("plan() lets a load finish before it unloads", () => {
  const history = new History().instruction(offer());
  history.act();
  history.event({ kind: "modelFetched", manifestDigest: MODEL, fetchedBytes: 1 }).act();
  assertEquals(history.instruction(retire()).act(), []);
  history.event({ kind: "modelLoaded", manifestDigest: MODEL, imagesPerSecond: 1, warmUpMs: 1 });
  assertEquals(doing(history.act()), ["unload"]);
  assertEquals(history.sentMessages(), [], "nobody wants to hear that it is ready");
});

Deno.test("plan() uploads the annotated picture before it starts new work", () => {
  const history = new History({ slots: 1 }).ready();
  history.instruction(assign(1, { image: null }), assign(2, { image: null })).act();
  assertEquals(doing(history.ran(1, true).act()), ["upload", "run"]);
});
