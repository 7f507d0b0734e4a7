// Container names: the rule they follow, and one for a container that was given none.

import { invalid } from '../../../lib/errors.ts';

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The name without its leading slash; throws `invalid` with Docker's wording. */
export function requireName(text: string): string {
  const name = text.startsWith('/') ? text.slice(1) : text;
  if (!pattern.test(name)) {
    throw invalid(`Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  return name;
}

const manners = (
  'able amber ample brave brief bright brisk calm candid careful cheerful clear clever cosy crisp curious daring ' +
  'deft eager early easy exact fair fearless fine fleet fond frank free fresh gentle glad golden good grand great ' +
  'handy happy hardy honest humble jolly keen kind lively loyal lucid lucky mellow merry mild modest neat nimble ' +
  'noble open patient plain polite proud quick quiet ready robust serene sharp shiny silent simple sleek smart snug ' +
  'solid steady sturdy subtle sunny sure swift tender tidy tranquil trusty upbeat vivid warm wise witty young zesty'
).split(' ');

const ships = (
  'anchor ballast barge bark beacon berth binnacle boatswain bollard boom bosun bow bowsprit bridge brig bulkhead ' +
  'bulwark buoy canoe capstan caravel cargo catamaran clipper cog compass corvette cutter davit deck dhow dinghy dory ' +
  'ferry forecastle freighter frigate funnel galleon galley gangway gig gunwale halyard hatch hawser helm hull jetty ' +
  'jib junk kayak keel keelson ketch launch lighter lugger mainsail mast mizzen mooring oar packet pier pilot pinnace ' +
  'porthole prow punt quay raft rigging rudder sail schooner scull sextant skiff sloop spar sprit steamer stern tender ' +
  'tiller trawler trimaran tug wharf wherry windlass yacht yawl'
).split(' ');

/** `manner_ship`; with a number behind it once plain ones are taken. */
export function generateName(isFree: (name: string) => boolean, random: () => number = Math.random): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)]!;
  for (let attempt = 0; ; attempt++) {
    const base = `${pick(manners)}_${pick(ships)}`;
    const name = attempt < 6 ? base : `${base}${Math.floor(random() * 10 ** Math.min(attempt - 5, 9))}`;
    if (isFree(name)) return name;
  }
}
