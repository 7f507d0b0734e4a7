// What the builds of the benchmark build: ten steps, two slow stages that do not need each other, 5,000 small files and a
// big one.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Seeded } from '../../test/support/seeded.ts';

const folders = 50;
const filesEach = 100;
const bigMegabytes = 100;
/** Seconds that each slow stage does nothing, so that engines cannot differ in how fast they do it. */
export const slowSeconds = 2;

const dockerfile = `FROM busybox AS first
COPY src /src
RUN cat /src/*/* | md5sum > /first && sleep ${slowSeconds}

FROM busybox AS second
COPY big /big
RUN md5sum /big > /second && sleep ${slowSeconds}

FROM busybox
ARG VERSION=1
ENV MODE=bench
WORKDIR /app
COPY --from=first /first ./
COPY --from=second /second ./
COPY src ./src
RUN echo $VERSION > version
RUN ls -R /app > list
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
  for (let at = 0; at < folders * filesEach; at++) {
    const directory = join(folder, 'src', String(at % folders));
    if (at < folders) mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, String(at)),
      `${seed} ${at} ${'line of a source file\n'.repeat(1 + Math.floor(random.next() * 150))}`,
    );
  }
  const big = Buffer.alloc(bigMegabytes * 1024 * 1024);
  for (let at = 0; at < big.length; at += 4) big.writeUInt32LE(Math.floor(random.next() * 0xffffffff), at);
  writeFileSync(join(folder, 'big'), big);
}

/** Another content for one small file. */
export function changeOneFile(folder: string, turn: number): void {
  writeFileSync(join(folder, 'src', '7', '7'), `changed for turn ${turn} of ${Math.random()}\n`);
}
