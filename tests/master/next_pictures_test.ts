import { assertEquals, assertRejects } from "../assert.ts";
import { NextPictures } from "../../master/next_pictures.ts";
import { DIGEST_HEADER, NEXT_PICTURE_WAIT_MS } from "../../protocol/http/next_picture.ts";
import { PATHS } from "../../protocol/http/paths.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newTokens } from "../../protocol/security/tokens.ts";
import { assign, digest } from "../node/orders.ts";
import { ManualClock } from "../protocol/manual_clock.ts";
import { ask } from "./http/http_fixture.ts";
import { MasterFixture, resultOf } from "./master_fixture.ts";

const NEVER = new AbortController().signal;
const NEWER = { protocol: { min: 1, max: 2 } };
const PICTURE = new TextEncoder().encode("a picture");
const ASKED = { recognizer: "faces", annotate: false, embeddings: false, gallery: null, crops: false };

Deno.test("NextPictures() hands the picture of an assignment to the question that waits longest", async () => {
  const pictures = new NextPictures({ clock: new ManualClock() });
  const key = pictures.open(1);
  const [first, second] = [pictures.next(key, NEVER), pictures.next(key, NEVER)];
  const [one, two, three] = [assign(1), assign(2), assign(3)];
  assertEquals(pictures.hand(1, one), { ...one, isHanded: true });
  assertEquals(pictures.hand(1, two), { ...two, isHanded: true });
  assertEquals(pictures.hand(1, three), three, "nobody waits any more");
  assertEquals(await Promise.all([first, second]), [one.image!.digest, two.image!.digest]);
});

Deno.test("NextPictures() hands over no picture that is large, none of another node, and none where there is none", async () => {
  const clock = new ManualClock();
  const pictures = new NextPictures({ clock });
  const [key] = [pictures.open(1), pictures.open(2)];
  const asked = pictures.next(key, NEVER);
  const large = assign(1, { image: { digest: digest(1), size: 2 * 1024 * 1024 } });
  for (
    const [connection, order] of [[1, large], [1, assign(2, { image: null })], [2, assign(3)], [3, assign(4)]] as const
  ) {
    assertEquals(pictures.hand(connection, order), order);
  }
  clock.advance(NEXT_PICTURE_WAIT_MS);
  assertEquals(await asked, null);
});

Deno.test("NextPictures() says that there is nothing when a question ends by its signal, its node or the master", async () => {
  const pictures = new NextPictures({ clock: new ManualClock() });
  const key = pictures.open(1);
  const gone = new AbortController();
  const asked = pictures.next(key, gone.signal);
  gone.abort();
  assertEquals(await asked, null);
  assertEquals(pictures.hand(1, assign(1)), assign(1), "who went away is handed nothing");
  const lost = pictures.next(key, NEVER);
  pictures.forget(1);
  assertEquals(await lost, null);
  assertEquals((await assertRejects(() => pictures.next(key, NEVER), DmlError)).code, "not_found");
  const other = pictures.next(pictures.open(2), NEVER);
  pictures.close();
  assertEquals(await other, null);
});

Deno.test("NextPictures() lets no node wait with more questions than it could need", async () => {
  const pictures = new NextPictures({ clock: new ManualClock() });
  const key = pictures.open(1);
  const asked = Array.from({ length: 20 }, () => pictures.next(key, NEVER));
  assertEquals(await asked[19], null);
  pictures.close();
  assertEquals(await Promise.all(asked), Array(20).fill(null));
});

Deno.test("GET /v1/pictures/next answers with the picture of the next assignment, and the assignment says so", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1, NEWER);
  const { pictureKey } = node.heard.find((message) => message.type === "welcome")!;
  const asked = ask(fixture.master, `${PATHS.nextPicture}?key=${pictureKey}`);
  await fixture.heeded(node);
  const answer = fixture.master.predict(PICTURE, ASKED);
  const order = await node.next("task.assign");
  assertEquals([order.isHanded, order.image?.digest], [true, digestOf(PICTURE)]);
  const response = await asked;
  assertEquals([response.status, response.headers.get(DIGEST_HEADER)], [200, digestOf(PICTURE)]);
  assertEquals(await response.bytes(), PICTURE);
  node.send(resultOf(order));
  await answer;
  const again = fixture.master.predict(PICTURE, ASKED);
  const second = await node.next("task.assign");
  assertEquals(second.isHanded, undefined, "nothing waited");
  assertEquals(await (await ask(fixture.master, `/blobs/${digestOf(PICTURE)}`)).bytes(), PICTURE);
  node.send(resultOf(second));
  await again;
});

Deno.test("GET /v1/pictures/next is for nodes, with the key of their own connection", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ tokens });
  const status = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await ask(fixture.master, `${PATHS.nextPicture}?key=x`, { headers })).status;
  };
  assertEquals([await status(tokens.user), await status(tokens.node)], [403, 404]);
});

Deno.test("a node of protocol 1 is given no key", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const welcome = node.heard.find((message) => message.type === "welcome")!;
  assertEquals("pictureKey" in welcome, false);
});
