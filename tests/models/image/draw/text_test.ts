import { TextPainter } from "../../../../models/image/draw/text.ts";
import { TrueTypeFont } from "../../../../models/image/font/true_type_font.ts";
import { assert, assertEquals, assertNotEquals } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";

const font = new TrueTypeFont(await imageAssets("font.ttf"));

function drawn(text: string, size = 24): Uint8Array {
  const picture = { width: 300, height: 40, data: new Uint8Array(300 * 40 * 3) };
  new TextPainter(font).draw(picture, text, { x: 4, y: 30, size, colour: [255, 255, 255] });
  return picture.data;
}

Deno.test("TrueTypeFont() has letters of many alphabets and admits which it lacks", () => {
  for (const letter of "AzëüßŁżЮляΩ½…") {
    const glyph = font.glyphOf(letter.codePointAt(0) ?? 0);
    assertNotEquals(glyph, 0, letter);
    assert(font.contoursOf(glyph).length > 0, letter);
    assert(font.advanceOf(glyph) > 0, letter);
  }
  assertEquals(font.glyphOf(0x6f22), 0);
  assertEquals(font.glyphOf(0x10ffff), 0);
  assertEquals(font.contoursOf(font.glyphOf(0x20)), []);
});

Deno.test("TextPainter.draw() puts dots on an ë, and no dots on an e", () => {
  const ink = (text: string) => drawn(text).reduce((sum, value) => sum + value, 0);
  assert(ink("ë") > ink("e") * 1.05);
  assert(ink("ë") < ink("e") * 1.5);
});

Deno.test("TextPainter.draw() draws composed and decomposed letters alike", () => {
  assertEquals(drawn("Zoe\u0308 Mu\u0308ller"), drawn("Zoë Müller"));
});

Deno.test("TextPainter.draw() keeps letters on the baseline and inside the measured width", () => {
  const painter = new TextPainter(font);
  const { height, baseline } = painter.lineOf(24);
  const width = Math.ceil(painter.measure("Hx Юля", 24));
  const data = drawn("Hx Юля");
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 300; x++) {
      if (data[(y * 300 + x) * 3] === 0) continue;
      assert(x >= 4 && x <= 4 + width, `${x}, ${y}`);
      assert(y >= 30 - baseline && y < 30 - baseline + height, `${x}, ${y}`);
    }
  }
});

Deno.test("TextPainter.draw() leaves out what lies outside the picture", () => {
  const picture = { width: 5, height: 5, data: new Uint8Array(75) };
  const painter = new TextPainter(font);
  for (const [x, y] of [[-20, -20], [-3, 3], [4, 4], [400, 400]]) {
    painter.draw(picture, "Wide", { x, y, size: 30, colour: [1, 2, 3] });
  }
  assertEquals(picture.data.length, 75);
});

Deno.test("TextPainter.fit() cuts a text that is too wide and says so with an ellipsis", () => {
  const painter = new TextPainter(font);
  const full = painter.measure("Bartholomew", 20);
  assertEquals(painter.fit("Bartholomew", { size: 20, width: full }), "Bartholomew");
  const cut = painter.fit("Bartholomew", { size: 20, width: full / 2 });
  assert(cut.startsWith("Bar") && cut.endsWith("…"));
  assert(painter.measure(cut, 20) <= full / 2);
  assertEquals(painter.fit("Bartholomew", { size: 20, width: 1 }), "");
});
