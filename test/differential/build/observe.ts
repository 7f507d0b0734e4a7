// What a build has made: the configuration of the image, its history, and every file in it.
import { createHash } from 'node:crypto';
import { readTar, type TarMember } from '../../../src/lib/tar/read-tar.ts';
import type { BuildCase } from './build-case.ts';

/** What there is in a container besides the image: the engine's own. */
const engineFiles = /^(\.dockerenv|dev|dev\/.*|proc|sys|etc|etc\/(hosts|hostname|resolv\.conf|mtab))$/;

const configKeys = [
  ...['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal'],
  ...['Healthcheck', 'OnBuild', 'Shell'],
];

interface ImageObservation {
  readonly config: Readonly<Record<string, unknown>>;
  /** `created_by` of each step, oldest first. */
  readonly history: readonly string[];
  /** By path: kind, mode, owner, content or target. */
  readonly files: Readonly<Record<string, string>>;
}

/** Looks at an image by the API of the engine that has it. */
export async function observeImage(host: string, tag: string, one: BuildCase): Promise<ImageObservation> {
  const image = (await ask(host, `/images/${tag}/json`)) as { Config?: Record<string, unknown>; Author?: string };
  const history = (await ask(host, `/images/${tag}/history`)) as { CreatedBy: string }[];
  const config = Object.fromEntries(configKeys.map(key => [key, emptyAsNull(image.Config?.[key])]));
  return {
    config: { ...config, Author: image.Author || null },
    history: history.map(entry => entry.CreatedBy).reverse(),
    files: await observeFiles(host, tag, one),
  };
}

async function observeFiles(host: string, tag: string, one: BuildCase): Promise<Record<string, string>> {
  const body = JSON.stringify({ Image: tag, Cmd: ['none'], Entrypoint: [] });
  const headers = { 'Content-Type': 'application/json' };
  const { Id } = (await ask(host, '/containers/create', { method: 'POST', headers, body })) as { Id: string };
  try {
    const response = await request(host, `/containers/${Id}/export`);
    const files: Record<string, string> = {};
    for await (const member of readTar(response.body as AsyncIterable<Uint8Array>)) {
      const name = member.entry.name.replace(/^\.?\/|\/$/g, '');
      if (name === '' || name === '.' || engineFiles.test(name)) continue;
      files[name] = await describeMember(member, one.times ?? false);
    }
    return inNameOrder(files);
  } finally {
    await request(host, `/containers/${Id}?force=1&v=1`, { method: 'DELETE' });
  }
}

async function describeMember({ entry, body }: TarMember, times: boolean): Promise<string> {
  const owner = `${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`;
  const time = times && entry.type === 'file' ? ` ${entry.mtime}` : '';
  switch (entry.type) {
    case 'file':
      return `file ${owner}${time} ${describeContent(await collect(body))}`;
    case 'symlink':
      return `symlink ${entry.linkName}`;
    case 'link':
      return `link to ${entry.linkName.replace(/^\.?\//, '')}`;
    default:
      return `${entry.type} ${owner}`;
  }
}

/** Short texts as they are, so that a difference can be read. */
function describeContent(bytes: Buffer): string {
  const text = bytes.toString();
  if (bytes.length <= 400 && /^[\x20-\x7e\n\t]*$/.test(text)) return JSON.stringify(text);
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

function inNameOrder(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Docker leaves out what is empty in one place and writes it in another. */
function emptyAsNull(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? null : value;
}

async function ask(host: string, target: string, init: RequestInit = {}): Promise<unknown> {
  return (await request(host, target, init)).json();
}

async function request(host: string, target: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`http://engine${target}`, { ...init, unix: host.replace('unix://', '') } as RequestInit);
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${target}: ${response.status} ${await response.text()}`);
  return response;
}
