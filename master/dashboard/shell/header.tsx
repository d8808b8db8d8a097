import { openViews, view } from "./route.ts";
import { cluster, me, signOut } from "./session.ts";

/** The head of the page: its name, its views, and who is at it. */
export function Header() {
  return (
    <header class="head">
      <a class="skip" href="#main" onClick={skip}>To the content</a>
      <p class="name" title={`dml ${cluster.value?.version ?? ""}`}>dml</p>
      {me.value !== null && (
        <nav aria-label="Views">
          {openViews.value.map(({ id, title }) => (
            <a key={id} href={`#/${id}`} aria-current={view.value.id === id ? "page" : undefined}>{title}</a>
          ))}
        </nav>
      )}
      {me.value !== null && <Me />}
    </header>
  );
}

/** Goes to the content without a change of the address, which names the view. */
function skip(event: Event): void {
  event.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}

function Me() {
  if (!cluster.value?.tokenRequired) return <p class="me quiet">this machine</p>;
  return (
    <div class="me">
      <span class="quiet" title={`Role: ${me.value?.role}`}>
        <bdi>{me.value?.name}</bdi>
      </span>
      <button type="button" class="plain" onClick={signOut}>Sign out</button>
    </div>
  );
}
