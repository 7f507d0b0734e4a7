// The directories a path lies in.
import { parentOf } from '../copy/resolve-in-root.ts';

/** The path itself and all directories above it, the root (empty) last. */
export function placesAround(path: string): string[] {
  const places: string[] = [];
  for (let at = path; at !== ''; at = parentOf(at)) places.push(at);
  places.push('');
  return places;
}
