// The targets a Dockerfile offers.
import type { Dockerfile, LineRange } from '../syntax.ts';
import { docComment } from './doc-comment.ts';

export interface Target {
  /** Undefined for a stage without a name. */
  readonly name: string | undefined;
  readonly description: string;
  /** The one that is built when none is named. */
  readonly default: boolean;
  /** As written. */
  readonly base: string;
  readonly platform: string | undefined;
  readonly range: LineRange;
}

/** In the order of their stages; the last is the default one. */
export function targetsOf({ stages, source }: Dockerfile): Target[] {
  return stages.map(({ name, base, platform, range, index }) => ({
    name,
    description: name === undefined ? '' : docComment(source, range.start, name),
    default: index === stages.length - 1,
    base,
    platform,
    range,
  }));
}
