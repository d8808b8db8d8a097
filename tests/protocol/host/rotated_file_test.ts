import { join } from "node:path";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { RotatedFile, type RotatedFileOptions } from "../../../protocol/host/rotated_file.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const SMALL = { fileBytesMax: 100, filesMax: 3, queueBytesMax: 1_000 };

async function allLines(file: RotatedFile): Promise<string[]> {
  const lines: string[] = [];
  for (const number of file.numbers) for await (const line of file.lines(number)) lines.push(line);
  return lines;
}

async function write(path: string, lines: readonly string[], options: RotatedFileOptions = SMALL): Promise<void> {
  const file = await RotatedFile.open(path, options);
  for (const line of lines) {
    file.append(`${line}\n`);
    await file.whenWritten();
  }
  await file.close();
}

Deno.test("RotatedFile keeps lines across openings, in files for their owner only", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "logs");
  await write(path, ["one", "two"]);
  await write(path, ["three"]);
  const file = await RotatedFile.open(path, SMALL);
  assertEquals(await allLines(file), ["one", "two", "three"]);
  assertEquals(file.numbers, [1]);
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(join(path, "000001.jsonl"))).mode ?? 0) & 0o777, 0o600);
  }
  await file.close();
});

Deno.test("RotatedFile begins a new file when one is full, with its head, and deletes the oldest", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.path;
  const lines = Array.from({ length: 12 }, (_, index) => String(index).padStart(30, "."));
  let heads = 0;
  await write(path, lines, { ...SMALL, head: () => `head ${++heads}\n` });
  const file = await RotatedFile.open(path, SMALL);
  // Each file has its head and three lines: 7 + 3 * 31 bytes.
  assertEquals(file.numbers, [2, 3, 4]);
  assertEquals(await allLines(file), [
    "head 2",
    ...lines.slice(3, 6),
    "head 3",
    ...lines.slice(6, 9),
    "head 4",
    ...lines.slice(9),
  ]);
  for (const number of file.numbers) {
    assert((await Deno.stat(join(path, `00000${number}.jsonl`))).size <= SMALL.fileBytesMax);
  }
  await file.close();
});

Deno.test("RotatedFile begins a new line behind one that was cut off", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(join(directory.path, "000007.jsonl"), "one\ncut o");
  await write(directory.path, ["two"]);
  const file = await RotatedFile.open(directory.path, SMALL);
  assertEquals((await allLines(file)).filter((line) => line !== ""), ["one", "cut o", "two"]);
  await file.close();
});

Deno.test("RotatedFile refuses lines beyond its queue, and tells how many were lost", async () => {
  await using directory = await temporaryDirectory();
  const lost: number[] = [];
  const taken: number[] = [];
  const file = await RotatedFile.open(directory.path, {
    ...SMALL,
    queueBytesMax: 10,
    onRecovered: (lines) => lost.push(lines),
    onTaken: (lines) => taken.push(lines),
  });
  assertEquals(["1234\n", "5678\n", "9\n", "0\n"].map((line) => file.append(line)), [true, true, false, false]);
  await file.whenWritten();
  assertEquals(await allLines(file), ["1234", "5678"]);
  assertEquals([lost, taken], [[2], [2]]);
  assert(file.append("9\n"));
  await file.close();
});

Deno.test("RotatedFile goes on after a failure: it tells the first one, and what was lost, once it can write", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "logs");
  const [faults, lost]: [unknown[], number[]] = [[], []];
  const file = await RotatedFile.open(path, {
    ...SMALL,
    onFault: (error) => faults.push(error),
    onRecovered: (lines) => lost.push(lines),
  });
  await Deno.remove(path, { recursive: true });
  for (const line of ["a\n", "b\n"]) {
    file.append(line);
    await file.whenWritten();
  }
  await Deno.mkdir(path);
  file.append("c\n");
  await file.whenWritten();
  assertEquals([faults.length, lost], [1, [2]]);
  assertEquals((await allLines(file)).filter((line) => line !== ""), ["c"]);
  await file.close();
});

Deno.test("RotatedFile goes on if somebody deletes its files while it runs", async () => {
  await using directory = await temporaryDirectory();
  const faults: unknown[] = [];
  const file = await RotatedFile.open(directory.path, { ...SMALL, onFault: (error) => faults.push(error) });
  const lines = Array.from({ length: 30 }, (_, index) => String(index).padStart(30, "."));
  for (const [index, line] of lines.entries()) {
    if (index === 10) await Deno.remove(join(directory.path, "000002.jsonl"));
    file.append(`${line}\n`);
    await file.whenWritten();
  }
  assertEquals(faults, []);
  assertEquals(await allLines(file), lines.slice(-9));
  assertEquals(file.numbers.length, SMALL.filesMax);
  await file.close();
  // The next process finds its newest file, which is deleted before it writes.
  const next = await RotatedFile.open(directory.path, { ...SMALL, onFault: (error) => faults.push(error) });
  for (const { name } of Deno.readDirSync(directory.path)) await Deno.remove(join(directory.path, name));
  next.append("on\n");
  await next.whenWritten();
  assertEquals([faults, await allLines(next)], [[], ["on"]]);
  await next.close();
});

Deno.test("RotatedFile.open() names a directory that cannot be one", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "");
  const error = await assertRejects(() => RotatedFile.open(path, SMALL), DmlError);
  assertEquals(error.code, "home_unusable");
});

Deno.test("RotatedFile lines() of a file that was deleted are none, and a reader may stop early", async () => {
  await using directory = await temporaryDirectory();
  await write(directory.path, ["one", "two"]);
  const file = await RotatedFile.open(directory.path, SMALL);
  for await (const line of file.lines(1)) {
    assertEquals(line, "one");
    break;
  }
  await Deno.remove(join(directory.path, "000001.jsonl"));
  assertEquals(await allLines(file), []);
  await file.close();
});
