// `npm run bench`: measures Berth and the peers in one run on one machine; prints medians and ratios.
//
//   BENCH_DOCKER_HOST=unix:///…  a dockerd, driven by the docker CLI
//   BENCH_PODMAN='podman'        the command words of a podman
//   BENCH_REPEAT, BENCH_CONTAINERS, BENCH_LOG_LINES   10, 100 and 1000000 by default
//   BENCH_LISTED, BENCH_ATTACHED                      500 containers and 1024 MiB by default
//   BENCH_DOCKER_NETNS=/run/netns/…  its network namespace, when that is not this one
//   BERTH_TEST_PEER_ROOT         where skopeo is installed, if not on this machine
//   BENCH_BUILDX, BENCH_BUILDAH, BENCH_BERTH_BUILDX, BENCH_BUILDERS, BENCH_BUILDS   for the row `builds`: bench/builds
//   bench/journaled-disk.sh npm run bench   gives all of them a disk of the same kind, where the machine's is none
//   BENCH_ROWS=crowd,runs,steps,list,logs,attach,images,registry   all by default; `builds` only when named

import { TestDaemon } from '../test/support/daemons/daemon.ts';
import { imageArchive } from '../test/support/images.ts';
import { measureBuilds } from './builds/rows.ts';
import { measureFloor } from './floor.ts';
import { measureImages } from './images/rows.ts';
import { measureRegistries, registrySubjects } from './registry.ts';
import {
  measureAttach,
  measureCrowd,
  measureList,
  measureLogs,
  measureRuns,
  measureSteps,
  type Scale,
} from './rows.ts';
import { loadBusybox, type Subject } from './subject.ts';
import { findSubjects } from './subjects.ts';
import { formatTable, type Samples } from './table.ts';

const scale: Scale = {
  repeat: Number(process.env.BENCH_REPEAT ?? 10),
  containers: Number(process.env.BENCH_CONTAINERS ?? 100),
  logLines: Number(process.env.BENCH_LOG_LINES ?? 1_000_000),
  listed: Number(process.env.BENCH_LISTED ?? 500),
  attached: Number(process.env.BENCH_ATTACHED ?? 1024),
};
const wanted = (process.env.BENCH_ROWS ?? 'crowd,runs,steps,list,logs,attach,images,registry').split(',');
const floor: Subject = { name: 'crun alone', command: [], forcedRemoval: [] };

await using daemon = await TestDaemon.start();
const subjects = findSubjects(daemon, process.env);
const archive = await imageArchive('busybox');
for (const subject of subjects.filter(one => one.sameEngineAs === undefined)) await loadBusybox(subject, archive);

const columns = [...subjects, floor];
const samples: Samples = new Map();
const record = (row: string, { name }: Subject, value: number) => {
  const bySubject = samples.get(row) ?? new Map<string, number[]>();
  samples.set(row, bySubject.set(name, [...(bySubject.get(name) ?? []), value]));
};

// Memory first, while the daemons are fresh.
if (wanted.includes('crowd')) await measureCrowd(subjects, scale, record);
if (wanted.includes('runs')) {
  await measureRuns(subjects, scale, record);
  for (const taken of await measureFloor(subjects[0] ?? floor, daemon, scale.repeat))
    record('run --rm, none', floor, taken);
}
if (wanted.includes('steps')) await measureSteps(subjects, scale, record);
if (wanted.includes('list')) await measureList(subjects, scale, record);
if (wanted.includes('logs')) await measureLogs(subjects, scale, record);
if (wanted.includes('attach')) await measureAttach(subjects, scale, record);
if (wanted.includes('images')) {
  const archiveOfLarge = await imageArchive('large');
  const column: Subject = { name: 'curl, gzip, tar', command: [], forcedRemoval: [] };
  const dockerNetns = process.env.BENCH_DOCKER_NETNS;
  columns.push(
    ...(await measureImages(subjects, { archive: archiveOfLarge, scale, record, dockerNetns, floor: column })),
  );
}

if (wanted.includes('registry')) {
  await measureRegistries(scale.repeat, record);
  columns.push(...registrySubjects.filter(({ name }) => !columns.some(column => column.name === name)));
}
if (wanted.includes('builds')) columns.push(...(await measureBuilds(subjects, { record, env: process.env })));

console.log(`\n${scale.repeat} repetitions; in brackets: how many times Berth's value\n`);
console.log(
  formatTable(
    samples,
    columns.map(({ name }) => name),
  ),
);
