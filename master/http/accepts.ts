/**
 * Returns true if the `Accept` header of `request` names `mediaType`, in any case, and does not
 * refuse it by `q=0` (RFC 9110, 12.5.1).
 */
export function accepts(request: Request, mediaType: string): boolean {
  const ranges = request.headers.get("accept")?.toLowerCase().split(",") ?? [];
  return ranges.some((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim());
    return name === mediaType && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter));
  });
}
