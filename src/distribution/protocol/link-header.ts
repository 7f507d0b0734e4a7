// `Link: </v2/_catalog?last=x&n=100>; rel="next"`: where the next page is.

/** The next page, resolved against the page it stood on; undefined on the last one. Another host's is not followed. */
export function nextPage(link: string | undefined, page: URL): URL | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next"?/i.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const url = new URL(target, page);
  return url.origin === page.origin && url.href !== page.href ? url : undefined;
}
