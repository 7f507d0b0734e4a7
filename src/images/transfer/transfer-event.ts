// News of a pull or a push.
import type { Digest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';

/**
 * `line`: something to say once, in Docker's words, of `id` where it is about one thing. `progress`: what happens to one
 * layer (`id`: first 12 digits), `current` and `total` in bytes. `pulled` and `pushed`: done, under that name.
 */
export type TransferEvent =
  | { kind: 'line'; id?: string; status: string }
  | { kind: 'progress'; id: string; status: string; current?: number; total?: number }
  | { kind: 'pulled'; reference: Reference; image: Digest }
  | { kind: 'pushed'; reference: Reference; digest: Digest; size: number };

/** Takes the news; never blocks. */
export type Emit = (event: TransferEvent) => void;
