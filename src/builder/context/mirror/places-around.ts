// The directories a path lies in.

/** The path itself and all directories above it, the root (empty) last. */
export function placesAround(path: string): string[] {
  const places: string[] = [];
  for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) places.push(at);
  places.push('');
  return places;
}
