import { z } from "../../../protocol/schema.ts";

// The page may not make code from text, so neither may the library that checks answers. This has to
// be said before the first schema is made.
z.config({ jitless: true });
