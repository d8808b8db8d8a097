import { formatIds, FORMATS, isDecoded } from "../../models/image/formats.ts";
import { isPictureName } from "../../user/pictures/picture_name.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("isPictureName() takes every extension of a decoded format, in upper case too, and no other", () => {
  const extensions = formatIds().filter(isDecoded).map((id) => {
    assert(FORMATS[id].extensions.length > 0, id);
    return FORMATS[id].extensions;
  }).flat();
  assertEquals(new Set(extensions).size, extensions.length);
  for (const extension of extensions) {
    assert(isPictureName(`photo.${extension}`));
    assert(isPictureName(`A.B/PHOTO.${extension.toUpperCase()}`));
    assert(!isPictureName(extension));
    assert(!isPictureName(`photo.${extension}~`));
  }
  for (const name of ["photo.cr2", "photo.pdf", "photo.", "photo", "png.txt"]) assert(!isPictureName(name));
});
