// Which resource a path names.

type FixedKind = 'base' | 'catalog' | 'search' | 'ping' | 'token' | 'metrics' | 'health' | 'collection';

/** `name` and `reference` are as they were sent: not checked yet. */
export type Route =
  | { readonly kind: FixedKind }
  | { readonly kind: 'tags' | 'uploads'; readonly name: string }
  | { readonly kind: 'blob' | 'manifest' | 'upload' | 'referrers'; readonly name: string; readonly reference: string };

const fixed: ReadonlyMap<string, FixedKind> = new Map([
  ['/v2/', 'base'],
  ['/v2', 'base'],
  ['/v2/_catalog', 'catalog'],
  ['/v1/search', 'search'],
  ['/v1/_ping', 'ping'],
  ['/token', 'token'],
  ['/metrics', 'metrics'],
  ['/healthz', 'health'],
  ['/v1/collection', 'collection'],
]);

// The name is greedy: repositories may have components called `blobs` or `manifests`.
const ofRepository =
  /^\/v2\/(.+)\/(?:(tags)\/list|blobs\/(uploads)\/?|blobs\/uploads\/([^/]+)|(blobs|manifests|referrers)\/([^/]+))$/;

/** Undefined for a path that means nothing here. */
export function parseRoute(path: string): Route | undefined {
  const simple = fixed.get(path);
  if (simple) return { kind: simple };
  const match = ofRepository.exec(path);
  if (!match) return undefined;
  const [, name = '', tags, uploads, upload, kind, reference = ''] = match.map(part => part && decode(part));
  if (tags) return { kind: 'tags', name };
  if (uploads) return { kind: 'uploads', name };
  if (upload) return { kind: 'upload', name, reference: upload };
  return { kind: kind === 'blobs' ? 'blob' : kind === 'manifests' ? 'manifest' : 'referrers', name, reference };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
