import type { QuarterTurn } from "../../../../models/image/geometry/quarter_turn.ts";
import { chooseTurns, type TurnedFace } from "../../../../models/pipelines/faces/turned_faces.ts";
import { uprightTurn } from "../../../../models/pipelines/faces/upright_turn.ts";
import { assertEquals } from "../../../assert.ts";

const OPTIONS = { overlapMax: 0.4 };

/** A face of 100 x 100 pixels at `x`. */
function face(x: number, turn: QuarterTurn, values: Partial<TurnedFace> = {}): TurnedFace {
  return { box: { x, y: 0, width: 100, height: 100 }, score: 0.9, sureness: 3, turn, ...values };
}

Deno.test("chooseTurns() returns nobody of nobody", () => {
  assertEquals(chooseTurns([], OPTIONS), []);
});

Deno.test("chooseTurns() takes each face once, where its embedding is longest, not where its score is best", () => {
  const [right, wrong] = [face(0, 90), face(5, 270, { score: 0.99, sureness: 1.8 })];
  assertEquals(chooseTurns([wrong, right], OPTIONS), [right]);
});

Deno.test("chooseTurns() takes a face that leans over as most faces are turned", () => {
  const upright = [face(0, 0), face(500, 0)];
  const [leaning, lain] = [face(1_000, 0), face(1_005, 270, { sureness: 3.3 })];
  assertEquals(chooseTurns([lain, ...upright, leaning], OPTIONS), [...upright, leaning]);
});

Deno.test("chooseTurns() keeps faces that are turned in different ways, best score first", () => {
  const [upright, lain] = [face(0, 0, { score: 0.8 }), face(500, 90)];
  assertEquals(chooseTurns([upright, lain], OPTIONS), [lain, upright]);
});

Deno.test("chooseTurns() drops what is far less sure than the faces at the main turn", () => {
  const upright = [face(0, 0), face(500, 0, { sureness: 1 })];
  assertEquals(chooseTurns([...upright, face(1_000, 180, { sureness: 1.2 })], OPTIONS), upright);
});

Deno.test("chooseTurns() keeps both of two faces that a box at a wrong turn covers", () => {
  const two = [face(0, 180), face(90, 180)];
  const across = face(45, 0, { sureness: 2, score: 0.999 });
  assertEquals(chooseTurns([across, ...two], OPTIONS), two);
});

Deno.test("uprightTurn() returns the turn that brings the eyes above the mouth", () => {
  const upright = [[30, 40], [70, 45], [50, 60], [35, 80], [65, 85]] as const;
  const turns = new Map<QuarterTurn, (point: readonly [number, number]) => { x: number; y: number }>([
    [0, ([x, y]) => ({ x, y })],
    [90, ([x, y]) => ({ x: y, y: 100 - x })],
    [180, ([x, y]) => ({ x: 100 - x, y: 100 - y })],
    [270, ([x, y]) => ({ x: 100 - y, y: x })],
  ]);
  for (const [turn, back] of turns) assertEquals(uprightTurn(upright.map(back)), turn);
});
