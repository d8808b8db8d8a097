import { DmlError, type ErrorCode } from "../../../../protocol/kernel/errors.ts";
import { retryNotice } from "../../../../user/client/retry/retry_notice.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("retryNotice() says once what is waited for, and nothing of a full queue", () => {
  const table: [ErrorCode, string, string[]][] = [
    ["queue_full", "4096 pictures wait.", []],
    ["no_capable_node", "No node can serve faces\x1b: none has ever joined.", [
      "No node can serve faces?: none has ever joined. Waiting for one; `dml join` starts one.",
    ]],
    ["master_unreachable", "Nothing listens there.", ["Nothing listens there. Waiting for it for up to 60 s."]],
    ["shutting_down", "The master ends", ["The master ends. Waiting before the next attempt."]],
  ];
  for (const [code, message, expected] of table) {
    const announced: string[] = [];
    const hear = retryNotice((sentence) => announced.push(sentence));
    for (let again = 0; again < 3; again++) hear(new DmlError(code, message));
    assertEquals(announced, expected);
  }
});
