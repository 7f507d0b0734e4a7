// What the context asks of Linux, beyond node:fs; the kernel's `files` has it.
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import type { Attributes } from '../digest/entry-digest.ts';

/** Devices, exact times and attributes of files. No method follows a link. */
export type ContextFiles = SpecialFiles & Attributes;
