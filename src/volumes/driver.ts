// The contract of a volume driver: where a volume's files are and what it takes to reach them.

import type { Volume } from './volume.ts';

/**
 * One kind of storage. Records are kept by the room; a driver finds its own things again from them. Paths are absolute.
 */
export interface VolumeDriver {
  readonly name: string;
  /** Checks name and options and returns the mountpoint the volume will have. Throws `invalid`. Changes nothing. */
  plan(name: string, options: Record<string, string>): string;
  /** Makes what the record describes, as far as it is missing. */
  create(volume: Volume): void;
  /** Makes the files reachable for one more user and returns their path; the same user again is fine. */
  mount(volume: Volume, user: string): string;
  /** One user less; the last one leaves nothing mounted. Unknown users are fine. */
  unmount(volume: Volume, user: string): void;
  /** Who has it mounted. */
  users(volume: Volume): string[];
  /**
   * Empties and removes the storage. Everything that could bring the volume back to life is done when `commit` is called;
   * the promise is fulfilled when the space is free.
   */
  remove(volume: Volume, commit: () => void): Promise<void>;
  /**
   * Fills an empty volume, or the empty folder `into` of it, with what is in the folder `from`; false when it is not
   * empty or there is nothing to copy.
   */
  copyUp(volume: Volume, from: string, into?: string): Promise<boolean>;
  /**
   * After a restart: `users` have their volumes mounted still, by name; everything half-done is finished or undone.
   * `forget` is called for a volume whose removal had begun; what is returned has files here but no record.
   */
  restore(o: {
    volumes: Volume[];
    users: Map<string, Set<string>>;
    forget: (name: string) => void;
  }): Promise<{ name: string; mountpoint: string; createdAt: string }[]>;
}
