import { useSignal } from "@preact/signals";
import { asRefused, type Refused } from "../api/refused.ts";
import { Dialog } from "./dialog.tsx";
import { Problem } from "./problem.tsx";

/** A change that is asked about before it is made. */
export interface Question {
  readonly title: string;
  /** Consequences, in a sentence or two. */
  readonly text: string;
  /** Words on the button that makes the change. */
  readonly action: string;
  /** Name that has to be typed first; absent if a click is enough. */
  readonly typed?: string;
  /** True if it destroys something. */
  readonly isDanger?: boolean;
  readonly run: () => Promise<void>;
}

/** Asks a question, makes the change, and tells if that fails. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }) {
  const typed = useSignal("");
  const isBusy = useSignal(false);
  const problem = useSignal<Refused | null>(null);
  const run = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = null;
    try {
      await question.run();
      onClose();
    } catch (error) {
      problem.value = asRefused(error);
    } finally {
      isBusy.value = false;
    }
  };
  const isReady = question.typed === undefined || typed.value === question.typed;
  return (
    <Dialog title={question.title} onClose={onClose}>
      <form onSubmit={run}>
        <p>{question.text}</p>
        {question.typed !== undefined && (
          <label class="field">
            <span>
              Type <strong>{question.typed}</strong> to go on
            </span>
            <input
              type="text"
              autocomplete="off"
              spellcheck={false}
              value={typed}
              onInput={(event) => typed.value = event.currentTarget.value}
            />
          </label>
        )}
        <Problem refused={problem.value} />
        <div class="actions">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class={question.isDanger ? "danger" : "primary"} disabled={!isReady || isBusy.value}>
            {isBusy.value ? "One moment …" : question.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
