import { useEffect } from "preact/hooks";
import { DropZone } from "../parts/drop_zone.tsx";
import { Problem } from "../parts/problem.tsx";
import { CodePanel } from "./code_panel.tsx";
import { FaceList } from "./face_list.tsx";
import { OtherFindings } from "./other_findings.tsx";
import { PictureStage } from "./picture_stage.tsx";
import { PictureStrip } from "./picture_strip.tsx";
import { Settings } from "./settings.tsx";
import { Thresholds } from "./thresholds.tsx";
import { addPictures, shown, tryAgain } from "./try_state.ts";

/** The view in which somebody tries pictures. */
export function TryView() {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => addPictures([...event.clipboardData?.files ?? []]);
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
  return (
    <div class={shown.value === null ? "view first" : "view"}>
      <div class="title">
        <h1>Try it</h1>
        <p class="quiet">Pictures go to this master and its nodes, and nowhere else.</p>
      </div>
      <Settings />
      <DropZone
        label={shown.value === null ? "Drop pictures here, or paste one." : "Drop or paste more pictures."}
        onFiles={addPictures}
      />
      <PictureStrip />
      <Shown />
    </div>
  );
}

function Shown() {
  const picture = shown.value;
  if (picture === null) return null;
  const answer = picture.answer.value;
  const state = picture.state.value;
  return (
    <div class="tried">
      <div>
        <PictureStage picture={picture} />
        <p class="quiet" role="status">
          {state === "waiting" || state === "running" ? "Looking …" : ""}
        </p>
        {state === "failed" && (
          <>
            <Problem refused={picture.problem.value} />
            <button type="button" onClick={() => tryAgain(picture)}>Try it again</button>
          </>
        )}
      </div>
      {answer !== null && (
        <div>
          <FaceList picture={picture} prediction={answer.prediction} />
          {answer.prediction.persons.length > 0 && <Thresholds />}
          <OtherFindings prediction={answer.prediction} />
          <CodePanel picture={picture} answer={answer} />
        </div>
      )}
    </div>
  );
}
