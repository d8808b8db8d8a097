import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { VERSION } from "../../../../protocol/version.ts";
import { answerTo, ASKED, DRAWN, LINE_TIMEOUT_MS, ScriptedLine } from "./scripted_line.ts";

const PICTURE = new TextEncoder().encode("a picture");

function forever(): AbortSignal {
  return new AbortController().signal;
}

/** What was sent has been written: a peer gathers what is sent in one turn. */
async function written(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await null;
}

Deno.test("AskLine() says who it is, and asks about a picture that it sends before", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  assertEquals(scripted.master.received[0], {
    type: "user.hello",
    protocol: { min: 1, max: 2 },
    version: VERSION,
    token: "secret",
  });
  const asking = line.ask(PICTURE, ASKED, forever());
  const { askId, ...asked } = await scripted.master.next("prediction.ask");
  assertEquals(asked, { type: "prediction.ask", imageBytes: PICTURE.length, ...ASKED });
  assertEquals(scripted.master.inlinePictures, [{ digest: null, bytes: PICTURE }]);
  const { prediction, annotated } = answerTo(askId);
  scripted.master.send({ ...answerTo(askId), annotated: null, isInline: undefined });
  assertEquals((await asking).said, { answer: { prediction, annotated: null }, picture: null });
  const again = line.ask(PICTURE, ASKED, forever());
  const { askId: next } = await scripted.master.next("prediction.ask");
  scripted.master.send({ ...answerTo(next), isInline: undefined });
  assertEquals((await again).said?.picture, null, `${annotated?.digest} is to be fetched`);
});

Deno.test("AskLine() gives each answer the picture behind it, also two of one picture, in one piece or in several", async () => {
  for (const pieces of [1, 2]) {
    await using scripted = await ScriptedLine.start();
    const line = await scripted.welcomed();
    const asking = [1, 2, 3].map(() => line.ask(PICTURE, ASKED, forever()));
    const ids = [];
    for (const _ of asking) ids.push((await scripted.master.next("prediction.ask")).askId);
    for (const askId of ids.toReversed()) {
      scripted.master.send(answerTo(askId));
      if (pieces === 2) await written();
      scripted.master.sendPicture({ digest: answerTo(askId).annotated!.digest, bytes: DRAWN });
    }
    for (const [at, { said }] of (await Promise.all(asking)).entries()) {
      assertEquals(said?.answer.prediction, answerTo(ids[at]).prediction);
      assertEquals(said?.picture, DRAWN);
    }
  }
});

Deno.test("AskLine() gives a refusal as HTTP does, with when to come back", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  const asking = line.ask(PICTURE, ASKED, forever());
  const { askId } = await scripted.master.next("prediction.ask");
  const refusal = { code: "queue_full", reason: "Full.", advice: "Wait.", retryAfterMs: 2_500 };
  scripted.master.send({ type: "prediction.refuse", askId, ...refusal });
  const answer = await asking;
  assertEquals([answer.ok, answer.status, answer.said], [false, 429, null]);
  assertEquals(answer.headers.get("retry-after"), "2.5");
  const { code, detail, advice } = JSON.parse(new TextDecoder().decode(await answer.bytes()));
  assertEquals({ code, detail, advice }, { code: "queue_full", detail: "Full.", advice: "Wait." });
});

Deno.test("AskLine() loses all that waits when the connection ends, and takes no more", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  const asking = [1, 2].map(() => line.ask(PICTURE, ASKED, forever()));
  await scripted.master.next("prediction.ask");
  await scripted.master.close();
  for (const asked of asking) {
    assertEquals((await assertRejects(() => asked, DmlError)).code, "connection_lost");
  }
  assertEquals([line.isOpen, line.canAsk(1, ASKED)], [false, false]);
});

Deno.test("AskLine() tells the master when nobody waits any more, and lives with an answer that comes nevertheless", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  const abort = new AbortController();
  const asking = line.ask(PICTURE, ASKED, abort.signal);
  const { askId } = await scripted.master.next("prediction.ask");
  abort.abort();
  await assertRejects(() => asking, DmlError);
  assertEquals((await scripted.master.next("prediction.cancel")).askId, askId);
  scripted.master.send(answerTo(askId));
  scripted.master.sendPicture({ digest: answerTo(askId).annotated!.digest, bytes: DRAWN });
  const next = line.ask(PICTURE, ASKED, forever());
  const { askId: nextId } = await scripted.master.next("prediction.ask");
  scripted.master.send({ ...answerTo(nextId), annotated: null, isInline: undefined });
  assertEquals((await next).said?.answer.prediction, answerTo(nextId).prediction);
});

Deno.test("AskLine() gives up each question that is not answered in time, and no other", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  const first = line.ask(PICTURE, ASKED, forever());
  const { askId } = await scripted.master.next("prediction.ask");
  scripted.clock.advance(LINE_TIMEOUT_MS / 2);
  const second = line.ask(PICTURE, ASKED, forever());
  const { askId: later } = await scripted.master.next("prediction.ask");
  scripted.clock.advance(LINE_TIMEOUT_MS / 2);
  assertEquals((await assertRejects(() => first, DmlError)).code, "deadline_exceeded");
  assertEquals((await scripted.master.next("prediction.cancel")).askId, askId);
  assert(line.isOpen);
  scripted.clock.advance(LINE_TIMEOUT_MS / 2);
  assertEquals((await assertRejects(() => second, DmlError)).code, "deadline_exceeded");
  assertEquals((await scripted.master.next("prediction.cancel")).askId, later);
});

Deno.test("AskLine.open() throws when the user is not taken in, the master says something else, or it is given up", async () => {
  const ends: ((scripted: ScriptedLine) => void)[] = [
    ({ master }) => master.send({ type: "reject", code: "queue_full", reason: "Full." }),
    ({ master }) => master.send({ type: "ping" }),
    ({ master }) => void master.close(),
    ({ closing }) => closing.abort(),
  ];
  for (const end of ends) {
    await using scripted = await ScriptedLine.start();
    await scripted.master.next("user.hello");
    end(scripted);
    assertEquals((await assertRejects(() => scripted.opening, DmlError)).code, "connection_lost");
  }
});

Deno.test("canAsk() says no to a picture that fills no frame, and where as many wait as the master takes", async () => {
  await using scripted = await ScriptedLine.start();
  const line = await scripted.welcomed();
  assertEquals([line.canAsk(1_000_000, ASKED), line.canAsk(LIMITS.frameBytesMax, ASKED)], [true, false]);
  for (let question = 0; question < LIMITS.asksPerUserMax; question++) {
    assertEquals(line.canAsk(1, ASKED), true);
    line.ask(PICTURE, ASKED, forever()).catch(() => {}); // lost with the line
  }
  assertEquals(line.canAsk(1, ASKED), false);
});
