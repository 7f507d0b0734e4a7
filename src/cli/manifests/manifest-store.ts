// Manifest lists that are being made: a folder for each in the client configuration, a file for each of its manifests.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError, errorCode } from '../../lib/errors.ts';
import { type ImageManifest, parseImageManifest } from './image-manifest.ts';

/** All names are full references (`docker.io/library/nginx:latest`). What is not there throws `not-found`. */
export class ManifestStore {
  readonly #root: string;

  /** `folder`: that of the client configuration. */
  constructor(folder: string) {
    this.#root = join(folder, 'manifests');
  }

  /** One manifest of a list. */
  get(list: string, manifest: string): ImageManifest {
    return this.#read(this.#file(list, manifest), manifest);
  }

  /** The manifests of a list, in the order of their file names. */
  list(list: string): ImageManifest[] {
    const folder = this.#folder(list);
    let names: string[];
    try {
      names = readdirSync(folder).sort();
    } catch (error) {
      throw orNotFound(error, list);
    }
    return names.map(name => this.#read(join(folder, name), list));
  }

  has(list: string): boolean {
    try {
      readdirSync(this.#folder(list));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  save(list: string, manifest: string, value: ImageManifest): void {
    mkdirSync(this.#folder(list), { recursive: true, mode: 0o755 });
    writeFileSync(this.#file(list, manifest), JSON.stringify(value), { mode: 0o644 });
  }

  remove(list: string): void {
    rmSync(this.#folder(list), { recursive: true, force: true });
  }

  #read(file: string, name: string): ImageManifest {
    try {
      return parseImageManifest(readFileSync(file, 'utf8'), file);
    } catch (error) {
      throw orNotFound(error, name);
    }
  }

  #folder(list: string): string {
    return join(this.#root, fileName(list));
  }

  #file(list: string, manifest: string): string {
    return join(this.#folder(list), fileName(manifest));
  }
}

function fileName(reference: string): string {
  return reference.replaceAll(':', '-').replaceAll('/', '_');
}

function orNotFound(error: unknown, name: string): unknown {
  if (errorCode(error) !== 'ENOENT') return error;
  return new BerthError('not-found', `No such manifest: ${name}`, { cause: error });
}
