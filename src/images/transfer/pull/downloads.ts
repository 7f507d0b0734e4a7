// Which blobs are being downloaded: each once, whoever wants it.
import type { Repository } from '../../../distribution/index.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { Download, type DownloadDeps } from './download.ts';

interface Shared {
  download: Download;
  users: number;
}

/** `join` and `leave` come in pairs. */
export class Downloads {
  readonly #deps: DownloadDeps;
  readonly #running = new Map<Digest, Shared>();
  /** Files that are being let go of: the next download of the blob waits for that. */
  readonly #closing = new Map<Digest, Promise<void>>();

  constructor(deps: DownloadDeps) {
    this.#deps = deps;
  }

  /** The download of a blob, begun if nobody has; one that has failed is not joined. */
  join(descriptor: Descriptor, repository: Repository): Download {
    const { digest } = descriptor;
    const known = this.#running.get(digest);
    if (known) {
      known.users++;
      return known.download;
    }
    const before = this.#closing.get(digest) ?? Promise.resolve();
    const download = new Download({ descriptor, repository, before }, this.#deps);
    const shared = { download, users: 1 };
    this.#running.set(digest, shared);
    download.done.catch(() => {
      if (this.#running.get(digest) === shared) this.#end(download);
    });
    return download;
  }

  /** The last one to leave ends it. */
  leave(download: Download): void {
    const shared = this.#running.get(download.descriptor.digest);
    if (shared?.download === download && --shared.users === 0) this.#end(download);
  }

  /** Whether somebody writes, or has just written, to what there is of the blob. */
  isRunning(digest: Digest): boolean {
    return this.#running.has(digest) || this.#closing.has(digest);
  }

  /** Waits until every file is let go of. */
  async settled(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing.values());
  }

  #end(download: Download): void {
    const { digest } = download.descriptor;
    this.#running.delete(digest);
    const closing = download.close().then(() => {
      if (this.#closing.get(digest) === closing) this.#closing.delete(digest);
    });
    this.#closing.set(digest, closing);
  }
}
