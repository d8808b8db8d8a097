import { useEffect } from "preact/hooks";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { connection } from "./connection.ts";
import { begin } from "./session.ts";
import { SignInForm } from "./sign_in.tsx";

/** Time between two attempts to reach a master that does not answer. */
const RETRY_MS = 2_000;

/** Tells that the master is away, or that it no longer accepts the token; keeps what is on the page. */
export function Banner() {
  if (connection.isLost.value) return <Lost />;
  const ended = connection.ended.value;
  if (ended === null) return null;
  return (
    <section class="banner bad" role="alert" aria-label="Signed out">
      <p>{ended.message}</p>
      <SignInForm />
    </section>
  );
}

function Lost() {
  useEffect(() => {
    let cancel = () => {};
    const again = async () => {
      await begin();
      if (connection.isLost.value) cancel = SYSTEM_CLOCK.after(RETRY_MS, again);
    };
    cancel = SYSTEM_CLOCK.after(RETRY_MS, again);
    return () => cancel();
  }, []);
  return (
    <div class="banner wait" role="alert">
      <p>The master does not answer. The page asks again every two seconds and goes on by itself.</p>
    </div>
  );
}
