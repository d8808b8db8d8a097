import type { Person, Prediction } from "../../../../protocol/messages/prediction.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { cornersOf } from "../corners.ts";
import { byArea } from "../face_work.ts";
import type { CompreFaceQuery } from "./query.ts";

/** Returns the faces that a request asks for. Throws `face_missing` if there is none. */
export function facesAsked({ persons }: Prediction, { limit, scoreMin }: CompreFaceQuery): readonly Person[] {
  const sure = persons.filter(({ score, doubtful }) => score >= scoreMin && !doubtful);
  if (sure.length === 0) throw new DmlError("face_missing", "There is no face in the picture.");
  return limit === 0 ? sure : byArea(sure).slice(0, limit);
}

/** Returns true if the request needs the embeddings of faces. */
export function wantsEmbeddings({ plugins }: CompreFaceQuery): boolean {
  return plugins.includes("calculator");
}

/** Returns what every answer says about a face: its box, and the findings of the wanted plugins. */
export function faceAnswer(person: Person, picture: Prediction, { plugins }: CompreFaceQuery) {
  const { xMin, yMin, xMax, yMax } = cornersOf(person.box, picture);
  const { age, gender } = person.attributes ?? {};
  const wants = (plugin: string) => plugins.includes(plugin);
  return {
    box: { probability: person.score, x_max: xMax, y_max: yMax, x_min: xMin, y_min: yMin },
    ...(wants("age") && age !== undefined ? { age: { low: Math.floor(age), high: Math.ceil(age) } } : {}),
    ...(wants("gender") && gender !== undefined ? { gender: { value: gender.label, probability: gender.score } } : {}),
    ...(wants("landmarks") ? { landmarks: person.landmarks.map(({ x, y }) => [Math.round(x), Math.round(y)]) } : {}),
    ...(wants("calculator") && person.embedding !== undefined ? { embedding: person.embedding } : {}),
  };
}

/** Returns the versions of what did the work, for a request that asks for them. */
export function versionsAnswer({ model }: Prediction, { status }: CompreFaceQuery) {
  return status ? { plugins_versions: { detector: model, calculator: model } } : {};
}
