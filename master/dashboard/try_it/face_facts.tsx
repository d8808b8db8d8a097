import { shareWords } from "../parts/words.ts";
import { type ShownPerson, VERDICT_WORDS } from "./shown_persons.ts";

/** Everything that is known about a face: verdict, score, similarity, candidates, quality, attributes. */
export function FaceFacts({ shown: { number, person, verdict, name } }: { shown: ShownPerson }) {
  const { age, gender, expression, liveness } = person.attributes ?? {};
  return (
    <dl class="facts">
      <dt>{number}</dt>
      <dd>{name === null ? VERDICT_WORDS[verdict] : <bdi>{name}</bdi>}</dd>
      <Fact label="Score" text={shareWords(person.score)} />
      {person.similarity !== null && <Fact label="Similarity" text={shareWords(person.similarity)} />}
      {person.candidates?.map(({ name, similarity }) => (
        <>
          <dt>{shareWords(similarity)}</dt>
          <dd>
            <bdi>{name}</bdi>?
          </dd>
        </>
      ))}
      {person.quality !== undefined && (
        <Fact
          label="Quality"
          text={`eyes ${Math.round(person.quality.eyeDistance)} px apart, sharpness ${
            Math.round(person.quality.sharpness)
          }`}
        />
      )}
      {age !== undefined && <Fact label="Looks" text={`about ${Math.round(age)} years old`} />}
      {[gender, expression, liveness].map((choice) =>
        choice && <Fact key={choice.label} label={shareWords(choice.score)} text={choice.label} />
      )}
      {person.doubtful && <Fact label="Doubt" text="may be no human face" />}
    </dl>
  );
}

function Fact({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{text}</dd>
    </>
  );
}
