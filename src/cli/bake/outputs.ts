// What `push` and `load` make of the outputs of a target, conditional as buildx has it.

const typeOf = (output: string) => /(?:^|,)type=(\w+)/.exec(output)?.[1] ?? 'local';

/** With an image that is pushed, unless something else than an image for the daemon comes of the target. */
export function pushed(outputs: readonly string[]): readonly string[] {
  const images = outputs.map(output =>
    typeOf(output) === 'image' && !hasPush(output) ? `${output},push=true` : output,
  );
  return outputs.every(output => typeOf(output) === 'docker') ? [...images, 'type=image,push=true'] : images;
}

/** Without anything that is pushed. */
export function unpushed(outputs: readonly string[]): readonly string[] {
  return outputs
    .filter(output => typeOf(output) !== 'registry')
    .map(output => (typeOf(output) === 'image' ? `${output.replace(/,push=\w+/, '')},push=false` : output));
}

/** With an image for the daemon, unless there is one, or files come of the target. */
export function loaded(outputs: readonly string[]): readonly string[] {
  const isThere = outputs.some(output => typeOf(output) === 'docker' && !/,dest=/.test(output));
  const areImages = outputs.every(output => ['docker', 'image', 'registry', 'oci'].includes(typeOf(output)));
  return isThere || !areImages ? outputs : [...outputs, 'type=docker'];
}

const hasPush = (output: string) => /,push=true\b/.test(output);
