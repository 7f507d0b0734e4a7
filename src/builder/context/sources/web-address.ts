// Addresses on the web as ADD and contexts take them.

/** Whether a source of ADD or a context is fetched by HTTP. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** What a downloaded file is called: the last part of the address's path. */
export function downloadName(address: string): string {
  if (!URL.canParse(address)) return '__unnamed__';
  const name = new URL(address).pathname.replace(/\/+$/, '').split('/').at(-1);
  if (!name) return '__unnamed__';
  try {
    // A slash in it must not become a directory.
    return decodeURIComponent(name).replaceAll('/', '_') || '__unnamed__';
  } catch {
    return name;
  }
}
