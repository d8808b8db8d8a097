import { assertEquals } from "../../assert.ts";
import { CarriedPictures } from "../../../node/pictures/inline_pictures.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { bytesOf } from "../node_fixture.ts";

const NEVER = new AbortController().signal;

/** A picture with this text, called as if it had `named`. */
function pictureOf(text: string, named = text) {
  return { digest: digestOf(bytesOf(named)), bytes: bytesOf(text) };
}

async function take(carried: CarriedPictures, text: string, signal = NEVER): Promise<string | null> {
  const bytes = await carried.take(digestOf(bytesOf(text)), signal);
  return bytes && new TextDecoder().decode(bytes);
}

Deno.test("CarriedPictures() gives out a picture that came before it was wanted, and one that comes behind", async () => {
  const carried = new CarriedPictures();
  carried.arrived(pictureOf("cat"));
  assertEquals(await take(carried, "cat"), "cat");
  const later = [take(carried, "cat"), take(carried, "dog")];
  carried.arrived(pictureOf("dog"));
  carried.arrived(pictureOf("cat"));
  assertEquals(await Promise.all(later), ["cat", "dog"]);
});

Deno.test("CarriedPictures() gives the same picture as often as it came", async () => {
  const carried = new CarriedPictures();
  const first = take(carried, "cat");
  for (let copy = 0; copy < 3; copy++) carried.arrived(pictureOf("cat"));
  assertEquals([await first, await take(carried, "cat"), await take(carried, "cat")], ["cat", "cat", "cat"]);
});

Deno.test("CarriedPictures() gives out nothing whose bytes are others than its name says", async () => {
  const carried = new CarriedPictures();
  const waiting = take(carried, "cat");
  carried.arrived(pictureOf("dog", "cat"));
  carried.arrived(pictureOf("dog", "cat"));
  assertEquals([await waiting, await take(carried, "cat")], [null, null]);
});

Deno.test("CarriedPictures() keeps no more bytes than it may, and says at once of what gave way that it does not come", async () => {
  const carried = new CarriedPictures({ bytesMax: 6 });
  for (const text of ["cat", "dog", "emu"]) carried.arrived(pictureOf(text));
  assertEquals([await take(carried, "emu"), await take(carried, "cat")], [null, "cat"]);
  carried.arrived(pictureOf("fox"));
  assertEquals([await take(carried, "fox"), await take(carried, "dog")], ["fox", "dog"]);
});

Deno.test("CarriedPictures() forgets the oldest of very many that nobody takes", async () => {
  const carried = new CarriedPictures();
  for (let number = 0; number <= 1_024; number++) carried.arrived(pictureOf(`picture ${number}`));
  assertEquals(await take(carried, "picture 1"), "picture 1");
  const oldest = take(carried, "picture 0");
  carried.end();
  assertEquals(await oldest, null);
});

Deno.test("CarriedPictures() lets nobody wait who has given up, or whose connection is over", async () => {
  const carried = new CarriedPictures();
  const givenUp = new AbortController();
  const waiting = [take(carried, "cat", givenUp.signal), take(carried, "dog")];
  givenUp.abort();
  assertEquals(await waiting[0], null);
  carried.arrived(pictureOf("emu"));
  carried.end();
  assertEquals(await waiting[1], null);
  const after = new AbortController();
  const emu = take(carried, "emu", after.signal);
  after.abort();
  assertEquals([await emu, await take(carried, "cat", after.signal)], [null, null]);
});
