// Every difference between Berth and Docker: `justified` those that are meant to be, with the reason; `open` those that
// should go, with what is missing. All else is equal. An entry that no longer differs fails the run.

import type { Difference } from './differences.ts';

export interface Entry {
  /** Matches the place of a difference: `scenario > step > path`. */
  readonly place: RegExp;
  /** What else has to be so. */
  readonly when?: (difference: Difference) => boolean;
  readonly reason: string;
}

const fault = ({ peer, ours }: Difference) => peer === 500 && typeof ours === 'number' && ours >= 400 && ours < 500;
const nothing = ({ peer, ours }: Difference) =>
  (peer === null || peer === 'null') && typeof ours === 'object' && ours !== null && Object.keys(ours).length === 0;
const otherRuntime = ({ peer, ours }: Difference) => {
  const text = JSON.stringify(peer);
  return text?.includes('runc') && text.replaceAll('runc', 'crun') === JSON.stringify(ours);
};

export const justified: readonly Entry[] = [
  {
    place: / > status$/,
    when: fault,
    reason:
      'a mistake of the caller is 4xx, as the API reference says; Docker gives 500 where it forgot to say which kind',
  },
  {
    place: / (HostConfig|SecurityOpt) .*/,
    when: nothing,
    reason: 'lists left out are [] in inspect, as every client of Docker sends them',
  },
  { place: / HostConfig Runtime$/, reason: 'the default runtime is crun' },
  { place: / (message|error|stderr \d+|Error Message)$/, when: otherRuntime, reason: 'the runtime is named: crun' },
  { place: / GraphDriver Data( \w+)?$/, reason: 'layers have folders of their own scheme' },
  {
    place: / (HostnamePath|HostsPath|LogPath|ResolvConfPath)$/,
    reason: 'the files are planned at create already, not at the first start',
  },
  { place: / Networks \w+ NetworkID$/, reason: 'the network is resolved at create, so that it can be shown' },
  { place: /an unknown userns mode/, reason: 'a mode that means nothing is refused; Docker ignores it' },
  {
    place: /an unknown protocol|a malformed exposed port/,
    reason: 'a port that means nothing is refused; Docker takes it and publishes nothing',
  },
  { place: /privileged > .* SecurityOpt$/, reason: 'there is no SELinux labelling to switch off' },
  {
    place: /an address on the default bridge > .* message$/,
    reason: 'one reason is enough: such an address is never possible',
  },
  { place: /list by malformed port > .* message$/, reason: 'one wording for malformed ports' },
  {
    place: /(list limited by nonsense|numbers of all kinds|stop for a malformed time) > .* message$/,
    reason: 'one wording for malformed numbers',
  },
  {
    place: /attach errors > /,
    reason: 'errors before the stream begins are JSON, as everywhere else; clients read both',
  },
  {
    place: /kill by malformed signals > .*signal=(1000|-1) > .* message$/,
    reason: 'one wording for signals that are none',
  },
  {
    place: /update errors > .* message$|create errors > .* message$|volumes refused > .* message$|^malformed: /,
    when: ({ peer }) => typeof peer === 'string' && (peer.includes('json: ') || peer.includes('invalid JSON')),
    reason: "names of Go types, and wording that changes with the version of Go's decoder",
  },
  {
    place: /resize of one not started/,
    reason: 'Docker waits ten seconds and fails; here the size is kept for the start',
  },
  {
    place: /import( with changes| for another processor)? > .* DockerVersion$|commit.* DockerVersion$/,
    reason: 'the image was not made by Docker',
  },
  {
    place: /tag errors > POST \/images\/busybox\/tag > /,
    reason: 'a tag without a name is refused; Docker answers 200 and does nothing',
  },
  {
    place: /images: load of /,
    reason: 'what is wrong before anything is loaded is an HTTP error, not a line in a stream that said 200',
  },
  {
    place: /create from nothing > .* message$/,
    reason: 'the same refusal, as Go words it elsewhere',
  },
  { place: /swarm is off > |PUT \/volumes\/nosuch/, reason: 'swarm is not there yet: 501, and the message says so' },
  {
    place: /volumes refused > POST \/volumes\/create > (status|body 0 message)$/,
    reason: 'cluster volumes need a swarm, which is not there yet',
  },
  { place: / Components$/, reason: 'there is no Go, containerd or docker-init to report' },
  {
    place: /info.* (Containerd|CDISpecDirs|Runtimes .*|RegistryConfig .*|RuncCommit .*|FirewallBackend)$/,
    reason: 'facts of the machine and of runtimes; no containerd; fields that Docker removed long ago',
  },
  {
    place: /disk usage.* (Volumes|Containers|BuildCache)$/,
    reason: 'Docker is shared with others, whose volumes, containers and builds it counts too',
  },
  { place: /events by malformed queries > .* message$/, reason: 'one wording for malformed times' },
  { place: /auth of nothing > .* message$/, reason: 'the same refusal as of every other malformed body' },
  { place: /cp > cp \/nosuch .* > stderr 0$/, reason: 'the path as it was given' },
  { place: /version and info > /, reason: 'names of Go types; no empty line before a failure' },
];

export const open: readonly Entry[] = [];
