// Every difference between Berth's builds and BuildKit's: `justified` those that are meant to be, with the reason; `open`
// those that should go. All else is equal.
import type { Entry } from '../justified.ts';

export const justifiedBuilds: readonly Entry[] = [];

export const openBuilds: readonly Entry[] = [];
