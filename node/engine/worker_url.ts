/** The main module of a worker, beside this one; in the packed program both are bundled. */
export const WORKER_URL = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
