// A tar of a root file system as text that two of them can be compared by.

import { createHash } from 'node:crypto';
import type { TarEntry } from '../../src/lib/tar/entry.ts';
import { readTar } from '../../src/lib/tar/read-tar.ts';

/** What every archive of a container has of its own. */
const ownFiles = /^(\.dockerenv|dev|proc|sys|run|etc\/(hostname|hosts|resolv\.conf|mtab))(\/|$)/;

/**
 * One line a name, sorted: type, mode, owner, size, time, attributes, digest of the content, and the names that are the
 * same file. What an engine puts into every container is left out.
 */
export async function describeArchive(source: AsyncIterable<Uint8Array>): Promise<string[]> {
  const described = new Map<string, string>();
  const links = new Map<string, string[]>();
  for await (const { entry, body } of readTar(source)) {
    const name = plain(entry.name);
    if (name === '' || ownFiles.test(name)) continue;
    if (entry.type === 'link') {
      const target = plain(entry.linkName);
      links.set(target, [...(links.get(target) ?? []), name]);
      continue;
    }
    const hash = createHash('sha256');
    if (entry.type === 'file') for await (const chunk of body) hash.update(chunk);
    // Its time is that of the files a container gets in there.
    if (name === 'etc') entry.mtime = 0;
    described.set(name, [describeEntry(entry), entry.type === 'file' ? hash.digest('hex').slice(0, 16) : ''].join(' '));
  }
  for (const [target, names] of links) {
    const same = [target, ...names].sort();
    const text = `${described.get(target) ?? 'nothing'} = ${same.join(' ')}`;
    for (const name of same) described.set(name, text);
  }
  return [...described].map(([name, text]) => `${name}: ${text}`).sort();
}

function describeEntry(entry: TarEntry): string {
  const { type, mode, uid, gid, size, mtime, linkName, deviceMajor, deviceMinor, xattrs } = entry;
  const attributes = [...(xattrs ?? [])].map(([key, value]) => `${key}=${value.toString('hex')}`).sort();
  const isDevice = type === 'char' || type === 'block';
  return [
    ...[type, (mode & 0o7777).toString(8), `${uid}:${gid}`, type === 'file' ? size : '', mtime, linkName],
    ...[isDevice ? `${deviceMajor},${deviceMinor}` : '', ...attributes],
  ].join(' ');
}

function plain(name: string): string {
  return name
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}
