// A few blocks of memory from which the disk takes what a crowd of senders brings, and who may bring more.
import { pageSize } from '../shared/shared-bytes.ts';

/** What a connection gives at once when it has more than that, and what the last one left of a page. */
const blockSize = 512 * 1024 + pageSize;
/** The disk takes two or three while the next are filled. */
const blocks = 4;
/** Uploads at a time from which on it is a crowd: docker sends five layers of an image at once, and they are pulled soon. */
const crowd = 6;
/** Milliseconds after which those who may bring something and do not are not waited for. */
const patience = 25;

/** Shared by all uploads. The memory is taken with the first crowd, and kept. */
export class BlockPool {
  #free: Buffer[] | undefined;
  readonly #members = new Set<object>();
  /** Who was told that there is room, and has not come yet. */
  readonly #expected = new Set<object>();
  readonly #outside: { member: object; enter: () => void }[] = [];
  readonly #takers: ((block: Buffer) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #refused = false;

  /** An upload that gets bytes now, until it leaves. */
  join(member: object): void {
    this.#members.add(member);
  }

  leave(member: object): void {
    this.#members.delete(member);
    this.arrived(member);
  }

  /** Whether so many uploads come at once that they are better kept out of the kernel's memory. */
  get crowded(): boolean {
    return this.#members.size >= crowd && !this.#refused;
  }

  /** The file system does not take what goes past the kernel's memory; nobody need try again. */
  refuse(): void {
    this.#refused = true;
  }

  /**
   * Undefined when the member may bring a chunk: there is a block for it. Else it waits for one, so that chunks wait in
   * the kernel, where they are already, and not here.
   */
  room(member: object): Promise<void> | undefined {
    const free = this.#free?.length ?? blocks;
    if (this.#outside.length === 0 && this.#expected.size < free) {
      this.#expected.add(member);
      return undefined;
    }
    this.#timer ??= setTimeout(this.#forgetExpected, patience);
    return new Promise(enter => this.#outside.push({ member, enter }));
  }

  /** Has brought what it may have been expected with. */
  arrived(member: object): void {
    if (this.#expected.delete(member)) this.#admit();
  }

  /** A block, whose memory begins at a page; give it back when the disk has it. */
  take(): Buffer | Promise<Buffer> {
    this.#free ??= allocate();
    return this.#free.pop() ?? new Promise(resolve => this.#takers.push(resolve));
  }

  giveBack(block: Buffer): void {
    const taker = this.#takers.shift();
    if (taker) taker(block);
    else {
      this.#free?.push(block);
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#expected.size < (this.#free?.length ?? blocks)) {
      const next = this.#outside.shift();
      if (!next) return;
      this.#expected.add(next.member);
      next.enter();
    }
  }

  readonly #forgetExpected = (): void => {
    this.#timer = undefined;
    this.#expected.clear();
    this.#admit();
    if (this.#outside.length > 0) this.#timer = setTimeout(this.#forgetExpected, patience);
  };
}

function allocate(): Buffer[] {
  // Memory for other threads begins at a page.
  const memory = new SharedArrayBuffer(blocks * blockSize);
  return Array.from({ length: blocks }, (_, index) => Buffer.from(memory, index * blockSize, blockSize));
}
