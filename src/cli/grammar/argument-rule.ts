// How many arguments a command takes, and Docker's words when the number is wrong.

/** Returns what is wrong with `count` arguments, to follow the command's quoted name, or undefined. */
export type ArgumentRule = (count: number) => string | undefined;

const plural = (count: number) => (count === 1 ? 'argument' : 'arguments');

export const noArguments: ArgumentRule = count => (count === 0 ? undefined : 'accepts no arguments');

export const exactly =
  (wanted: number): ArgumentRule =>
  count =>
    count === wanted ? undefined : `requires ${wanted} ${plural(wanted)}`;

export const atLeast =
  (least: number): ArgumentRule =>
  count =>
    count >= least ? undefined : `requires at least ${least} ${plural(least)}`;

export const atMost =
  (most: number): ArgumentRule =>
  count =>
    count <= most ? undefined : `requires at most ${most} ${plural(most)}`;

export const between =
  (least: number, most: number): ArgumentRule =>
  count =>
    count >= least && count <= most ? undefined : `requires at least ${least} and at most ${most} ${plural(most)}`;

export const anyArguments: ArgumentRule = () => undefined;
