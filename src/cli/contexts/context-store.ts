// The contexts of the user: one `meta.json` each, and the certificates of its endpoints, as Docker's tools keep them.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { namesIfThere } from '../../lib/files/if-there.ts';
import { digestParts, sha256 } from '../../oci/digest.ts';
import { systemMessage } from '../container-config/env.ts';

/** What a context says of the daemon of one tool; the key of Docker's own is `docker`. */
export interface EndpointMetadata {
  readonly Host?: string;
  readonly SkipTLSVerify?: boolean;
}

/** `meta.json`. Keys that we do not know stay in it. */
export interface ContextMetadata {
  readonly Name: string;
  readonly Metadata: { readonly Description?: string };
  readonly Endpoints: Readonly<Record<string, EndpointMetadata>>;
}

/** PEM files by endpoint and name (`ca.pem`, `cert.pem`, `key.pem`). */
export type TlsMaterial = Readonly<Record<string, Readonly<Record<string, Buffer>>>>;

/** The context that is always there and says nothing of its own. */
export const defaultContext = 'default';

const validName = '^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$';

/** Throws a plain Error for a name that no stored context can have. */
export function checkContextName(name: string): void {
  if (name === defaultContext) throw new Error('"default" is a reserved context name');
  if (name === '') throw new Error('context name cannot be empty');
  if (!new RegExp(validName).test(name)) {
    throw new Error(`context name "${name}" is invalid, names are validated against regexp "${validName}"`);
  }
}

/** Files are replaced whole; all errors are plain, in Docker's words. */
export class ContextStore {
  readonly #root: string;

  /** `folder`: the configuration folder of the user. */
  constructor(folder: string) {
    this.#root = join(folder, 'contexts');
  }

  /** All contexts, by name; numbers in names count as numbers. A folder whose making was cut off is none. */
  list(): ContextMetadata[] {
    return foldersOf(join(this.#root, 'meta'))
      .map(digest => join(this.#root, 'meta', digest, 'meta.json'))
      .filter(file => existsSync(file))
      .map(file => this.#parse(file))
      .sort((a, b) => compareNaturally(a.Name, b.Name));
  }

  exists(name: string): boolean {
    return existsSync(this.#metaFile(name));
  }

  read(name: string): ContextMetadata {
    try {
      return this.#parse(this.#metaFile(name));
    } catch (error) {
      throw new Error(`context "${name}": ${(error as Error).message}`, { cause: error });
    }
  }

  /** Where Docker shows that a context lies. */
  storage(name: string): { MetadataPath: string; TLSPath: string } {
    const digest = digestOf(name);
    return { MetadataPath: join(this.#root, 'meta', digest), TLSPath: join(this.#root, 'tls', digest) };
  }

  /** Paths of the PEM files of an endpoint, by name. */
  tlsFiles(name: string, endpoint: string): Record<string, string> {
    const folder = join(this.storage(name).TLSPath, endpoint);
    return Object.fromEntries(
      namesIfThere(folder)
        .sort()
        .map(file => [file, join(folder, file)]),
    );
  }

  /** All PEM files, read. */
  tlsMaterial(name: string): TlsMaterial {
    const read = (endpoint: string) =>
      Object.entries(this.tlsFiles(name, endpoint)).map(([file, path]) => [file, readFileSync(path)] as const);
    return Object.fromEntries(
      foldersOf(this.storage(name).TLSPath).map(endpoint => [endpoint, Object.fromEntries(read(endpoint))]),
    );
  }

  /** Writes a context; `tls` takes the place of what was there, undefined leaves it. */
  write(metadata: ContextMetadata, tls?: TlsMaterial): void {
    if (tls) this.#writeTls(metadata.Name, tls);
    const file = this.#metaFile(metadata.Name);
    mkdirSync(join(file, '..'), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(metadata), { mode: 0o644 });
    renameSync(draft, file);
  }

  remove(name: string): void {
    const { MetadataPath, TLSPath } = this.storage(name);
    rmSync(MetadataPath, { recursive: true, force: true });
    rmSync(TLSPath, { recursive: true, force: true });
  }

  #metaFile(name: string): string {
    return join(this.storage(name).MetadataPath, 'meta.json');
  }

  #writeTls(name: string, tls: TlsMaterial): void {
    const { TLSPath: target } = this.storage(name);
    const endpoints = Object.entries(tls).filter(([, files]) => Object.keys(files).length > 0);
    if (endpoints.length === 0) {
      rmSync(target, { recursive: true, force: true });
      return;
    }
    mkdirSync(this.#root, { recursive: true });
    mkdirSync(join(this.#root, 'tls'), { recursive: true, mode: 0o700 });
    // Beside the folder it replaces, under a name that is no digest.
    const draft = mkdtempSync(join(this.#root, 'tls', '.new-'));
    try {
      for (const [endpoint, files] of endpoints) {
        mkdirSync(join(draft, endpoint), { mode: 0o700 });
        for (const [file, bytes] of Object.entries(files))
          writeFileSync(join(draft, endpoint, file), bytes, { mode: 0o600 });
      }
      rmSync(target, { recursive: true, force: true });
      renameSync(draft, target);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }

  #parse(file: string): ContextMetadata {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const prefix = errorCode(error) === 'ENOENT' ? 'context not found: ' : '';
      throw new Error(`${prefix}open ${file}: ${systemMessage(error)}`, { cause: error });
    }
    return parseContextMetadata(text, file);
  }
}

/** The document of a `meta.json`. `file` names it in errors. */
export function parseContextMetadata(text: string, file: string): ContextMetadata {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(`parsing ${file}: ${(error as Error).message}`, { cause: error });
  }
  const { Name, Metadata, Endpoints, ...rest } = asObject(document, file);
  if (typeof Name !== 'string') throw new Error(`parsing ${file}: Name: not a string`);
  const endpoints = Object.entries(asObject(Endpoints ?? {}, `${file}: Endpoints`)).map(([key, value]) => {
    const endpoint = asObject(value, `${file}: Endpoints: ${key}`);
    if (endpoint.Host !== undefined && typeof endpoint.Host !== 'string') {
      throw new Error(`parsing ${file}: Endpoints: ${key}: Host: not a string`);
    }
    return [key, endpoint as EndpointMetadata] as const;
  });
  const metadata = asObject(Metadata ?? {}, `${file}: Metadata`);
  return { Name, Metadata: metadata, Endpoints: Object.fromEntries(endpoints), ...rest };
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`parsing ${where}: not an object`);
  }
  return value as Record<string, unknown>;
}

const digestOf = (name: string) => digestParts(sha256(name)).hex;

/** Drafts of a write that was cut off begin with a dot. */
const foldersOf = (folder: string) => namesIfThere(folder).filter(name => !name.startsWith('.'));

function compareNaturally(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (const [index, piece] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (piece === other) continue;
    const difference = index % 2 === 1 ? Number(piece) - Number(other) : 0;
    return difference || (piece < other ? -1 : 1);
  }
  return left.length - right.length;
}
