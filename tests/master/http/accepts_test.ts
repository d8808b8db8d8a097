import { accepts } from "../../../master/http/accepts.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("accepts() compares media types in any case, and ignores refused and merely similar ones", () => {
  const cases: [string | null, boolean][] = [
    ["image/jpeg", true],
    ["Image/JPEG; q=0.5", true],
    ["text/html,image/jpeg;q=0.001", true],
    ["application/json , image/jpeg", true],
    ["image/jpeg;q=0", false],
    ["image/jpeg; q=0.00, text/html", false],
    ["x-image/jpeg, image/jpeg2000", false],
    ["*/*", false],
    [null, false],
  ];
  for (const [accept, expected] of cases) {
    const headers = new Headers(accept === null ? {} : { accept });
    assertEquals(accepts(new Request("http://master/", { headers }), "image/jpeg"), expected, String(accept));
  }
});
