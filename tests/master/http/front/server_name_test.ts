import { assertEquals } from "../../../assert.ts";
import { HELLO_BYTES_MAX, serverNameIn } from "../../../../master/http/front/server_name.ts";

const NONE = { name: null };

const u16 = (number: number) => [number >> 8, number & 255];
const u24 = (number: number) => [number >> 16, ...u16(number & 0xffff)];
const ascii = (text: string) => Array.from(text, (character) => character.charCodeAt(0));
const extension = (type: number, data: readonly number[]) => [...u16(type), ...u16(data.length), ...data];

function serverName(name: string, { type = 0 }: { type?: number } = {}): number[] {
  const entry = [type, ...u16(name.length), ...ascii(name)];
  return extension(0, [...u16(entry.length), ...entry]);
}

/** Returns the body of a `ClientHello` with these extensions. */
function helloBody(extensions: readonly number[]): number[] {
  const versionAndRandom = [3, 3, ...Array.from({ length: 32 }, (_, at) => at)];
  const choices = [32, ...Array.from({ length: 32 }, () => 7), ...u16(4), 0x13, 1, 0x13, 2, 1, 0];
  return [...versionAndRandom, ...choices, ...u16(extensions.length), ...extensions];
}

const message = (body: readonly number[], type = 1) => [type, ...u24(body.length), ...body];
const record = (data: readonly number[]) => [0x16, 3, 1, ...u16(data.length), ...data];

/** Returns `data` in records of `size` bytes. */
function records(data: readonly number[], size: number): number[] {
  const parts: number[] = [];
  for (let at = 0; at < data.length; at += size) parts.push(...record(data.slice(at, at + size)));
  return parts;
}

/** Returns the name in a whole hello with these extensions. */
function nameIn(extensions: readonly number[]) {
  return serverNameIn(new Uint8Array(record(message(helloBody(extensions)))));
}

const OTHERS = [...extension(10, [0, 2, 0, 29]), ...extension(0xfe0d, Array.from({ length: 300 }, () => 1))];
const EXTENSIONS = [...OTHERS, ...serverName("dml.example.org"), ...OTHERS];
const HELLO = message(helloBody(EXTENSIONS));
const NAMED = { name: "dml.example.org" };

Deno.test("serverNameIn() finds the name among other extensions, in small letters, without a dot at the end", () => {
  assertEquals(nameIn(EXTENSIONS), NAMED);
  assertEquals(nameIn(serverName("DML.Example.ORG.")), NAMED);
  assertEquals(nameIn(serverName("a_b-1")), { name: "a_b-1" });
});

Deno.test("serverNameIn() asks for more until the hello is whole, wherever it is cut", () => {
  for (const size of [HELLO.length, 100, 7, 1]) {
    const bytes = new Uint8Array(records(HELLO, size));
    for (let length = 0; length < bytes.length; length++) {
      const found = serverNameIn(bytes.subarray(0, length));
      if (!("neededBytes" in found)) throw new Error(`${length} bytes in records of ${size}: ${found.name}`);
      assertEquals(found.neededBytes > length && found.neededBytes <= bytes.length, true, `${length} of ${size}`);
    }
    assertEquals(serverNameIn(bytes), NAMED, `in records of ${size}`);
    assertEquals(serverNameIn(new Uint8Array([...bytes, 1, 2, 3])), NAMED, "more follows");
  }
});

Deno.test("serverNameIn() names nobody without the extension, or without any", () => {
  assertEquals(nameIn(OTHERS), NONE);
  assertEquals(nameIn([]), NONE);
  const withoutList = message(helloBody([]).slice(0, -2));
  assertEquals(serverNameIn(new Uint8Array(record(withoutList))), NONE);
});

Deno.test("serverNameIn() names nobody for a name that is none", () => {
  const names = ["", ".", "a..b", "a b", "a\0b", "é", "-".repeat(254), "dml.example.org..", "10.0.0.1/x"];
  for (const name of names) assertEquals(nameIn(serverName(name)), NONE, JSON.stringify(name));
  assertEquals(nameIn(serverName("dml.example.org", { type: 1 })), NONE, "another type of name");
});

Deno.test("serverNameIn() names nobody if any length is wrong, and never reads past the end", () => {
  const whole = record(HELLO);
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 255, whole[at] ^ 1]) {
      const bytes = new Uint8Array(whole);
      bytes[at] = value;
      const found = serverNameIn(bytes);
      // A changed letter gives another name, a changed type of record or length none or more to read.
      if ("name" in found && found.name !== null) assertEquals(found.name.length, NAMED.name.length, `${at}: ${value}`);
    }
  }
  assertEquals(nameIn(extension(0, [])), NONE);
  assertEquals(nameIn(extension(0, [0, 200, 0, 0, 3, 97, 98, 99])), NONE);
  assertEquals(nameIn(extension(0, [0, 6, 0, 0, 200, 97, 98, 99])), NONE);
  assertEquals(nameIn([0, 0, 0, 200, 1]), NONE);
});

Deno.test("serverNameIn() names nobody for what is no hello", () => {
  const cases: Record<string, readonly number[]> = {
    "HTTP": ascii("GET / HTTP/1.1\r\n"),
    "another record": [0x17, 3, 1, 0, 1, 0],
    "an empty record": [0x16, 3, 1, 0, 0],
    "another message": record(message(helloBody(EXTENSIONS), 2)),
    "an alert between the records": [...record(HELLO.slice(0, 50)), 0x15, 3, 1, 0, 2, 1, 0],
  };
  for (const [what, bytes] of Object.entries(cases)) assertEquals(serverNameIn(new Uint8Array(bytes)), NONE, what);
});

Deno.test("serverNameIn() names nobody for a hello that is too long, as soon as it says so", () => {
  const long = [1, ...u24(HELLO_BYTES_MAX)];
  assertEquals(serverNameIn(new Uint8Array(record(long))), NONE, "by the length of the message");
  assertEquals(serverNameIn(new Uint8Array([0x16, 3, 1, ...u16(HELLO_BYTES_MAX)])), NONE, "by that of the record");
  const endless = records(message(helloBody(extension(21, Array.from({ length: 16_000 }, () => 0)))), 1);
  assertEquals(serverNameIn(new Uint8Array(endless.slice(0, HELLO_BYTES_MAX))), NONE, "by the number of records");
});

Deno.test("serverNameIn() finds in any random bytes after a beginning of TLS no name, and ends", () => {
  for (let round = 0; round < 2_000; round++) {
    const bytes = crypto.getRandomValues(new Uint8Array(1 + round % 600));
    bytes.set(record(message(helloBody([]))).slice(0, Math.min(bytes.length, round % 12)));
    const found = serverNameIn(bytes);
    if ("neededBytes" in found) assertEquals(found.neededBytes > bytes.length, true);
    else assertEquals(found, NONE);
  }
});
