// Attributes, device nodes and locks in memory; what any user may do on real files is done on real files.

import type { Files } from '../files/files.ts';
import { LinuxFiles } from '../files/linux-files.ts';
import { openLibc } from '../libc/libc.ts';
import { systemCallError } from '../libc/system-call-error.ts';
import type { FakeState } from './fake-kernel.ts';

export class FakeFiles implements Files {
  readonly #state: Pick<FakeState, 'nodes'>;
  readonly #attributes = new Map<string, Map<string, Buffer>>();
  readonly #locks = new Set<string>();
  readonly #real = new LinuxFiles(openLibc());

  constructor(state: Pick<FakeState, 'nodes'>) {
    this.#state = state;
  }

  setXattr(path: string, name: string, value: Uint8Array): void {
    const attributes = this.#attributes.get(path) ?? new Map<string, Buffer>();
    attributes.set(name, Buffer.from(value));
    this.#attributes.set(path, attributes);
  }

  getXattr(path: string, name: string): Buffer | undefined {
    return this.#attributes.get(path)?.get(name);
  }

  listXattr(path: string): string[] {
    return [...(this.#attributes.get(path)?.keys() ?? [])];
  }

  mknod(path: string, mode: number, device: number): void {
    if (this.#state.nodes.has(path)) throw systemCallError('mknod', 'EEXIST', path);
    this.#state.nodes.set(path, { mode, device });
  }

  mkfifo(path: string, mode: number): void {
    this.#real.mkfifo(path, mode);
  }

  lutimes(path: string, accessed: bigint, modified: bigint): void {
    this.#real.lutimes(path, accessed, modified);
  }

  openInRoot(root: string, path: string): string {
    return this.#real.openInRoot(root, path);
  }

  openBeneath(root: string, path: string): number {
    return this.#real.openBeneath(root, path);
  }

  openDescriptor(root: string, path: string, options?: { follow?: boolean }): number {
    return this.#real.openDescriptor(root, path, options);
  }

  dataSegments(descriptor: number): { offset: number; length: number }[] {
    return this.#real.dataSegments(descriptor);
  }

  async diskUsage(path: string): Promise<number> {
    return await this.#real.diskUsage(path);
  }

  placeDirectory(path: string): void {
    this.#real.placeDirectory(path);
  }

  spreadDirectories(_directory: string): boolean {
    return false;
  }

  async syncFileSystem(_path: string): Promise<void> {}

  tryLock(path: string): Disposable | undefined {
    if (this.#locks.has(path)) return undefined;
    this.#locks.add(path);
    return { [Symbol.dispose]: () => void this.#locks.delete(path) };
  }
}
