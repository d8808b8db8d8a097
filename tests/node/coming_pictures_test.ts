import { assertEquals } from "../assert.ts";
import { ComingPictures } from "../../node/coming_pictures.ts";
import type { NextPicture } from "../../protocol/http/next_picture.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { ManualClock } from "../protocol/manual_clock.ts";
import { bytesOf } from "./node_fixture.ts";

const NEVER = new AbortController().signal;

function pictureOf(text: string, bytes = text): NextPicture {
  return { digest: digestOf(bytesOf(text)), bytes: bytesOf(bytes) };
}

/** Everything between is done in microtasks, and none of it takes so many. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await null;
}

/** A master that answers when the test says so. */
class Questions {
  readonly clock = new ManualClock();
  readonly open: (PromiseWithResolvers<NextPicture | null> & { readonly key: string })[] = [];
  readonly coming: ComingPictures;

  constructor({ slots = 1 } = {}) {
    this.coming = new ComingPictures({
      clock: this.clock,
      random: seededRandom(1),
      log: SILENT_LOG,
      slots,
      ask: (key, { signal }) => {
        const asked = { ...Promise.withResolvers<NextPicture | null>(), key };
        this.open.push(asked);
        signal.addEventListener("abort", () => asked.reject(new Error("given up")));
        return asked.promise;
      },
    });
  }

  /** Answers the oldest question. */
  async answer(picture: NextPicture | null | Error): Promise<void> {
    const asked = this.open.shift()!;
    if (picture instanceof Error) asked.reject(picture);
    else asked.resolve(picture);
    await settled();
  }

  async take(text: string, signal = NEVER): Promise<string | null> {
    const bytes = await this.coming.take(digestOf(bytesOf(text)), signal);
    return bytes && new TextDecoder().decode(bytes);
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }
}

Deno.test("ComingPictures() gives out a picture that came before its assignment, and one that comes behind it", async () => {
  const questions = new Questions();
  questions.coming.begin("key");
  await questions.answer(pictureOf("cat"));
  assertEquals(await questions.take("cat"), "cat");
  await settled();
  await questions.pass(100);
  assertEquals(questions.open.map(({ key }) => key), ["key"], "the next one is waited for");
  const taken = questions.take("dog");
  await questions.answer(pictureOf("dog"));
  assertEquals(await taken, "dog");
  questions.coming.end();
});

Deno.test("ComingPictures() has one question for each slot", () => {
  const questions = new Questions({ slots: 3 });
  questions.coming.begin("key");
  assertEquals(questions.open.length, 3);
  questions.coming.end();
});

Deno.test("ComingPictures() gives out none that is not what it is called", async () => {
  const questions = new Questions();
  questions.coming.begin("key");
  await questions.answer(pictureOf("cat", "dog"));
  assertEquals(await questions.take("cat"), null);
  questions.coming.end();
});

Deno.test("ComingPictures() waits for none when no question is open, when one was lost, or for long", async () => {
  const questions = new Questions();
  assertEquals(await questions.take("cat"), null, "no master");
  questions.coming.begin(undefined);
  assertEquals([await questions.take("cat"), questions.open.length], [null, 0], "a master that hands nothing over");
  questions.coming.begin("key");
  const lost = questions.take("cat");
  await questions.answer(new Error("The connection broke."));
  assertEquals(await lost, null);
  await questions.pass(1_000);
  assertEquals(questions.open.length, 1, "it is asked again after a while");
  const late = questions.take("cat");
  await questions.pass(2_000);
  assertEquals(await late, null);
  const gone = new AbortController();
  const unwanted = questions.take("cat", gone.signal);
  gone.abort();
  assertEquals(await unwanted, null);
  questions.coming.end();
});

Deno.test("ComingPictures() gives up a question that the master does not answer, and asks anew", async () => {
  const questions = new Questions();
  questions.coming.begin("key");
  const waiting = questions.take("cat");
  await questions.pass(1_999);
  assertEquals(questions.open.length, 1);
  await questions.pass(1);
  assertEquals(await waiting, null);
  await questions.pass(38_000);
  await questions.pass(1_000);
  assertEquals(questions.open.length, 2, "the one without an answer, and a new one");
  questions.coming.end();
});

Deno.test("ComingPictures() forgets a picture that nobody was assigned, and all of a connection that ended", async () => {
  const questions = new Questions();
  questions.coming.begin("first");
  await questions.answer(pictureOf("cat"));
  assertEquals(questions.open.length, 0, "one picture a question");
  await questions.pass(5_000);
  await questions.pass(100);
  assertEquals(questions.open.length, 1);
  await questions.answer(pictureOf("dog"));
  questions.coming.begin("second");
  await settled();
  assertEquals(questions.open.map(({ key }) => key), ["second"]);
  const taken = questions.take("dog");
  questions.coming.end();
  assertEquals(await taken, null);
});
