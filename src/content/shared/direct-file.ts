// A file whose bytes go from this process's memory to the disk, without a copy in the kernel's.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errorCode } from '../../lib/errors.ts';
import { pageSize } from './shared-bytes.ts';

const { O_CREAT, O_DIRECT, O_EXCL, O_WRONLY } = constants;

/**
 * What is written once, in large pieces, and not read soon: the kernel's memory stays with what is read, and filling it
 * costs more time than the disk's own way. Where the file system has no such way, or for a last piece that is no whole
 * page, it is an ordinary file.
 */
export class DirectFile implements AsyncDisposable {
  readonly #path: string;
  #direct: FileHandle | undefined;
  #ordinary: FileHandle | undefined;

  private constructor(path: string, files: { direct?: FileHandle; ordinary?: FileHandle }) {
    this.#path = path;
    this.#direct = files.direct;
    this.#ordinary = files.ordinary;
  }

  /** Makes it (0600); throws when it is there, and what the file system says. */
  static async create(path: string): Promise<DirectFile> {
    try {
      return new DirectFile(path, { direct: await open(path, O_WRONLY | O_CREAT | O_EXCL | O_DIRECT, 0o600) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // Some file systems make it before they refuse to open it so.
    return new DirectFile(path, { ordinary: await open(path, 'w', 0o600) });
  }

  /** One that is there, to be written to. Throws what the file system says. */
  static async open(path: string): Promise<DirectFile> {
    try {
      return new DirectFile(path, { direct: await open(path, O_WRONLY | O_DIRECT) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    return new DirectFile(path, { ordinary: await open(path, 'r+') });
  }

  /** Whether the file system has that way, as far as is known by now. */
  get isDirect(): boolean {
    return this.#direct !== undefined;
  }

  /** All of `bytes`, whose memory begins at a page, at the position `at`, which is one of whole pages. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) done += await this.#some(bytes.subarray(done), at + done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#direct?.close();
    await this.#ordinary?.close();
  }

  async #some(bytes: Uint8Array, at: number): Promise<number> {
    if (this.#direct && bytes.length % pageSize === 0 && at % pageSize === 0) {
      try {
        return (await this.#direct.write(bytes, 0, bytes.length, at)).bytesWritten;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await this.#direct.close();
        this.#direct = undefined;
      }
    }
    this.#ordinary ??= await open(this.#path, 'r+');
    return (await this.#ordinary.write(bytes, 0, bytes.length, at)).bytesWritten;
  }
}

/** Not this way, or not with such pieces. */
function isRefusal(error: unknown): boolean {
  return ['EINVAL', 'EOPNOTSUPP', 'ENOTSUP'].includes(errorCode(error) ?? '');
}
