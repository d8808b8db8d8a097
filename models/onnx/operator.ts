/** The domain of the operators that the ONNX standard defines; files also leave it out. */
export const STANDARD_DOMAIN = "ai.onnx";

/** An operator by its domain and name. */
export interface OnnxOperator {
  readonly domain: string;
  readonly name: string;
}

/** Returns the domain that `text` names in a file: an empty one is the standard one. */
export function domainOf(text: string): string {
  return text === "" ? STANDARD_DOMAIN : text;
}
