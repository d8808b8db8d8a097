import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { FaceFacts } from "./face_facts.tsx";
import type { ShownPerson } from "./shown_persons.ts";

/** Facts about the face at the pointer, beside its box. */
export function FaceCard({ shown, prediction }: { shown: ShownPerson; prediction: Prediction }) {
  const { box } = shown.person;
  const isLow = box.y + box.height > prediction.height * 0.7;
  const isRight = box.x > prediction.width / 2;
  const style = {
    [isRight ? "right" : "left"]: share(isRight ? prediction.width - box.x - box.width : box.x, prediction.width),
    [isLow ? "bottom" : "top"]: share(isLow ? prediction.height - box.y : box.y + box.height, prediction.height),
  };
  return (
    <div class="face-card" style={style} aria-hidden="true">
      <FaceFacts shown={shown} />
    </div>
  );
}

function share(part: number, whole: number): string {
  return `${Math.max(0, Math.min(90, part / whole * 100)).toFixed(2)}%`;
}
