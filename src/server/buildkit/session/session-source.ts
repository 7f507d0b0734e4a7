// A directory of the client as a source of files for a build.
import { offerHeader } from '../../../api/buildkit/files/open-files.ts';
import type {
  ArrivingTree,
  BuildSource,
  HandedFiles,
  Mirror,
  Mirrors,
  OpenSourceOptions,
  SourceFilter,
  SourceTree,
  WantedPart,
} from '../../../builder/index.ts';
import { OpenFiles } from './open-files.ts';
import { receiveDirectory } from './receive-directory.ts';
import type { Session } from './session.ts';

/** How often it is told how far a transfer is, in milliseconds. */
const pause = 100;

/** `name` is what the client calls it: `context`, `dockerfile`, or that of a `--build-context`. */
export class SessionSource implements BuildSource {
  readonly key: string;
  readonly label: string;
  readonly local: string;
  readonly #name: string;
  readonly #session: () => Promise<Session>;
  readonly #mirrors: Mirrors;
  readonly #handed: HandedFiles | undefined;

  constructor(
    name: string,
    o: { session: () => Promise<Session>; id: string; mirrors: Mirrors; handed?: HandedFiles | undefined },
  ) {
    const { session, mirrors, handed } = o;
    this.key = `session:${o.id}:${name}`;
    this.label = name;
    this.local = name;
    this.#name = name;
    this.#session = session;
    this.#mirrors = mirrors;
    this.#handed = handed;
  }

  async open(filter: SourceFilter, options: OpenSourceOptions): Promise<SourceTree> {
    const { tree, whole } = await this.begin(filter, { ...options, wanted: [] });
    try {
      await whole;
      return tree;
    } catch (error) {
      await tree[Symbol.asyncDispose]();
      throw error;
    }
  }

  async begin(
    filter: SourceFilter,
    { signal, report, anew, wanted }: OpenSourceOptions & { wanted: readonly WantedPart[] },
  ): Promise<ArrivingTree> {
    const session = await this.#session();
    const key = JSON.stringify([session.identity.sharedKey, this.#name, filter]);
    const mirror = this.#mirrors.acquire(key, `local source for ${this.#name}`);
    try {
      const names = Promise.withResolvers<ArrivingTree['here']>();
      const progress = this.#progress(report);
      const open = this.#openFiles();
      const metadata = { ...metadataOf(this.#name, filter), ...(open && { [offerHeader]: open.offer }) };
      const whole = receiveDirectory(session.syncFiles(metadata, signal), mirror, {
        ...{ anew, wanted, report: progress.report, listed: names.resolve, open },
      })
        .finally(() => open?.[Symbol.dispose]())
        .then(progress.done);
      // Whoever waits for it may come later.
      whole.catch(() => {});
      await Promise.race([names.promise, whole]);
      return { tree: this.#tree(mirror), here: await names.promise, whole };
    } catch (error) {
      this.#mirrors.release(mirror);
      throw error;
    }
  }

  /** Without them contents are sent, by whoever it is. */
  #openFiles(): OpenFiles | undefined {
    try {
      return this.#handed && new OpenFiles(this.#handed);
    } catch {
      return undefined;
    }
  }

  /** Tells how far it is, not too often. */
  #progress(tell: OpenSourceOptions['report']): { report: (received: number) => void; done: () => void } {
    const id = `transferring ${this.#name === 'dockerfile' ? 'dockerfile' : 'context'}:`;
    let current = 0;
    let reported = 0;
    return {
      report(received) {
        current = received;
        if (performance.now() - reported < pause) return;
        reported = performance.now();
        tell({ id, current });
      },
      done: () => tell({ id, current, done: true }),
    };
  }

  #tree(mirror: Mirror): SourceTree {
    return {
      directory: mirror.directory,
      immutable: true,
      fileDigest: path => mirror.fileDigest(path),
      digests: mirror.digests,
      linked: mirror.linked,
      [Symbol.asyncDispose]: () => Promise.resolve(this.#mirrors.release(mirror)),
    };
  }
}

/** The headers of BuildKit's filesync. Values that headers cannot carry are percent-encoded, and said to be. */
function metadataOf(name: string, filter: SourceFilter): Record<string, string | string[]> {
  const lists: [string, readonly string[] | undefined][] = [
    ['include-patterns', filter.include],
    ['exclude-patterns', filter.exclude],
    ['followpaths', filter.follow],
  ];
  const metadata: Record<string, string | string[]> = { 'dir-name': name };
  for (const [key, values] of lists) {
    if (!values || values.length === 0) continue;
    const plain = values.every(value => /^[\x20-\x7e]*$/.test(value));
    metadata[key] = plain ? [...values] : values.map(value => encodeURIComponent(value));
    if (!plain) metadata[`${key}-encoded`] = '1';
  }
  return metadata;
}
