import { expect, test } from 'bun:test';
import { sha256 } from '../../oci/digest.ts';
import { formatEnvelope } from './envelope.ts';

test('where something is to be found is told by the scheme and host of who asked', () => {
  const digest = sha256('x');
  const url = (secure: boolean, mediaType: string) => {
    const request = { method: 'PUT', host: 'r:1', userAgent: 'x', address: '', secure };
    const event = { action: 'push', repository: 'a/b', target: { digest, mediaType }, actor: '', request } as const;
    return JSON.parse(formatEnvelope(event, { id: '1', timestamp: '', instance: 'i' })).events[0].target.url;
  };
  expect(url(true, 'application/octet-stream')).toBe(`https://r:1/v2/a/b/blobs/${digest}`);
  expect(url(false, 'application/vnd.oci.image.manifest.v1+json')).toBe(`http://r:1/v2/a/b/manifests/${digest}`);
});
