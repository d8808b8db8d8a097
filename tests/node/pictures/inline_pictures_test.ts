import { assertEquals } from "../../assert.ts";
import { InlinePictures } from "../../../node/pictures/inline_pictures.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { bytesOf } from "../node_fixture.ts";

const NEVER = new AbortController().signal;

/** Returns a picture with this text, under the digest of the text `named`. */
function pictureOf(text: string, named = text) {
  return { digest: digestOf(bytesOf(named)), bytes: bytesOf(text) };
}

async function take(inlinePictures: InlinePictures, text: string, signal = NEVER): Promise<string | null> {
  const bytes = await inlinePictures.take(digestOf(bytesOf(text)), signal);
  return bytes && new TextDecoder().decode(bytes);
}

Deno.test("InlinePictures() returns a picture that arrives before or after it is requested", async () => {
  const inlinePictures = new InlinePictures();
  inlinePictures.arrived(pictureOf("cat"));
  assertEquals(await take(inlinePictures, "cat"), "cat");
  const later = [take(inlinePictures, "cat"), take(inlinePictures, "dog")];
  inlinePictures.arrived(pictureOf("dog"));
  inlinePictures.arrived(pictureOf("cat"));
  assertEquals(await Promise.all(later), ["cat", "dog"]);
});

Deno.test("InlinePictures() returns a picture as often as it arrived", async () => {
  const inlinePictures = new InlinePictures();
  const first = take(inlinePictures, "cat");
  for (let copy = 0; copy < 3; copy++) inlinePictures.arrived(pictureOf("cat"));
  assertEquals([await first, await take(inlinePictures, "cat"), await take(inlinePictures, "cat")], [
    "cat",
    "cat",
    "cat",
  ]);
});

Deno.test("InlinePictures() returns no picture that does not match its digest", async () => {
  const inlinePictures = new InlinePictures();
  const waiting = take(inlinePictures, "cat");
  inlinePictures.arrived(pictureOf("dog", "cat"));
  inlinePictures.arrived(pictureOf("dog", "cat"));
  assertEquals([await waiting, await take(inlinePictures, "cat")], [null, null]);
});

Deno.test("InlinePictures() stores bytes up to its limit, and reports at once that an evicted picture will not come", async () => {
  const inlinePictures = new InlinePictures({ bytesMax: 6 });
  for (const text of ["cat", "dog", "emu"]) inlinePictures.arrived(pictureOf(text));
  assertEquals([await take(inlinePictures, "emu"), await take(inlinePictures, "cat")], [null, "cat"]);
  inlinePictures.arrived(pictureOf("fox"));
  assertEquals([await take(inlinePictures, "fox"), await take(inlinePictures, "dog")], ["fox", "dog"]);
});

Deno.test("InlinePictures() forgets the oldest of very many unused pictures", async () => {
  const inlinePictures = new InlinePictures();
  for (let number = 0; number <= 1_024; number++) inlinePictures.arrived(pictureOf(`picture ${number}`));
  assertEquals(await take(inlinePictures, "picture 1"), "picture 1");
  const oldest = take(inlinePictures, "picture 0");
  inlinePictures.end();
  assertEquals(await oldest, null);
});

Deno.test("InlinePictures() ends a wait that is aborted, or whose connection has ended", async () => {
  const inlinePictures = new InlinePictures();
  const givenUp = new AbortController();
  const waiting = [take(inlinePictures, "cat", givenUp.signal), take(inlinePictures, "dog")];
  givenUp.abort();
  assertEquals(await waiting[0], null);
  inlinePictures.arrived(pictureOf("emu"));
  inlinePictures.end();
  assertEquals(await waiting[1], null);
  const after = new AbortController();
  const emu = take(inlinePictures, "emu", after.signal);
  after.abort();
  assertEquals([await emu, await take(inlinePictures, "cat", after.signal)], [null, null]);
});
