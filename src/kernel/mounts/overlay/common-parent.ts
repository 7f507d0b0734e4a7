// Paths compared by their components.

/** The deepest folder that holds all of the absolute `paths` (never one of them). */
export function commonParent(paths: string[]): string {
  const [first = '/', ...others] = paths;
  const components = first.split('/').slice(0, -1);
  for (const other of others) {
    const theirs = other.split('/').slice(0, -1);
    let same = 0;
    while (same < components.length && components[same] === theirs[same]) same++;
    components.length = same;
  }
  return components.join('/') || '/';
}
