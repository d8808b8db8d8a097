import { formatIds, FORMATS, isDecoded } from "../../../models/image/formats.ts";
import { describeUnknown, sniffFormat } from "../../../models/image/sniff.ts";
import { assertEquals } from "../../assert.ts";

/** Makes a file that begins with the signature; each byte that may be any is 7. */
function beginning(signature: string): Uint8Array {
  return Uint8Array.from(signature, (letter) => letter === "." ? 7 : letter.charCodeAt(0));
}

Deno.test("FORMATS tells every format by each of its signatures: no row hides another", () => {
  for (const id of formatIds()) {
    for (const signature of FORMATS[id].signatures) {
      const bytes = beginning(signature);
      assertEquals(sniffFormat(bytes), isDecoded(id) ? id : null, signature);
      assertEquals(describeUnknown(bytes), `they look like ${FORMATS[id].name}`, signature);
    }
  }
});
