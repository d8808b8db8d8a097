import { Hono } from "hono";

/** Version of CodeProject.AI whose interface this is; clients look at nothing but its form. */
const VERSION = { major: 2, minor: 9, patch: 5 };

/** Returns the routes with which clients find out whether a server is there. */
export function statusRoutes(): Hono {
  const text = Object.values(VERSION).join(".");
  return new Hono()
    .get("/ping", (context) => context.json({ success: true, message: "Hello from dml", code: 200 }))
    .get("/version", (context) => context.json({ success: true, message: text, version: VERSION, code: 200 }));
}
