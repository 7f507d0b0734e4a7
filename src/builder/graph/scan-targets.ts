// What package lists are made of: the files of a result, and of what else of the build asks to be looked at.
import { parseGoBool } from '../../lib/text/go-values.ts';
import type { Node } from './node.ts';

export interface ScanTargets {
  /** The result itself. */
  readonly core: Node;
  /** Stages by their names, and the build's context as `context`. */
  readonly extras: ReadonlyMap<string, Node>;
}

/** Arguments of a Dockerfile that say so; they are no variables of commands. */
export const scanArgs = { context: 'BUILDKIT_SBOM_SCAN_CONTEXT', stage: 'BUILDKIT_SBOM_SCAN_STAGE' } as const;

/** Whether such an argument, which is true, false or names of stages, means this stage. */
export function meansStage(value: string | undefined, stage: string): boolean {
  if (value === undefined) return false;
  return parseGoBool(value) ?? value.split(',').includes(stage);
}
