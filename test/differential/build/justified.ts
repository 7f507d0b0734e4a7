// Every difference between Berth's builds and BuildKit's: `justified` those that are meant to be, with the reason; `open`
// those that should go. All else is equal.
import type { Difference } from '../differences.ts';
import type { Entry } from '../justified.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const both = (peer: RegExp, ours: RegExp) => (difference: Difference) =>
  peer.test(text(difference.peer)) && ours.test(text(difference.ours));

export const justifiedBuilds: readonly Entry[] = [
  {
    place: / > classic > message$/,
    when: both(/^process "(.*)" did not complete successfully: exit code: \d+$/, /^The command '/),
    reason: "the classic protocol has the classic builder's words for a step that fails: clients match on them",
  },
  {
    place: / > classic > message$/,
    when: both(
      /: "\/[^"]*": not found$/,
      /^(COPY|ADD) failed: file not found in build context or excluded by \.dockerignore/,
    ),
    reason: "the classic protocol has the classic builder's words for a source that is missing",
  },
  {
    place: /^RUN: a (program|shell) that is not there > \w+ > message$/,
    when: both(/exit code: 1$/, /no such file or directory$/),
    reason: 'BuildKit only tells the exit code of its runtime; what is missing is worth saying',
  },
  {
    place: / > classic > message$/,
    when: ({ peer, ours }) => text(peer).replace(/^process ".*" did not complete successfully: /, '') === text(ours),
    reason: 'the classic builder does not name the process that could not be started',
  },
  {
    place: / > message$/,
    when: both(/failed to resolve source metadata for /, /failed to resolve source metadata for /),
    reason: 'a registry that cannot be reached: the reason is worded by the resolver of the machine',
  },
  {
    place: / > classic > message$/,
    when: both(/failed to resolve source metadata for /, /^Get "https:\/\/registry-1\.docker\.io\/v2\/": /),
    reason: 'the classic builder says what pulling the image says',
  },
  {
    place: /^errors: .* > classic > message$/,
    when: both(
      /^(the Dockerfile cannot be empty|file with no instructions|failed to parse stage name .*)$/,
      /^(the Dockerfile \(Dockerfile\) cannot be empty|failed to parse Dockerfile: file with no .*|invalid reference .*)$/,
    ),
    reason: 'the classic builder introduces these mistakes in other words',
  },
  {
    place: /^errors: .* > classic > message$/,
    when: ({ peer, ours }) => text(ours) === `failed to parse Dockerfile: ${text(peer)}`,
    reason: 'the classic builder says first what it could not parse',
  },
  {
    place: /^RUN: --mount=type=ssh that is required > classic > message$/,
    reason: 'the classic protocol has no session that could be asked for a key',
  },
  {
    place: /^stages: \.dockerignore for one Dockerfile > classic > /,
    reason: 'the classic client only knows .dockerignore, and sends nothing else of the context',
  },
  {
    place: /^COPY: --link onto .* > files (own|sticky|tmp|alias|real)/,
    reason:
      'BuildKit within a dockerd that has no image store of containerd merges nothing: --link is a plain COPY there. ' +
      'buildkitd, and a dockerd with that store, put the layer above whatever is there, as documented and as we do',
  },
  {
    place: /^configuration: ONBUILD from another stage > \w+ > steps /,
    when: both(/^\[src 3\/2\]/, /^\[src 2\/2\]/),
    reason: 'BuildKit counts the first step of a stage again for whoever names it first in a trigger',
  },
  {
    place: /^RUN: what is mounted leaves nothing > \w+ > files tmp\/dev$/,
    when: both(/fd/, /core/),
    reason: 'crun makes /dev/core, runc does not',
  },
];

export const openBuilds: readonly Entry[] = [];
