import type { Person } from "../../../../protocol/messages/prediction.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../../master_fixture.ts";
import { predictionOf } from "../../core_world.ts";
import { DIALECT_NAMES } from "../../../../protocol/http_api/dialect_names.ts";
import { bareForm } from "./bare_form.ts";
import type { MasterOptions } from "../../../../master/master_handle.ts";

const PICTURE = new TextEncoder().encode("a picture");

/** Returns a face with these differences from an ordinary one. */
export function personOf(differences: Partial<Person> = {}): Person {
  const landmarks = Array.from({ length: 5 }, (_, index) => ({ x: 10.4 + index, y: 20.6 }));
  const box = { x: 10.4, y: 20.6, width: 30, height: 40 };
  return { box, score: 0.9, landmarks, name: null, similarity: null, ...differences };
}

/** A master that answers every dialect, with one node that the test speaks for. */
export class ScriptedFaces implements AsyncDisposable {
  private constructor(readonly fixture: MasterFixture, readonly node: ScriptedNode) {}

  static async start(options: Partial<MasterOptions> = {}): Promise<ScriptedFaces> {
    const fixture = await MasterFixture.start({ dialects: { names: DIALECT_NAMES, models: {} }, ...options });
    return new ScriptedFaces(fixture, await fixture.join(1));
  }

  /** Sends a form, which the node answers with `found`, and returns the status and the JSON. */
  async look(
    path: string,
    found: Partial<Prediction>,
    fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  ): Promise<{ status: number; body: unknown }> {
    const asked = this.send(path, fields);
    const assign = await this.node.next("task.assign");
    this.node.send(resultOf(assign, { prediction: { ...predictionOf("faces@1"), width: 100, height: 80, ...found } }));
    return await asked;
  }

  /** Sends a form that the master answers alone. */
  async send(
    path: string,
    fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  ): Promise<{ status: number; body: unknown }> {
    const { body, headers } = bareForm(fields);
    const request = new Request(`http://127.0.0.1${path}`, { method: "POST", headers, body });
    const response = await this.fixture.master.fetch(request);
    return { status: response.status, body: await response.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fixture[Symbol.asyncDispose]();
  }
}

/** A form with one picture under `name`. */
export function pictureIn(name: string): Record<string, Uint8Array<ArrayBuffer>> {
  return { [name]: PICTURE };
}
