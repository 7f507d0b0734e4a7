// Filters that crun has compiled before: compiling Docker's profile is a third of what creating a container costs.

import { createHash } from 'node:crypto';
import type { OciSpec } from '../../oci/runtime-spec.ts';

/** crun loads the filter given here instead of compiling the specification's own section. */
const annotation = 'run.oci.seccomp_bpf_data';
const capacity = 64;

/**
 * Keeps, in memory, the program crun left for each profile. The section itself stays in the specification, so that a
 * runtime that does not know the annotation still confines the container.
 */
export class SeccompCache {
  readonly #programs = new Map<string, string>();

  /** The specification with the compiled filter when it is known; `learn` is to be called with `key` otherwise. */
  apply(spec: OciSpec): { spec: OciSpec; key?: string } {
    const seccomp = spec.linux.seccomp;
    if (!seccomp || seccomp.listenerPath || spec.annotations?.[annotation]) return { spec };
    const key = createHash('sha256').update(JSON.stringify(seccomp)).digest('base64');
    const program = this.#programs.get(key);
    if (!program) return { spec, key };
    return { spec: { ...spec, annotations: { ...spec.annotations, [annotation]: program } } };
  }

  /** Remembers the program compiled for `key`; the oldest is forgotten beyond 64. */
  learn(key: string, program: Buffer): void {
    this.#programs.set(key, program.toString('base64'));
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > capacity && oldest !== undefined) this.#programs.delete(oldest);
  }
}
