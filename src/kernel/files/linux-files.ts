// Extended attributes, special files, exact times, confined paths, locks.
import { execFile } from 'node:child_process';
import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { cstring, type Libc } from '../libc/libc.ts';
import { SystemCallError } from '../libc/system-call-error.ts';
import { diskUsage } from './disk-usage.ts';
import type { Files } from './files.ts';
import { openBeneath, openDescriptor, openInRoot } from './open-in-root.ts';
import { placeDirectory } from './place-directory.ts';
import { tryLock } from './try-lock.ts';

const AT_FDCWD = -100;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_TOPDIR_FL = 0x20000;
const nanosecondsPerSecond = 1_000_000_000n;
/** No attribute is longer (XATTR_SIZE_MAX), no list either (XATTR_LIST_MAX). */
const maximumXattr = 65_536;
/** The kernel takes memory of the size that is offered, for every file: few lists need more than this. */
const usualXattr = 512;

export class LinuxFiles implements Files {
  readonly #libc: Libc;
  readonly #buffer = Buffer.allocUnsafeSlow(maximumXattr);

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  setXattr(path: string, name: string, value: Uint8Array): void {
    const { call, check } = this.#libc;
    // An empty buffer has no address; its length says that nothing is read from this one.
    const bytes = value.length === 0 ? this.#buffer : value;
    check(`set ${name}`, call.lsetxattr(cstring(path), cstring(name), bytes, value.length, 0), path);
  }

  getXattr(path: string, name: string): Buffer | undefined {
    const { call } = this.#libc;
    const length = Number(call.lgetxattr(cstring(path), cstring(name), this.#buffer, maximumXattr));
    if (length >= 0) return Buffer.from(this.#buffer.subarray(0, length));
    return this.#undefinedIf(['ENODATA', 'EOPNOTSUPP', 'ENOTSUP'], `get ${name}`, path);
  }

  listXattr(path: string): string[] {
    const place = cstring(path);
    const { llistxattr } = this.#libc.call;
    let length = Number(llistxattr(place, this.#buffer, usualXattr));
    if (length < 0) length = Number(llistxattr(place, this.#buffer, maximumXattr));
    if (length < 0) return this.#undefinedIf(['EOPNOTSUPP', 'ENOTSUP'], 'list attributes', path) ?? [];
    return this.#buffer.toString('utf8', 0, length).split('\0').slice(0, -1);
  }

  mknod(path: string, mode: number, device: number): void {
    this.#libc.check('mknod', this.#libc.call.mknod(cstring(path), mode, device), path);
    // mknod takes the umask away from the mode. By descriptor: should a link have taken its place, it is not followed.
    const fd = this.#libc.check(
      'open',
      this.#libc.call.openat(AT_FDCWD, cstring(path), O_PATH | O_CLOEXEC | constants.O_NOFOLLOW, 0),
      path,
    );
    try {
      chmodSync(`/proc/self/fd/${fd}`, mode & 0o7777);
    } finally {
      closeSync(fd);
    }
  }

  mkfifo(path: string, mode: number): void {
    this.mknod(path, constants.S_IFIFO | (mode & 0o7777), 0);
  }

  lutimes(path: string, accessed: bigint, modified: bigint): void {
    const times = Buffer.alloc(32);
    writeTime(times, 0, accessed);
    writeTime(times, 16, modified);
    const { call, check } = this.#libc;
    check('utimensat', call.utimensat(AT_FDCWD, cstring(path), times, AT_SYMLINK_NOFOLLOW), path);
  }

  openInRoot(root: string, path: string): string {
    return openInRoot(this.#libc, root, path);
  }

  openBeneath(root: string, path: string): number {
    return openBeneath(this.#libc, root, path);
  }

  openDescriptor(root: string, path: string, options: { follow?: boolean } = {}): number {
    return openDescriptor(this.#libc, { root, path, follow: options.follow === true });
  }

  dataSegments(descriptor: number): { offset: number; length: number }[] {
    const segments: { offset: number; length: number }[] = [];
    for (let end = 0; ; ) {
      const offset = Number(this.#libc.call.lseek(descriptor, end, SEEK_DATA));
      if (offset < 0) {
        // Nothing but a hole is left.
        this.#undefinedIf(['ENXIO'], 'seek data', `descriptor ${descriptor}`);
        return segments;
      }
      end = this.#libc.check('seek hole', this.#libc.call.lseek(descriptor, offset, SEEK_HOLE));
      segments.push({ offset, length: end - offset });
    }
  }

  diskUsage(path: string): Promise<number> {
    return diskUsage(path);
  }

  spreadDirectories(directory: string): boolean {
    const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const flags = Buffer.alloc(8);
      if (this.#libc.call.ioctl(descriptor, FS_IOC_GETFLAGS, flags) < 0) return false;
      flags.writeUInt32LE((flags.readUInt32LE() | FS_TOPDIR_FL) >>> 0);
      return this.#libc.call.ioctl(descriptor, FS_IOC_SETFLAGS, flags) === 0;
    } finally {
      closeSync(descriptor);
    }
  }

  placeDirectory(path: string): void {
    placeDirectory(path);
  }

  async syncFileSystem(path: string): Promise<void> {
    // The call takes as long as the disk does, so another process makes it.
    await promisify(execFile)('sync', ['-f', path]);
  }

  tryLock(path: string): Disposable | undefined {
    return tryLock(path);
  }

  /** After a call that failed: returns for the errors named, throws for others. */
  #undefinedIf(codes: string[], call: string, path: string): undefined {
    const error = new SystemCallError(call, this.#libc.errno(), path);
    if (!codes.includes(error.code)) throw error;
    return undefined;
  }
}

/** struct timespec; the nanoseconds are never negative. */
function writeTime(target: Buffer, offset: number, time: bigint): void {
  const nanoseconds = ((time % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  target.writeBigInt64LE((time - nanoseconds) / nanosecondsPerSecond, offset);
  target.writeBigInt64LE(nanoseconds, offset + 8);
}
