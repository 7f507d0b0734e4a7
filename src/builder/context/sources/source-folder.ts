// Where the files of sources are on disk: a folder for each, gone with it or at the next start.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A directory of its own, removed when it is disposed of. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** `root` belongs to it alone. Call `restore` before the first folder is made. */
export class SourceFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    mkdirSync(root, { recursive: true, mode: 0o711 });
  }

  /** An empty directory that only root can enter. */
  async create(): Promise<Folder> {
    const path = join(this.#root, randomBytes(8).toString('hex'));
    await mkdir(path, { mode: 0o755 });
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  }

  /** Removes what a crash left. */
  async restore(): Promise<void> {
    const names = await readdir(this.#root);
    await Promise.all(names.map(name => rm(join(this.#root, name), { recursive: true, force: true })));
  }
}
