import type { Person } from "../../../../protocol/messages/prediction.ts";
import { Scoreboard } from "../../../../user/commands/people/score.ts";
import { assertEquals } from "../../../assert.ts";
import { personAt } from "../../fake_cluster_client.ts";

const known = (name: string): Person => personAt(1, { recognition: "known", name, similarity: 0.8 });
const said = (recognition: "unknown" | "uncertain" | "poor_quality") => personAt(1, { recognition });

Deno.test("Scoreboard counts the outcomes of each person, and the confusions", () => {
  const scoreboard = new Scoreboard(new Set(["Ada", "Bob"]));
  const add = (expected: string, person: Person | null, file = "x.jpg") => scoreboard.add({ expected, file }, person);
  assertEquals([
    add("Ada", known("Ada")),
    add("Ada", known("Bob"), "1.jpg"),
    add("Ada", known("Bob"), "2.jpg"),
    add("Ada", said("unknown")),
    add("Ada", said("uncertain")),
    add("Ada", said("poor_quality")),
    add("Ada", null),
    add("Stranger", said("unknown")),
    add("Stranger", known("Ada"), "3.jpg"),
    // The folder belongs to a person who is not enrolled: any name given to them is wrong.
    add("Stranger", said("uncertain")),
  ], [
    "correct",
    "wrong",
    "wrong",
    "unknown",
    "uncertain",
    "poorQuality",
    "noFace",
    "correct",
    "wrong",
    "uncertain",
  ]);
  scoreboard.fail("Bob");
  const { people, total, accuracy, confusions } = scoreboard.score();
  assertEquals(people.map(({ name, enrolled, pictures }) => [name, enrolled, pictures]), [
    ["Ada", true, 7],
    ["Stranger", false, 3],
    ["Bob", true, 1],
  ]);
  assertEquals([total.pictures, total.correct, total.wrong, total.failed, accuracy], [11, 2, 3, 1, 0.2]);
  assertEquals(confusions, [
    { expected: "Ada", named: "Bob", files: ["1.jpg", "2.jpg"] },
    { expected: "Stranger", named: "Ada", files: ["3.jpg"] },
  ]);
  assertEquals(new Scoreboard(new Set()).score().accuracy, null);
});
