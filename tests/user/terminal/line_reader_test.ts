import { LineReader } from "../../../user/terminal/line_reader.ts";
import { assertEquals } from "../../assert.ts";

const NEVER = new AbortController().signal;

function reading(...chunks: string[]): LineReader {
  return new LineReader(ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))));
}

Deno.test("LineReader.next() returns lines whatever the chunks are, then null", async () => {
  const lines = reading("on", "e\r\ntwo\n\nth", "ree");
  const read = [];
  for (let line = await lines.next(NEVER); line !== null; line = await lines.next(NEVER)) read.push(line);
  assertEquals(read, ["one", "two", "", "three"]);
  await lines.close();
});

Deno.test("LineReader.next() stops waiting when it is aborted", async () => {
  const stop = new AbortController();
  const lines = new LineReader(new ReadableStream());
  const next = lines.next(stop.signal);
  stop.abort();
  assertEquals(await next, null);
});
