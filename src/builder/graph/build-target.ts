// What a build makes for one platform, for other builds to stand upon before it is done.
import type { Resolution } from '../solve/resolution.ts';
import type { StageState } from './stage-state.ts';

export interface BuildTarget {
  /** Names it among all targets of this process. */
  readonly key: string;
  readonly state: StageState;
  /** Its files, by the keys of that build's own steps; rejects with what that build failed of. */
  readonly resolution: Promise<Resolution>;
}
