// The `Authorization` header.

/** Name and password of `Basic …`; undefined for another scheme or what is malformed. */
export function readBasic(header: string | undefined): { name: string; password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '');
  const text = match && Buffer.from(match[1] ?? '', 'base64').toString('utf8');
  const colon = text ? text.indexOf(':') : -1;
  return text && colon > 0 ? { name: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

/** The token of `Bearer …`. */
export function readBearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
