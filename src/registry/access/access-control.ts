// Who somebody is, and whether they may do what they ask for.
import type { Exchange } from '../../lib/http/exchange.ts';
import type { Action } from '../options.ts';

/** `name` is empty for somebody who did not say. */
export interface Identity {
  readonly name: string;
  /** Whether this request carries the right to do `action`; never throws. */
  may(action: Action, repository: string): boolean;
}

/** What a request needs; all of it. */
export interface Need {
  readonly repository: string;
  readonly actions: readonly Action[];
}

/** `any`: somebody who signed in; `catalog`: who may ask for the list; `visible`: everybody, who then sees what they may. */
export type Needs = readonly Need[] | 'any' | 'catalog' | 'visible';

export interface AccessControl {
  /**
   * Who asks. Throws `UNAUTHORIZED`, with the challenge a client needs, for credentials that are wrong, for rights that
   * somebody else or a wider token would have, and for nobody where everybody has to sign in; `DENIED` where signing
   * in again would not help.
   */
  authorize(exchange: Exchange, needs: Needs): Promise<Identity>;
}

/** Everybody may do everything. */
export const openAccess: AccessControl = {
  authorize: () => Promise.resolve({ name: '', may: () => true }),
};
