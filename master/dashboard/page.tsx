import "./api/without_code_from_text.ts";
import { render } from "preact";
import { App } from "./shell/app.tsx";
import { begin } from "./shell/session.ts";

void begin();
render(<App />, document.body);
