// `features` of daemon.json: switches by name, of which `buildkit` alone means something here.
import { invalid } from '../../lib/errors.ts';

/** What of `features` changes something, and the names of those that are there in vain. */
interface Features {
  readonly switches: Readonly<Record<string, boolean>>;
  /** Whether clients that can choose are to build by BuildKit's protocol. */
  readonly buildkit: boolean;
  readonly ignored: readonly string[];
}

/** Throws `invalid` for a switch that is neither on nor off, naming it. */
export function readFeatures(value: object): Features {
  for (const [name, state] of Object.entries(value)) {
    if (typeof state !== 'boolean') throw invalid(`features.${name}: expected true or false`);
  }
  const switches = value as Record<string, boolean>;
  const { buildkit = true, ...others } = switches;
  return { switches, buildkit, ignored: Object.keys(others).map(name => `features.${name}`) };
}
