// Dockerfiles of several stages that stand upon each other in every way there is, by chance.
import type { Seeded } from '../seeded.ts';

/** What a Dockerfile may take files from besides its stages. */
interface RandomSources {
  /** Files of the context. */
  readonly files: readonly string[];
  /** An archive of the context. */
  readonly archive: string;
  /** A named context, and a file of it. */
  readonly named: { readonly name: string; readonly file: string };
  /** A file on the web, a repository. */
  readonly addresses: readonly string[];
}

/** Every stage counts: the last one takes a file of each other. Every step leaves a file of its own at the top. */
export function randomDockerfile(chance: Seeded, sources: RandomSources): string {
  const stages = chance.between(2, 4);
  const lines: string[] = [];
  const made: string[][] = [];
  for (let stage = 0; stage < stages; stage++) {
    const base = stage > 0 && chance.next() < 0.3 ? `s${chance.between(0, stage - 1)}` : 'busybox';
    lines.push(`FROM ${base} AS s${stage}`);
    const files: string[] = [];
    const steps = chance.between(1, 4);
    for (let step = 0; step < steps; step++) {
      const file = `/f${stage}-${step}`;
      lines.push(randomStep(chance, { file, stage, made, sources }));
      files.push(file);
    }
    made.push(files);
  }
  lines.push('FROM busybox');
  for (const [stage, files] of made.entries()) {
    const link = chance.next() < 0.5 ? ' --link' : '';
    lines.push(`COPY --from=s${stage}${link} ${chance.pick(files)} /last${stage}`);
    if (chance.next() < 0.4) lines.push(`RUN ls /last${stage} > /seen${stage}`);
  }
  return `${lines.join('\n')}\n`;
}

function randomStep(
  chance: Seeded,
  o: { file: string; stage: number; made: readonly string[][]; sources: RandomSources },
): string {
  const { file, made, sources } = o;
  const before = made.length > 0 ? chance.between(0, made.length - 1) : undefined;
  const theirs = before === undefined ? undefined : chance.pick(made[before] as string[]);
  const link = chance.next() < 0.5 ? '--link ' : '';
  const kinds = [
    () => `RUN echo ${file} > ${file}`,
    () => `RUN echo $((1 + 1)) > ${file}; mkdir -p /d/${o.stage}; touch /d/${o.stage}/x`,
    () => `COPY ${link}${chance.pick(sources.files)} ${file}`,
    () => `COPY ${link}<<E ${file}\nin line ${chance.between(0, 9)}\nE`,
    () => `COPY --from=${sources.named.name} ${link}${sources.named.file} ${file}`,
    () => `ADD ${link}${chance.pick(sources.addresses)} ${file}`,
    () => `ADD ${link}${sources.archive} ${file}`,
    () => `WORKDIR ${file}`,
    () => `RUN --mount=type=bind,target=/m cat /m/${chance.pick(sources.files)} > ${file}`,
    ...(theirs === undefined
      ? []
      : [
          () => `COPY --from=s${before} ${link}${theirs} ${file}`,
          () => `RUN --mount=from=s${before},target=/m cp -r /m${theirs} ${file}`,
        ]),
  ];
  return chance.pick(kinds)();
}
