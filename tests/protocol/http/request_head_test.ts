import { encodeRequestHead, type RequestHead } from "../../../protocol/http/request_head.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const GET: RequestHead = { method: "GET", path: "/blobs/a", host: "attic:7400", bodyBytes: null };
const textOf = (head: RequestHead) => new TextDecoder().decode(encodeRequestHead(head));

Deno.test("encodeRequestHead() names host, headers and the length of the body", () => {
  assertEquals(textOf(GET), "GET /blobs/a HTTP/1.1\r\nhost: attic:7400\r\n\r\n");
  const put: RequestHead = { ...GET, method: "PUT", headers: { authorization: "Bearer a b" }, bodyBytes: 0 };
  assertEquals(
    textOf(put),
    "PUT /blobs/a HTTP/1.1\r\nhost: attic:7400\r\nauthorization: Bearer a b\r\ncontent-length: 0\r\n\r\n",
  );
});

const INJECTIONS: Readonly<Record<string, Partial<RequestHead>>> = {
  "a value that ends its line": { headers: { authorization: "Bearer secret\r\nx-role: admin" } },
  "a value with a line feed": { headers: { authorization: "Bearer secret\nx" } },
  "a value that is no ASCII": { headers: { authorization: "Bearer secr\u{e9}t" } },
  "a value that ends in white space": { headers: { authorization: "Bearer secret " } },
  "an empty value": { headers: { authorization: "" } },
  "a name with a colon": { headers: { "a: b\r\nc": "secret" } },
  "a path that ends its line": { path: "/a HTTP/1.1\r\nx: secret" },
  "a path that begins with a host": { path: "http://elsewhere/secret" },
  "a path that is no ASCII": { path: "/secr\u{e9}t" },
  "a host that ends its line": { host: "attic\r\nx: secret" },
};

for (const [what, part] of Object.entries(INJECTIONS)) {
  Deno.test(`encodeRequestHead() refuses ${what} and does not repeat it`, () => {
    const error = assertThrows(() => encodeRequestHead({ ...GET, ...part }), DmlError);
    assertEquals(error.code, "request_invalid");
    assert(!error.message.includes("secr"));
  });
}
