// How scenarios are declared: a name, and what is asked of each of the two engines.

import type { Depth, Side } from './side.ts';

/** Plays on one engine; what it asks with `ask`, `request` and `cli` is compared with the other's. */
export type Play = (side: Side) => Promise<void>;
export type Scenarios = Readonly<Record<string, Play>>;

/** Containers that stand ready in every run, by what they are; no scenario changes them. */
export const stage = ['created', 'running', 'paused', 'exited'] as const;

/** `{running}` and the like in a text as the name of that container, `NAME` as the scenario's own prefix. */
export function fill(text: string, { prefix }: Side): string {
  return text
    .replace(/\{(created|running|paused|exited)\}/g, (_, name) => `${prefix}-stage-${name}`)
    .replaceAll('NAME', prefix);
}

/** A query parameter of filters. */
export function filters(given: object): string {
  return `filters=${encodeURIComponent(JSON.stringify(given))}`;
}

/** A scenario of one request. */
export function asks(method: string, target: string, body?: unknown, depth?: Depth): Play {
  return async side => void (await side.ask(method, fill(target, side), body, depth));
}

/** A scenario of several requests, each `METHOD target`. */
export function asksAll(...requests: string[]): Play {
  return async side => {
    for (const request of requests) {
      const [method = '', target = ''] = fill(request, side).split(' ');
      await side.ask(method, target);
    }
  };
}

/** A scenario of one command line. */
export function runs(...args: string[]): Play {
  return async side => void (await side.cli(args.map(arg => fill(arg, side))));
}

/** A scenario of one creation, refused or not: the request besides its image, and the query. */
export function creates(request: object, query = 'name=NAME-c'): Play {
  return async side => {
    const body = JSON.parse(fill(JSON.stringify({ Image: 'busybox', Cmd: ['true'], ...request }), side)) as object;
    await side.ask('POST', `/containers/create?${fill(query, side)}`, body, 'values');
  };
}

/** A scenario of a creation that succeeds, with all that inspect then tells of it. */
export function createsAndInspects(request: object): Play {
  return async side => {
    await creates(request)(side);
    await side.ask('GET', `/containers/${side.name('c')}/json`, undefined, 'values');
  };
}
