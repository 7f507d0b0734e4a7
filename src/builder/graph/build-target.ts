// What a build makes for one platform, for other builds to stand upon before it is done.
import type { BuiltFiles } from './operation.ts';
import type { StageState } from './stage-state.ts';

/** Its files, and what an image of them would say: its configuration and its history. */
export interface BuildTarget extends BuiltFiles {
  readonly state: StageState;
}
