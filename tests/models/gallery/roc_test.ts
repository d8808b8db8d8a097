import fc from "fast-check";
import { calibrate, equalErrorRate, type Pairs, rocCurve } from "../../../models/gallery/roc.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "../../assert.ts";

const similarity = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: -20, max: 20 }).map((step) => step / 20),
);
const pairs: fc.Arbitrary<Pairs> = fc.record({
  genuine: fc.array(similarity, { minLength: 1, maxLength: 40 }),
  impostor: fc.array(similarity, { minLength: 1, maxLength: 40 }),
});
const share = (all: readonly number[], is: (similarity: number) => boolean) => all.filter(is).length / all.length;
const accepts = (threshold: number) => (similarity: number) => similarity >= threshold;
const rejects = (threshold: number) => (similarity: number) => similarity < threshold;

Deno.test("rocCurve() counts what its definition counts at each threshold", () => {
  fc.assert(
    fc.property(pairs, ({ genuine, impostor }) => {
      for (const { threshold, falseAcceptRate, falseRejectRate } of rocCurve({ genuine, impostor })) {
        assertAlmostEquals(falseAcceptRate, share(impostor, accepts(threshold)), 1e-12);
        assertAlmostEquals(falseRejectRate, share(genuine, rejects(threshold)), 1e-12);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("rocCurve() falls from all accepted to none, in steps of a thousandth, and never rises", () => {
  fc.assert(fc.property(pairs, (given) => {
    const curve = rocCurve(given);
    const last = curve[curve.length - 1];
    assertEquals([curve[0].falseAcceptRate, curve[0].falseRejectRate], [1, 0]);
    assertEquals([last.falseAcceptRate, last.falseRejectRate], [0, 1]);
    curve.slice(1).forEach((point, index) => {
      const before = curve[index];
      assertEquals(Math.round(point.threshold * 1_000) - Math.round(before.threshold * 1_000), 1);
      assert(point.falseAcceptRate <= before.falseAcceptRate && point.falseRejectRate >= before.falseRejectRate);
    });
  }));
});

Deno.test("equalErrorRate() is 0 for separable scores and a half for equal ones", () => {
  const parted = { genuine: [0.5, 0.6, 0.9], impostor: [-0.1, 0.2, 0.3] };
  assertEquals(equalErrorRate(rocCurve(parted)), 0);
  const same = Array.from({ length: 100 }, (_, index) => index / 100);
  assertEquals(equalErrorRate(rocCurve({ genuine: same, impostor: same })), 0.5);
  // At 0.4, one of four pairs on each side is wrong.
  const mixed = { genuine: [0.3, 0.5, 0.6, 0.7], impostor: [0, 0.1, 0.2, 0.4] };
  assertEquals(equalErrorRate(rocCurve(mixed)), 0.25);
});

Deno.test("calibrate() with plenty of impostors takes the lowest threshold that keeps the false accept rate", () => {
  const random = seededRandom(1);
  const impostor = Array.from({ length: 20_000 }, () => (random() + random() + random() - 1.5) * 0.3);
  const genuine = Array.from({ length: 500 }, () => 0.4 + 0.5 * random());
  for (const falseAcceptMax of [0.001, 0.01, 0.1]) {
    const { known, rule, atKnown } = calibrate({ genuine, impostor }, { falseAcceptMax });
    assertEquals(rule, "false accept rate");
    assert(share(impostor, accepts(known)) <= falseAcceptMax);
    assert(share(impostor, accepts(known - 0.001)) > falseAcceptMax);
    assertAlmostEquals(atKnown.falseAcceptRate, share(impostor, accepts(known)), 1e-12);
    assertEquals(atKnown.threshold, known);
  }
});

Deno.test("calibrate() with few impostors stays above the highest of them, but never above 1", () => {
  const { known, rule, atKnown } = calibrate({ genuine: [0.6, 0.7], impostor: [0.1, 0.31, 0.2] });
  assertEquals([known, rule], [0.34, "highest impostor"]);
  assertEquals([atKnown.falseAcceptRate, atKnown.falseRejectRate], [0, 0]);
  assertEquals(calibrate({ genuine: [0.6], impostor: [0.99] }).known, 1);
});

Deno.test("calibrate() never accepts more impostors than requested, and never sets unknown above known", () => {
  fc.assert(fc.property(pairs, fc.constantFrom(0, 0.001, 0.3, 1), (given, falseAcceptMax) => {
    const { known, unknown, atUnknown } = calibrate(given, { falseAcceptMax });
    const isAtTop = known === 1;
    assert(isAtTop || share(given.impostor, accepts(known)) <= falseAcceptMax);
    assert(unknown <= known && unknown >= -1);
    assertEquals(atUnknown.threshold, unknown);
    const isHeldUp = share(given.impostor, accepts(unknown - 0.001)) > 0.05;
    assert(isHeldUp || share(given.genuine, rejects(unknown)) <= 0.01);
  }));
});

Deno.test("calibrate() rejects at most one genuine pair in a hundred as unknown if the impostors leave room", () => {
  const impostor = Array.from({ length: 1_000 }, (_, index) => -0.2 + index * 0.0002);
  const genuine = Array.from({ length: 200 }, (_, index) => 0.3 + index * 0.002);
  const { known, unknown } = calibrate({ genuine: genuine.map((value) => value - 0.4), impostor });
  // With room, the threshold is the third lowest of the 200 genuine pairs (0.304), so that only two
  // are called unknown. Without, it is raised until at most a twentieth of the impostors exceed it.
  assertEquals([known, unknown], [0.03, -0.01]);
  const far = calibrate({ genuine, impostor: [...impostor, 0.5] });
  assertEquals([far.known, far.unknown], [0.53, 0.304]);
});

Deno.test("calibrate() and rocCurve() refuse pairs of one kind only, and name the missing kind", () => {
  for (const find of [calibrate, rocCurve]) {
    const noGenuine = assertThrows(() => void find({ genuine: [], impostor: [0.1] }), DmlError, "one person");
    const noImpostor = assertThrows(() => void find({ genuine: [0.1], impostor: [] }), DmlError, "two people");
    assertEquals([noGenuine.code, noImpostor.code], ["usage", "usage"]);
  }
});
