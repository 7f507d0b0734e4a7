// What the builds of the benchmark build: ten steps, two slow stages that do not need each other, 5,000 small files and a
// big one.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Seeded } from '../../test/support/seeded.ts';

/** Folders of small files: a library that a slow stage builds, and the application itself. */
const folders = { lib: 25, app: 25 };
const filesEach = 100;
const bigMegabytes = 100;
/** Seconds that each slow stage does nothing, so that engines cannot differ in how fast they do it. */
export const slowSeconds = 2;

/** The commands of the steps, which are also measured without a builder. */
export const commands = {
  library: `cat /src/*/* | md5sum > /library && sleep ${slowSeconds}`,
  data: `md5sum /big > /data && sleep ${slowSeconds}`,
  version: 'echo $VERSION > version',
  list: 'ls -R /app > list',
} as const;

/** The last stage reads all small files, the slow ones a half of them and the big one. */
const dockerfile = `FROM busybox AS library
COPY src/lib /src
RUN ${commands.library}

FROM busybox AS data
COPY big /big
RUN ${commands.data}

FROM busybox
ARG VERSION=1
ENV MODE=bench
WORKDIR /app
COPY --from=library /library ./
COPY --from=data /data ./
COPY src ./src
RUN ${commands.version}
RUN ${commands.list}
CMD ["cat", "version"]
`;

/** Nothing but files on their way. */
const copyAll = 'FROM scratch\nCOPY . /\n';

/** Fills a new folder; no two have the same bytes, so that nothing in a cache knows them. */
export function makeContext(folder: string, seed: number): void {
  const random = new Seeded(seed);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  writeFileSync(join(folder, 'Copy'), copyAll);
  for (const [part, count] of Object.entries(folders)) {
    for (let at = 0; at < count * filesEach; at++) {
      const directory = join(folder, 'src', part, String(at % count));
      if (at < count) mkdirSync(directory, { recursive: true });
      const lines = 'line of a source file\n'.repeat(1 + Math.floor(random.next() * 150));
      writeFileSync(join(directory, String(at)), `${seed} ${part} ${at} ${lines}`);
    }
  }
  const big = Buffer.alloc(bigMegabytes * 1024 * 1024);
  for (let at = 0; at < big.length; at += 4) big.writeUInt32LE(Math.floor(random.next() * 0xffffffff), at);
  writeFileSync(join(folder, 'big'), big);
}

/** Another content for one small file: of the application, which no slow stage reads, or of the library. */
export function changeOneFile(folder: string, part: keyof typeof folders): void {
  writeFileSync(join(folder, 'src', part, '7', '7'), `changed at ${Date.now()}, ${Math.random()}\n`);
}
