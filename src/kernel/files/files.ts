// What node:fs does not offer for files. Nothing follows a symbolic link at the end of a path.

/** Every method throws SystemCallError. Names of attributes carry their namespace (`user.x`, `security.capability`). */
export interface Files {
  setXattr(path: string, name: string, value: Uint8Array): void;
  /** undefined when the file has no such attribute or its file system has none at all. */
  getXattr(path: string, name: string): Buffer | undefined;
  listXattr(path: string): string[];
  /** `mode` carries the type (S_IFCHR ...), `device` is as in `Stats.rdev` (see makeDevice). The umask is not applied. */
  mknod(path: string, mode: number, device: number): void;
  /** The umask is not applied. */
  mkfifo(path: string, mode: number): void;
  /** Times in nanoseconds since 1970; also of a symbolic link itself. */
  lutimes(path: string, accessed: bigint, modified: bigint): void;
  /**
   * The real host path of `path` seen from inside `root` (every link and `..` stays inside). Trailing components
   * that do not exist are kept as they are. A `..` among them is SystemCallError ENOENT, a loop of links ELOOP.
   */
  openInRoot(root: string, path: string): string;
  /**
   * A descriptor (O_PATH) of what the relative `path` leads to below `root`: ENOENT or ENOTDIR where nothing is there, EXDEV
   * where a link or `..` leads out, wherever to. The caller closes it.
   */
  openBeneath(root: string, path: string): number;
  /**
   * A descriptor (O_PATH) of what `path` leads to inside `root`; a link at its end is followed only with `follow`, or
   * when a slash comes after it. The caller closes it. Unlike a path it cannot be made to mean something else.
   */
  openDescriptor(root: string, path: string, options?: { follow?: boolean }): number;
  /** The pieces of an open file that hold data, in order: what is between them are holes. */
  dataSegments(descriptor: number): { offset: number; length: number }[];
  /** Bytes of all files below `path`, each hard-linked file once; files that vanish meanwhile do not count. */
  diskUsage(path: string): Promise<number>;
  /**
   * Tells the file system that the directories made in `directory` have little to do with each other (`chattr +T`): ext4
   * then puts each where there is room instead of beside the last. False where the file system knows no such thing.
   */
  spreadDirectories(directory: string): boolean;
  /** Makes a directory for a great many files, where they are made fast (0755 under the umask). */
  placeDirectory(path: string): void;
  /** Writes all that the file system of `path` still has in memory to its disk (syncfs); no other work waits for it. */
  syncFileSystem(path: string): Promise<void>;
  /** An exclusive lock on the file at `path` (made if missing) until disposed or the process ends; undefined if held. */
  tryLock(path: string): Disposable | undefined;
}
