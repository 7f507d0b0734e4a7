// Where members of an archive go in a view: each directory is found by the kernel inside the view and held open.
import { closeSync, lchownSync, mkdirSync } from 'node:fs';
import type { Kernel } from '../../kernel/index.ts';
import { errorCode } from '../../lib/errors.ts';
import type { Owner } from '../../lib/id-map.ts';
import { encodeName } from '../../lib/tar/names.ts';
import type { TreePlaces } from '../../lib/tar/tree/tree-writer.ts';
import { descriptorPath } from '../../lib/tar/tree/walk-tree.ts';

/** Dispose it when the last member is written. */
export class ViewPlaces implements TreePlaces, Disposable {
  readonly #files: Kernel['files'];
  readonly #root: string;
  readonly #directory: string;
  readonly #owner: Owner | undefined;
  #open: { key: string; descriptor: number } | undefined;

  /** `directory`: the real one in the container that the archive is extracted into; `owner`: of those that are made. */
  constructor(o: { files: Kernel['files']; root: string; directory: string; owner?: Owner | undefined }) {
    this.#files = o.files;
    this.#root = o.root;
    this.#owner = o.owner;
    this.#directory = o.directory === '/' ? '' : o.directory;
  }

  directory(parts: readonly string[]): string {
    const key = parts.join('/');
    if (this.#open?.key !== key) {
      const descriptor = this.#find(parts);
      this[Symbol.dispose]();
      this.#open = { key, descriptor };
    }
    return descriptorPath(this.#open.descriptor);
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.#open.descriptor);
    this.#open = undefined;
  }

  #find(parts: readonly string[]): number {
    const path = [this.#directory, ...parts].join('/') || '/';
    try {
      return this.#files.openDescriptor(this.#root, path, { follow: true });
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || parts.length === 0) throw error;
    }
    const parent = this.#find(parts.slice(0, -1));
    try {
      const made = encodeName(`${descriptorPath(parent)}/${parts.at(-1)}`);
      mkdirSync(made, { mode: 0o755 });
      if (this.#owner) lchownSync(made, this.#owner.uid, this.#owner.gid);
    } finally {
      closeSync(parent);
    }
    return this.#files.openDescriptor(this.#root, path, { follow: true });
  }
}
