import { Problem } from "../parts/problem.tsx";
import type { EnrolledFile } from "./use_enrolment.ts";
import { FaceQualityWords } from "./face_quality_words.tsx";

/** Pictures that were enrolled, each with its quality and warnings, or the reason why not. */
export function EnrolledFiles({ files }: { files: readonly EnrolledFile[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="list" aria-live="polite">
      {files.map(({ name, person, answer, problem }, index) => (
        <li key={files.length - index} class="enrolled">
          <p>
            {name} {answer === null && problem === null && <span class="quiet">is looked at …</span>}
            {answer !== null && (
              <span class={answer.faceId === null ? "quiet" : "done"}>
                {answer.faceId === null ? "changed nothing for " : "is a face of "}
                <bdi>{person}</bdi>; <FaceQualityWords quality={answer.quality} />
              </span>
            )}
          </p>
          {answer?.warnings.map(({ code, message }) => <p key={code} class="warning">{message}</p>)}
          <Problem refused={problem} />
        </li>
      ))}
    </ul>
  );
}
