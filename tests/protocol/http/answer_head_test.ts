import { assertEquals, assertThrows } from "../../assert.ts";
import { joinChunks, parseAnswerHead } from "../../../protocol/http/answer_head.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function headOf(...lines: string[]) {
  return parseAnswerHead(bytesOf(`${lines.join("\r\n")}\r\n\r\nbody`));
}

Deno.test("parseAnswerHead() is null until the head is all there, byte for byte", () => {
  const text = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx-a:  b \r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assertEquals(parseAnswerHead(bytesOf(text.slice(0, length))), null, `${length} bytes`);
  }
  const head = parseAnswerHead(bytesOf(`${text}body`));
  assertEquals([head?.status, head?.bodyLength, head?.keepsOpen, head?.headBytes], [200, 4, true, text.length]);
  assertEquals(head?.headers.get("x-a"), "b");
});

Deno.test("parseAnswerHead() says how long the body is", () => {
  assertEquals(headOf("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")?.bodyLength, "chunked");
  assertEquals(headOf("HTTP/1.1 200 OK")?.bodyLength, "to the end");
  assertEquals(headOf("HTTP/1.1 204 No Content")?.bodyLength, 0);
  assertEquals(headOf("HTTP/1.1 304 Not Modified", "content-length: 9")?.bodyLength, 0);
  assertEquals(headOf("HTTP/1.1 100 Continue")?.bodyLength, 0);
});

Deno.test("parseAnswerHead() says whether another request may follow", () => {
  const keepsOpen = (...lines: string[]) => headOf(...lines, "content-length: 4")?.keepsOpen;
  assertEquals(keepsOpen("HTTP/1.1 200 OK"), true);
  assertEquals(keepsOpen("HTTP/1.1 200 OK", "Connection: Close"), false);
  assertEquals(keepsOpen("HTTP/1.0 200 OK"), false);
  assertEquals(keepsOpen("HTTP/1.0 200 OK", "connection: keep-alive"), true);
  assertEquals(headOf("HTTP/1.1 200 OK")?.keepsOpen, false, "its end is that of the body");
});

Deno.test("parseAnswerHead() throws for what is no answer", () => {
  for (const line of ["SSH-2.0-OpenSSH", "HTTP/2 200", "HTTP/1.1 20 OK"]) assertThrows(() => headOf(line), TypeError);
  assertThrows(() => headOf("HTTP/1.1 200 OK", "no colon"), TypeError);
  assertThrows(() => headOf("HTTP/1.1 200 OK", "content-length: -1"), TypeError);
});

Deno.test("joinChunks() is null until the last chunk is there, byte for byte", () => {
  const text = "4\r\nabcd\r\n2;x=y\r\n\r\n\r\n0\r\n\r\n";
  for (let length = 0; length < text.length; length++) assertEquals(joinChunks(bytesOf(text.slice(0, length))), null);
  assertEquals(joinChunks(bytesOf(text)), bytesOf("abcd\r\n"));
  assertEquals(joinChunks(bytesOf("0\r\ntrailer: x\r\n\r\n")), new Uint8Array());
  assertThrows(() => joinChunks(bytesOf("none\r\n")), TypeError);
});
