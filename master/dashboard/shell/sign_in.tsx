import { useSignal } from "@preact/signals";
import { asRefused, type Refused } from "../api/refused.ts";
import { Problem } from "../parts/problem.tsx";
import { connection } from "./connection.ts";
import { signIn } from "./session.ts";

/** The view of a person who has not signed in. */
export function SignIn() {
  if (connection.ended.value !== null) return null; // The banner asks already.
  return (
    <section class="narrow card">
      <h1>Sign in</h1>
      <p>
        This master asks for a token. <code>dml serve</code> printed some at its first start; on its host,{" "}
        <code>dml token show user</code> prints one again.
      </p>
      <SignInForm />
    </section>
  );
}

/** Asks for a token, and signs in with it. */
export function SignInForm() {
  const token = useSignal("");
  const isBusy = useSignal(false);
  const problem = useSignal<Refused | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = null;
    try {
      await signIn(token.value.trim());
      token.value = "";
    } catch (error) {
      problem.value = asRefused(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form onSubmit={submit}>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          placeholder="dmlu_…"
          value={token}
          onInput={(event) => token.value = event.currentTarget.value}
        />
      </label>
      <Problem refused={problem.value} />
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy.value}>Sign in</button>
      </div>
    </form>
  );
}
