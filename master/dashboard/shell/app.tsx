import { AuditView } from "../journal/audit_view.tsx";
import { ClusterView } from "../cluster/cluster_view.tsx";
import { LogsView } from "../journal/logs_view.tsx";
import { ModelsView } from "../models/models_view.tsx";
import { PeopleView } from "../people/people_view.tsx";
import { TryView } from "../try_it/try_view.tsx";
import { Problem } from "../parts/problem.tsx";
import { Banner } from "./banner.tsx";
import { Header } from "./header.tsx";
import { type View, view } from "./route.ts";
import { begin, beginning, isBeginning, me } from "./session.ts";
import { SignIn } from "./sign_in.tsx";

const SHOWN: Readonly<Record<View["id"], () => preact.JSX.Element>> = {
  try: TryView,
  people: PeopleView,
  cluster: ClusterView,
  models: ModelsView,
  logs: LogsView,
  audit: AuditView,
};

/** The whole page. */
export function App() {
  return (
    <>
      <Header />
      <Banner />
      <main id="main">
        <Content />
      </main>
    </>
  );
}

function Content() {
  if (me.value === null) {
    if (isBeginning.value) return <p class="quiet">One moment …</p>;
    if (beginning.value === null) return <SignIn />;
    return (
      <div class="narrow">
        <Problem refused={beginning.value} />
        <button type="button" onClick={begin}>Try again</button>
      </div>
    );
  }
  const Shown = SHOWN[view.value.id];
  return <Shown key={view.value.id} />;
}
