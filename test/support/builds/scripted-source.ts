// A client's directory whose files come when the test says so.
import type {
  ArrivingTree,
  BuildSource,
  Mirror,
  Mirrors,
  MirrorUpdate,
  OpenSourceOptions,
  SourceFilter,
  SourceTree,
  Told,
  WantedPart,
} from '../../../src/builder/index.ts';
import { tarEntry } from '../../../src/lib/tar/entry.ts';

/** Opened once. `key` is whose directory it is: what the mirror of that key has already is not sent again. */
export class ScriptedSource implements BuildSource {
  readonly key: string;
  readonly label = 'context';
  readonly local = 'context';
  isOver = false;
  readonly #mirrors: Mirrors;
  readonly #files: Readonly<Record<string, string>>;
  readonly #coming = new Map<string, Told>();
  readonly #begun = Promise.withResolvers<MirrorUpdate>();
  readonly #whole = Promise.withResolvers<void>();

  constructor(mirrors: Mirrors, key: string, files: Readonly<Record<string, string>>) {
    this.#mirrors = mirrors;
    this.key = key;
    this.#files = files;
    this.#whole.promise.catch(() => {});
  }

  /** Files that were asked for and not sent. */
  get missing(): string[] {
    return [...this.#coming.keys()];
  }

  /** Opened as a whole it is empty: so the ignore file is looked for. */
  async open(): Promise<SourceTree> {
    return this.#tree(this.#mirrors.acquire(`nothing of ${this.key}`, 'scripted'));
  }

  async begin(
    _filter: SourceFilter,
    { signal, wanted }: OpenSourceOptions & { wanted: readonly WantedPart[] },
  ): Promise<ArrivingTree> {
    const mirror = this.#mirrors.acquire(this.key, 'scripted');
    const update = mirror.update(wanted);
    for (const folder of new Set(Object.keys(this.#files).flatMap(name => name.split('/').slice(0, -1)))) {
      update.add(tarEntry({ type: 'directory', name: folder }));
    }
    for (const [name, content] of Object.entries(this.#files)) {
      const told = update.add(tarEntry({ type: 'file', name, size: content.length, mtime: 1 }));
      if (told) this.#coming.set(name, told);
    }
    await update.listed();
    this.#begun.resolve(update);
    signal.addEventListener('abort', () => this.fail(signal.reason), { once: true });
    return { tree: this.#tree(mirror), here: part => update.here(part), whole: this.#whole.promise };
  }

  #tree(mirror: Mirror): SourceTree {
    const { digests, directory, linked } = mirror;
    return {
      ...{ digests, directory, linked, immutable: true },
      fileDigest: path => mirror.fileDigest(path),
      [Symbol.asyncDispose]: () => Promise.resolve(this.#mirrors.release(mirror)),
    };
  }

  /** Sends a file that is wanted; waits until it may be sent. */
  async send(name: string): Promise<void> {
    const update = await this.#begun.promise;
    const incoming = update.receive(this.#coming.get(name) as Told);
    incoming.write(Buffer.from(this.#files[name] ?? ''));
    incoming.finish();
    this.#coming.delete(name);
    if (this.#coming.size === 0) await this.#finish(update);
  }

  async #finish(update: MirrorUpdate): Promise<void> {
    await update.finish();
    this.isOver = true;
    this.#whole.resolve();
  }

  /** Ends the transfer. */
  fail(error: unknown): void {
    this.isOver = true;
    this.#whole.reject(error);
  }
}
